"""Says of each account's key which of the region's keys wraps it, and lets that change: never the key itself."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vocabulary", "0002_wall")]
    operations: ClassVar = [
        # Empty for keys that are older than names: `region_keys.unwrap` knows what wrapped them
        migrations.AddField(
            "accountkey",
            "wrapped_by",
            models.CharField(max_length=200, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "GRANT UPDATE (wrapped, wrapped_by) ON vocabulary_accountkey TO keepwell_app",
            hints={"placement": "keyring"},
        ),
    ]
