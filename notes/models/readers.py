"""Who may read the words of a note: said once, and kept by the database in every statement of the application."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Practitioner
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    ReaderRule,
    Subject,
    operational,
    sensitive,
)
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


READERS = ReaderRule(
    "may_read_note",
    {"asked": "note_id"},
    """
DECLARE
  asker text := current_setting('app.reader', true);
  me uuid;
  note record;
BEGIN
  IF asker = 'system' THEN  -- the product's own work
    RETURN true;
  ELSIF asker IS NULL OR asker !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
    RETURN false;  -- nobody: visitors, clients, members without clinical rights
  END IF;
  me := asker::uuid;
  SELECT n.state, n.visibility, n.is_restricted, n.cosigner_id,
         a.member_id AS author, lower(a.profession) AS discipline,
         m.role AS my_role,
         coalesce(s.authors_only, false) OR coalesce(m.rights ->> 'notes', '') = 'own' AS own_only
    INTO note
    FROM notes_note n
    JOIN accounts_practitioner a ON a.account_id = n.account_id AND a.id = n.author_id
    LEFT JOIN accounts_member m
      ON m.account_id = n.account_id AND m.id = me AND m.removed_at IS NULL
    LEFT JOIN notes_notesettings s ON s.account_id = n.account_id
    WHERE n.account_id = of_account AND n.id = asked;
  IF note.state <> 'withdrawn' AND note.author = me THEN
    RETURN true;
  END IF;
  -- the supervisor who is asked to sign as well, or did
  IF note.state IN ('awaiting', 'final') AND note.cosigner_id IS NOT NULL AND EXISTS (
      SELECT FROM accounts_practitioner s
      WHERE s.account_id = of_account AND s.id = note.cosigner_id AND s.member_id = me) THEN
    RETURN true;
  END IF;
  IF note.state = 'final' AND NOT note.is_restricted THEN
    IF note.visibility = 'named' AND EXISTS (
        SELECT FROM notes_notereader r
        WHERE r.account_id = of_account AND r.note_id = asked AND r.member_id = me) THEN
      RETURN true;
    ELSIF note.visibility IN ('clinicians', 'discipline') AND note.my_role = 'owner' THEN
      RETURN true;
    ELSIF note.visibility = 'clinicians' AND note.my_role <> '' AND NOT note.own_only THEN
      RETURN true;
    ELSIF note.visibility = 'discipline' AND note.my_role <> '' AND NOT note.own_only AND EXISTS (
        SELECT FROM accounts_practitioner p
        WHERE p.account_id = of_account AND p.member_id = me AND p.deactivated_at IS NULL
          AND p.profession <> '' AND lower(p.profession) = note.discipline) THEN
      RETURN true;
    END IF;
  END IF;
  -- whoever opened it with a reason, within the hour
  RETURN EXISTS (
    SELECT FROM notes_noteopening o
    WHERE o.account_id = of_account AND o.note_id = asked AND o.member_id = me
      AND o.ends_at > now());
END""",
)


def usual_head() -> list[str]:
    """Return what stands at the head of a printed note until the account says otherwise."""
    return ["title", "birth_date"]


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
    print_head = operational(models.JSONField(default=usual_head, blank=True))

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
    return DataPolicy(
        Subject.CLIENT,
        client="client_id",
        append_only=True,
        readers=READERS,
        apart="note__is_restricted",
        work_of="note__author",
        while_restricted="hide",
        **more,
    )
