"""What a practice offers: services, who offers them, and the rooms and equipment they need."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Location, Practitioner
from privacy.vocabulary.classification import DataPolicy, Subject, operational, public
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Service(RegionModel):
    """What can be booked (appointment type). Changing it never rewrites existing appointments.

    With a `capacity` above one it is a group: staff set its times, people take places. `by_request`: a booking made
    online is a request that staff confirm or decline within `request_hours`. `most_shown` thins what is shown online.
    """

    name = public(models.CharField(_("name"), max_length=80))
    category = public(models.CharField(_("category"), max_length=60, blank=True, default=""))
    description = public(models.TextField(_("description"), max_length=500, blank=True))
    duration_minutes = public(
        models.PositiveIntegerField(
            _("minutes"), validators=[MinValueValidator(5), MaxValueValidator(720)], default=45
        )
    )
    price_minor = public(
        models.PositiveIntegerField(
            _("price"), default=0, help_text="in minor units of the currency"
        )
    )
    currency = public(models.CharField(_("currency"), max_length=3, default="AUD"))
    colour = operational(
        models.PositiveIntegerField(
            _("colour"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
        )
    )
    buffer_before = operational(
        models.PositiveIntegerField(_("minutes kept free before"), default=0)
    )
    buffer_after = operational(models.PositiveIntegerField(_("minutes kept free after"), default=0))
    grid_minutes = operational(models.PositiveIntegerField(_("start every … minutes"), default=15))
    notice_minutes = operational(
        models.PositiveIntegerField(_("shortest notice, minutes"), default=120)
    )
    horizon_days = operational(models.PositiveIntegerField(_("bookable days ahead"), default=60))
    cancel_notice_minutes = operational(
        models.PositiveIntegerField(_("notice for cancelling, minutes"), default=1440)
    )
    is_online = operational(models.BooleanField(_("offered online"), default=True))
    capacity = operational(
        models.PositiveIntegerField(
            _("places"), validators=[MinValueValidator(1), MaxValueValidator(200)], default=1
        )
    )
    by_request = operational(models.BooleanField(_("staff confirm each booking"), default=False))
    request_hours = operational(
        models.PositiveIntegerField(_("hours to answer a request"), default=48)
    )
    most_shown = operational(
        models.PositiveIntegerField(_("most times shown per part of a day"), null=True, blank=True)
    )
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ServiceOffer(RegionModel):
    """That a practitioner offers a service, with a length and price of their own where those differ from it."""

    service = operational(TenantForeignKey(Service, models.CASCADE, related_name="offers"))
    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="offers")
    )

    duration_minutes = public(
        models.PositiveIntegerField(
            _("minutes"),
            null=True,
            blank=True,
            validators=[MinValueValidator(5), MaxValueValidator(720)],
        )
    )
    price_minor = public(models.PositiveIntegerField(_("price"), null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "service", "practitioner"], name="one_offer"
            )
        ]


class Resource(RegionModel):
    """A room or a piece of equipment of a location; one appointment at a time has it (features C14)."""

    class Kind(models.TextChoices):
        ROOM = "room", _("Room")
        EQUIPMENT = "equipment", _("Equipment")

    location = operational(TenantForeignKey(Location, models.PROTECT, related_name="resources"))
    name = public(models.CharField(_("name"), max_length=80))
    kind = operational(
        models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ROOM)
    )
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "location", "name"], name="one_resource_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ServiceNeed(RegionModel):
    """That a service can use a resource. It needs one of each kind that it lists at the location."""

    service = operational(TenantForeignKey(Service, models.CASCADE, related_name="needs"))
    resource = operational(TenantForeignKey(Resource, models.CASCADE, related_name="needed_by"))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "service", "resource"], name="one_need")
        ]
