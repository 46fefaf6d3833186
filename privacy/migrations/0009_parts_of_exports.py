"""Archives made in two stages and sent in parts, encrypted to somebody if asked for, fetched by a ticket."""

from typing import ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0011_arriving"),
        ("privacy", "0008_places"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="export",
            name="encryption",
            field=models.CharField(
                choices=[
                    ("none", "Not encrypted"),
                    ("recipient", "To a public key"),
                    ("passphrase", "By a passphrase"),
                ],
                default="none",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="header",
            field=models.TextField(blank=True, help_text="what an encrypted archive begins with"),
        ),
        migrations.AddField(
            model_name="export",
            name="nonce",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="export",
            name="recipient",
            field=models.CharField(blank=True, help_text="a public key", max_length=80),
        ),
        migrations.AddField(
            model_name="export",
            name="snapshots",
            field=models.PositiveIntegerField(default=0, help_text="how many were begun for it"),
        ),
        migrations.AddField(
            model_name="export",
            name="spool_file_key",
            field=privacy.vocabulary.fields.EncryptedCharField(
                blank=True, max_length=64, null=True
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="spool_key",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="export",
            name="upload",
            field=models.CharField(blank=True, max_length=1024),
        ),
        migrations.CreateModel(
            name="ExportPart",
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
                ("number", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "export",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="privacy.export",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "export", "number"), name="one_part_of_a_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportTicket",
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
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(help_text="when nobody counts it any more")),
                (
                    "export",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tickets",
                        to="privacy.export",
                    ),
                ),
                (
                    "member",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
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
                        fields=("account_id", "digest"), name="one_export_ticket"
                    )
                ],
            },
        ),
        RaiseWall("ExportPart", "ExportTicket"),
    ]
