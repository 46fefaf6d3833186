"""Pairs of records that could be one person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Likeness(RegionModel):
    """That two records could be one person, or, once dismissed, that somebody said they are two.

    `reasons` are codes of `clients.alike.weighing.WORDS`, the heaviest first; they say what agrees, never its value.
    The pair stands in the order of the ids, so that there is one row for it.
    """

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    other = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    score = operational(models.FloatField())
    reasons = operational(models.JSONField(default=list))
    found_at = operational(models.DateTimeField(default=clock.now))
    dismissed_at = operational(models.DateTimeField(null=True, blank=True))
    dismissed_by = operational(models.UUIDField(null=True))

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        deletable=True,
        record="a guess from comparing it with other people’s records",
        while_restricted="go_on",
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "client", "other"], name="one_likeness"),
            models.CheckConstraint(condition=Q(client__lte=F("other")), name="likeness_in_order"),
        ]
        indexes = [
            models.Index(fields=["account_id", "other"], name="likenesses_of_other"),
            models.Index(
                fields=["account_id", "-score"],
                name="likenesses_to_look_at",
                condition=Q(dismissed_at=None),
            ),
        ]
