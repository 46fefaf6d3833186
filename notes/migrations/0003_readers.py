"""Moves the words of notes to their versions, and makes room for readers, supervisors, amendments and withdrawals."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_time_of_proof"),
        ("bookings", "0008_overbooked_moves"),
        ("clients", "0004_identity"),
        ("notes", "0002_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoSignature",
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
                ("version", models.PositiveIntegerField()),
                ("cosigner_name", privacy.vocabulary.fields.EncryptedCharField(max_length=200)),
                ("signed_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("signed_zone", models.CharField(max_length=60)),
                ("content_hash", privacy.vocabulary.fields.EncryptedCharField(max_length=64)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NoteOpening",
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
                ("by_right", models.BooleanField()),
                ("reason", privacy.vocabulary.fields.EncryptedTextField(verbose_name="reason")),
                ("opened_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NoteReader",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NoteSettings",
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
                    "authors_only",
                    models.BooleanField(
                        default=False, verbose_name="Practitioners read only what they wrote"
                    ),
                ),
                (
                    "breaking",
                    models.CharField(
                        choices=[
                            ("owner", "The Owner alone"),
                            ("clinicians", "The Owner and every clinician"),
                        ],
                        default="owner",
                        max_length=10,
                    ),
                ),
                ("finish_hours", models.PositiveIntegerField(default=24)),
                ("reminds", models.BooleanField(default=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Remark",
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
                ("version", models.PositiveIntegerField()),
                ("text", privacy.vocabulary.fields.EncryptedTextField(verbose_name="remark")),
                ("written_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
            ],
            options={
                "ordering": ["written_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ServiceTemplate",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
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
                ("reason", privacy.vocabulary.fields.EncryptedTextField(verbose_name="reason")),
                ("withdrawn_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("withdrawn_by", models.UUIDField(null=True)),
                ("moved_to", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="WritingProfile",
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
                    "visibility",
                    models.CharField(
                        choices=[
                            ("clinicians", "All clinicians"),
                            ("discipline", "My discipline"),
                            ("named", "People I name"),
                            ("author", "Only me"),
                        ],
                        default="clinicians",
                        max_length=10,
                    ),
                ),
                ("named", models.JSONField(blank=True, default=list)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveField(
            model_name="note",
            name="content",
        ),
        migrations.RemoveField(
            model_name="note",
            name="title",
        ),
        migrations.AddField(
            model_name="addendum",
            name="origin",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="note",
            name="amends",
            field=privacy.vocabulary.placement.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="amendments",
                to="notes.note",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="cosigner",
            field=privacy.vocabulary.placement.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="hash_index",
            field=privacy.vocabulary.fields.BlindIndexField(null=True, source="content_hash"),
        ),
        migrations.AddField(
            model_name="note",
            name="is_restricted",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="note",
            name="latest",
            field=models.ForeignObject(
                editable=False,
                from_fields=["account_id", "id", "version"],
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="notes.noteversion",
                to_fields=["account_id", "note", "version"],
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="origin",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="note",
            name="proof_version",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="note",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("clinicians", "All clinicians"),
                    ("discipline", "My discipline"),
                    ("named", "People I name"),
                    ("author", "Only me"),
                ],
                default="clinicians",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="notetemplate",
            name="is_restricted",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="noteversion",
            name="reason",
            field=privacy.vocabulary.fields.EncryptedTextField(null=True),
        ),
        migrations.AddField(
            model_name="noteversion",
            name="seen_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="note",
            name="content_hash",
            field=privacy.vocabulary.fields.EncryptedCharField(
                blank=True, blind="hash_index", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="note",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("awaiting", "Awaiting co-signature"),
                    ("final", "Signed"),
                    ("void", "Discarded"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="draft",
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("state", "awaiting")),
                fields=["account_id", "cosigner", "signed_at"],
                name="notes_to_cosign",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["account_id", "hash_index"], name="notes_by_hash"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "void"), _negated=True),
                fields=("account_id", "amends"),
                name="one_amendment",
            ),
        ),
        migrations.AddField(
            model_name="cosignature",
            name="client",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="cosignature",
            name="cosigner",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="cosignature",
            name="note",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cosignatures",
                to="notes.note",
            ),
        ),
        migrations.AddField(
            model_name="noteopening",
            name="client",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="noteopening",
            name="member",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
            ),
        ),
        migrations.AddField(
            model_name="noteopening",
            name="note",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings",
                to="notes.note",
            ),
        ),
        migrations.AddField(
            model_name="notereader",
            name="client",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="notereader",
            name="member",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
            ),
        ),
        migrations.AddField(
            model_name="notereader",
            name="note",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="readers", to="notes.note"
            ),
        ),
        migrations.AddConstraint(
            model_name="notesettings",
            constraint=models.UniqueConstraint(fields=("account_id",), name="one_note_settings"),
        ),
        migrations.AddField(
            model_name="remark",
            name="author",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="client",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="note",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="notes.note"
            ),
        ),
        migrations.AddField(
            model_name="servicetemplate",
            name="service",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="bookings.service"
            ),
        ),
        migrations.AddField(
            model_name="servicetemplate",
            name="template",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="of_services",
                to="notes.notetemplate",
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="client",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="note",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withdrawals",
                to="notes.note",
            ),
        ),
        migrations.AddField(
            model_name="writingprofile",
            name="practitioner",
            field=privacy.vocabulary.placement.TenantForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="writing_profiles",
                to="accounts.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="writingprofile",
            name="supervisor",
            field=privacy.vocabulary.placement.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.practitioner",
            ),
        ),
        migrations.AddConstraint(
            model_name="cosignature",
            constraint=models.UniqueConstraint(
                fields=("account_id", "note"), name="one_cosignature"
            ),
        ),
        migrations.AddIndex(
            model_name="noteopening",
            index=models.Index(fields=["account_id", "note", "member"], name="openings_of_note"),
        ),
        migrations.AddConstraint(
            model_name="notereader",
            constraint=models.UniqueConstraint(
                fields=("account_id", "note", "member"), name="one_note_reader"
            ),
        ),
        migrations.AddIndex(
            model_name="remark",
            index=models.Index(fields=["account_id", "note"], name="remarks_of_note"),
        ),
        migrations.AddConstraint(
            model_name="servicetemplate",
            constraint=models.UniqueConstraint(
                fields=("account_id", "service"), name="one_template_of_service"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(
                fields=("account_id", "note"), name="one_withdrawal"
            ),
        ),
        migrations.AddConstraint(
            model_name="writingprofile",
            constraint=models.UniqueConstraint(
                fields=("account_id", "practitioner"), name="one_writing_profile"
            ),
        ),
        migrations.AddConstraint(
            model_name="writingprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("supervisor", models.F("practitioner")), _negated=True),
                name="supervised_by_another",
            ),
        ),
        # Notes signed before today keep proof version 1
        migrations.AlterField(
            model_name="note",
            name="proof_version",
            field=models.PositiveSmallIntegerField(default=2),
        ),
        migrations.AlterModelOptions(
            name="noteversion",
            options={"base_manager_name": "objects", "verbose_name": "text of a note"},
        ),
    ]
