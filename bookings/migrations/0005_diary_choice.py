"""Adds what each member chose last to see in the diary."""

from typing import ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0003_time_of_proof"),
        ("bookings", "0004_wall"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="DiaryChoice",
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
                    "location",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.location",
                    ),
                ),
                (
                    "member",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="diary_choices",
                        to="accounts.member",
                    ),
                ),
                (
                    "practitioner",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.practitioner",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "member", "practitioner", "location"),
                        name="one_choice_each",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        RaiseWall("DiaryChoice"),
    ]
