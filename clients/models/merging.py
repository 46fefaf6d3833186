"""That two records turned out to be one person."""

from __future__ import annotations

from django.db import models

from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedJSONField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Merge(RegionModel):
    """That the record `source` and the one of `client` are one person, until it is undone (features B5).

    `former` holds what the client's record said before and what it took over, by field: `{"phone": [before, after]}`.
    Of nothing else there is a former state, because nothing else was written.
    """

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="merges"))
    source = operational(TenantForeignKey(Client, models.PROTECT, related_name="merged"))
    former = sensitive(EncryptedJSONField(null=True, default=dict))
    merged_at = operational(models.DateTimeField(default=clock.now))
    merged_by = operational(models.UUIDField(null=True))
    undone_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "source"],
                condition=models.Q(undone_at=None),
                name="one_merge_each",
            )
        ]
        indexes = [models.Index(fields=["account_id", "client"], name="merges_of_client")]
