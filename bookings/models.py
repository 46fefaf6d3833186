"""Services, hours and appointments; who attends stands on an attendee row of its own."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Location, Practitioner, PrivacyNotice
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, public, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Service(RegionModel):
    """What can be booked (appointment type). Changing it never rewrites existing appointments."""

    name = public(models.CharField(_("name"), max_length=80))
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
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ServiceOffer(RegionModel):
    """That a practitioner offers a service."""

    service = operational(TenantForeignKey(Service, models.CASCADE, related_name="offers"))
    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="offers")
    )

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "service", "practitioner"], name="one_offer"
            )
        ]


class WeeklyHours(RegionModel):
    """A range of a weekday on the wall of a location in which a practitioner can be booked."""

    practitioner = operational(TenantForeignKey(Practitioner, models.CASCADE, related_name="hours"))
    location = operational(TenantForeignKey(Location, models.PROTECT, related_name="hours"))
    weekday = operational(
        models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)])
    )
    starts = operational(models.TimeField())
    ends = operational(models.TimeField())
    effective_from = operational(models.DateField(null=True, blank=True))
    effective_until = operational(models.DateField(null=True, blank=True))

    data_policy = DataPolicy(Subject.USER, deletable=True)

    class Meta(RegionModel.Meta):
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="hours_end_after_start"
            )
        ]
        indexes = [
            models.Index(fields=["account_id", "practitioner"], name="hours_of_practitioner")
        ]


class BusyRange(models.Func):
    """`tstzrange(busy_from, busy_until, '[)')`."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Appointment(RegionModel):
    """A time with a practitioner. Wall time, zone, instant and the tz database's version are all kept (features C15)."""

    class State(models.TextChoices):
        HELD = "held", _("held")
        REQUESTED = "requested", _("requested")
        BOOKED = "booked", _("booked")
        CANCELLED = "cancelled", _("cancelled")

    LIVE = (State.HELD, State.REQUESTED, State.BOOKED)

    practitioner = operational(
        TenantForeignKey(Practitioner, models.PROTECT, related_name="appointments")
    )
    location = operational(TenantForeignKey(Location, models.PROTECT, related_name="appointments"))
    service = operational(TenantForeignKey(Service, models.PROTECT, related_name="appointments"))
    service_name = operational(models.CharField(max_length=80))
    colour = operational(models.PositiveIntegerField(default=1))
    duration_minutes = operational(models.PositiveIntegerField())
    price_minor = operational(models.PositiveIntegerField(default=0))
    currency = operational(models.CharField(max_length=3, default="AUD"))
    local_date = operational(models.DateField())
    local_time = operational(models.TimeField())
    time_zone = operational(models.CharField(max_length=60))
    tzdb_version = operational(models.CharField(max_length=12))
    starts_at = operational(models.DateTimeField())
    ends_at = operational(models.DateTimeField())
    busy_from = operational(models.DateTimeField())
    busy_until = operational(models.DateTimeField())
    state = operational(
        models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    )
    is_overbooked = operational(models.BooleanField(default=False))
    sequence = operational(models.PositiveIntegerField(default=0))
    provenance = operational(models.CharField(max_length=60, default="staff"))
    created_at = operational(models.DateTimeField(default=clock.now))
    cancelled_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [
            ExclusionConstraint(
                name="no_double_booking",
                expressions=[
                    ("account_id", RangeOperators.EQUAL),
                    ("practitioner", RangeOperators.EQUAL),
                    (
                        BusyRange("busy_from", "busy_until", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(state__in=["held", "requested", "booked"], is_overbooked=False),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "starts_at"], name="diary"),
            models.Index(
                fields=["account_id", "practitioner", "starts_at"], name="diary_of_practitioner"
            ),
        ]


class Attendee(RegionModel):
    """A client's place in an appointment, also when it is the only one; names never cross attendees."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        ARRIVED = "arrived", _("Arrived")
        IN_SESSION = "in_session", _("In session")
        SEEN = "seen", _("Seen")
        NO_SHOW = "no_show", _("No-show")
        CANCELLED = "cancelled", _("Cancelled")

    class Side(models.TextChoices):
        CLIENT = "client", _("the client")
        PRACTICE = "practice", _("the practice")
        SYSTEM = "system", _("the system")

    class Reason(models.TextChoices):
        BETTER = "better", _("Feeling better")
        SICK = "sick", _("Sick")
        AWAY = "away", _("Away")
        WORK = "work", _("Work or school")
        PRACTITIONER_AWAY = "practitioner_away", _("Practitioner away")
        BOOKED_IN_ERROR = "booked_in_error", _("Booked in error")
        OTHER = "other", _("Another reason")

    appointment = operational(
        TenantForeignKey(Appointment, models.PROTECT, related_name="attendees")
    )
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="attendances"))
    state = operational(
        models.CharField(max_length=12, choices=State.choices, default=State.EXPECTED)
    )
    state_at = operational(models.DateTimeField(default=clock.now))
    cancelled_by = operational(models.CharField(max_length=10, choices=Side.choices, blank=True))
    cancel_reason = operational(models.CharField(max_length=20, choices=Reason.choices, blank=True))
    notice_minutes = operational(models.IntegerField(null=True, blank=True))
    comment = sensitive(
        EncryptedTextField(_("anything we should know"), max_length=1000, blank=True, default="")
    )
    notice = operational(
        TenantForeignKey(PrivacyNotice, models.PROTECT, null=True, blank=True, related_name="+")
    )
    notice_shown_at = operational(models.DateTimeField(null=True, blank=True))
    provenance = operational(models.CharField(max_length=60, default="staff"))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "appointment", "client"], name="one_place_each"
            )
        ]
        indexes = [models.Index(fields=["account_id", "client"], name="attendances_of_client")]


class Move(RegionModel):
    """That an appointment was moved: the row keeps its id, this keeps its past."""

    appointment = operational(TenantForeignKey(Appointment, models.PROTECT, related_name="moves"))
    from_practitioner = operational(
        TenantForeignKey(Practitioner, models.PROTECT, related_name="+")
    )
    from_starts_at = operational(models.DateTimeField())
    to_practitioner = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="+"))
    to_starts_at = operational(models.DateTimeField())
    moved_at = operational(models.DateTimeField(default=clock.now))
    moved_by = operational(models.UUIDField(null=True))

    data_policy = DataPolicy(Subject.SYSTEM, append_only=True)

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "appointment"], name="moves_of_appointment")]


class Message(RegionModel):
    """Everything sent to a client, or not sent and why; checked again against the booking when it is due."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")

    class Category(models.TextChoices):
        CONFIRMATION = "confirmation", _("Confirmation")
        REMINDER = "reminder", _("Reminder")
        CHANGE = "change", _("Change")
        CANCELLATION = "cancellation", _("Cancellation")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="messages"))
    attendee = operational(
        TenantForeignKey(Attendee, models.PROTECT, null=True, related_name="messages")
    )
    channel = operational(models.CharField(max_length=5, choices=Channel.choices))
    category = operational(models.CharField(max_length=14, choices=Category.choices))
    sequence = operational(models.PositiveIntegerField(default=0))
    address = sensitive(EncryptedCharField(max_length=254, blank=True, default=""), "user.contact")
    subject = sensitive(EncryptedCharField(max_length=200, blank=True, default=""))
    body = sensitive(EncryptedTextField(blank=True, default=""))
    state = operational(
        models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    )
    reason = operational(models.CharField(max_length=40, blank=True))
    send_at = operational(models.DateTimeField(default=clock.now))
    sent_at = operational(models.DateTimeField(null=True))
    created_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", closing=True)

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "client", "created_at"], name="messages_of_client")
        ]
