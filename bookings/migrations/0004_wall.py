"""Raises the wall around the tables that scheduling got, and binds the references that older ones got."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import BindKeys, RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0003_scheduling")]
    operations: ClassVar = [
        RaiseWall(
            "Resource",
            "ServiceNeed",
            "ExtraHours",
            "Absence",
            "HolidayCalendar",
            "OpenHoliday",
            "BookingLimits",
            "BusyCalendar",
            "BusyTime",
            "BookingPage",
            "BookingPolicy",
            "Series",
            "ResourceUse",
            "Hold",
            "WaitingEntry",
            "WaitingWish",
            "WaitingOffer",
            "MessageTemplate",
            "MessageSettings",
        ),
        BindKeys("Appointment", "overbooked_by", "series"),
        BindKeys("Attendee", "policy"),
        BindKeys("Message", "offer"),
    ]
