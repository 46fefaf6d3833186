"""Asks by a function whose diary a member keeps who sees no other; nobody else pays for it."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RestrictReaders


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0018_objections")]
    operations: ClassVar = [RestrictReaders("Appointment")]
