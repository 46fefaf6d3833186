"""Statements of where an account's data lies."""

from typing import ClassVar

import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.scope
from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [("privacy", "0003_what_stands_apart")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ResidencyStatement",
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
                ("counted_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("looked_in", models.JSONField(help_text="the cells")),
                ("findings", models.PositiveIntegerField(help_text="what was found elsewhere")),
                ("text", models.TextField(help_text="JSON as it was signed: counts, never values")),
                ("signature", models.CharField(help_text="Ed25519, hexadecimal", max_length=128)),
            ],
            options={
                "verbose_name": "residency statement",
                "ordering": ["-counted_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["account_id", "-counted_at"], name="statements_by_date")
                ],
            },
        ),
        RaiseWall("ResidencyStatement"),
    ]
