"""Adds the log of the door: who came in, who failed to, who had forgotten the password."""

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
        ("accounts", "0007_rights"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="SignIn",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("entered", "Came in"),
                            ("password", "Wrong password"),
                            ("code", "Wrong second factor"),
                            ("forgot", "Forgot the password"),
                            ("new", "New password"),
                            ("factor", "Second factor changed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("browser", models.CharField(blank=True, max_length=60)),
                (
                    "address",
                    privacy.vocabulary.fields.EncryptedCharField(blank=True, max_length=45),
                ),
                (
                    "member",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["account_id", "-at"], name="sign_ins_lately"),
                    models.Index(fields=["account_id", "member", "-at"], name="sign_ins_of_member"),
                ],
            },
        ),
        RaiseWall("SignIn"),
    ]
