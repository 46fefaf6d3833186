"""Says of each account's key which of the region's keys wraps it, and lets that change: never the key itself."""

from typing import Any, ClassVar

from django.db import migrations, models

from privacy.vocabulary import region_keys


def name_the_first(apps: Any, schema_editor: Any) -> None:
    """Name the one key that each region had so far."""
    alias = schema_editor.connection.alias
    if not alias.startswith("keyring_"):
        return
    with schema_editor.connection.cursor() as cursor:
        # The owner of the tables is held by row-level security, too: for these statements nobody is
        table = "vocabulary_accountkey"
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            f"UPDATE {table} SET wrapped_by = %s", [region_keys.unnamed(alias.split("_")[1])]
        )
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vocabulary", "0002_wall")]
    operations: ClassVar = [
        migrations.AddField(
            "accountkey",
            "wrapped_by",
            models.CharField(max_length=200, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(
            name_the_first, migrations.RunPython.noop, hints={"placement": "keyring"}
        ),
        migrations.RunSQL(
            "GRANT UPDATE (wrapped, wrapped_by) ON vocabulary_accountkey TO keepwell_app",
            hints={"placement": "keyring"},
        ),
    ]
