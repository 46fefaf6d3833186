"""When practitioners can be booked: weekly hours, extra hours, time away, holidays, limits and busy time elsewhere."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Location, Member, Practitioner
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, personal
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


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


class ExtraHours(RegionModel):
    """Hours on top of the weekly ones: on one date, or every few weeks until another, on the wall of a location."""

    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="extra_hours")
    )
    location = operational(TenantForeignKey(Location, models.PROTECT, related_name="extra_hours"))
    day = operational(models.DateField(_("day")))
    starts = operational(models.TimeField(_("from")))
    ends = operational(models.TimeField(_("until")))
    every_weeks = operational(
        models.PositiveIntegerField(
            null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(52)]
        )
    )
    until = operational(models.DateField(_("for the last time on"), null=True, blank=True))

    data_policy = DataPolicy(Subject.USER, deletable=True)

    class Meta(RegionModel.Meta):
        ordering = ["day", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="extra_end_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None)
                | models.Q(every_weeks__isnull=False, until__gte=models.F("day")),
                name="extra_until_after_day",
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "practitioner", "day"], name="extra_of_practitioner")
        ]


class Absence(RegionModel):
    """Time away: of one practitioner, or of all (None) when a location or the whole practice (None) is closed.

    Wall time of `time_zone`: whole days without times; with them from `starts` on the first day until `ends` on the
    last. Repeated, the whole comes again every few weeks until a date. The label is for colleagues only.
    """

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        SICK = "sick", _("Sick leave")
        MEETING = "meeting", _("Meeting or training")
        BREAK = "break", _("Break")
        CLOSED = "closed", _("Closed")
        OTHER = "other", _("Other")

    practitioner = operational(
        TenantForeignKey(
            Practitioner, models.CASCADE, null=True, blank=True, related_name="absences"
        )
    )
    location = operational(
        TenantForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="absences")
    )
    kind = personal(
        models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.HOLIDAY),
        "user.workplace",
        "administration",
        unsealed="a coded word about a member's working time, needed to draw the diary",
    )
    label = personal(
        EncryptedCharField(_("what it is"), max_length=80, blank=True, default=""),
        "user.workplace",
        "administration",
    )
    time_zone = operational(models.CharField(max_length=60))
    first_day = operational(models.DateField(_("first day")))
    starts = operational(models.TimeField(_("from"), null=True, blank=True))
    last_day = operational(models.DateField(_("last day")))
    ends = operational(models.TimeField(_("until"), null=True, blank=True))
    every_weeks = operational(
        models.PositiveIntegerField(
            null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(52)]
        )
    )
    until = operational(models.DateField(_("for the last time on"), null=True, blank=True))
    made_by = operational(
        TenantForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    )

    data_policy = DataPolicy(Subject.USER, deletable=True)

    class Meta(RegionModel.Meta):
        ordering = ["first_day", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gt=models.F("first_day"))
                | models.Q(last_day=models.F("first_day"), starts=None, ends=None)
                | models.Q(last_day=models.F("first_day"), ends__gt=models.F("starts")),
                name="absence_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(starts=None, ends=None)
                | models.Q(starts__isnull=False, ends__isnull=False),
                name="absence_both_times_or_none",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None)
                | models.Q(every_weeks__isnull=False, until__gte=models.F("first_day")),
                name="absence_until_after_day",
            ),
        ]
        indexes = [models.Index(fields=["account_id", "first_day"], name="absences_by_day")]


class HolidayCalendar(RegionModel):
    """Which public holidays a location keeps: a country's, or those of one of its parts (ISO 3166-2)."""

    location = operational(
        TenantForeignKey(Location, models.CASCADE, related_name="holiday_calendars")
    )
    country = operational(models.CharField(max_length=2))
    subdivision = operational(models.CharField(max_length=10, blank=True, default=""))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "location"], name="one_holiday_calendar")
        ]


class OpenHoliday(RegionModel):
    """A public holiday on which a location opens all the same."""

    location = operational(TenantForeignKey(Location, models.CASCADE, related_name="open_holidays"))
    day = operational(models.DateField())

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "location", "day"], name="one_open_holiday"
            )
        ]


class BookingLimits(RegionModel):
    """What one practitioner sets for themself: most appointments, notice and horizon; None: as the service says."""

    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="limits")
    )
    most_per_day = operational(
        models.PositiveIntegerField(_("most in a day"), null=True, blank=True)
    )
    most_per_week = operational(
        models.PositiveIntegerField(_("most in a week"), null=True, blank=True)
    )
    notice_minutes = operational(
        models.PositiveIntegerField(_("shortest notice, minutes"), null=True, blank=True)
    )
    horizon_days = operational(
        models.PositiveIntegerField(_("bookable days ahead"), null=True, blank=True)
    )

    data_policy = DataPolicy(Subject.USER, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "practitioner"], name="one_set_of_limits")
        ]


class BusyCalendar(RegionModel):
    """A practitioner's calendar elsewhere, read by its address; only times are taken from it, never words."""

    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="busy_calendars")
    )
    name = personal(
        EncryptedCharField(_("name"), max_length=60), "user.workplace", "administration"
    )
    address = personal(
        EncryptedTextField(_("address"), max_length=2000), "user.workplace", "administration"
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    read_at = operational(models.DateTimeField(null=True))
    tried_at = operational(models.DateTimeField(null=True))
    failure = operational(models.CharField(max_length=40, blank=True, default=""))

    data_policy = DataPolicy(Subject.USER, deletable=True)

    class Meta(RegionModel.Meta):
        ordering = ["id"]


class BusyTime(RegionModel):
    """That a practitioner is busy elsewhere, from an imported calendar."""

    calendar = operational(TenantForeignKey(BusyCalendar, models.CASCADE, related_name="times"))
    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="busy_times")
    )
    starts_at = operational(models.DateTimeField())
    ends_at = operational(models.DateTimeField())

    data_policy = DataPolicy(Subject.USER, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="busy_ends_after_start"
            )
        ]
        indexes = [
            models.Index(
                fields=["account_id", "practitioner", "starts_at"], name="busy_of_practitioner"
            )
        ]
