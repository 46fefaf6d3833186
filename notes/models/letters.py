"""Letters: templates with merge fields, the practice's paper, letters as drafts and as they were signed, links to them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.permissions import Permission
from clients.models import Client, Contact, Document
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    Subject,
    operational,
    personal,
    public,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField, EncryptedEmailField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey

_ME = "current_setting('app.reader', true)"
# Whoever writes letters reads notes, too. A draft is its author's and the Owner's; a signed letter is there for whoever
# its file is there for.
READERS = f"""
current_setting('app.files', true) = 'yes' AND (
  {_ME} = 'system'
  OR (state = 'signed' AND EXISTS (
    SELECT 1 FROM clients_document d
    WHERE d.account_id = {{table}}.account_id AND d.id = {{table}}.document_id))
  OR (state <> 'signed' AND {_ME} <> '' AND (author_id::text = {_ME} OR EXISTS (
    SELECT 1 FROM accounts_member m
    WHERE m.account_id = {{table}}.account_id AND m.id::text = {_ME} AND m.role = 'owner'))))"""
READERS_OF_THE_LETTER = """EXISTS (
  SELECT 1 FROM notes_letter l
  WHERE l.account_id = {table}.account_id AND l.id = {table}.letter_id)"""


class Addressee(models.TextChoices):
    """To whom a letter goes."""

    CLIENT = "client", _("The client")
    CONTACT = "contact", _("Doctor, insurer or another contact")
    OTHER = "other", _("Somebody else")


class LetterTemplate(RegionModel):
    """What a letter begins with: subject and text with fields such as `{{client.name}}`, and what it says of the client.

    `shows`: names of `notes.printing.HEADS`.
    """

    name = operational(models.CharField(_("name"), max_length=80))
    subject = operational(models.CharField(_("subject"), max_length=200, blank=True))
    body = operational(models.TextField(_("text"), max_length=20_000))
    addressee = operational(
        models.CharField(
            _("goes to"),
            max_length=7,
            choices=Addressee.choices,
            default=Addressee.CONTACT,
        )
    )
    shows = operational(models.JSONField(default=list, blank=True))
    version = operational(models.PositiveIntegerField(default=1))
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.name)


class Letterhead(RegionModel):
    """What stands at the head and foot of the practice's letters; one row, or its name and first location."""

    name = public(models.CharField(_("name on letters"), max_length=120, blank=True))
    lines = public(models.TextField(_("beside the name"), max_length=400, blank=True))
    foot = public(models.CharField(_("at the foot"), max_length=200, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id"], name="one_letterhead")]


class Letter(RegionModel):
    """A letter about a client. Signing makes its PDF, keeps that as a file and freezes the row; the database holds it.

    `content_hash` is over all that was signed, the hash of the PDF included (`notes.letters.proof`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SIGNED = "signed", _("Signed")
        VOID = "void", _("Discarded")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="letters"))
    template = operational(
        TenantForeignKey(LetterTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    )
    template_version = operational(models.PositiveIntegerField(default=0))
    author = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    author_name = personal(EncryptedCharField(max_length=200, blank=True, default=""))
    state = operational(models.CharField(max_length=6, choices=State.choices, default=State.DRAFT))
    version = operational(models.PositiveIntegerField(default=1))
    addressee = operational(models.CharField(_("to"), max_length=7, choices=Addressee.choices))
    contact = operational(
        TenantForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="letters")
    )
    recipient = personal(
        EncryptedTextField(_("name and address"), max_length=600, blank=True, default=""),
        "user.contact",
    )
    subject = sensitive(EncryptedCharField(_("subject"), max_length=200, blank=True, default=""))
    body = sensitive(EncryptedTextField(_("text"), max_length=20_000, blank=True, default=""))
    shows = operational(models.JSONField(default=list, blank=True))
    dated_on = operational(models.DateField(_("date on it")))
    document = operational(
        TenantForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="letters")
    )
    content_hash = sensitive(EncryptedCharField(max_length=64, blank=True, default=""))
    created_at = operational(models.DateTimeField(default=clock.now))
    updated_at = operational(models.DateTimeField(default=clock.now))
    signed_at = operational(models.DateTimeField(null=True, blank=True))
    signed_zone = operational(models.CharField(max_length=60, blank=True))

    counted_as, counted_for = _("letters"), Permission.FILES_READ
    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        readers=READERS,
        work_of="author",
        while_restricted="hide",
    )

    class Meta(RegionModel.Meta):
        verbose_name = _("letter")
        indexes = [
            models.Index(fields=["account_id", "client", "created_at"], name="letters_of_client"),
            models.Index(fields=["account_id", "document"], name="letters_of_file"),
            models.Index(
                fields=["account_id", "author"],
                name="letters_to_finish",
                condition=models.Q(state="draft"),
            ),
        ]

    @property
    def is_signed(self) -> bool:
        """Whether nothing of it can change any more."""
        return self.state == self.State.SIGNED


class LetterLink(RegionModel):
    """A link by which somebody fetches a signed letter, sent to them by mail; each fetching is a disclosure of its own."""

    letter = operational(TenantForeignKey(Letter, models.PROTECT, related_name="links"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    email = personal(EncryptedEmailField(_("e-mail"), max_length=254), "user.contact.email")
    sent_by = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    created_at = operational(models.DateTimeField(default=clock.now))
    sent_at = operational(models.DateTimeField(null=True, blank=True))
    failed_at = operational(models.DateTimeField(null=True, blank=True))
    expires_at = operational(models.DateTimeField())
    revoked_at = operational(models.DateTimeField(null=True, blank=True))
    fetched_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", readers=READERS_OF_THE_LETTER)

    class Meta(RegionModel.Meta):
        verbose_name = _("link to a letter")
        indexes = [models.Index(fields=["account_id", "letter"], name="links_of_letter")]

    @property
    def works(self) -> bool:
        """Whether somebody can fetch the letter by it."""
        return self.revoked_at is None and self.expires_at > clock.now()
