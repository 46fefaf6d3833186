"""Adds the entry of the waiting list that a message is about: whoever joins hears that they have."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import privacy.vocabulary.placement
from accounts.wall import BindKeys


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0011_sharing")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="message",
            name="entry",
            field=privacy.vocabulary.placement.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="bookings.waitingentry",
            ),
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name="category",
                field=models.CharField(
                    choices=[
                        ("confirmation", "Confirmation"),
                        ("reminder", "Reminder"),
                        ("change", "Change"),
                        ("cancellation", "Cancellation"),
                        ("request", "Request received"),
                        ("declined", "Request declined"),
                        ("offer", "Offer of a time"),
                        ("sharing", "Notice of sharing"),
                        ("joined", "Joined the waiting list"),
                    ],
                    max_length=14,
                ),
            )
            for model in ("message", "messagetemplate")
        ),
        BindKeys("Message", "entry"),
    ]
