"""Adds time that became free for the waiting list, and what the practice does with it."""

from typing import ClassVar

import django.core.validators
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0003_time_of_proof"),
        ("bookings", "0005_diary_choice"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="WaitingChoices",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account_id",
                    models.UUIDField(
                        default=privacy.vocabulary.scope.current_account_id, editable=False
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("suggest", "Staff choose who gets an offer"),
                            ("offer", "The first who fit get an offer automatically"),
                        ],
                        default="suggest",
                        max_length=7,
                        verbose_name="when time becomes free",
                    ),
                ),
                (
                    "at_once",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="people who get an offer at once",
                    ),
                ),
                (
                    "minutes_held",
                    models.PositiveIntegerField(
                        default=120,
                        validators=[
                            django.core.validators.MinValueValidator(15),
                            django.core.validators.MaxValueValidator(1440),
                        ],
                        verbose_name="minutes an offer is held",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id",), name="one_set_of_waiting_choices"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FreedTime",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account_id",
                    models.UUIDField(
                        default=privacy.vocabulary.scope.current_account_id, editable=False
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("fitting", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "location",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.location",
                    ),
                ),
                (
                    "practitioner",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.practitioner",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "practitioner", "starts_at"), name="one_freed_time"
                    )
                ],
            },
        ),
        RaiseWall("FreedTime", "WaitingChoices"),
    ]
