"""Adds whether an appointment stood beside another before a move, so that undoing can put it back there."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0007_stranded")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="move",
            name="was_overbooked",
            field=models.BooleanField(default=False),
        ),
    ]
