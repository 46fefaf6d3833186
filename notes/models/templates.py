"""Templates: the sections and questions that a note starts from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel


class NoteTemplate(RegionModel):
    """The sections and questions that a note starts from; a note keeps the version that it was begun with.

    `sections`: list of {"key", "title", "questions": [{"key", "label", "type", "options"}]}, type one of text,
    paragraph, scale, checkboxes, radio, date, number.
    """

    name = operational(models.CharField(_("name"), max_length=80))
    version = operational(models.PositiveIntegerField(default=1))
    sections = operational(models.JSONField(default=list))
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
