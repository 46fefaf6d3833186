"""Makes room for letters, their templates, the practice's paper and links to letters; holds what was signed."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall, RestrictReaders

LETTER = """
CREATE FUNCTION keep_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' OR NEW.document_id IS NOT NULL
    THEN PERFORM refuse_note('a letter begins as a draft: that never changes'); END IF;
    RETURN NEW;
  END IF;
  IF OLD.state = 'signed' THEN PERFORM refuse_note('a signed letter never changes'); END IF;
  IF (NEW.client_id, NEW.author_id, NEW.created_at) <> (OLD.client_id, OLD.author_id, OLD.created_at)
     OR NEW.version < OLD.version
  THEN PERFORM refuse_note('where a letter belongs never changes'); END IF;
  IF NEW.state = 'signed' AND (OLD.state <> 'draft' OR NEW.signed_at IS NULL OR NOT EXISTS (
       SELECT FROM clients_document d
       WHERE d.account_id = NEW.account_id AND d.id = NEW.document_id AND d.client_id = NEW.client_id))
  THEN PERFORM refuse_note('a letter is signed with its file: that never changes'); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_letter_stays BEFORE INSERT OR UPDATE ON notes_letter
  FOR EACH ROW EXECUTE FUNCTION keep_letter();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_rights"),
        ("clients", "0018_made_here"),
        ("notes", "0009_print_head"),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterTemplate",
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
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                ("body", models.TextField(max_length=20000, verbose_name="text")),
                (
                    "addressee",
                    models.CharField(
                        choices=[
                            ("client", "The client"),
                            ("contact", "Doctor, insurer or another contact"),
                            ("other", "Somebody else"),
                        ],
                        default="contact",
                        max_length=7,
                        verbose_name="goes to",
                    ),
                ),
                ("shows", models.JSONField(blank=True, default=list)),
                ("version", models.PositiveIntegerField(default=1)),
                ("position", models.PositiveIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Letter",
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
                ("template_version", models.PositiveIntegerField(default=0)),
                (
                    "author_name",
                    privacy.vocabulary.fields.EncryptedCharField(blank=True, max_length=200),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("signed", "Signed"), ("void", "Discarded")],
                        default="draft",
                        max_length=6,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "addressee",
                    models.CharField(
                        choices=[
                            ("client", "The client"),
                            ("contact", "Doctor, insurer or another contact"),
                            ("other", "Somebody else"),
                        ],
                        max_length=7,
                        verbose_name="to",
                    ),
                ),
                (
                    "recipient",
                    privacy.vocabulary.fields.EncryptedTextField(
                        blank=True, max_length=600, verbose_name="name and address"
                    ),
                ),
                (
                    "subject",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=200, verbose_name="subject"
                    ),
                ),
                (
                    "body",
                    privacy.vocabulary.fields.EncryptedTextField(
                        blank=True, max_length=20000, verbose_name="text"
                    ),
                ),
                ("shows", models.JSONField(blank=True, default=list)),
                ("dated_on", models.DateField(verbose_name="date on it")),
                (
                    "content_hash",
                    privacy.vocabulary.fields.EncryptedCharField(blank=True, max_length=64),
                ),
                ("created_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("updated_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("signed_zone", models.CharField(blank=True, max_length=60)),
                (
                    "author",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="clients.client",
                    ),
                ),
                (
                    "contact",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="clients.contact",
                    ),
                ),
                (
                    "document",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="clients.document",
                    ),
                ),
                (
                    "template",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notes.lettertemplate",
                    ),
                ),
            ],
            options={
                "verbose_name": "letter",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Letterhead",
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
                    "name",
                    models.CharField(blank=True, max_length=120, verbose_name="name on letters"),
                ),
                (
                    "lines",
                    models.TextField(blank=True, max_length=400, verbose_name="beside the name"),
                ),
                ("foot", models.CharField(blank=True, max_length=200, verbose_name="at the foot")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("account_id",), name="one_letterhead")
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterLink",
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
                    "email",
                    privacy.vocabulary.fields.EncryptedEmailField(
                        max_length=254, verbose_name="e-mail"
                    ),
                ),
                ("created_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "letter",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="notes.letter",
                    ),
                ),
                (
                    "sent_by",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "link to a letter",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["account_id", "letter"], name="links_of_letter")],
            },
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                fields=["account_id", "client", "created_at"], name="letters_of_client"
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["account_id", "document"], name="letters_of_file"),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("state", "draft")),
                fields=["account_id", "author"],
                name="letters_to_finish",
            ),
        ),
        RaiseWall("LetterTemplate", "Letterhead", "Letter", "LetterLink"),
        RestrictReaders("Letter", "LetterLink"),
        migrations.RunSQL(LETTER, hints={"placement": "region"}),
    ]
