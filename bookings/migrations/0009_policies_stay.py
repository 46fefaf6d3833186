"""Takes the right to change a published booking policy: what somebody accepted can be read for ever (features D6)."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0008_overbooked_moves")]
    operations: ClassVar = [
        migrations.RunSQL(
            "REVOKE UPDATE ON bookings_bookingpolicy FROM keepwell_app",
            hints={"placement": "region"},
        ),
    ]
