"""What a member last chose to see in the diary, kept in the region instead of in a browser."""

from __future__ import annotations

from django.db import models

from accounts.models import Location, Member, Practitioner
from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class DiaryChoice(RegionModel):
    """That a member's diary shows this practitioner, or this location; no row of a kind: all of that kind.

    An address that says otherwise goes first. What is gone takes its choice along.
    """

    member = operational(
        TenantForeignKey(Member, models.CASCADE, related_name="diary_choices"),
    )
    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, null=True, blank=True, related_name="+")
    )
    location = operational(
        TenantForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="+")
    )

    data_policy = DataPolicy(Subject.USER, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "member", "practitioner", "location"],
                nulls_distinct=False,
                name="one_choice_each",
            ),
        ]
