"""The control database's knowledge of accounts: where each lives, who may enter, what was agreed. No Client Data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import AccountRef
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    Because,
    DataPolicy,
    Lifetime,
    Subject,
    operational,
    public,
)
from privacy.vocabulary.placement import ControlModel

# Claims from a contract end by then
_CONTRACT = Lifetime("account__closed_at", after=7 * 365, because=Because.LAW)
_VENDOR = "User Data of the vendor, kept outside the account"


class Account(ControlModel):
    """One practice's directory entry: slug → cell, with the reason for its region. It stays as a tombstone."""

    class State(models.TextChoices):
        OPENING = "opening", _("opening")
        ACTIVE = "active", _("active")
        CLOSING = "closing", _("closing")
        PURGING = "purging", _("being purged")
        CLOSED = "closed", _("closed")

    class RegionBasis(models.TextChoices):
        RULE = "rule", _("closest by rule")
        REQUESTED = "requested", _("requested by the Owner")
        CONTRACTED = "contracted", _("contracted")

    slug = public(models.SlugField(unique=True, max_length=60))
    name = public(models.CharField(max_length=120))
    country = operational(models.CharField(max_length=2))
    subdivision = operational(models.CharField(max_length=6, blank=True))
    cell = operational(models.CharField(max_length=20))
    epoch = operational(
        models.PositiveIntegerField(default=1, help_text="one more each time it moves to a region")
    )
    home_region = operational(models.CharField(max_length=10))
    region_basis = operational(
        models.CharField(max_length=12, choices=RegionBasis.choices, default=RegionBasis.RULE)
    )
    region_reason = operational(models.CharField(max_length=300))
    region_rule_version = operational(models.CharField(max_length=60))
    region_document = operational(models.CharField(max_length=200, blank=True))
    region_decided_by = operational(models.CharField(max_length=60, blank=True))
    region_decided_at = operational(models.DateTimeField(default=clock.now))
    state = operational(
        models.CharField(max_length=10, choices=State.choices, default=State.OPENING)
    )
    requires_second_factor = operational(models.BooleanField(default=True))
    # Until then whoever has none is asked and may come in all the same
    second_factor_from = operational(models.DateTimeField(null=True, blank=True))
    created_at = operational(models.DateTimeField(default=clock.now))
    purge_due_at = operational(models.DateTimeField(null=True, blank=True))
    closed_at = operational(models.DateTimeField(null=True, blank=True))
    certificate = operational(models.JSONField(null=True, blank=True))

    data_policy = DataPolicy(Subject.USER, export=_VENDOR, retain="tombstone after closure (EX-15)")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="an_override_names_its_basis",
                condition=models.Q(region_basis="rule")
                | (~models.Q(region_document="") & ~models.Q(region_decided_by="")),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> AccountRef:
        """What `acting_in` needs to enter this account."""
        return AccountRef(self.pk, self.slug, self.cell)


class AccountAccess(ControlModel):
    """The index of which User may enter which Account; the role itself lives in the region."""

    user = operational(models.ForeignKey("accounts.User", models.CASCADE, related_name="accesses"))
    account = operational(models.ForeignKey(Account, models.CASCADE, related_name="accesses"))
    is_owner = operational(models.BooleanField(default=False))
    created_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.USER, export=_VENDOR)

    class Meta:
        verbose_name_plural = "account accesses"
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="one_access")]


class AgreementAcceptance(ControlModel):
    """That a User accepted a version of the terms or the processing agreement for an Account."""

    account = operational(models.ForeignKey(Account, models.CASCADE, related_name="acceptances"))
    user = operational(models.ForeignKey("accounts.User", models.PROTECT))
    document = operational(models.CharField(max_length=20))
    version = operational(models.CharField(max_length=20))
    accepted_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.USER, export=_VENDOR, lives=_CONTRACT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "document", "version"], name="one_acceptance"
            )
        ]


class EntryCode(ControlModel):
    """A one-time code by which a sign-in in control becomes a session in a region: 60 s, one user, account, browser."""

    digest = operational(models.BinaryField(unique=True))
    user = operational(models.ForeignKey("accounts.User", models.CASCADE))
    account = operational(models.ForeignKey(Account, models.CASCADE))
    browser_digest = operational(models.BinaryField())
    proved_at = operational(models.DateTimeField(null=True))
    expires_at = operational(models.DateTimeField())
    used_at = operational(models.DateTimeField(null=True))

    data_policy = DataPolicy(
        Subject.USER,
        export=_VENDOR,
        lives=Lifetime("expires_at", after=1, because=Because.SECURITY),
    )


class ControlTask(ControlModel):
    """Work that control owes to a region (revoked sessions) or that a region asked of control; retried until done."""

    name = operational(models.CharField(max_length=60))
    cell = operational(models.CharField(max_length=20))
    payload = operational(models.JSONField(default=dict))
    created_at = operational(models.DateTimeField(default=clock.now))
    done_at = operational(models.DateTimeField(null=True))
    attempts = operational(models.PositiveIntegerField(default=0))

    data_policy = DataPolicy(Subject.SYSTEM, export=_VENDOR, lives=Lifetime("done_at", after=30))

    class Meta:
        indexes = [
            models.Index(
                fields=["cell", "created_at"], name="open_tasks", condition=models.Q(done_at=None)
            )
        ]
