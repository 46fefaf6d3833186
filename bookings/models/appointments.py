"""Appointments, the series they come from, who attends, what they hold, and how they were moved."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Location, Member, Practitioner, PrivacyNotice
from bookings.models.page import BookingPolicy
from bookings.models.services import Resource, Service
from clients.models import Case, Client, Relationship
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    ReaderRule,
    Subject,
    operational,
    personal,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class BusyRange(models.Func):
    """`tstzrange(busy_from, busy_until, '[)')`."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


# A member who keeps their own diary alone sees the appointments that are with them
READERS = ReaderRule(
    "may_see_appointment",
    {"whose": "practitioner_id"},
    """
DECLARE
  me text := current_setting('app.diary_of', true);
BEGIN
  IF me <> '' THEN
    RETURN EXISTS (
      SELECT FROM accounts_practitioner p
      WHERE p.account_id = of_account AND p.id = whose AND p.member_id = me::uuid);
  END IF;
  RETURN true;
END""",
    unless="(current_setting('app.diary_of', true) = '')",
)


class Series(RegionModel):
    """A rule that appointments repeat by; each occurrence is an appointment of its own (features C9).

    On the wall of the location. It ends after `count` of them, or earlier on `until`. `after` is the series it was
    split from by "this and later".
    """

    class Rule(models.TextChoices):
        WEEKLY = "weekly", _("Weekly")
        MONTHLY_DATE = "monthly_date", _("Monthly, on the same date")
        MONTHLY_WEEKDAY = "monthly_weekday", _("Monthly, on the same weekday")

    rule = operational(models.CharField(max_length=15, choices=Rule.choices, default=Rule.WEEKLY))
    every = operational(
        models.PositiveIntegerField(
            default=1, validators=[MinValueValidator(1), MaxValueValidator(52)]
        )
    )
    first_date = operational(models.DateField())
    local_time = operational(models.TimeField())
    time_zone = operational(models.CharField(max_length=60))
    until = operational(models.DateField(null=True, blank=True))
    count = operational(
        models.PositiveIntegerField(
            default=10, validators=[MinValueValidator(2), MaxValueValidator(104)]
        )
    )
    after = operational(
        TenantForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    created_by = operational(models.UUIDField(null=True))

    data_policy = DataPolicy(Subject.SYSTEM)


class Appointment(RegionModel):
    """A time with a practitioner. Wall time, zone, instant and the tz database's version are all kept (features C15).

    What the service said is copied (name, length, price, places, notice), so that changing it rewrites nothing. A
    request waits for staff until `answer_by`. `series_date` is the date that the series' rule gave this occurrence.
    `stranded_at`: since when a change of somebody's time has left it outside, until staff decide; `stays_outside_hours`
    says that they decided to keep it there (features C3).
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        BOOKED = "booked", _("booked")
        CANCELLED = "cancelled", _("cancelled")

    LIVE = (State.REQUESTED, State.BOOKED)

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
    overbooked_by = operational(
        TenantForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    )
    capacity = operational(models.PositiveIntegerField(default=1))
    cancel_notice_minutes = operational(models.PositiveIntegerField(default=1440))
    series = operational(
        TenantForeignKey(Series, models.PROTECT, null=True, blank=True, related_name="appointments")
    )
    series_date = operational(models.DateField(null=True, blank=True))
    answer_by = operational(models.DateTimeField(null=True, blank=True))
    stays_outside_hours = operational(models.BooleanField(default=False))
    stranded_at = operational(models.DateTimeField(null=True, blank=True))
    sequence = operational(models.PositiveIntegerField(default=0))
    provenance = operational(models.CharField(max_length=60, default="staff"))
    created_at = operational(models.DateTimeField(default=clock.now))
    cancelled_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM, readers=READERS, undoable=True, dated="starts_at")

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
                condition=models.Q(state__in=["requested", "booked"], is_overbooked=False),
            ),
            models.CheckConstraint(
                condition=models.Q(state="requested", answer_by__isnull=False)
                | ~models.Q(state="requested"),
                name="request_has_its_end",
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
            models.Index(
                fields=["account_id", "answer_by"],
                name="requests",
                condition=models.Q(state="requested"),
            ),
            models.Index(
                fields=["account_id", "series"],
                name="occurrences",
                condition=models.Q(series__isnull=False),
            ),
            models.Index(
                fields=["account_id", "starts_at"],
                name="stranded",
                condition=models.Q(stranded_at__isnull=False),
            ),
        ]


class Attendee(RegionModel):
    """A client's place in an appointment, also when it is the only one; names never cross attendees.

    `via` and `is_only_shown` are set, never kept, when somebody who stands by the client looks at it by a link.
    """

    via: Relationship | None = None
    is_only_shown = False

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
    case = operational(
        TenantForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="attendances")
    )
    state = operational(
        models.CharField(max_length=12, choices=State.choices, default=State.EXPECTED)
    )
    state_at = operational(models.DateTimeField(default=clock.now))
    cancelled_by = operational(models.CharField(max_length=10, choices=Side.choices, blank=True))
    cancel_reason = operational(models.CharField(max_length=20, choices=Reason.choices, blank=True))
    cancel_note = sensitive(
        EncryptedTextField(_("note"), max_length=500, null=True, blank=True, default="")
    )
    notice_minutes = operational(models.IntegerField(null=True, blank=True))
    is_late = operational(models.BooleanField(default=False))
    comment = sensitive(
        EncryptedTextField(_("anything we should know"), max_length=1000, blank=True, default="")
    )
    notice = operational(
        TenantForeignKey(PrivacyNotice, models.PROTECT, null=True, blank=True, related_name="+")
    )
    notice_shown_at = operational(models.DateTimeField(null=True, blank=True))
    policy = operational(
        TenantForeignKey(BookingPolicy, models.PROTECT, null=True, blank=True, related_name="+")
    )
    policy_accepted_at = operational(models.DateTimeField(null=True, blank=True))
    accepted_from = personal(
        EncryptedCharField(max_length=45, null=True, blank=True, default=""),
        "user.device.ip_address",
        "evidence",
    )
    provenance = operational(models.CharField(max_length=60, default="staff"))

    counted_as = _("appointments")
    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        erase="blank",
        undoable=True,
        work_of="appointment__practitioner",
        dated="appointment__starts_at",
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "appointment", "client"], name="one_place_each"
            )
        ]
        indexes = [
            models.Index(fields=["account_id", "client"], name="attendances_of_client"),
            models.Index(
                fields=["account_id", "case"],
                name="attendances_of_case",
                condition=models.Q(case__isnull=False),
            ),
        ]


class ResourceUse(RegionModel):
    """That an appointment has a room or a piece of equipment; the database lets one live appointment have it at a time.

    `is_live` follows the appointment: it is False once that is cancelled, and for one that stands beside another.
    """

    appointment = operational(TenantForeignKey(Appointment, models.CASCADE, related_name="uses"))
    resource = operational(TenantForeignKey(Resource, models.PROTECT, related_name="uses"))
    busy_from = operational(models.DateTimeField())
    busy_until = operational(models.DateTimeField())
    is_live = operational(models.BooleanField(default=True))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            ExclusionConstraint(
                name="one_use_at_a_time",
                expressions=[
                    ("account_id", RangeOperators.EQUAL),
                    ("resource", RangeOperators.EQUAL),
                    (
                        BusyRange("busy_from", "busy_until", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(is_live=True),
            ),
            models.UniqueConstraint(
                fields=["account_id", "appointment", "resource"], name="one_use_each"
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "resource", "busy_from"], name="uses_of_resource")
        ]


class Hold(RegionModel):
    """A time kept free for somebody for a few minutes (a visitor who types, an offer from the waiting list).

    A courtesy: others booking online don't see the time; the wall against double booking is the appointment's own
    constraint. A hold past `expires_at` counts for nothing and is swept away. `digest` is the hash of its secret.
    """

    practitioner = operational(TenantForeignKey(Practitioner, models.CASCADE, related_name="holds"))
    location = operational(TenantForeignKey(Location, models.CASCADE, related_name="holds"))
    service = operational(TenantForeignKey(Service, models.CASCADE, related_name="holds"))
    starts_at = operational(models.DateTimeField())
    ends_at = operational(models.DateTimeField())
    busy_from = operational(models.DateTimeField())
    busy_until = operational(models.DateTimeField())
    expires_at = operational(models.DateTimeField())
    digest = operational(models.BinaryField(max_length=32))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "digest"], name="one_hold"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="hold_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account_id", "practitioner", "starts_at"], name="holds_of_practitioner"
            )
        ]


class Move(RegionModel):
    """That an appointment was moved: the row keeps its id, this keeps its past.

    `sequence` is what the appointment's became; `together` is the same for all moves of one change to a series.
    """

    appointment = operational(TenantForeignKey(Appointment, models.PROTECT, related_name="moves"))
    from_practitioner = operational(
        TenantForeignKey(Practitioner, models.PROTECT, related_name="+")
    )
    from_starts_at = operational(models.DateTimeField())
    to_practitioner = operational(TenantForeignKey(Practitioner, models.PROTECT, related_name="+"))
    to_starts_at = operational(models.DateTimeField())
    moved_at = operational(models.DateTimeField(default=clock.now))
    moved_by = operational(models.UUIDField(null=True))
    was_overbooked = operational(models.BooleanField(default=False))
    sequence = operational(models.PositiveIntegerField(null=True))
    together = operational(models.UUIDField(null=True))

    data_policy = DataPolicy(Subject.SYSTEM, append_only=True)

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "appointment"], name="moves_of_appointment"),
            models.Index(
                fields=["account_id", "together"],
                name="moves_together",
                condition=models.Q(together__isnull=False),
            ),
        ]
