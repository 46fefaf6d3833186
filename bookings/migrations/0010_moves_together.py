"""Adds which moves were one change to a series, so that one undo takes all of them back, and what a move counted as."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0009_policies_stay")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="move",
            name="sequence",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="move",
            name="together",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="move",
            index=models.Index(
                condition=models.Q(("together__isnull", False)),
                fields=["account_id", "together"],
                name="moves_together",
            ),
        ),
    ]
