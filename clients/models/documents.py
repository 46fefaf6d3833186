"""Files about clients: what is kept, the originals kept beside it, pictures of it for the screen, what is on its way."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.permissions import Permission
from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    Lifetime,
    StoredFile,
    Subject,
    operational,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField, EncryptedJSONField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey

PICTURE_DAYS = 30
ARRIVAL_DAYS = 1

_ME = "current_setting('app.reader', true)"
# A file is there for whoever reads letters and files, and for those of them whom its visibility names. `app.reader` is a
# member who may read notes, and empty for everybody else, whoever added the file.
READERS = f"""
current_setting('app.files', true) = 'yes' AND (
  {_ME} = 'system' OR visibility = 'everyone' OR ({_ME} <> '' AND (
    visibility = 'clinicians' OR uploaded_by_id::text = {_ME} OR EXISTS (
      SELECT 1 FROM accounts_member m
      WHERE m.account_id = {{table}}.account_id AND m.id::text = {_ME} AND m.role = 'owner'))))"""
# What belongs to a file is there for whoever the file is there for
READERS_OF_THE_FILE = """EXISTS (
  SELECT 1 FROM clients_document d
  WHERE d.account_id = {table}.account_id AND d.id = {table}.document_id)"""


class Document(RegionModel):
    """A file about a client; its bytes lie sealed in the region's object store under a key of their own.

    `removed` names what was taken out of a picture before it was kept; `pages` counts its pictures for the screen.
    """

    class Category(models.TextChoices):
        REFERRAL = "referral", _("Referral")
        REPORT = "report", _("Report or result")
        IMAGING = "imaging", _("Imaging")
        PHOTO = "photo", _("Photo or film")
        LETTER = "letter", _("Letter")
        FORM = "form", _("Form or consent")
        INSURANCE = "insurance", _("Insurance or funding")
        OTHER = "other", _("Other")

    class Visibility(models.TextChoices):
        EVERYONE = "everyone", _("Everyone who opens files")
        CLINICIANS = "clinicians", _("Those who read notes")
        OWN = "own", _("Only who added it, and the Owner")

    class Scan(models.TextChoices):
        UNSCANNED = "unscanned", _("Not checked for malware")
        WAITING = "waiting", _("Being checked for malware")
        CLEAN = "clean", _("Checked for malware")
        REFUSED = "refused", _("Malware found")
        MADE = "made", _("Made by Keepwell itself")

    class Pictures(models.TextChoices):
        NONE = "none", _("no pictures")
        WAITING = "waiting", _("being drawn")
        READY = "ready", _("drawn")
        FAILED = "failed", _("can’t be drawn")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="documents"))
    name = sensitive(EncryptedCharField(_("file name"), max_length=255))
    description = sensitive(
        EncryptedCharField(_("description"), max_length=300, blank=True, null=True, default="")
    )
    category = operational(
        models.CharField(_("kind"), max_length=10, choices=Category.choices, default=Category.OTHER)
    )
    dated_on = operational(models.DateField(_("date"), null=True, blank=True))
    visibility = operational(
        models.CharField(
            _("who sees it"),
            max_length=10,
            choices=Visibility.choices,
            default=Visibility.CLINICIANS,
        )
    )
    media_type = operational(models.CharField(max_length=100))
    size = operational(models.PositiveBigIntegerField())
    sha256 = sensitive(EncryptedCharField(max_length=64))
    storage_key = operational(models.CharField(max_length=120))
    file_key = sensitive(EncryptedCharField(max_length=64))
    removed = operational(models.JSONField(default=list, blank=True))
    scan = operational(models.CharField(max_length=9, choices=Scan.choices, default=Scan.UNSCANNED))
    scanned_at = operational(models.DateTimeField(null=True, blank=True))
    pictures = operational(
        models.CharField(max_length=7, choices=Pictures.choices, default=Pictures.NONE)
    )
    pages = operational(models.PositiveIntegerField(default=0))
    uploaded_by = operational(
        TenantForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    withdrawn_at = operational(models.DateTimeField(null=True, blank=True))

    counted_as, counted_for = _("files"), Permission.FILES_READ
    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        file=StoredFile(),
        readers=READERS,
        work_of="uploaded_by",
        while_restricted="hide",
    )

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "client"], name="documents_of_client")]

    @property
    def may_leave(self) -> bool:
        """Whether it may be given out: not while it waits to be checked, never when malware was found."""
        return self.scan in (self.Scan.UNSCANNED, self.Scan.CLEAN, self.Scan.MADE)


class Original(RegionModel):
    """A picture or film as it came, with place, camera and comments, because somebody chose to keep that, too."""

    document = operational(TenantForeignKey(Document, models.PROTECT, related_name="originals"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    name = sensitive(EncryptedCharField(_("file name"), max_length=255))
    media_type = operational(models.CharField(max_length=100))
    size = operational(models.PositiveBigIntegerField())
    sha256 = sensitive(EncryptedCharField(max_length=64))
    storage_key = operational(models.CharField(max_length=120))
    file_key = sensitive(EncryptedCharField(max_length=64))

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        file=StoredFile(),
        readers=READERS_OF_THE_FILE,
        work_of="document__uploaded_by",
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "document"], name="one_original")
        ]


class Picture(RegionModel):
    """A page of a file drawn for the screen; gone after its days, and drawn again when somebody looks."""

    class Look(models.TextChoices):
        SMALL = "small", _("small")
        LARGE = "large", _("large")

    document = operational(TenantForeignKey(Document, models.PROTECT, related_name="drawn"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    page = operational(models.PositiveIntegerField())
    look = operational(models.CharField(max_length=5, choices=Look.choices))
    width = operational(models.PositiveIntegerField())
    height = operational(models.PositiveIntegerField())
    storage_key = operational(models.CharField(max_length=120))
    file_key = sensitive(EncryptedCharField(max_length=64))
    expires_at = operational(models.DateTimeField())

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        export="drawn again from the file, which is exported",
        retain="30 days, then drawn again when somebody looks",
        deletable=True,
        closing=True,
        file=StoredFile(),
        lives=Lifetime("expires_at", days=PICTURE_DAYS),
        readers=READERS_OF_THE_FILE,
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "document", "page", "look"], name="one_picture_each"
            )
        ]


class Arrival(RegionModel):
    """A file on its way in, part by part, so that a broken line costs one part; gone when it is kept or forgotten."""

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    member = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    about = sensitive(EncryptedJSONField())
    size = operational(models.PositiveBigIntegerField())
    received = operational(models.PositiveBigIntegerField(default=0))
    created_at = operational(models.DateTimeField(default=clock.now))
    expires_at = operational(models.DateTimeField())

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        export="not a file yet: its sender still has it",
        retain="one day after the last part",
        deletable=True,
        closing=True,
        lives=Lifetime("expires_at", days=ARRIVAL_DAYS),
    )

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "member"], name="arrivals_of_member")]


class ArrivalPart(RegionModel):
    """One sealed part of a file on its way in."""

    arrival = operational(TenantForeignKey(Arrival, models.CASCADE, related_name="parts"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    offset = operational(models.PositiveBigIntegerField())
    size = operational(models.PositiveBigIntegerField())
    storage_key = operational(models.CharField(max_length=120))
    file_key = sensitive(EncryptedCharField(max_length=64))

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        export="not a file yet: its sender still has it",
        retain="as long as what it is a part of",
        deletable=True,
        closing=True,
        file=StoredFile(),
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "arrival", "offset"], name="one_part_at_each_place"
            )
        ]
