"""The audit: a queue that the application may only add to, and the chain that the sequencer makes of it (AU-1)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.placement import Placement, RegionModel, TenantManager


class AuditEntry(RegionModel):
    """What happened: ids and codes in clear; anything personal sealed in `detail` under the client's key."""

    at_us = operational(models.BigIntegerField())
    actor_kind = operational(models.CharField(max_length=12))
    actor_id = operational(models.UUIDField(null=True))
    action = operational(models.CharField(max_length=60))
    kind = operational(models.CharField(max_length=60))
    object_id = operational(models.UUIDField(null=True))
    client_id = operational(models.UUIDField(null=True))
    purpose = operational(models.CharField(max_length=20))
    result = operational(models.CharField(max_length=12))
    request_id = operational(models.CharField(max_length=36, blank=True))
    count = operational(models.PositiveIntegerField(default=1))
    detail = sensitive(models.BinaryField(null=True))

    class Meta(RegionModel.Meta):
        abstract = True


class AuditQueue(AuditEntry):
    """Rows written in the same transaction as the change; `keepwell_app` may INSERT and nothing else."""

    data_policy = DataPolicy(
        Subject.SYSTEM, export="read from the chain", erase="keep", closing=True
    )


class AuditEvent(AuditEntry):
    """One link of the account's chain; only the sequencer's role can write here, nobody can change it."""

    seq = operational(models.BigIntegerField())
    previous_hash = operational(models.BinaryField())
    hash = operational(models.BinaryField())

    data_policy = DataPolicy(
        Subject.SYSTEM,
        erase="keep",
        closing=True,
        arrives="kept as the history of the former account",
    )

    class Meta(AuditEntry.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id", "seq"], name="one_link")]
        indexes = [models.Index(fields=["account_id", "client_id", "-seq"], name="who_saw_this")]


class AuditHead(models.Model):
    """The last link of each account's chain."""

    placement: ClassVar = Placement.REGION
    id = operational(models.UUIDField(primary_key=True, editable=False))
    account_id = operational(models.UUIDField(editable=False))
    seq = operational(models.BigIntegerField())
    hash = operational(models.BinaryField())
    at_us = operational(models.BigIntegerField())

    objects = TenantManager()
    data_policy = DataPolicy(
        Subject.SYSTEM, export="part of the manifest", erase="keep", closing=True
    )

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["account_id"], name="one_head")]
