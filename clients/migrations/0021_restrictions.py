"""Adds restrictions and objections, and holds what is kept of clients to them."""

from typing import ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import HoldRestricted, RaiseWall

ONLY_LIFTED = """
CREATE FUNCTION refuse_changes_to_restrictions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_user = 'keepwell_purger' THEN
      RETURN OLD;
    END IF;
  ELSIF OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
    AND to_jsonb(NEW) - '{lifted_at,lifted_by,lifted_because}'::text[]
      = to_jsonb(OLD) - '{lifted_at,lifted_by,lifted_because}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a restriction never changes, but to be lifted' USING ERRCODE = 'KW003';
END $$;
CREATE TRIGGER a_restriction_is_only_lifted BEFORE UPDATE OR DELETE ON clients_restriction
  FOR EACH ROW EXECUTE FUNCTION refuse_changes_to_restrictions();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0011_arriving"), ("clients", "0020_caring")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Restriction",
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
                ("decision", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("objection", "Objection"),
                            ("restriction", "Data only stored"),
                        ],
                        max_length=11,
                    ),
                ),
                ("allows", models.JSONField(blank=True, default=list)),
                ("against", models.JSONField(blank=True, default=list)),
                ("reason", privacy.vocabulary.fields.EncryptedTextField(verbose_name="reason")),
                ("since", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                (
                    "by_kind",
                    models.CharField(
                        default=privacy.vocabulary.scope.ActorKind["SYSTEM"], max_length=8
                    ),
                ),
                ("by_id", models.UUIDField(blank=True, null=True)),
                ("case_id", models.UUIDField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_by", models.UUIDField(blank=True, null=True)),
                (
                    "lifted_because",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, max_length=300, verbose_name="why it was lifted"
                    ),
                ),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restrictions",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "verbose_name": "restriction",
                "ordering": ["-since", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["account_id", "client"],
                        name="restrictions_that_stand",
                    ),
                    models.Index(
                        fields=["account_id", "decision"], name="restrictions_of_decision"
                    ),
                ],
            },
        ),
        RaiseWall("Restriction"),
        migrations.RunSQL(ONLY_LIFTED, hints={"placement": "region"}),
        HoldRestricted(
            "Alert",
            "BookingCode",
            "Case",
            "Client",
            "Consent",
            "ContactPoint",
            "Document",
            "Merge",
            "NoticeAnswer",
            "Original",
            "Referral",
            "Relationship",
        ),
    ]
