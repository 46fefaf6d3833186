"""What a practice wants to know of its clients beyond the record's own fields: sections, fields, options (features B2)."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


def new_token() -> UUID:
    """Return a token: what values are kept under, the same in every copy of the account."""
    return uuid7()


class FieldSection(RegionModel):
    """A heading under which fields stand together."""

    name = operational(models.CharField(_("name"), max_length=80))
    token = operational(models.UUIDField(default=new_token, editable=False))
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "token"], name="one_section_token")
        ]

    def __str__(self) -> str:
        return str(self.name)


class CustomField(RegionModel):
    """A field of the practice's own. Its kind never changes: what is kept under its token would mean something else."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Short text")
        PARAGRAPH = "paragraph", _("Long text")
        DATE = "date", _("Date")
        NUMBER = "number", _("Number")
        CHOICE = "choice", _("One of a list")
        CHOICES = "choices", _("Several of a list")
        CHECKBOX = "checkbox", _("Yes or no")

    WITH_OPTIONS = (Kind.CHOICE, Kind.CHOICES)

    section = operational(TenantForeignKey(FieldSection, models.PROTECT, related_name="fields"))
    token = operational(models.UUIDField(default=new_token, editable=False))
    name = operational(models.CharField(_("name"), max_length=80))
    kind = operational(models.CharField(_("kind"), max_length=10, choices=Kind.choices))
    hint = operational(models.CharField(_("hint"), max_length=200, blank=True, default=""))
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "token"], name="one_field_token")
        ]

    def __str__(self) -> str:
        return str(self.name)


class FieldOption(RegionModel):
    """Something that can be chosen in a field; values hold its token, so it can be called something else."""

    field = operational(TenantForeignKey(CustomField, models.PROTECT, related_name="options"))
    token = operational(models.UUIDField(default=new_token, editable=False))
    label = operational(models.CharField(_("label"), max_length=120))
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "token"], name="one_option_token")
        ]

    def __str__(self) -> str:
        return str(self.label)
