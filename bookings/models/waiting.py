"""The waiting list: who would come sooner, when they can, and the times they were offered (features C13)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Location, Practitioner
from bookings.models.appointments import Attendee, Hold
from bookings.models.services import Service
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class WaitingEntry(RegionModel):
    """A client's wish for a time. `attendee` is the place they have already and would give up for an earlier one.

    `windows` are stretches of weekdays on the location's wall that suit, as `[weekday, "09:00", "12:00"]`; none: any
    time. It ends by itself on `until`, the day of the present booking at the latest.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        BOOKED = "booked", _("Booked")
        EXPIRED = "expired", _("Expired")
        REMOVED = "removed", _("Removed")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="waiting"))
    service = operational(TenantForeignKey(Service, models.PROTECT, related_name="waiting"))
    attendee = operational(
        TenantForeignKey(Attendee, models.PROTECT, null=True, blank=True, related_name="waiting")
    )
    windows = operational(models.JSONField(default=list, blank=True))
    since = operational(models.DateField(null=True, blank=True))
    until = operational(models.DateField())
    is_urgent = operational(models.BooleanField(_("urgent"), default=False))
    note = sensitive(EncryptedTextField(_("note"), max_length=500, blank=True, default=""))
    state = operational(
        models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    )
    provenance = operational(models.CharField(max_length=60, default="staff"))
    created_at = operational(models.DateTimeField(default=clock.now))
    ended_at = operational(models.DateTimeField(null=True, blank=True))

    counted_as = _("waiting list")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        ordering = ["-is_urgent", "created_at"]
        indexes = [
            models.Index(
                fields=["account_id", "service"],
                name="waiting_now",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["account_id", "client"], name="waiting_of_client"),
        ]


class WaitingWish(RegionModel):
    """With whom and where somebody on the list would come; None: with anyone, anywhere. No wish at all: both."""

    entry = operational(TenantForeignKey(WaitingEntry, models.CASCADE, related_name="wishes"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, null=True, blank=True, related_name="+")
    )
    location = operational(
        TenantForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="+")
    )

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", deletable=True)

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "entry"], name="wishes_of_entry")]


class WaitingOffer(RegionModel):
    """A free time offered to somebody on the list, until it expires; of several offers of a time one wins."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        LOST = "lost", _("Somebody else was first")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    entry = operational(TenantForeignKey(WaitingEntry, models.PROTECT, related_name="offers"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    hold = operational(
        TenantForeignKey(Hold, models.SET_NULL, null=True, blank=True, related_name="offers")
    )
    practitioner = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="+"))
    location = operational(TenantForeignKey(Location, models.PROTECT, related_name="+"))
    starts_at = operational(models.DateTimeField())
    ends_at = operational(models.DateTimeField())
    expires_at = operational(models.DateTimeField())
    state = operational(
        models.CharField(max_length=9, choices=State.choices, default=State.OFFERED)
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    ended_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "entry", "created_at"], name="offers_of_entry"),
            models.Index(
                fields=["account_id", "expires_at"],
                name="offers_open",
                condition=models.Q(state="offered"),
            ),
        ]


class FreedTime(RegionModel):
    """A stretch that became free by a cancellation or a move, and how many on the list it would suit.

    `fitting` is what was found when it was last looked at. Staff put it away; once past it is swept.
    """

    practitioner = operational(TenantForeignKey(Practitioner, models.CASCADE, related_name="+"))
    location = operational(TenantForeignKey(Location, models.CASCADE, related_name="+"))
    starts_at = operational(models.DateTimeField())
    ends_at = operational(models.DateTimeField())
    fitting = operational(models.PositiveIntegerField(default=0))
    created_at = operational(models.DateTimeField(default=clock.now))
    dismissed_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "practitioner", "starts_at"], name="one_freed_time"
            )
        ]


class WaitingChoices(RegionModel):
    """What the practice does with time that becomes free; one without a row has the defaults."""

    class Mode(models.TextChoices):
        SUGGEST = "suggest", _("Staff choose who gets an offer")
        OFFER = "offer", _("The first who fit get an offer automatically")

    mode = operational(
        models.CharField(
            _("when time becomes free"), max_length=7, choices=Mode.choices, default=Mode.SUGGEST
        )
    )
    at_once = operational(
        models.PositiveIntegerField(
            _("people who get an offer at once"),
            default=1,
            validators=[MinValueValidator(1), MaxValueValidator(5)],
        )
    )
    minutes_held = operational(
        models.PositiveIntegerField(
            _("minutes an offer is held"),
            default=120,
            validators=[MinValueValidator(15), MaxValueValidator(1440)],
        )
    )

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id"], name="one_set_of_waiting_choices")
        ]
