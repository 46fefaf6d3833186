"""What people agreed to and what they were shown; the database refuses to rewrite it (features F2)."""

import django.core.validators
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall

NEVER = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user <> 'keepwell_app' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'this record is never rewritten' USING ERRCODE = 'KW003';
END $$;
CREATE TRIGGER a_consent_is_never_rewritten BEFORE UPDATE OR DELETE ON clients_consent
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER words_are_never_rewritten BEFORE UPDATE OR DELETE ON clients_consenttext
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER an_answer_is_never_rewritten BEFORE UPDATE OR DELETE ON clients_noticeanswer
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_time_of_proof"),
        ("clients", "0005_record_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentPurpose",
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
                            ("treatment", "Treatment"),
                            ("telehealth", "Telehealth"),
                            ("sharing", "Sharing with their doctor"),
                            ("photos", "Photos and videos"),
                            ("email_news", "News by e-mail"),
                            ("sms_news", "News by text message"),
                            ("research", "Research"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "lasts_months",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="months that an agreement lasts",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "other"), _negated=True),
                        fields=("account_id", "kind"),
                        name="one_purpose_of_a_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentText",
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
                ("language", models.CharField(max_length=12)),
                ("title", models.CharField(max_length=120, verbose_name="what people are asked")),
                ("text", models.TextField(max_length=5000, verbose_name="text")),
                ("published_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                (
                    "purpose",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="clients.consentpurpose",
                    ),
                ),
            ],
            options={
                "ordering": ["-version", "language"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                    "decision",
                    models.CharField(
                        choices=[("permit", "Agreed"), ("deny", "Refused")], max_length=6
                    ),
                ),
                ("is_withdrawal", models.BooleanField(default=False)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("link", "By a link, on their own device"),
                            ("booking", "While booking online"),
                            ("person", "In person, by word"),
                            ("paper", "On paper"),
                            ("phone", "By phone"),
                            ("desk", "In a form filled in at the practice"),
                        ],
                        max_length=8,
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
                (
                    "by_name",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=160, verbose_name="name"
                    ),
                ),
                (
                    "evidence",
                    privacy.vocabulary.fields.EncryptedTextField(
                        blank=True, max_length=1000, verbose_name="evidence"
                    ),
                ),
                ("signature", privacy.vocabulary.fields.EncryptedJSONField(blank=True, null=True)),
                ("form_id", models.UUIDField(blank=True, null=True)),
                ("starts_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("recorded_by", models.UUIDField(blank=True, null=True)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="clients.client",
                    ),
                ),
                (
                    "purpose",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.consentpurpose",
                    ),
                ),
                (
                    "text",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.consenttext",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NoticeAnswer",
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
                    "answer",
                    models.CharField(
                        choices=[("accepted", "Accepted"), ("declined", "Declined")], max_length=8
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("link", "By a link, on their own device"),
                            ("booking", "While booking online"),
                            ("person", "In person, by word"),
                            ("paper", "On paper"),
                            ("phone", "By phone"),
                            ("desk", "In a form filled in at the practice"),
                        ],
                        max_length=8,
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
                ("form_id", models.UUIDField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("recorded_by", models.UUIDField(blank=True, null=True)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice_answers",
                        to="clients.client",
                    ),
                ),
                (
                    "notice",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.privacynotice",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                fields=("account_id", "purpose", "version", "language"), name="one_consent_text"
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                fields=["account_id", "client", "purpose", "starts_at"], name="consents_of_client"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_withdrawal", False), ("decision", "deny"), _connector="OR"),
                name="withdrawal_denies",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None), ("until__gt", models.F("starts_at")), _connector="OR"
                ),
                name="consent_ends_after_start",
            ),
        ),
        migrations.AddIndex(
            model_name="noticeanswer",
            index=models.Index(
                fields=["account_id", "client", "recorded_at"], name="notice_answers_of_client"
            ),
        ),
        migrations.AddIndex(
            model_name="noticeanswer",
            index=models.Index(fields=["account_id", "notice", "client"], name="notice_answers_to"),
        ),
        RaiseWall("ConsentPurpose", "ConsentText", "Consent", "NoticeAnswer"),
        migrations.RunSQL(NEVER, hints={"placement": "region"}),
    ]
