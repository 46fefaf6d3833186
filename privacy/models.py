"""Exports that an Owner asked for, the closing of an account, statements of where its data lies: rows with their dates."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Practitioner
from clients.models import Client
from privacy.cases import (
    DeskCase,
    DeskCertificate,
    DeskChoices,
    DeskStep,
    DeskTelling,
    DeskWait,
)
from privacy.moves import ArchiveImport, CarriedDetail, PastEvent, Relocation
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    Lifetime,
    Subject,
    operational,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import CellModel, Placement, RegionModel, TenantForeignKey

__all__ = [
    "ArchiveImport",
    "CarriedDetail",
    "Closure",
    "DeskCase",
    "DeskCertificate",
    "DeskChoices",
    "DeskStep",
    "DeskTelling",
    "DeskWait",
    "Export",
    "ExportPart",
    "ExportTicket",
    "PastEvent",
    "Relocation",
    "ResidencyStatement",
]


class Export(RegionModel):
    """An export of the account or a part of it: a sealed archive in the region's object store for seven days."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        READY = "ready", _("Ready")
        GAPS = "complete_with_gaps", _("Ready, with gaps")
        FAILED = "failed", _("Failed")
        DELETED = "deleted", _("Deleted")

    class Scope(models.TextChoices):
        ACCOUNT = "account", _("Everything")
        CLIENT = "client", _("One client’s record")
        PRACTITIONER = "practitioner", _("What a practitioner takes along")
        DATA_SET = "data_set", _("A chosen set of data")

    class Encryption(models.TextChoices):
        NONE = "none", _("Not encrypted")
        RECIPIENT = "recipient", _("To a public key")
        PASSPHRASE = "passphrase", _("By a passphrase")

    requested_by = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    job_id = operational(models.UUIDField(null=True))
    state = operational(
        models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    started_at = operational(models.DateTimeField(null=True))
    snapshot_at = operational(models.DateTimeField(null=True))
    finished_at = operational(models.DateTimeField(null=True))
    expires_at = operational(models.DateTimeField(null=True))
    size = operational(models.PositiveBigIntegerField(default=0))
    sha256 = operational(models.CharField(max_length=64, blank=True))
    rows = operational(models.PositiveBigIntegerField(default=0))
    files = operational(models.PositiveIntegerField(default=0))
    gaps = operational(models.PositiveIntegerField(default=0))
    scope = operational(
        models.CharField(max_length=12, choices=Scope.choices, default=Scope.ACCOUNT)
    )
    client = operational(TenantForeignKey(Client, models.PROTECT, null=True, related_name="+"))
    practitioner = operational(
        TenantForeignKey(Practitioner, models.PROTECT, null=True, related_name="+")
    )
    choices = operational(
        models.JSONField(default=dict, blank=True, help_text="kinds, fields and days, never values")
    )
    is_whole = operational(
        models.BooleanField(default=False, help_text="also with what is set apart")
    )
    rows_apart = operational(
        models.PositiveBigIntegerField(default=0, help_text="set apart, therefore not in it")
    )
    gap_list = operational(
        models.JSONField(default=list, blank=True, help_text="ids and reasons, never names")
    )
    problem = operational(models.CharField(max_length=20, blank=True))
    encryption = operational(
        models.CharField(max_length=12, choices=Encryption.choices, default=Encryption.NONE)
    )
    recipient = operational(models.CharField(max_length=80, blank=True, help_text="a public key"))
    header = operational(
        models.TextField(blank=True, help_text="what an encrypted archive begins with")
    )
    snapshots = operational(
        models.PositiveIntegerField(default=0, help_text="how many were begun for it")
    )
    spool_key = operational(models.CharField(max_length=120, blank=True))
    spool_file_key = sensitive(
        EncryptedCharField(max_length=64, blank=True, null=True, default=""), "system.credentials"
    )
    storage_key = operational(models.CharField(max_length=120, blank=True))
    upload = operational(models.CharField(max_length=1024, blank=True))
    nonce = operational(models.CharField(max_length=32, blank=True))
    file_key = sensitive(
        EncryptedCharField(max_length=64, blank=True, default=""), "system.credentials"
    )

    data_policy = DataPolicy(
        Subject.SYSTEM,
        export="an export never holds exports",
        retain="seven days, then the file goes",
        closing=True,
    )

    class Meta(RegionModel.Meta):
        ordering = ["-created_at"]

    @property
    def is_under_way(self) -> bool:
        """Whether the archive is still being made."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def is_ready(self) -> bool:
        """Whether the archive can be downloaded, its seven days apart."""
        return self.state in (self.State.READY, self.State.GAPS)


class ExportPart(RegionModel):
    """A part of an archive on its way to the store: what it has to be, written down before it is sent (EX-5).

    `name`: what the store calls it; empty until it is there.
    """

    export = operational(TenantForeignKey(Export, models.CASCADE, related_name="parts"))
    number = operational(models.PositiveIntegerField())
    sha256 = operational(models.CharField(max_length=64))
    name = operational(models.CharField(max_length=200, blank=True))

    data_policy = DataPolicy(
        Subject.SYSTEM,
        export="an export never holds exports",
        retain="until the archive is made",
        deletable=True,
        closing=True,
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "export", "number"], name="one_part_of_a_number"
            )
        ]


class ExportTicket(RegionModel):
    """That one member may download one archive once, within five minutes: of the link only a hash is kept (EX-10)."""

    export = operational(TenantForeignKey(Export, models.CASCADE, related_name="tickets"))
    member = operational(TenantForeignKey(Member, models.CASCADE, related_name="+"))
    digest = operational(models.CharField(max_length=64))
    made_at = operational(models.DateTimeField(default=clock.now))
    expires_at = operational(models.DateTimeField())
    used_at = operational(models.DateTimeField(null=True, blank=True))
    ends_at = operational(models.DateTimeField(help_text="when nobody counts it any more"))

    data_policy = DataPolicy(
        Subject.SYSTEM,
        export="passing state of a download",
        retain="a day",
        deletable=True,
        closing=True,
        lives=Lifetime("ends_at", 1),
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "digest"], name="one_export_ticket")
        ]


class Closure(RegionModel):
    """That the Owner asked for the account to be closed, with every date that follows (promise P17, EX-13)."""

    requested_by = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    requested_at = operational(models.DateTimeField(default=clock.now))
    purge_due_at = operational(models.DateTimeField())
    has_copy = operational(
        models.BooleanField(help_text="the Owner stated: I have my copy, or I need none")
    )
    export = operational(TenantForeignKey(Export, models.PROTECT, null=True, related_name="+"))
    cancelled_at = operational(models.DateTimeField(null=True))
    job_id = operational(models.UUIDField(null=True))

    data_policy = DataPolicy(Subject.SYSTEM, closing=True, arrives="of the former account")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id"], condition=models.Q(cancelled_at=None), name="one_closure"
            )
        ]


class ResidencyStatement(RegionModel):
    """What a census found of the account: in its region, and nowhere else; signed by the region (RP-6)."""

    counted_at = operational(models.DateTimeField(default=clock.now))
    looked_in = operational(models.JSONField(help_text="the cells"))
    findings = operational(models.PositiveIntegerField(help_text="what was found elsewhere"))
    text = operational(models.TextField(help_text="JSON as it was signed: counts, never values"))
    signature = operational(models.CharField(max_length=128, help_text="Ed25519, hexadecimal"))

    data_policy = DataPolicy(
        Subject.SYSTEM,
        append_only=True,
        closing=True,
        arrives="of the former account, signed by its region",
    )

    class Meta(RegionModel.Meta):
        ordering = ["-counted_at"]
        indexes = [
            models.Index(fields=["account_id", "-counted_at"], name="statements_by_date"),
        ]
        verbose_name = _("residency statement")


class Erasure(RegionModel):
    """That the erasure of a person was decided: one row for each of their records, which stays (RT-8).

    `entry` is the same for all records of the person and names the entry in the region's ledger, `seq` is its number
    there. From the row on the database lets `keepwell_purger` at the record; ids, and nothing that says who it was.
    """

    entry = operational(models.UUIDField())
    client_id = operational(models.UUIDField())
    asked_at = operational(models.DateTimeField(default=clock.now))
    asked_by = operational(models.UUIDField(null=True))
    seq = operational(models.PositiveBigIntegerField(null=True))
    done_at = operational(models.DateTimeField(null=True))

    data_policy = DataPolicy(
        Subject.SYSTEM, export="ids of nobody; the audit tells of each erasure", closing=True
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "client_id"], name="one_erasure")
        ]
        indexes = [models.Index(fields=["account_id", "entry"], name="erasures_by_entry")]


class LedgerHead(CellModel):
    """How far this database knows the region's ledger of erasures; a restored one knows less than there is (RT-8)."""

    id = operational(models.PositiveSmallIntegerField(primary_key=True, default=1))
    seq = operational(models.PositiveBigIntegerField())
    digest = operational(models.CharField(max_length=64, help_text="SHA-256 of that entry"))

    data_policy = DataPolicy(Subject.SYSTEM, export="about the region's database itself")


class ControlLedgerHead(models.Model):
    """How far control knows its own ledger: Users who were erased, accounts that were closed."""

    placement: ClassVar = Placement.CONTROL
    id = operational(models.PositiveSmallIntegerField(primary_key=True, default=1))
    seq = operational(models.PositiveBigIntegerField())
    digest = operational(models.CharField(max_length=64, help_text="SHA-256 of that entry"))

    data_policy = DataPolicy(Subject.SYSTEM, export="about control's database itself")


class ProcessorNotice(RegionModel):
    """That the Owner was told of somebody new who will handle data, and what they said to it (TP-1)."""

    processor = operational(models.CharField(max_length=60))
    begins_on = operational(models.DateField())
    told_at = operational(models.DateTimeField(default=clock.now))
    objected_at = operational(models.DateTimeField(null=True))
    objected_by = operational(TenantForeignKey(Member, models.PROTECT, null=True, related_name="+"))
    objection = sensitive(
        EncryptedTextField(blank=True, default=""), "user.content", "administration"
    )

    data_policy = DataPolicy(Subject.SYSTEM, arrives="of the former account")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "processor", "begins_on"], name="told_once"
            )
        ]
