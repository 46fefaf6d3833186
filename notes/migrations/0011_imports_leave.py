"""Lets the application delete notes that an import brought, while nobody has touched them."""

from typing import ClassVar

from django.db import migrations

UNDOING = "".join(
    f"GRANT DELETE ON notes_{table} TO keepwell_app;"
    f"CREATE TRIGGER only_an_import_is_taken_back BEFORE DELETE ON notes_{table}"
    " FOR EACH ROW EXECUTE FUNCTION only_an_import_is_taken_back();\n"
    for table in ("note", "noteversion")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0010_letters"), ("clients", "0019_imports")]
    operations: ClassVar = [migrations.RunSQL(UNDOING, hints={"placement": "region"})]
