"""Which bookings a change of somebody's time would leave without it; asked before the change is made final."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Location, Practitioner
from bookings.availability.ranges import Range
from bookings.availability.repeat import Repeat, Spell, first_days, instants
from bookings.availability.wall_time import ONE_DAY
from bookings.hours import weekly
from bookings.hours.weekly import Kept, Period, Stretch
from bookings.models import Appointment, BookingLimits, ExtraHours
from bookings.openings import known, public_holidays
from privacy.vocabulary import clock


@dataclass(frozen=True, slots=True)
class HoursTo:
    """Another week of a practitioner at a location."""

    practitioner: Practitioner
    location: Location
    change: weekly.Change


@dataclass(frozen=True, slots=True)
class ExtraTo:
    """Extra hours of a practitioner at a location that replace others (None: are new), or are gone (None)."""

    practitioner: Practitioner
    location: Location
    extra: ExtraHours | None
    replacing: UUID | None = None


@dataclass(frozen=True, slots=True)
class AwayTo:
    """Time away of one practitioner or of all, at one location or at all."""

    practitioner: UUID | None
    location: UUID | None
    spell: Spell


@dataclass(frozen=True, slots=True)
class HolidaysTo:
    """The public holidays that a location keeps, and those on which it opens all the same."""

    location: Location
    country: str
    subdivision: str
    open_days: frozenset[date]


@dataclass(frozen=True, slots=True)
class LimitsTo:
    """The most that a practitioner takes in a day and in a week."""

    practitioner: Practitioner
    per_day: int | None
    per_week: int | None


Change = HoursTo | ExtraTo | AwayTo | HolidaysTo | LimitsTo


def stranded(change: Change) -> list[Appointment]:
    """Return the coming bookings that have their time now and would not have it after a change, by start.

    Nothing is changed by asking. A booking that stands outside already is no news and isn't returned.
    """
    match change:
        case HoursTo():
            return _outside_hours(change)
        case ExtraTo():
            return _outside_extra(change)
        case AwayTo():
            return _away(change)
        case HolidaysTo():
            return _on_holidays(change)
        case LimitsTo():
            return _over_limits(change)


def coming(where: Q) -> list[Appointment]:
    """Return the bookings and requests that aren't over yet, by start."""
    live = Appointment.objects.filter(where, state__in=Appointment.LIVE, ends_at__gt=clock.now())
    return list(live.order_by("starts_at", "id"))


def _outside_hours(asked: HoursTo) -> list[Appointment]:
    found = coming(Q(practitioner=asked.practitioner, location=asked.location))
    extra = _extra_rows(asked.practitioner, asked.location)
    days = {each.local_date for each in found}
    kept = weekly.kept(asked.practitioner, asked.location)
    more = on_dates(extra, days)
    return _left_out(found, kept + more, weekly.changed(kept, asked.change) + more)


def _outside_extra(asked: ExtraTo) -> list[Appointment]:
    found = coming(Q(practitioner=asked.practitioner, location=asked.location))
    extra = _extra_rows(asked.practitioner, asked.location)
    then = [each for each in extra if each.pk != asked.replacing]
    then += [asked.extra] if asked.extra else []
    days = {each.local_date for each in found}
    kept = weekly.kept(asked.practitioner, asked.location)
    return _left_out(found, kept + on_dates(extra, days), kept + on_dates(then, days))


def _left_out(found: Iterable[Appointment], now: list[Kept], then: list[Kept]) -> list[Appointment]:
    return [
        each
        for each in found
        if weekly.within(now, *_time_of(each)) and not weekly.within(then, *_time_of(each))
    ]


def on_dates(rows: Iterable[ExtraHours], days: Iterable[date]) -> list[Kept]:
    """Return extra hours on certain dates as hours that are kept on just that date."""
    wanted = set(days)
    if not wanted:
        return []
    return [
        Kept(Stretch(day.isoweekday(), row.starts, row.ends), Period(day, day))
        for row in rows
        for day in first_days(row.day, Repeat(row.every_weeks, row.until), min(wanted), max(wanted))
        if day in wanted
    ]


def _away(asked: AwayTo) -> list[Appointment]:
    where = Q()
    if asked.practitioner is not None:
        where &= Q(practitioner_id=asked.practitioner)
    if asked.location is not None:
        where &= Q(location_id=asked.location)
    if asked.spell.repeat.every_weeks is None:
        # A day more on both sides, for whoever looks from another zone
        where &= Q(
            local_date__gte=asked.spell.first_day - 2 * ONE_DAY,
            local_date__lte=asked.spell.last_day + 2 * ONE_DAY,
        )
    found = coming(where)
    if not found:
        return []
    first = min(each.local_date for each in found) - ONE_DAY
    last = max(each.local_date for each in found) + ONE_DAY
    then = list(instants(asked.spell, first, last))
    hit = [each for each in found if any(_meets(each, span) for span in then)]
    if not hit:
        return []
    rows = known.away_rows({each.practitioner_id for each in hit}, None, first, last)
    now = [
        (row.practitioner_id, row.location_id, span)
        for row in rows.order_by().defer("label")
        for span in instants(known.spell_of(row), first, last)
    ]
    return [
        each
        for each in hit
        if not any(
            who in (None, each.practitioner_id)
            and where in (None, each.location_id)
            and _meets(each, span)
            for who, where, span in now
        )
    ]


def _on_holidays(asked: HolidaysTo) -> list[Appointment]:
    found = coming(Q(location=asked.location))
    if not found or not asked.country:
        return []
    first, last = found[0].local_date - ONE_DAY, found[-1].local_date + ONE_DAY
    now = {each.day for each in known.closed_holidays(Q(pk=asked.location.pk), first, last)}
    then = public_holidays.between(asked.country, asked.subdivision, first, last)
    news = then.keys() - asked.open_days - now
    return [each for each in found if each.local_date in news]


def _over_limits(asked: LimitsTo) -> list[Appointment]:
    """Return those that come last in days and weeks which would then have too many."""
    now = clock.now()
    live = Appointment.objects.filter(
        practitioner=asked.practitioner,
        state__in=Appointment.LIVE,
        starts_at__gt=now - timedelta(days=9),
    )
    found = list(live.order_by("starts_at", "id"))
    before = BookingLimits.objects.filter(practitioner=asked.practitioner).first()
    had = over(found, before.most_per_day, before.most_per_week) if before else set()
    gone = over(found, asked.per_day, asked.per_week) - had
    return [each for each in found if each.pk in gone and each.ends_at > now]


def over(found: Iterable[Appointment], per_day: int | None, per_week: int | None) -> set[UUID]:
    """Return which of some appointments, in order, are more than their day or ISO week may have."""
    days: Counter[date] = Counter()
    weeks: Counter[date] = Counter()
    more: set[UUID] = set()
    for each in found:
        day = each.local_date
        monday = day - timedelta(days=day.weekday())
        days[day] += 1
        weeks[monday] += 1
        too_many = (per_day is not None and days[day] > per_day) or (
            per_week is not None and weeks[monday] > per_week
        )
        if too_many:
            more.add(each.pk)
    return more


def _extra_rows(practitioner: Practitioner, location: Location) -> list[Any]:
    return list(ExtraHours.objects.filter(practitioner=practitioner, location=location))


def _meets(appointment: Appointment, span: Range) -> bool:
    return bool(appointment.starts_at < span[1] and span[0] < appointment.ends_at)


def _time_of(appointment: Appointment) -> tuple[date, time, int]:
    return appointment.local_date, appointment.local_time, appointment.duration_minutes
