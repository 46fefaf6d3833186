"""What the database knows about the time of some practitioners, all of it in one statement.

Written by hand: as querysets these were five statements, and putting them together took longer than answering them.
Every row is a fact of a kind; each kind fills the columns that it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connections

from accounts.models import Location
from accounts.time_zones import zone_info
from bookings.availability.repeat import Repeat, Spell, first_days, instants
from bookings.availability.schedule import Absence, Busy, ExtraHours, WeeklyHours
from bookings.availability.wall_time import ONE_DAY, day_bounds, first_instant
from bookings.models import Appointment, Service
from bookings.openings import public_holidays
from bookings.openings.known import LONGEST, REACH
from privacy.vocabulary import clock, scope

WEEKLY, EXTRA, BOOKED, HELD, ELSEWHERE, AWAY, HOLIDAYS, OWN = range(8)
_LIVE = ", ".join(f"'{state}'" for state in Appointment.LIVE)
_THEIRS = "account_id = %(account)s AND practitioner_id = ANY(%(who)s)"
_THERE = f"{_THEIRS} AND location_id = %(location)s"
_NEAR = f"{_THEIRS} AND starts_at < %(until)s"

_SQL: Final = f"""
SELECT {WEEKLY} AS kind, practitioner_id AS who, NULL::timestamptz AS since, NULL::timestamptz AS until,
    NULL::timestamptz AS starts_at, effective_from AS day, effective_until AS last_day, starts, ends,
    NULL::date AS repeated_until, weekday AS number, '' AS word, '' AS other, NULL::int[] AS numbers
FROM bookings_weeklyhours WHERE {_THERE}
UNION ALL
SELECT {EXTRA}, practitioner_id, NULL, NULL, NULL, day, until, starts, ends, NULL, every_weeks, '', '', NULL
FROM bookings_extrahours
WHERE {_THERE} AND day <= %(day_after)s AND (every_weeks IS NOT NULL OR day >= %(day_before)s)
UNION ALL
SELECT {BOOKED}, practitioner_id, busy_from, busy_until, NULL, local_date, NULL, NULL, NULL, NULL, NULL, '', '', NULL
FROM bookings_appointment
WHERE {_NEAR} AND starts_at >= %(since)s AND state IN ({_LIVE}) AND id IS DISTINCT FROM %(leaving_out)s::uuid
UNION ALL
SELECT {HELD}, practitioner_id, busy_from, busy_until, starts_at, NULL, NULL, NULL, NULL, NULL, NULL, '', '', NULL
FROM bookings_hold
WHERE {_NEAR} AND starts_at >= %(since)s AND expires_at > %(now)s AND digest IS DISTINCT FROM %(own_hold)s::bytea
UNION ALL
SELECT {ELSEWHERE}, practitioner_id, starts_at, ends_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', '', NULL
FROM bookings_busytime WHERE {_NEAR} AND ends_at > %(since)s
UNION ALL
SELECT {AWAY}, practitioner_id, NULL, NULL, NULL, first_day, last_day, starts, ends, until, every_weeks, time_zone,
    location_id::text, NULL
FROM bookings_absence
WHERE account_id = %(account)s AND (practitioner_id IS NULL OR practitioner_id = ANY(%(who)s))
    AND (location_id IS NULL OR location_id = %(location)s) AND first_day <= %(day_after)s
    AND CASE WHEN every_weeks IS NULL THEN last_day >= %(day_before)s
        ELSE until IS NULL OR until >= %(long_before)s END
UNION ALL
SELECT {HOLIDAYS}, NULL, NULL, NULL, NULL, o.day, NULL, NULL, NULL, NULL, NULL, c.country, c.subdivision, NULL
FROM bookings_holidaycalendar c LEFT JOIN bookings_openholiday o
    ON o.account_id = c.account_id AND o.location_id = c.location_id
    AND o.day BETWEEN %(day_before)s AND %(day_after)s
WHERE c.account_id = %(account)s AND c.location_id = %(location)s
UNION ALL
SELECT {OWN}, p.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', '',
    ARRAY[o.duration_minutes, l.most_per_day, l.most_per_week, l.notice_minutes, l.horizon_days,
        (EXISTS (SELECT FROM bookings_serviceneed n
            WHERE n.account_id = %(account)s AND n.service_id = %(service)s::uuid))::int]
