"""Adds since when a booking has stood outside its practitioner's time, and finds a room's uses by day."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0003_time_of_proof"),
        ("bookings", "0006_freed_time"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="appointment",
            name="stranded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("stranded_at__isnull", False)),
                fields=["account_id", "starts_at"],
                name="stranded",
            ),
        ),
        migrations.AddIndex(
            model_name="resourceuse",
            index=models.Index(
                fields=["account_id", "resource", "busy_from"], name="uses_of_resource"
            ),
        ),
    ]
