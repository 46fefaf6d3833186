"""Adds imports, and lets the application delete what one brought while nobody has touched it."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall

# What the application may not delete it may still take back: a row that an import brought, while the import is undone
UNDOING = """
CREATE FUNCTION only_an_import_is_taken_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  came_by text := to_jsonb(OLD) ->> 'provenance';
BEGIN
  IF current_user = 'keepwell_app' AND (came_by <> 'import' OR NOT EXISTS (
      SELECT FROM clients_importedrow i
      JOIN clients_importbatch b ON b.account_id = i.account_id AND b.id = i.batch_id
      WHERE i.account_id = OLD.account_id AND i.object_id = OLD.id AND i.left_at IS NULL AND b.state = 'leaving')) THEN
    RAISE EXCEPTION 'a kept row of % never changes by deleting: only an import takes back what it brought', TG_TABLE_NAME
      USING ERRCODE = 'KW002';
  END IF;
  RETURN OLD;
END $$;
ALTER TABLE clients_importstagedrow ALTER COLUMN cells SET STORAGE EXTERNAL;
""" + "".join(
    f"GRANT DELETE ON clients_{table} TO keepwell_app;"
    f"CREATE TRIGGER only_an_import_is_taken_back BEFORE DELETE ON clients_{table}"
    " FOR EACH ROW EXECUTE FUNCTION only_an_import_is_taken_back();\n"
    for table in ("client", "contact")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0006_client_word"),
        ("clients", "0018_made_here"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ImportBatch",
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
                ("kind", models.CharField(max_length=20)),
                (
                    "source",
                    models.CharField(blank=True, max_length=40, verbose_name="earlier system"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "To be matched"),
                            ("trying", "Being checked"),
                            ("tried", "Checked"),
                            ("importing", "Being imported"),
                            ("imported", "Imported"),
                            ("leaving", "Being taken back"),
                            ("undone", "Taken back"),
                            ("dropped", "Thrown away"),
                            ("failed", "Stopped"),
                        ],
                        default="mapping",
                        max_length=10,
                    ),
                ),
                (
                    "name",
                    privacy.vocabulary.fields.EncryptedCharField(
                        max_length=255, verbose_name="file name"
                    ),
                ),
                ("media_type", models.CharField(default="text/csv", max_length=40)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", privacy.vocabulary.fields.EncryptedCharField(max_length=64)),
                ("storage_key", models.CharField(blank=True, max_length=120)),
                (
                    "file_key",
                    privacy.vocabulary.fields.EncryptedCharField(blank=True, max_length=64),
                ),
                ("file_until", models.DateTimeField(null=True)),
                ("writing", models.JSONField(default=dict)),
                ("survey", privacy.vocabulary.fields.EncryptedJSONField()),
                ("mapping", privacy.vocabulary.fields.EncryptedJSONField()),
                ("counts", models.JSONField(default=dict)),
                ("columns", models.JSONField(default=dict)),
                ("problem", models.CharField(blank=True, max_length=40)),
                ("job_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("tried_at", models.DateTimeField(null=True)),
                ("imported_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "requested_by",
                    privacy.vocabulary.placement.TenantForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportedRow",
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
                ("label", models.CharField(max_length=60)),
                ("object_id", models.UUIDField()),
                ("row", models.PositiveIntegerField()),
                ("is_first", models.BooleanField(default=True)),
                (
                    "reference",
                    privacy.vocabulary.fields.EncryptedCharField(
                        blank=True, blind="reference_index", max_length=120
                    ),
                ),
                (
                    "reference_index",
                    privacy.vocabulary.fields.BlindIndexField(null=True, source="reference"),
                ),
                ("row_index", models.BinaryField(null=True)),
                (
                    "source_hash",
                    privacy.vocabulary.fields.EncryptedCharField(blank=True, max_length=64),
                ),
                ("digest", models.BigIntegerField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "batch",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="clients.importbatch",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportMapping",
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
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("mapping", privacy.vocabulary.fields.EncryptedJSONField()),
                ("created_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "kind", "name"), name="one_import_mapping"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportPiece",
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
                ("last_row", models.PositiveIntegerField()),
                ("counts", models.JSONField(default=dict)),
                ("found", privacy.vocabulary.fields.EncryptedJSONField()),
                (
                    "batch",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="clients.importbatch",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportStagedRow",
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
                ("label", models.CharField(max_length=60)),
                ("row", models.PositiveIntegerField()),
                (
                    "cells",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BinaryField(null=True), default=list
                    ),
                ),
                (
                    "batch",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staged",
                        to="clients.importbatch",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["account_id", "-created_at"], name="imports_newest"),
        ),
        migrations.AddIndex(
            model_name="importedrow",
            index=models.Index(fields=["account_id", "batch", "row"], name="imported_of_batch"),
        ),
        migrations.AddIndex(
            model_name="importedrow",
            index=models.Index(fields=["account_id", "object_id"], name="imported_as"),
        ),
        migrations.AddIndex(
            model_name="importedrow",
            index=models.Index(
                condition=models.Q(("reference_index__isnull", False)),
                fields=["account_id", "label", "reference_index"],
                name="imported_by_reference",
            ),
        ),
        migrations.AddIndex(
            model_name="importedrow",
            index=models.Index(
                condition=models.Q(("row_index__isnull", False)),
                fields=["account_id", "row_index"],
                name="imported_by_row",
            ),
        ),
        migrations.AddConstraint(
            model_name="importpiece",
            constraint=models.UniqueConstraint(
                fields=("account_id", "batch", "number"), name="one_import_piece"
            ),
        ),
        migrations.AddIndex(
            model_name="importstagedrow",
            index=models.Index(fields=["account_id", "batch", "label"], name="staged_of_batch"),
        ),
        RaiseWall("ImportBatch", "ImportMapping", "ImportPiece", "ImportStagedRow", "ImportedRow"),
        migrations.RunSQL(UNDOING, hints={"placement": "region"}),
    ]