FROM accounts_practitioner p
LEFT JOIN bookings_serviceoffer o
    ON o.account_id = p.account_id AND o.practitioner_id = p.id AND o.service_id = %(service)s::uuid
LEFT JOIN bookings_bookinglimits l ON l.account_id = p.account_id AND l.practitioner_id = p.id
WHERE p.account_id = %(account)s AND p.id = ANY(%(who)s)
"""


@dataclass(frozen=True, slots=True)
class Own:
    """What differs for one practitioner: the length of a service, and the limits they set for themself.

    `needs_room` is the service's own: known from the same statement, so that a practice without rooms asks no other.
    """

    minutes: int | None = None
    per_day: int | None = None
    per_week: int | None = None
    notice_minutes: int | None = None
    horizon_days: int | None = None
    needs_room: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known, as the arithmetic takes it.

    `booked_on` has a practitioner and a local date for each appointment and hold, of whole weeks.
    """

    weekly: list[WeeklyHours] = field(default_factory=list)
    extra: list[ExtraHours] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    busy: list[Busy] = field(default_factory=list)
    booked_on: list[tuple[UUID, date]] = field(default_factory=list)
    own: dict[UUID, Own] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose time, where, on which local dates (both included), for what.

    The appointment `leaving_out` and the hold whose digest is `own_hold` are left out.
    """

    who: Sequence[UUID]
    location: Location
    first_day: date
    last_day: date
    service: Service | None = None
    leaving_out: UUID | None = None
    own_hold: bytes | None = None


def facts(asked: Asked) -> Facts:
    """Return all that is known of these practitioners' time at the location, however long the history is.

    What each absence is called stays sealed.
    """
    found = Facts()
    opens: set[date] = set()
    place, zone = asked.location.pk, asked.location.time_zone
    info = zone_info(zone)
    calendar: tuple[str, str] | None = None
    before, after = asked.first_day - ONE_DAY, asked.last_day + ONE_DAY
    for row in _rows(asked):
        kind, who, since, until, at, day, last, starts, ends, ends_on, number, word, other, own = (
            row
        )
        if kind in (BOOKED, HELD, ELSEWHERE):
            found.busy.append(Busy(who, since, until))
            if kind != ELSEWHERE:
                found.booked_on.append((who, day or at.astimezone(info).date()))
        elif kind == WEEKLY:
            period = day or date.min, last or date.max
            found.weekly.append(WeeklyHours(who, place, zone, number, starts, ends, *period))
        elif kind == EXTRA:
            for each in first_days(day, Repeat(number, last), before, after):
                edges = (
                    first_instant(datetime.combine(each, wall), zone) for wall in (starts, ends)
                )
                found.extra.append(ExtraHours(who, place, zone, *edges))
        elif kind == AWAY:
            spell = Spell(word, day, last, starts, ends, Repeat(number, ends_on))
            where = UUID(other) if other else None
            found.absences.extend(
                Absence(who, where, *span)
                for span in instants(spell, asked.first_day, asked.last_day)
            )
        elif kind == HOLIDAYS:
            calendar = word, other
            opens.add(day)
        else:
            found.own[who] = Own(*own)
    if calendar:
        for day in public_holidays.between(*calendar, before, after):
            if day not in opens:
                bounds = day_bounds(day, zone)
                found.absences.append(Absence(None, place, bounds.starts_at, bounds.ends_at))
    return found


def _rows(asked: Asked) -> list[Any]:
    active, zone = scope.current(), asked.location.time_zone
    monday = asked.first_day - timedelta(days=asked.first_day.weekday())
    sunday = asked.last_day + timedelta(days=6 - asked.last_day.weekday())
    with connections[active.database].cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "account": active.account_id,
                "who": list(asked.who),
                "location": asked.location.pk,
                "service": asked.service.pk if asked.service else None,
                "leaving_out": asked.leaving_out,
                "own_hold": asked.own_hold,
                "now": clock.now(),
                "since": day_bounds(monday, zone).starts_at - REACH,
                "until": day_bounds(sunday, zone).ends_at + REACH,
                "day_before": asked.first_day - ONE_DAY,
                "day_after": asked.last_day + ONE_DAY,
                "long_before": asked.first_day - LONGEST,
            },
        )
        rows: list[Any] = cursor.fetchall()
    return rows
