"""Lets a request stand unsorted until somebody has read what it is about."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("privacy", "0012_desk"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="deskcase",
            name="right",
            field=models.CharField(
                choices=[
                    ("access", "See what is kept"),
                    ("portability", "Take the data elsewhere"),
                    ("rectification", "Correct something"),
                    ("erasure", "Erase the data"),
                    ("restriction", "Only store the data for now"),
                    ("objection", "Object to a use of the data"),
                    ("withdrawal", "Take back a consent"),
                    ("automated", "Know of decisions made by software"),
                    ("complaint", "Complain"),
                    ("other", "Not sorted yet"),
                ],
                max_length=13,
                verbose_name="what they want",
            ),
        ),
    ]
