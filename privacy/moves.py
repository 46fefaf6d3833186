"""An account on its way: archives that come back as accounts, accounts that go to another region, what either carries."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Member
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    StoredFile,
    Subject,
    operational,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField, EncryptedJSONField
from privacy.vocabulary.placement import ControlModel, ControlRef, RegionModel, TenantForeignKey

_PASSING = "an archive on its way in; what it brought is here"


class ArchiveImport(RegionModel):
    """An export that the Owner of an empty account gave back: checked without writing, then brought, then accounted for."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        REFUSED = "refused", _("Not taken")
        BRINGING = "bringing", _("Being brought in")
        BROUGHT = "brought", _("Brought in")
        FAILED = "failed", _("Stopped")
        DROPPED = "dropped", _("Thrown away")

    requested_by = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    job_id = operational(models.UUIDField(null=True))
    state = operational(
        models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    checked_at = operational(models.DateTimeField(null=True))
    finished_at = operational(models.DateTimeField(null=True))
    expires_at = operational(models.DateTimeField(help_text="when the file goes"))
    name = operational(models.CharField(max_length=40, default="archive.zip"))
    media_type = operational(models.CharField(max_length=40, default="application/zip"))
    size = operational(models.PositiveBigIntegerField(default=0))
    sha256 = operational(models.CharField(max_length=64, blank=True))
    storage_key = operational(models.CharField(max_length=120, blank=True))
    file_key = sensitive(
        EncryptedCharField(max_length=64, blank=True, default=""), "system.credentials"
    )
    found = operational(
        models.JSONField(default=dict, help_text="what the manifest says: counts, region, signer")
    )
    people = sensitive(EncryptedJSONField(default=dict, help_text="its members"), "user.contact")
    problems = operational(models.JSONField(default=list, help_text="places, never values"))
    plan = operational(models.JSONField(default=dict, help_text="which ids become others, and why"))
    cursor = operational(models.JSONField(default=dict))
    receipt = operational(models.JSONField(default=dict, help_text="counts by kind"))

    data_policy = DataPolicy(
        Subject.SYSTEM,
        export=_PASSING,
        retain="seven days, then the file goes",
        closing=True,
        file=StoredFile(),
    )

    class Meta(RegionModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id"],
                condition=models.Q(state__in=["checking", "checked", "bringing"]),
                name="one_archive_at_a_time",
            )
        ]


class PastEvent(RegionModel):
    """One event of the audit of an account that this one was: to be read, never to be added to.

    Ids are those of the rows as they are here; `hash` and `previous_hash` are of the chain as it stands in the archive.
    """

    account = operational(ControlRef(help_text="the former account"))
    seq = operational(models.BigIntegerField())
    at_us = operational(models.BigIntegerField())
    actor_kind = operational(models.CharField(max_length=12))
    actor_id = operational(models.UUIDField(null=True))
    action = operational(models.CharField(max_length=60))
    kind = operational(models.CharField(max_length=60, blank=True))
    object_id = operational(models.UUIDField(null=True))
    client = operational(TenantForeignKey(Client, models.PROTECT, null=True, related_name="+"))
    about_id = operational(models.UUIDField(null=True, help_text="the client, also an erased one"))
    purpose = operational(models.CharField(max_length=20))
    result = operational(models.CharField(max_length=40))
    request_id = operational(models.CharField(max_length=40, blank=True))
    count = operational(models.PositiveIntegerField(default=1))
    detail = sensitive(EncryptedJSONField(null=True))
    previous_hash = operational(models.BinaryField())
    hash = operational(models.BinaryField())

    data_policy = DataPolicy(
        Subject.CLIENT, client="client_id", erase="keep", append_only=True, closing=True
    )

    class Meta(RegionModel.Meta):
        ordering = ["account_id", "-seq"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "account", "seq"], name="one_past_link")
        ]
        indexes = [
            models.Index(fields=["account_id", "client", "-at_us"], name="past_events_of_client")
        ]


class CarriedDetail(RegionModel):
    """What an event of the audit says, sealed anew after a move; the event keeps its bytes, and so its place in the chain.

    Its id is the event's.
    """

    client = operational(TenantForeignKey(Client, models.PROTECT, null=True, related_name="+"))
    detail = sensitive(EncryptedJSONField())

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        export="exported with its event, opened",
        erase="keep",
        append_only=True,
        closing=True,
    )


class Relocation(ControlModel):
    """The move of an account to another region: what was asked for, how far it is, what was proved (RP-11).

    It lives in control, which is neither of the two regions; whoever leases it does the next step.
    """

    class Step(models.TextChoices):
        ASKED = "asked", _("Asked for")
        FREEZING = "freezing", _("Standing still")
        COPYING = "copying", _("Being copied")
        COMPARING = "comparing", _("Being compared")
        OPENING = "opening", _("Changing over")
        LEAVING = "leaving", _("Being deleted there")
        DONE = "done", _("Moved")
        ABORTING = "aborting", _("Being taken back")
        ABORTED = "aborted", _("Taken back")

    account = operational(models.ForeignKey(Account, models.PROTECT, related_name="relocations"))
    step = operational(models.CharField(max_length=10, choices=Step.choices, default=Step.ASKED))
    from_cell = operational(models.CharField(max_length=20))
    to_cell = operational(models.CharField(max_length=20))
    epoch = operational(models.PositiveIntegerField(help_text="of the account once it has moved"))
    basis = operational(models.CharField(max_length=12, choices=Account.RegionBasis.choices))
    document = operational(models.CharField(max_length=200))
    decided_by = operational(models.CharField(max_length=60))
    asked_by = operational(ControlRef(null=True))
    asked_at = operational(models.DateTimeField(default=clock.now))
    frozen_at = operational(models.DateTimeField(null=True))
    flipped_at = operational(models.DateTimeField(null=True))
    finished_at = operational(models.DateTimeField(null=True))
    lease = operational(models.UUIDField(null=True))
    leased_until = operational(models.DateTimeField(null=True))
    attempts = operational(models.PositiveIntegerField(default=0))
    error = operational(models.CharField(max_length=200, blank=True))
    progress = operational(models.PositiveBigIntegerField(default=0))
    total = operational(models.PositiveBigIntegerField(default=0))
    cursor = operational(models.JSONField(default=dict))
    certificate = operational(models.JSONField(null=True, blank=True))

    data_policy = DataPolicy(
        Subject.USER,
        export="the vendor's own record of where an account lives",
        retain="as long as the account's entry",
    )

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=~models.Q(step__in=["done", "aborted"]),
                name="one_move_at_a_time",
            )
        ]

    @property
    def is_open(self) -> bool:
        """Whether the move is still to end, well or not."""
        return self.step not in (self.Step.DONE, self.Step.ABORTED)

    @property
    def has_flipped(self) -> bool:
        """Whether the account lives in its new region already."""
        return self.flipped_at is not None
