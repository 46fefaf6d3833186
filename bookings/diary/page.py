"""The diary: all that its page shows, read in a constant number of statements and written out as plain words.

Rows come as values, not as objects, and are put into words here: a template that formats each appointment itself is
three times slower (performance.md). Times are those of the wall at the location.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from accounts.models import AccountAnchor, Location, Member, Practitioner
from accounts.templatetags.keepwell import clock as clock_words
from accounts.time_zones import zone_info
from bookings.diary import layout
from bookings.diary.blocks import Block
from bookings.diary.columns import Column, Writer
from bookings.diary.query import EVERYONE, Asked, Look
from bookings.diary.rows import Rows, read
from bookings.diary.words import heading
from bookings.models import Appointment
from privacy.vocabulary import clock


class NotHere(LookupError):
    """The address names a location or practitioner that this account does not have."""


@dataclass(slots=True)
class Page:
    """Everything that the diary's template shows."""

    asked: Asked
    day: date
    days: list[date]
    title: str
    address: str
    zone: str
    location: Location | None
    locations: list[Location]
    practitioners: list[Practitioner]
    shown: list[Practitioner]
    columns: list[Column]
    listed: list[tuple[str, list[Block]]]
    opens: int
    closes: int
    hours: list[tuple[int, str]]
    count: int
    has_hours: bool
    is_today: bool
    is_of_one: bool
    book_query: str


def page(asked: Asked, *, account: AccountAnchor, member: Member, can_edit: bool) -> Page:
    """Return the diary that is asked for; raise `NotHere` for a location or practitioner of nobody's.

    Without a location it shows all of them, unless they keep different time: then the first.
    """
    locations = list(Location.objects.order_by("name"))
    location = _location(asked, locations)
    zone = (location or (locations or [Location(time_zone="UTC")])[0]).time_zone
    today = clock.now().astimezone(zone_info(zone)).date()
    day = asked.day or today
    days = asked.days(day)
    practitioners = list(Practitioner.objects.order_by("position", "id"))
    wanted = _wanted(asked, practitioners, member)
    rows = read(practitioners, wanted, location, days, zone)
    if asked.look == Look.WEEK:
        days = _without_idle_weekend(days, rows)
    address = account.url("diary")
    writer = Writer(asked.but(day=day), account, can_edit, location, locations, rows, zone)
    spans = writer.spans(days)
    opens, closes = layout.axis(spans)
    live = [entry for entry in rows.entries if entry.state in Appointment.LIVE]
    return Page(
        asked=asked.but(day=day),
        day=day,
        days=days,
        title=heading(asked.look, days, today),
        address=address,
        zone=zone,
        location=location,
        locations=[each for each in locations if each.archived_at is None],
        practitioners=[each for each in practitioners if each.deactivated_at is None],
        shown=rows.shown,
        columns=[] if asked.look == Look.LIST else writer.columns(days, today, (opens, closes)),
        listed=writer.listed(days, today) if asked.look == Look.LIST else [],
        opens=opens,
        closes=closes,
        hours=[(minute, _hour_words(minute)) for minute in range(opens, closes, 60)],
        count=sum(1 for entry in live if location is None or entry.location == location.pk),
        has_hours=bool(rows.hours),
        is_today=today in days,
        is_of_one=wanted is not None,
        book_query=_book_query(asked, day, location, wanted),
    )


def _location(asked: Asked, locations: list[Location]) -> Location | None:
    if asked.location is not None:
        for each in locations:
            if each.pk == asked.location:
                return each
        raise NotHere
    kept = [each for each in locations if each.archived_at is None]
    return kept[0] if len({each.time_zone for each in kept}) > 1 else None


def _wanted(asked: Asked, practitioners: list[Practitioner], member: Member) -> UUID | None:
    """Return the one practitioner to show, or None for everybody; a week is one's own unless said otherwise."""
    if isinstance(asked.practitioner, UUID):
        if asked.practitioner not in {each.pk for each in practitioners}:
            raise NotHere
        return asked.practitioner
    if asked.look != Look.WEEK or asked.practitioner == EVERYONE:
        return None
    active = [each for each in practitioners if each.deactivated_at is None]
    own = [each.pk for each in active if each.member_id == member.pk]
    return next(iter(own or [each.pk for each in active]), None)


def _without_idle_weekend(days: list[date], rows: Rows) -> list[date]:
    """Return the week without Saturdays and Sundays on which nobody works or is booked."""
    worked = {weekday for _practitioner, weekday in rows.hours}
    booked = {entry.starts.date() for entry in rows.entries if entry.state in Appointment.LIVE}
    return [
        day for day in days if day.isoweekday() < 6 or day.isoweekday() in worked or day in booked
    ]


def _book_query(asked: Asked, day: date, location: Location | None, wanted: UUID | None) -> str:
    parts = [f"day={day.isoformat()}"]
    parts += [f"location={location.pk}"] if location else []
    parts += [f"practitioner={wanted}"] if wanted else []
    return "?" + "&".join(parts)


def _hour_words(minute: int) -> str:
    """Return "8 am", or "08:00" where the clock counts to 24."""
    return clock_words(time(minute // 60, minute % 60)).replace(":00 ", " ")
