"""Adds the pairs of records that could be one person."""

from typing import ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0011_places")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Likeness",
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
                ("score", models.FloatField()),
                ("reasons", models.JSONField(default=list)),
                ("found_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                ("dismissed_by", models.UUIDField(null=True)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "other",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["account_id", "other"], name="likenesses_of_other"),
                    models.Index(
                        condition=models.Q(("dismissed_at", None)),
                        fields=["account_id", "-score"],
                        name="likenesses_to_look_at",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "client", "other"), name="one_likeness"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client__lte", models.F("other"))),
                        name="likeness_in_order",
                    ),
                ],
            },
        ),
        RaiseWall("Likeness"),
    ]
