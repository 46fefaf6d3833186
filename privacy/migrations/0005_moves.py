"""Makes room for archives that come back and for moves to another region; says which account may do either, and how."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall, moving_trigger

# Tables that may be written while an account closes stand still while it moves
STILL = (
    "accounts_outboxjob",
    "accounts_signin",
    "bookings_message",
    "clients_arrival",
    "clients_arrivalpart",
    "clients_disclosure",
    "clients_picture",
    "privacy_export",
    "privacy_closure",
    "privacy_residencystatement",
)

# Rows arrive final only where nothing was kept before; what has moved away is never written again
ANCHOR = """
CREATE FUNCTION keep_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'arriving' AND OLD.state <> 'arriving'
     AND EXISTS (SELECT FROM clients_client c WHERE c.account_id = NEW.account_id) THEN
    RAISE EXCEPTION 'only an empty account takes an archive' USING ERRCODE = 'KW001';
  END IF;
  IF OLD.state = 'left' AND NEW.state NOT IN ('left', 'purging') THEN
    RAISE EXCEPTION 'what has moved away stays read-only' USING ERRCODE = 'KW001';
  END IF;
  IF NEW.epoch < OLD.epoch THEN
    RAISE EXCEPTION 'an epoch never goes back' USING ERRCODE = 'KW001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_anchor_keeps_its_order BEFORE UPDATE ON accounts_accountanchor
  FOR EACH ROW EXECUTE FUNCTION keep_anchor();
"""

# The region of an account changes by a move that was compared, and by nothing else (RP-2); a move goes step by step
PLACE = """
CREATE FUNCTION keep_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.cell, NEW.home_region, NEW.epoch) IS DISTINCT FROM (OLD.cell, OLD.home_region, OLD.epoch)
     AND (NEW.epoch <> OLD.epoch + 1 OR NOT EXISTS (
       SELECT FROM privacy_relocation r
       WHERE r.account_id = NEW.id AND r.step = 'opening' AND r.flipped_at IS NULL AND r.epoch = NEW.epoch
         AND r.from_cell = OLD.cell AND r.to_cell = NEW.cell AND r.cursor ? 'compared')) THEN
    RAISE EXCEPTION 'an account changes its region by moving there' USING ERRCODE = 'KW005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_account_stays_in_its_region BEFORE UPDATE ON accounts_account
  FOR EACH ROW EXECUTE FUNCTION keep_place();

CREATE FUNCTION keep_relocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps text[] := ARRAY['asked', 'freezing', 'copying', 'comparing', 'opening', 'leaving', 'done'];
  was int; becomes int;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.step <> 'asked' OR NEW.flipped_at IS NOT NULL THEN
      RAISE EXCEPTION 'a move begins by being asked for' USING ERRCODE = 'KW005';
    END IF;
    RETURN NEW;
  END IF;
  was := coalesce(array_position(steps, OLD.step::text), 99);
  becomes := coalesce(array_position(steps, NEW.step::text), -1);
  IF (NEW.account_id, NEW.from_cell, NEW.to_cell, NEW.epoch)
     IS DISTINCT FROM (OLD.account_id, OLD.from_cell, OLD.to_cell, OLD.epoch)
     OR OLD.flipped_at IS NOT NULL AND NEW.flipped_at IS DISTINCT FROM OLD.flipped_at
     OR NEW.step <> OLD.step AND NOT (
       becomes = was + 1 AND (NEW.step <> 'leaving' OR NEW.flipped_at IS NOT NULL)
       OR NEW.step = 'aborting' AND was < 6 AND OLD.flipped_at IS NULL
       OR OLD.step = 'aborting' AND NEW.step = 'aborted') THEN
    RAISE EXCEPTION 'a move goes step by step' USING ERRCODE = 'KW005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_move_goes_step_by_step BEFORE INSERT OR UPDATE ON privacy_relocation
  FOR EACH ROW EXECUTE FUNCTION keep_relocation();
