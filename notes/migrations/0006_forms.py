"""Forms: what they ask, what was answered; the database keeps a completed one as it was completed (features F1)."""

import django.core.validators
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall

# What comes after completion is where the form lies, and nothing about what it says
KEPT = """
CREATE FUNCTION keep_form() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  free text[] := ARRAY['state', 'replaces_id'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_user = 'keepwell_app' THEN
      RAISE EXCEPTION 'a form is never deleted' USING ERRCODE = 'KW004';
    END IF;
    RETURN OLD;
  END IF;
  IF (NEW.id, NEW.account_id, NEW.client_id, NEW.created_at)
     IS DISTINCT FROM (OLD.id, OLD.account_id, OLD.client_id, OLD.created_at) THEN
    RAISE EXCEPTION 'whose form it is never changes' USING ERRCODE = 'KW004';
  END IF;
  IF OLD.completed_at IS NOT NULL THEN
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
       OR NEW.state NOT IN ('completed', 'superseded', 'archived') THEN
      RAISE EXCEPTION 'a completed form never changes' USING ERRCODE = 'KW004';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_completed_form_never_changes BEFORE UPDATE OR DELETE ON notes_form
  FOR EACH ROW EXECUTE FUNCTION keep_form();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_rights"),
        ("bookings", "0013_messages_of_forms"),
        ("clients", "0013_files_readers"),
        ("notes", "0005_own_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormTemplate",
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
                        choices=[("intake", "Intake"), ("outcome", "Outcome measure")],
                        default="intake",
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "intro",
                    models.TextField(
                        blank=True, default="", max_length=600, verbose_name="introduction"
                    ),
                ),
                ("sections", models.JSONField(default=list)),
                ("scoring", models.JSONField(blank=True, default=dict)),
                ("standard", models.CharField(blank=True, default="", max_length=40)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "valid_days",
                    models.PositiveIntegerField(
                        default=30,
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days that the link works",
                    ),
                ),
                (
                    "remind_days",
                    models.PositiveIntegerField(
                        default=3,
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="days until a reminder",
                    ),
                ),
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
            name="Form",
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
                ("template_version", models.PositiveIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[("intake", "Intake"), ("outcome", "Outcome measure")], max_length=7
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("intro", models.TextField(blank=True, default="", max_length=600)),
                ("sections", models.JSONField(default=list)),
                ("scoring", models.JSONField(blank=True, default=dict)),
                ("language", models.CharField(blank=True, default="", max_length=12)),
                ("answers", privacy.vocabulary.fields.EncryptedJSONField()),
                ("score", privacy.vocabulary.fields.EncryptedJSONField(blank=True, null=True)),
                ("is_urgent", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Not sent"),
                            ("sent", "Sent"),
                            ("opened", "Begun"),
                            ("completed", "Completed"),
                            ("superseded", "Replaced"),
                            ("expired", "Expired"),
                            ("archived", "Put away"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[("link", "By its link"), ("desk", "At the practice")],
                        default="",
                        max_length=4,
                    ),
                ),
                (
                    "by_whom",
                    models.CharField(
                        choices=[
                            ("client", "The client"),
                            ("guardian", "A parent or guardian"),
                            ("relative", "A relative or carer"),
                        ],
                        default="client",
                        max_length=8,
                    ),
                ),
                ("link_number", models.PositiveIntegerField(default=1)),
                ("browser", models.BinaryField(blank=True, max_length=32, null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("locked_until", models.DateTimeField(blank=True, null=True)),
                ("code_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("created_by", models.UUIDField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("completed_by", models.UUIDField(blank=True, null=True)),
                (
                    "content_hash",
                    privacy.vocabulary.fields.EncryptedCharField(blank=True, max_length=64),
                ),
                (
                    "attendee",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forms",
                        to="bookings.attendee",
                    ),
                ),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forms",
                        to="clients.client",
                    ),
                ),
                (
                    "notice",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.privacynotice",
                    ),
                ),
                (
                    "replaces",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="notes.form",
                    ),
                ),
                (
                    "template",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notes.formtemplate",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FormTrigger",
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
                    "again_months",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(120)],
                    ),
                ),
                (
                    "service",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bookings.service",
                    ),
                ),
                (
                    "template",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="triggers",
                        to="notes.formtemplate",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FormReview",
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
                ("reviewed_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("reviewed_by", models.UUIDField(blank=True, null=True)),
                ("accepted", models.JSONField(blank=True, default=list)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "form",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="notes.form",
                    ),
                ),
            ],
            options={
                "ordering": ["-reviewed_at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["account_id", "form"], name="reviews_of_form")],
            },
        ),
        migrations.AddIndex(
            model_name="form",
            index=models.Index(
                fields=["account_id", "client", "created_at"], name="forms_of_client"
            ),
        ),
        migrations.AddIndex(
            model_name="form",
            index=models.Index(fields=["account_id", "state", "created_at"], name="forms_by_state"),
        ),
        migrations.AddIndex(
            model_name="form",
            index=models.Index(
                condition=models.Q(("state", "completed")),
                fields=["account_id", "completed_at"],
                name="forms_completed",
            ),
        ),
        migrations.AddConstraint(
            model_name="form",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["completed", "superseded"]), _negated=True),
                    ("completed_at__isnull", False),
                    _connector="OR",
                ),
                name="form_completed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="form",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["draft", "sent", "opened", "expired"]), _negated=True),
                    ("completed_at", None),
                    _connector="OR",
                ),
                name="form_open_until_completed",
            ),
        ),
        migrations.AddConstraint(
            model_name="formtrigger",
            constraint=models.UniqueConstraint(
                fields=("account_id", "template", "service"), name="one_form_trigger"
            ),
        ),
        RaiseWall("FormTemplate", "Form", "FormTrigger", "FormReview"),
        migrations.RunSQL(KEPT, hints={"placement": "region"}),
    ]
