"""What is added to a signed note: a supervisor's signature or remark, addenda, and that it was withdrawn."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Practitioner
from clients.models import Client
from notes.models.notes import Note
from notes.models.readers import policy_of_text
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, personal, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Addendum(RegionModel):
    """What was added to a signed note: by whom, when, chained to the note by its hash.

    `origin`: of an addendum that was moved along with its note, the ids under which it was added.
    """

    note = operational(TenantForeignKey(Note, models.PROTECT, related_name="addenda"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    author = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="+"))
    author_name = personal(EncryptedCharField(max_length=200))
    text = sensitive(EncryptedTextField(_("addendum")))
    added_at = operational(models.DateTimeField(default=clock.now))
    content_hash = sensitive(EncryptedCharField(max_length=64))
    origin = operational(models.JSONField(null=True, blank=True))

    data_policy = policy_of_text()

    class Meta(RegionModel.Meta):
        ordering = ["added_at"]
        indexes = [models.Index(fields=["account_id", "note"], name="addenda_of_note")]


class CoSignature(RegionModel):
    """A supervisor's signature below a student's: it makes the note final and is chained to the author's by its hash."""

    note = operational(TenantForeignKey(Note, models.PROTECT, related_name="cosignatures"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    version = operational(models.PositiveIntegerField())
    cosigner = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="+"))
    cosigner_name = personal(EncryptedCharField(max_length=200))
    signed_at = operational(models.DateTimeField(default=clock.now))
    signed_zone = operational(models.CharField(max_length=60))
    content_hash = sensitive(EncryptedCharField(max_length=64))

    data_policy = DataPolicy(
        Subject.CLIENT, client="client_id", append_only=True, work_of="note__author"
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "note"], name="one_cosignature")
        ]


class Remark(RegionModel):
    """Why a supervisor gave a note back to its author instead of signing it."""

    note = operational(TenantForeignKey(Note, models.PROTECT, related_name="remarks"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    version = operational(models.PositiveIntegerField())
    author = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="+"))
    text = sensitive(EncryptedTextField(_("remark")))
    written_at = operational(models.DateTimeField(default=clock.now))

    data_policy = policy_of_text()

    class Meta(RegionModel.Meta):
        ordering = ["written_at"]
        indexes = [models.Index(fields=["account_id", "note"], name="remarks_of_note")]


class Withdrawal(RegionModel):
    """That a signed note stood in the wrong record: who took it out and why, and the copy in the right one.

    `moved_to` names that note by its id alone: it is in another client's record.
    """

    note = operational(TenantForeignKey(Note, models.PROTECT, related_name="withdrawals"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    reason = sensitive(EncryptedTextField(_("reason")))
    withdrawn_at = operational(models.DateTimeField(default=clock.now))
    withdrawn_by = operational(models.UUIDField(null=True))
    moved_to = operational(models.UUIDField(null=True, blank=True))

    data_policy = DataPolicy(
        Subject.CLIENT, client="client_id", append_only=True, work_of="note__author"
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "note"], name="one_withdrawal")
        ]
