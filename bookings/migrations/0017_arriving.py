"""Leaves who looks after whom as an archive tells it, in an account that is being brought in."""

from typing import ClassVar

from django.db import migrations

ARRIVING = """
CREATE OR REPLACE TRIGGER whoever_comes_is_looked_after AFTER INSERT ON bookings_attendee
  FOR EACH ROW WHEN (NOT arriving(NEW.account_id)) EXECUTE FUNCTION look_after_who_comes();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0016_caring"), ("accounts", "0011_arriving")]
    operations: ClassVar = [migrations.RunSQL(ARRIVING, hints={"placement": "region"})]
