"""Clinical notes: drafts that are saved as they are typed, finals that nothing can change.

A note's row says what it is and who may read it; its words stand in its versions, which only its readers can load.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Practitioner
from accounts.permissions import Permission
from bookings.models import Appointment
from clients.models import Client
from notes.models.readers import Visibility, policy_of_text
from notes.models.templates import NoteTemplate
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, personal, sensitive
from privacy.vocabulary.fields import (
    BlindIndexField,
    EncryptedCharField,
    EncryptedJSONField,
    EncryptedTextField,
)
from privacy.vocabulary.placement import RegionModel, TenantForeignKey

PROOF_VERSION = 2


class NotForThisReader(PermissionDenied):
    """The words of `note` were asked for by somebody from whom the database keeps them."""

    def __init__(self, note: Note) -> None:
        super().__init__("The note is kept from whoever reads.")
        self.note = note


class NoteVersion(RegionModel):
    """Every saved state of a note, readable for ever by whoever may read the note; the last one is its text."""

    note = operational(TenantForeignKey("notes.Note", models.PROTECT, related_name="versions"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    version = operational(models.PositiveIntegerField())
    title = sensitive(EncryptedCharField(max_length=120))
    content = sensitive(EncryptedJSONField())
    seen_on = operational(models.DateField(null=True, blank=True))
    reason = sensitive(EncryptedTextField(null=True, default=""))
    saved_at = operational(models.DateTimeField(default=clock.now))
    saved_by = operational(models.UUIDField(null=True))

    data_policy = policy_of_text(undoable=True)

    class Meta(RegionModel.Meta):
        verbose_name = _("text of a note")
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "note", "version"], name="one_note_version"
            )
        ]


class Note(RegionModel):
    """A clinical note. Signing freezes text, template version, author's name, time and hash; the database refuses changes.

    `amends`: the note that this one takes the place of. `origin`: of a note that was moved from a wrong record, the ids
    under which it was signed. `sections`: the template's, as they were.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        AWAITING = "awaiting", _("Awaiting co-signature")
        FINAL = "final", _("Signed")
        VOID = "void", _("Discarded")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="notes"))
    appointment = operational(
        TenantForeignKey(Appointment, models.PROTECT, null=True, blank=True, related_name="notes")
    )
    author = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="notes"))
    author_name = personal(EncryptedCharField(max_length=200, blank=True, default=""))
    cosigner = operational(
        TenantForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    )
    template = operational(
        TenantForeignKey(NoteTemplate, models.PROTECT, null=True, related_name="+")
    )
    template_version = operational(models.PositiveIntegerField(default=1))
    sections = operational(models.JSONField(default=list))
    state = operational(models.CharField(max_length=9, choices=State.choices, default=State.DRAFT))
    version = operational(models.PositiveIntegerField(default=1))
    visibility = operational(
        models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.CLINICIANS)
    )
    is_restricted = operational(models.BooleanField(default=False))
    content_hash = sensitive(
        EncryptedCharField(max_length=64, blank=True, default="", blind="hash_index")
    )
    hash_index = operational(BlindIndexField(source="content_hash"))
    proof_version = operational(models.PositiveSmallIntegerField(default=PROOF_VERSION))
    amends = operational(
        TenantForeignKey("self", models.CASCADE, null=True, blank=True, related_name="amendments")
    )
    origin = operational(models.JSONField(null=True, blank=True))
    created_at = operational(models.DateTimeField(default=clock.now))
    updated_at = operational(models.DateTimeField(default=clock.now))
    signed_at = operational(models.DateTimeField(null=True, blank=True))
    signed_zone = operational(models.CharField(max_length=60, blank=True))
    provenance = operational(models.CharField(max_length=60, default="staff"))

    # No column and no constraint of its own: how the last version is found from here, joined in one statement
    latest = models.ForeignObject(
        NoteVersion,
        models.DO_NOTHING,
        from_fields=["account_id", "id", "version"],
        to_fields=["account_id", "note", "version"],
        related_name="+",
        null=True,
        editable=False,
    )

    counted_as, counted_for = _("notes"), Permission.CLINICAL_READ
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", undoable=True, work_of="author")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "amends"],
                condition=~models.Q(state="void"),
                name="one_amendment",
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "client", "created_at"], name="notes_of_client"),
            models.Index(
                fields=["account_id", "author", "created_at"],
                name="notes_to_finish",
                condition=models.Q(state="draft"),
            ),
            models.Index(
                fields=["account_id", "cosigner", "signed_at"],
                name="notes_to_cosign",
                condition=models.Q(state="awaiting"),
            ),
            models.Index(fields=["account_id", "appointment"], name="notes_of_appointment"),
            models.Index(fields=["account_id", "hash_index"], name="notes_by_hash"),
        ]

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Load the row again, and its text when that is asked for next."""
        self._state.fields_cache.pop("latest", None)
        super().refresh_from_db(*args, **kwargs)

    @property
    def is_final(self) -> bool:
        """Whether the note is signed by all who have to."""
        return self.state == self.State.FINAL

    @property
    def is_for_all(self) -> bool:
        """Whether every clinician reads the note once it is signed, so that its title may stand in their lists."""
        return self.visibility == Visibility.CLINICIANS and not self.is_restricted

    @property
    def is_signed(self) -> bool:
        """Whether its author has signed it, so that its text is fixed; a withdrawn one was signed."""
        return self.state in (self.State.AWAITING, self.State.FINAL, self.State.WITHDRAWN)

    @property
    def text(self) -> NoteVersion | None:
        """The last version, None when the database keeps it from whoever reads."""
        try:
            return self.latest
        except NoteVersion.DoesNotExist:
            return None

    @property
    def words(self) -> NoteVersion:
        """The last version; raise `NotForThisReader` when it is kept from whoever reads."""
        text = self.text
        if text is None:
            raise NotForThisReader(self)
        return text

    @property
    def title(self) -> str:
        """The title; raise `NotForThisReader` as `words` does."""
        return str(self.words.title)

    @property
    def content(self) -> dict[str, Any]:
        """The answers by question key; raise `NotForThisReader` as `words` does."""
        content: dict[str, Any] = self.words.content
        return content

    @property
    def seen_on(self) -> date | None:
        """The day that the author says the client was seen, where no appointment tells it."""
        return self.words.seen_on

    @property
    def reason(self) -> str:
        """Why an amendment takes the place of the note before it."""
        return str(self.words.reason or "")
