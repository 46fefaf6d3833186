"""Adds the offer of an account to its next Owner."""

from typing import ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0008_sign_ins"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Handover",
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
                ("offered_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "by",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "to",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("account_id",),
                        name="one_handover_at_a_time",
                    )
                ],
            },
        ),
        RaiseWall("Handover"),
    ]
