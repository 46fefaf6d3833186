"""Adds who looks after a client, and keeps the others from members who see their own clients alone."""

from typing import ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall, RestrictReaders


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0007_rights"), ("clients", "0019_imports")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Caring",
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
                ("since", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carings",
                        to="clients.client",
                    ),
                ),
                (
                    "practitioner",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="carings",
                        to="accounts.practitioner",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["account_id", "practitioner"], name="caring_by_practitioner"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "client", "practitioner"), name="one_caring"
                    )
                ],
            },
        ),
        RaiseWall("Caring"),
        RestrictReaders("Client"),
    ]
