"""Lets the application delete appointments that an import brought, while nobody has touched them."""

from typing import ClassVar

from django.db import migrations

UNDOING = "".join(
    f"GRANT DELETE ON bookings_{table} TO keepwell_app;"
    f"CREATE TRIGGER only_an_import_is_taken_back BEFORE DELETE ON bookings_{table}"
    " FOR EACH ROW EXECUTE FUNCTION only_an_import_is_taken_back();\n"
    for table in ("appointment", "attendee")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0014_cases_and_recalls"), ("clients", "0019_imports")]
    operations: ClassVar = [migrations.RunSQL(UNDOING, hints={"placement": "region"})]
