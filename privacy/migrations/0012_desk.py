"""Adds the request desk: requests, what they wait for, their steps, who has to be told, certificates."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0021_restrictions"),
        ("privacy", "0011_newer_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskCase",
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
                ("reference", models.CharField(max_length=9)),
                (
                    "right",
                    models.CharField(
                        choices=[
                            ("access", "See what is kept"),
                            ("portability", "Take the data elsewhere"),
                            ("rectification", "Correct something"),
                            ("erasure", "Erase the data"),
                            ("restriction", "Only store the data for now"),
                            ("objection", "Object to a use of the data"),
                            ("withdrawal", "Take back a consent"),
                            ("automated", "Know of decisions made by software"),
                            ("complaint", "Complain"),
                        ],
                        max_length=13,
                        verbose_name="what they want",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("page", "Page of the practice"),
                            ("vendor", "Keepwell’s page"),
                            ("letter", "Letter"),
                            ("mail", "E-mail"),
                            ("call", "Phone or in person"),
                        ],
                        max_length=6,
                        verbose_name="how it came",
                    ),
                ),
                (
                    "asker",
                    models.CharField(
                        choices=[
                            ("self", "The person themself"),
                            ("guardian", "Parent or guardian"),
                            ("agent", "Somebody they authorised"),
                        ],
                        default="self",
                        max_length=8,
                        verbose_name="who asks",
                    ),
                ),
                (
                    "name",
                    privacy.vocabulary.fields.EncryptedCharField(
                        max_length=160, verbose_name="name"
                    ),
                ),
                (
                    "contact",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=254, verbose_name="e-mail or phone"
                    ),
                ),
                (
                    "born",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=20, verbose_name="birth date"
                    ),
                ),
                (
                    "about",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=160, verbose_name="whom it is about"
                    ),
                ),
                (
                    "words",
                    privacy.vocabulary.fields.EncryptedTextField(
                        blank=True, verbose_name="in their words"
                    ),
                ),
                ("received_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("pack", models.CharField(max_length=12)),
                ("pack_version", models.CharField(max_length=12)),
                ("zone", models.CharField(max_length=60)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("subdivision", models.CharField(blank=True, max_length=10)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("extended_to", models.DateField(blank=True, null=True)),
                (
                    "extended_because",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=300, verbose_name="why more time"
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not proved yet"),
                            ("document", "Document seen by staff"),
                            ("known", "Known in person"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("identity_at", models.DateTimeField(blank=True, null=True)),
                ("identity_by", models.UUIDField(blank=True, null=True)),
                (
                    "document",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=60, verbose_name="document"
                    ),
                ),
                (
                    "authority",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=200, verbose_name="why they may ask"
                    ),
                ),
                ("authority_until", models.DateField(blank=True, null=True)),
                ("is_mature_minor", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("working", "Being done"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_proved", "Who asks was not proved"),
                            ("not_held", "Nothing is kept about the person"),
                            ("law", "A law says otherwise"),
                            ("harm", "It would do serious harm"),
                            ("unfounded", "Unfounded, or asked again and again"),
                            ("no_such", "No decision is made by software alone"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "answer",
                    privacy.vocabulary.fields.EncryptedTextField(blank=True, verbose_name="answer"),
                ),
                ("decided_by", models.UUIDField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "statement",
                    privacy.vocabulary.fields.EncryptedTextField(
                        blank=True, verbose_name="their statement"
                    ),
                ),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("keep_until", models.DateField(blank=True, null=True)),
                ("keep_law", models.CharField(blank=True, default="", max_length=120)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="desk_cases",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "verbose_name": "request about data",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DeskCertificate",
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
                ("text", models.TextField(help_text="JSON as it was signed")),
                ("signature", models.CharField(help_text="Ed25519, hexadecimal", max_length=128)),
                ("signed_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                (
                    "case",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="privacy.deskcase",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DeskChoices",
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
                ("pack", models.CharField(max_length=12, verbose_name="law")),
                ("confirmed_by", models.UUIDField()),
                ("confirmed_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("account_id",), name="one_desk_choices")
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskStep",
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
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "To be done"),
                            ("done", "Done"),
                            ("verified", "Done and checked"),
                            ("failed", "Not done"),
                            ("skipped", "Not needed"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, default="", max_length=120)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="privacy.deskcase",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DeskTelling",
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
                    "recipient",
                    privacy.vocabulary.fields.EncryptedCharField(
                        max_length=200, verbose_name="who"
                    ),
                ),
                (
                    "address",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=254, verbose_name="address"
                    ),
                ),
                ("to", models.CharField(max_length=10)),
                ("last_at", models.DateTimeField(help_text="when they last got something")),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "given_up",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=200, verbose_name="why they are not told"
                    ),
                ),
                (
                    "case",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tellings",
                        to="privacy.deskcase",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DeskWait",
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
                ("what", models.CharField(max_length=13)),
                ("since", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="privacy.deskcase",
                    ),
                ),
            ],
            options={
                "ordering": ["since"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="deskcase",
            index=models.Index(
                fields=["account_id", "state", "due_on"], name="desk_cases_by_clock"
            ),
        ),
        migrations.AddIndex(
            model_name="deskcase",
            index=models.Index(
                condition=models.Q(("client__isnull", False)),
                fields=["account_id", "client"],
                name="desk_cases_of_client",
            ),
        ),
        migrations.AddConstraint(
            model_name="deskcase",
            constraint=models.UniqueConstraint(
                fields=("account_id", "reference"), name="one_case_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="deskcertificate",
            constraint=models.UniqueConstraint(
                fields=("account_id", "case"), name="one_certificate_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="deskstep",
            constraint=models.UniqueConstraint(
                fields=("account_id", "case", "name"), name="one_step_each"
            ),
        ),
        migrations.AddIndex(
            model_name="desktelling",
            index=models.Index(fields=["account_id", "case"], name="tellings_of_case"),
        ),
        migrations.AddConstraint(
            model_name="deskwait",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)),
                fields=("account_id", "case", "what"),
                name="one_open_wait_each",
            ),
        ),
        RaiseWall(
            "DeskChoices", "DeskCase", "DeskWait", "DeskStep", "DeskTelling", "DeskCertificate"
        ),
    ]