REVOKE DELETE ON privacy_relocation FROM keepwell_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_arriving"),
        ("clients", "0020_caring"),
        ("bookings", "0017_arriving"),
        ("notes", "0013_arriving"),
        ("privacy", "0004_residency"),
    ]

    operations = [
        migrations.CreateModel(
            name="CarriedDetail",
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
                ("detail", privacy.vocabulary.fields.EncryptedJSONField()),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ArchiveImport",
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
                ("job_id", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Being checked"),
                            ("checked", "Checked"),
                            ("refused", "Not taken"),
                            ("bringing", "Being brought in"),
                            ("brought", "Brought in"),
                            ("failed", "Stopped"),
                            ("dropped", "Thrown away"),
                        ],
                        default="checking",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("checked_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(help_text="when the file goes")),
                ("name", models.CharField(default="archive.zip", max_length=40)),
                ("media_type", models.CharField(default="application/zip", max_length=40)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("storage_key", models.CharField(blank=True, max_length=120)),
                (
                    "file_key",
                    privacy.vocabulary.fields.EncryptedCharField(blank=True, max_length=64),
                ),
                (
                    "found",
                    models.JSONField(
                        default=dict, help_text="what the manifest says: counts, region, signer"
                    ),
                ),
                (
                    "people",
                    privacy.vocabulary.fields.EncryptedJSONField(help_text="its members"),
                ),
                ("problems", models.JSONField(default=list, help_text="places, never values")),
                (
                    "plan",
                    models.JSONField(default=dict, help_text="which ids become others, and why"),
                ),
                ("cursor", models.JSONField(default=dict)),
                ("receipt", models.JSONField(default=dict, help_text="counts by kind")),
                (
                    "requested_by",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["checking", "checked", "bringing"])),
                        fields=("account_id",),
                        name="one_archive_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PastEvent",
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
                    "account",
                    privacy.vocabulary.placement.ControlRef(help_text="the former account"),
                ),
                ("seq", models.BigIntegerField()),
                ("at_us", models.BigIntegerField()),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_id", models.UUIDField(null=True)),
                ("action", models.CharField(max_length=60)),
                ("kind", models.CharField(blank=True, max_length=60)),
                ("object_id", models.UUIDField(null=True)),
                (
                    "about_id",
                    models.UUIDField(help_text="the client, also an erased one", null=True),
                ),
                ("purpose", models.CharField(max_length=20)),
                ("result", models.CharField(max_length=40)),
                ("request_id", models.CharField(blank=True, max_length=40)),
                ("count", models.PositiveIntegerField(default=1)),
                ("detail", privacy.vocabulary.fields.EncryptedJSONField(null=True)),
                ("previous_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "ordering": ["account_id", "-seq"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["account_id", "client", "-at_us"], name="past_events_of_client"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "account", "seq"), name="one_past_link"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Relocation",
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
                    "step",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("freezing", "Standing still"),
                            ("copying", "Being copied"),
                            ("comparing", "Being compared"),
                            ("opening", "Changing over"),
                            ("leaving", "Being deleted there"),
                            ("done", "Moved"),
                            ("aborting", "Being taken back"),
                            ("aborted", "Taken back"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("from_cell", models.CharField(max_length=20)),
                ("to_cell", models.CharField(max_length=20)),
                (
                    "epoch",
                    models.PositiveIntegerField(help_text="of the account once it has moved"),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("rule", "closest by rule"),
                            ("requested", "requested by the Owner"),
                            ("contracted", "contracted"),
                        ],
                        max_length=12,
                    ),
                ),
                ("document", models.CharField(max_length=200)),
                ("decided_by", models.CharField(max_length=60)),
                ("asked_by", privacy.vocabulary.placement.ControlRef(null=True)),
                ("asked_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("frozen_at", models.DateTimeField(null=True)),
                ("flipped_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("lease", models.UUIDField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("progress", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("cursor", models.JSONField(default=dict)),
                ("certificate", models.JSONField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relocations",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("step__in", ["done", "aborted"]), _negated=True),
                        fields=("account",),
                        name="one_move_at_a_time",
                    )
                ],
            },
        ),
        RaiseWall("ArchiveImport", "PastEvent", "CarriedDetail"),
        migrations.RunSQL(
            ANCHOR + ";\n".join(moving_trigger(table) for table in STILL),
            hints={"placement": "region"},
        ),
        migrations.RunSQL(PLACE, hints={"placement": "control"}),
    ]
