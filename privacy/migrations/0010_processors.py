"""Makes room for what Owners were told of somebody new who handles data, and what they said to it."""

from typing import ClassVar

import uuid_utils.compat
from django.db import migrations, models
from django.db.models import deletion

import privacy.vocabulary.clock
import privacy.vocabulary.scope
from accounts.wall import RaiseWall
from privacy.vocabulary.fields import EncryptedTextField
from privacy.vocabulary.placement import TenantForeignKey


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0011_arriving"), ("privacy", "0009_parts_of_exports")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ProcessorNotice",
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
                ("processor", models.CharField(max_length=60)),
                ("begins_on", models.DateField()),
                ("told_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("objected_at", models.DateTimeField(null=True)),
                ("objection", EncryptedTextField(blank=True, default="")),
                (
                    "objected_by",
                    TenantForeignKey(
                        null=True,
                        on_delete=deletion.PROTECT,
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
                        fields=("account_id", "processor", "begins_on"), name="told_once"
                    )
                ],
            },
        ),
        RaiseWall("ProcessorNotice"),
    ]
