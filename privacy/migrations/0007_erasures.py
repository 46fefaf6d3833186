"""Erasures of people, how far this database knows the ledger of them, and the right to carry them out."""

from typing import ClassVar

import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.scope
from accounts.wall import RaiseWall
from accounts.wall_later import LetErase

HEAD = """
GRANT SELECT, INSERT, UPDATE ON privacy_ledgerhead TO keepwell_purger;
GRANT SELECT ON privacy_ledgerhead TO keepwell_dispatch;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("privacy", "0006_scopes_of_exports"),
        ("accounts", "0011_arriving"),
        ("clients", "0020_caring"),
        ("notes", "0013_arriving"),
        ("bookings", "0017_arriving"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="LedgerHead",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("seq", models.PositiveBigIntegerField()),
                ("digest", models.CharField(help_text="SHA-256 of that entry", max_length=64)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Erasure",
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
                ("entry", models.UUIDField()),
                ("client_id", models.UUIDField()),
                ("asked_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("asked_by", models.UUIDField(null=True)),
                ("seq", models.PositiveBigIntegerField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["account_id", "entry"], name="erasures_by_entry")],
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "client_id"), name="one_erasure")
                ],
            },
        ),
        migrations.CreateModel(
            name="ControlLedgerHead",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("seq", models.PositiveBigIntegerField()),
                ("digest", models.CharField(help_text="SHA-256 of that entry", max_length=64)),
            ],
            options={"abstract": False},
        ),
        RaiseWall("Erasure"),
        LetErase(),
        migrations.RunSQL(HEAD, hints={"placement": "region"}),
    ]
