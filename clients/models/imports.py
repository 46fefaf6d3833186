"""Imports: a file from another system, what was found in it, what is made ready of it, and what came of each row."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    StoredFile,
    Subject,
    operational,
    personal,
    sensitive,
)
from privacy.vocabulary.fields import BlindIndexField, EncryptedCharField, EncryptedJSONField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class ImportBatch(RegionModel):
    """One file on its way: uploaded, mapped, tried, imported, and perhaps taken back.

    The file lies sealed in the region's store under a key of its own and goes with what it said of people (`survey`)
    after some days; counts, hash and mapping stay. `writing`: encoding, delimiter, row of the headings. `mapping`: what
    each column is, see `clients.importing.mapping`. `columns`: by table, those whose values `ImportedRow.digest` covers.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", _("To be matched")
        TRYING = "trying", _("Being checked")
        TRIED = "tried", _("Checked")
        IMPORTING = "importing", _("Being imported")
        IMPORTED = "imported", _("Imported")
        LEAVING = "leaving", _("Being taken back")
        UNDONE = "undone", _("Taken back")
        DROPPED = "dropped", _("Thrown away")
        FAILED = "failed", _("Stopped")

    WORKING = (State.TRYING, State.IMPORTING, State.LEAVING)
    OPEN = (State.MAPPING, State.TRYING, State.TRIED, State.IMPORTING, State.FAILED)

    kind = operational(models.CharField(max_length=20))
    source = operational(models.CharField(_("earlier system"), max_length=40, blank=True))
    state = operational(
        models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    )
    name = sensitive(EncryptedCharField(_("file name"), max_length=255))
    media_type = operational(models.CharField(max_length=40, default="text/csv"))
    size = operational(models.PositiveBigIntegerField(default=0))
    sha256 = sensitive(EncryptedCharField(max_length=64))
    storage_key = operational(models.CharField(max_length=120, blank=True))
    file_key = sensitive(EncryptedCharField(max_length=64, blank=True, default=""))
    file_until = operational(models.DateTimeField(null=True))
    writing = operational(models.JSONField(default=dict))
    survey = sensitive(EncryptedJSONField(default=dict))
    mapping = sensitive(EncryptedJSONField(default=dict))
    counts = operational(models.JSONField(default=dict))
    columns = operational(models.JSONField(default=dict))
    problem = operational(models.CharField(max_length=40, blank=True))
    job_id = operational(models.UUIDField(null=True))
    requested_by = operational(
        TenantForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    tried_at = operational(models.DateTimeField(null=True))
    imported_at = operational(models.DateTimeField(null=True))
    undone_at = operational(models.DateTimeField(null=True))

    data_policy = DataPolicy(
        Subject.SYSTEM, retain="life of the account; the file 30 days", file=StoredFile()
    )

    class Meta(RegionModel.Meta):
        verbose_name = _("import")
        indexes = [models.Index(fields=["account_id", "-created_at"], name="imports_newest")]

    @property
    def is_working(self) -> bool:
        """Whether a job is at it."""
        return self.state in self.WORKING

    @property
    def is_open(self) -> bool:
        """Whether it is not imported yet and may be thrown away."""
        return self.state in self.OPEN

    @property
    def has_file(self) -> bool:
        """Whether the file is still here."""
        return bool(self.storage_key)


class ImportMapping(RegionModel):
    """How the practice matched the columns of one kind of file, kept for the next one of the same headings."""

    kind = operational(models.CharField(max_length=20))
    name = operational(models.CharField(_("name"), max_length=60))
    mapping = sensitive(EncryptedJSONField())
    created_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "kind", "name"], name="one_import_mapping"
            )
        ]


class ImportPiece(RegionModel):
    """What a trial found in some rows of a file: those that can't be imported and those to look at, with their words."""

    batch = operational(TenantForeignKey(ImportBatch, models.CASCADE, related_name="pieces"))
    number = operational(models.PositiveIntegerField())
    last_row = operational(models.PositiveIntegerField())
    counts = operational(models.JSONField(default=dict))
    found = sensitive(EncryptedJSONField(default=list))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "batch", "number"], name="one_import_piece"
            )
        ]


class ImportStagedRow(RegionModel):
    """A row made ready for a table, which nobody sees until all of its file's rows are put there at once.

    `cells` in the order of the table's columns: sealed values as they will lie there, others as PostgreSQL writes them.
    """

    batch = operational(TenantForeignKey(ImportBatch, models.CASCADE, related_name="staged"))
    label = operational(models.CharField(max_length=60))
    row = operational(models.PositiveIntegerField())
    cells = operational(ArrayField(models.BinaryField(null=True), default=list))

    data_policy = DataPolicy(Subject.SYSTEM, export="rows on their way to a table", deletable=True)

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "batch", "label"], name="staged_of_batch")]


class ImportedRow(RegionModel):
    """What a row of a file became: the provenance of each thing that an import brought.

    `reference` is its number in the other system, `row_index` a keyed hash of the row's words: by both a second file is
    known to say the same again. `digest` is what the row held when it came. `source_hash` is the SHA-256 of the row as
    the file had it. `left_at`: when it was taken back.
    """

    batch = operational(TenantForeignKey(ImportBatch, models.PROTECT, related_name="rows"))
    label = operational(models.CharField(max_length=60))
    object_id = operational(models.UUIDField())
    row = operational(models.PositiveIntegerField())
    is_first = operational(models.BooleanField(default=True))
    reference = personal(
        EncryptedCharField(max_length=120, blank=True, default="", blind="reference_index"),
        "user.unique_id",
    )
    reference_index = personal(
        BlindIndexField(source="reference"), "user.unique_id", unsealed="keyed hash"
    )
    row_index = operational(models.BinaryField(null=True))
    source_hash = personal(
        EncryptedCharField(max_length=64, blank=True, default=""), "user.unique_id"
    )
    digest = operational(models.BigIntegerField(null=True))
    left_at = operational(models.DateTimeField(null=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "batch", "row"], name="imported_of_batch"),
            models.Index(fields=["account_id", "object_id"], name="imported_as"),
            models.Index(
                fields=["account_id", "label", "reference_index"],
                name="imported_by_reference",
                condition=models.Q(reference_index__isnull=False),
            ),
            models.Index(
                fields=["account_id", "row_index"],
                name="imported_by_row",
                condition=models.Q(row_index__isnull=False),
            ),
        ]
