"""The offer of an account to its next Owner."""

from __future__ import annotations

from django.db import models

from accounts.models.practice import Member
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Handover(RegionModel):
    """The Owner offers the account to a member: it stands until one of the two ends it, or a week has gone (A1)."""

    class End(models.TextChoices):
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"

    by = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    to = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    offered_at = operational(models.DateTimeField(default=clock.now))
    expires_at = operational(models.DateTimeField())
    ended_at = operational(models.DateTimeField(null=True, blank=True))
    end = operational(models.CharField(max_length=10, choices=End.choices, blank=True))

    data_policy = DataPolicy(Subject.USER, arrives="of the former account’s Owners")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id"],
                condition=models.Q(ended_at=None),
                name="one_handover_at_a_time",
            )
        ]
