"""Work to be done: rows written in the same transaction as the change that asks for it (house.md 3)."""

from __future__ import annotations

from django.db import models

from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Lifetime, Subject, operational
from privacy.vocabulary.placement import RegionModel


class OutboxJob(RegionModel):
    """One piece of work: name and ids, when to start, and a lease that expires when its worker dies."""

    name = operational(models.CharField(max_length=60))
    payload = operational(models.JSONField(default=dict))
    run_at = operational(models.DateTimeField(default=clock.now))
    created_at = operational(models.DateTimeField(default=clock.now))
    attempts = operational(models.PositiveIntegerField(default=0))
    lease = operational(models.UUIDField(null=True))
    leased_until = operational(models.DateTimeField(null=True))
    done_at = operational(models.DateTimeField(null=True))
    failed_at = operational(models.DateTimeField(null=True))
    error = operational(models.CharField(max_length=80, blank=True))
    progress = operational(models.PositiveBigIntegerField(default=0))
    total = operational(models.PositiveBigIntegerField(default=0))
    requested_by = operational(models.UUIDField(null=True))

    data_policy = DataPolicy(
        Subject.SYSTEM,
        export="passing state of work",
        deletable=True,
        closing=True,
        lives=Lifetime("done_at", after=30),
    )

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(
                fields=["run_at"], name="due_jobs", condition=models.Q(done_at=None, failed_at=None)
            ),
            models.Index(fields=["account_id", "name", "created_at"], name="jobs_by_name"),
        ]
