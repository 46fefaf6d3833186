"""Clinical notes: drafts that are saved as they are typed, finals that nothing can change, and what is added later."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Practitioner
from bookings.models import Appointment
from clients.models import Client
from notes.models.templates import NoteTemplate
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, personal, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedJSONField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Note(RegionModel):
    """A clinical note. `final` freezes content, template version, author's name and hash; the database refuses changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        FINAL = "final", _("Signed")
        VOID = "void", _("Discarded")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="notes"))
    appointment = operational(
        TenantForeignKey(Appointment, models.PROTECT, null=True, blank=True, related_name="notes")
    )
    author = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="notes"))
    author_name = personal(EncryptedCharField(max_length=200, blank=True, default=""))
    template = operational(
        TenantForeignKey(NoteTemplate, models.PROTECT, null=True, related_name="+")
    )
    template_version = operational(models.PositiveIntegerField(default=1))
    sections = operational(models.JSONField(default=list))
    title = sensitive(EncryptedCharField(_("title"), max_length=120))
    content = sensitive(EncryptedJSONField(default=dict))
    state = operational(models.CharField(max_length=6, choices=State.choices, default=State.DRAFT))
    version = operational(models.PositiveIntegerField(default=1))
    content_hash = sensitive(EncryptedCharField(max_length=64, blank=True, default=""))
    created_at = operational(models.DateTimeField(default=clock.now))
    updated_at = operational(models.DateTimeField(default=clock.now))
    signed_at = operational(models.DateTimeField(null=True, blank=True))
    signed_zone = operational(models.CharField(max_length=60, blank=True))
    provenance = operational(models.CharField(max_length=60, default="staff"))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "client", "created_at"], name="notes_of_client"),
            models.Index(
                fields=["account_id", "author", "created_at"],
                name="notes_to_finish",
                condition=models.Q(state="draft"),
            ),
            models.Index(fields=["account_id", "appointment"], name="notes_of_appointment"),
        ]

    @property
    def is_final(self) -> bool:
        """Whether the note is signed."""
        return self.state == self.State.FINAL


class NoteVersion(RegionModel):
    """Every saved state of a note, readable for ever."""

    note = operational(TenantForeignKey(Note, models.PROTECT, related_name="versions"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    version = operational(models.PositiveIntegerField())
    title = sensitive(EncryptedCharField(max_length=120))
    content = sensitive(EncryptedJSONField())
    saved_at = operational(models.DateTimeField(default=clock.now))
    saved_by = operational(models.UUIDField(null=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", append_only=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "note", "version"], name="one_note_version"
            )
        ]


class Addendum(RegionModel):
    """What was added to a signed note: by whom, when, chained to the note by its hash."""

    note = operational(TenantForeignKey(Note, models.PROTECT, related_name="addenda"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    author = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="+"))
    author_name = personal(EncryptedCharField(max_length=200))
    text = sensitive(EncryptedTextField(_("addendum")))
    added_at = operational(models.DateTimeField(default=clock.now))
    content_hash = sensitive(EncryptedCharField(max_length=64))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", append_only=True)

    class Meta(RegionModel.Meta):
        ordering = ["added_at"]
        indexes = [models.Index(fields=["account_id", "note"], name="addenda_of_note")]
