"""Raises the wall around this app's tables."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0001_initial"), ("clients", "0002_wall")]
    operations: ClassVar = [
        RaiseWall(
            "Service", "ServiceOffer", "WeeklyHours", "Appointment", "Attendee", "Move", "Message"
        )
    ]
