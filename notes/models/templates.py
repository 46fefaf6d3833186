"""Templates: the sections and questions that a note starts from, and which one a service's notes start from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models import Service
from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class NoteTemplate(RegionModel):
    """The sections and questions that a note starts from; a note keeps the version that it was begun with.

    `sections`: what `notes.answers.clean_sections` returns. Notes that begin with a restricted template are restricted.
    """

    name = operational(models.CharField(_("name"), max_length=80))
    version = operational(models.PositiveIntegerField(default=1))
    sections = operational(models.JSONField(default=list))
    is_restricted = operational(models.BooleanField(default=False))
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ServiceTemplate(RegionModel):
    """The template that a note about a visit of this service begins with, unless another is chosen."""

    service = operational(TenantForeignKey(Service, models.CASCADE, related_name="+"))
    template = operational(
        TenantForeignKey(NoteTemplate, models.CASCADE, related_name="of_services")
    )

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "service"], name="one_template_of_service"
            )
        ]
