"""Sessions that live in the account's region, and the grants under which support may look in."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from accounts.models.practice import Member
from privacy.vocabulary import clock
from privacy.vocabulary.classification import Because, DataPolicy, Lifetime, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey

_PASSING = "passing state of sign-in"
# The one number: the session ends by it, the cookie, and the text that says how long
SIGNED_IN_FOR = timedelta(hours=12)


class RegionSession(RegionModel):
    """A member's session in the region; a page inside an account reads nothing of control (RP-9)."""

    digest = operational(models.BinaryField())
    member = operational(TenantForeignKey(Member, models.CASCADE, related_name="sessions"))
    browser = operational(models.CharField(max_length=60, blank=True))
    created_at = operational(models.DateTimeField(default=clock.now))
    last_seen_at = operational(models.DateTimeField(default=clock.now))
    stepped_up_at = operational(models.DateTimeField(null=True))
    expires_at = operational(models.DateTimeField())

    data_policy = DataPolicy(
        Subject.USER,
        export=_PASSING,
        deletable=True,
        closing=True,
        lives=Lifetime(
            "expires_at", days=SIGNED_IN_FOR / timedelta(days=1), because=Because.SECURITY
        ),
    )

    class Meta(RegionModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id", "digest"], name="one_session")]


class SupportGrant(RegionModel):
    """An Owner's grant by which the vendor's support may read; without a live one its role sees nothing (AU-9)."""

    granted_by = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    reason = operational(models.CharField(max_length=200))
    starts_at = operational(models.DateTimeField(default=clock.now))
    expires_at = operational(models.DateTimeField())
    revoked_at = operational(models.DateTimeField(null=True))

    data_policy = DataPolicy(Subject.SYSTEM, arrives="granted by the former account’s Owner")
