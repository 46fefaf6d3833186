"""Who may read the text of a note: said once, in SQL, and kept by the database for every statement of the application."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Practitioner
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Visibility(models.TextChoices):
    """Whom a signed note is for, beside its author."""

    CLINICIANS = "clinicians", _("All clinicians")
    DISCIPLINE = "discipline", _("My discipline")
    NAMED = "named", _("People I name")
    AUTHOR = "author", _("Only me")


class Breaking(models.TextChoices):
    """Who may open what is not meant for them, with a reason that stays on record."""

    OWNER = "owner", _("The Owner alone")
    CLINICIANS = "clinicians", _("The Owner and every clinician")


ME = "current_setting('app.reader', true)"
# A text is read by the product's own work; by its author, unless it was withdrawn; by the supervisor who is asked to
# sign as well; once signed and not restricted, by those its visibility names; and by whoever opened it with a reason
# within the hour.
READERS = f"""
{ME} = 'system' OR EXISTS (
  SELECT 1 FROM notes_note n
  JOIN accounts_practitioner a ON a.account_id = n.account_id AND a.id = n.author_id
  WHERE n.account_id = {{table}}.account_id AND n.id = {{table}}.note_id AND (
    (n.state <> 'withdrawn' AND a.member_id::text = {ME})
    OR (n.state = ANY (ARRAY['awaiting', 'final']) AND EXISTS (
      SELECT 1 FROM accounts_practitioner s
      WHERE s.account_id = n.account_id AND s.id = n.cosigner_id AND s.member_id::text = {ME}))
    OR (n.state = 'final' AND NOT n.is_restricted AND (
      (n.visibility = ANY (ARRAY['clinicians', 'discipline']) AND EXISTS (
        SELECT 1 FROM accounts_member m
        WHERE m.account_id = n.account_id AND m.id::text = {ME} AND m.removed_at IS NULL AND (
          m.role = 'owner' OR (
            COALESCE(m.rights ->> 'notes', '') <> 'own'
            AND NOT EXISTS (
              SELECT 1 FROM notes_notesettings o
              WHERE o.account_id = n.account_id AND o.authors_only)
            AND (n.visibility = 'clinicians' OR EXISTS (
              SELECT 1 FROM accounts_practitioner p
              WHERE p.account_id = n.account_id AND p.member_id = m.id AND p.deactivated_at IS NULL
                AND p.profession <> '' AND lower(p.profession) = lower(a.profession)))))))
      OR (n.visibility = 'named' AND EXISTS (
        SELECT 1 FROM notes_notereader r
        WHERE r.account_id = n.account_id AND r.note_id = n.id AND r.member_id::text = {ME}))))
    OR EXISTS (
      SELECT 1 FROM notes_noteopening g
      WHERE g.account_id = n.account_id AND g.note_id = n.id AND g.member_id::text = {ME}
        AND g.ends_at > now())))"""


class NoteSettings(RegionModel):
    """The account's rules about notes; one row, or the defaults."""

    authors_only = operational(
        models.BooleanField(_("Practitioners read only what they wrote"), default=False)
    )
    breaking = operational(
        models.CharField(max_length=10, choices=Breaking.choices, default=Breaking.OWNER)
    )
    finish_hours = operational(models.PositiveIntegerField(default=24))
    reminds = operational(models.BooleanField(default=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id"], name="one_note_settings")]


class WritingProfile(RegionModel):
    """How a practitioner's notes begin: for whom they are, and who signs them as well. None: the defaults."""

    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="writing_profiles")
    )
    visibility = operational(
        models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.CLINICIANS)
    )
    named = operational(models.JSONField(default=list, blank=True))  # ids of members
    supervisor = operational(
        TenantForeignKey(Practitioner, models.SET_NULL, null=True, blank=True, related_name="+")
    )

    data_policy = DataPolicy(Subject.USER)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "practitioner"], name="one_writing_profile"
            ),
            models.CheckConstraint(
                condition=~models.Q(supervisor=models.F("practitioner")),
                name="supervised_by_another",
            ),
        ]


class NoteReader(RegionModel):
    """A member whom the author of a note named as its reader."""

    note = operational(TenantForeignKey("notes.Note", models.PROTECT, related_name="readers"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    member = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "note", "member"], name="one_note_reader")
        ]


class NoteOpening(RegionModel):
    """A member opened a note that is not readable for them without a reason: which, until when, and why.

    `ends_at` is the database's own time, because its policy compares it.
    """

    note = operational(TenantForeignKey("notes.Note", models.PROTECT, related_name="openings"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    member = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    by_right = operational(models.BooleanField())  # restricted, but they belong to its readers
    reason = sensitive(EncryptedTextField(_("reason")))
    opened_at = operational(models.DateTimeField(default=clock.now))
    ends_at = operational(models.DateTimeField())

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", append_only=True)

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "note", "member"], name="openings_of_note"),
        ]


def policy_of_text(**more: Any) -> DataPolicy:
    """Return the policy of a model that holds words of a note: written once, read by its readers alone."""
    return DataPolicy(Subject.CLIENT, client="client_id", append_only=True, readers=READERS, **more)
