"""The diary: all that its page shows, read in a constant number of statements and written out as plain words.

Rows come as values, not as objects, and are put into words here: a template that formats each appointment itself is
three times slower (performance.md). Times are those of the wall at the location.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.core.paginator import Page as Part

from accounts.models import AccountAnchor, Location, Member, Practitioner
from accounts.templatetags.keepwell import clock as clock_words
from accounts.time_zones import zone_info
from bookings.availability.wall_time import ONE_DAY
from bookings.diary import layout
from bookings.diary.away import Away, away, closing
from bookings.diary.blocks import Block
from bookings.diary.choice import NotHere as NotHere
from bookings.diary.choice import Seen, seen
from bookings.diary.columns import Column, Writer
from bookings.diary.month import Day, month, weekdays
from bookings.diary.query import Asked, Look
from bookings.diary.room_columns import RoomWriter
from bookings.diary.rows import Rows, read, read_list
from bookings.diary.words import Title, heading
from bookings.models import Appointment
from privacy.vocabulary import clock


@dataclass(slots=True)
class Page:
    """Everything that the diary's template shows.

    Of a day on which nobody works (`is_idle`) it is said what it is `closed` for, and `next_worked`: the next one on which
    somebody does, in words, and its address.
    """

    asked: Asked
    seen: Seen
    day: date
    days: list[date]
    title: Title
    address: str
    is_today: bool
    book_query: str
    shown: list[Practitioner]
    columns: list[Column] = field(default_factory=list)
    listed: list[tuple[str, list[Block]]] = field(default_factory=list)
    part: Part[int] | None = None
    month: list[Day] = field(default_factory=list)
    weekdays: list[str] = field(default_factory=list)
    opens: int = layout.WORKDAY[0]
    closes: int = layout.WORKDAY[1]
    hours: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0
    has_hours: bool = True
    is_idle: bool = False
    closed: str = ""
    next_worked: tuple[str, str] | None = None

    @property
    def location(self) -> Location | None:
        """The location shown, None for all of them."""
        return self.seen.location

    @property
    def zone(self) -> str:
        """The zone whose wall is shown."""
        return self.seen.zone

    @property
    def locations(self) -> list[Location]:
        """The locations in use."""
        return [each for each in self.seen.locations if each.archived_at is None]

    @property
    def practitioners(self) -> list[Practitioner]:
        """The people who can be booked."""
        return [each for each in self.seen.practitioners if each.deactivated_at is None]


def page(asked: Asked, *, account: AccountAnchor, member: Member, can_edit: bool) -> Page:
    """Return the diary that is asked for; raise `NotHere` for a location or practitioner of nobody's.

    Without a location it shows all of them, unless they keep different time: then the first.
    """
    now = clock.now()
    # An address without a day means today, which only the zone tells; UTC's is near enough for what is read before
    known = seen(asked, member, asked.days(asked.day or now.date()))
    if asked.look == Look.ROOMS:
        # Rooms are everybody's
        known.wanted = None
        asked = asked if known.has_rooms else asked.but(look=Look.DAY)
    today = now.astimezone(zone_info(known.zone)).date()
    day = asked.day or today
    days = asked.days(day)
    asked = asked.but(day=day, page=asked.page)
    made = Page(
        asked=asked,
        seen=known,
        day=day,
        days=days,
        title=heading(asked.look, day, days, today),
        address=account.url("diary"),
        is_today=today in days,
        book_query=_book_query(day, known),
        shown=known.practitioners,
    )
    if asked.look == Look.MONTH:
        _fill_month(made, today)
    else:
        rows = read_list(known, days, asked.page) if asked.look == Look.LIST else read(known, days)
        kind = RoomWriter if asked.look == Look.ROOMS else Writer
        writer = kind(asked, account, can_edit, known, rows)
        (_fill_list if asked.look == Look.LIST else _fill_grid)(made, writer, rows, today)
    return made


def _fill_month(made: Page, today: date) -> None:
    made.month = month(made.seen, made.asked, made.days, today, made.address)
    made.weekdays = weekdays(made.days)
    made.count = sum(day.count for day in made.month if not day.is_other)


def _fill_list(made: Page, writer: Writer, rows: Rows, today: date) -> None:
    made.shown, made.has_hours, made.part = rows.shown, bool(rows.hours), rows.part
    made.listed = writer.listed(made.days, today)
    made.count = rows.part.paginator.count if rows.part else 0


def _fill_grid(made: Page, writer: Writer, rows: Rows, today: date) -> None:
    if made.asked.look == Look.WEEK:
        made.days = _without_idle_weekend(made.days, rows)
        made.title = heading(Look.WEEK, made.day, made.days, today)
    made.shown, made.has_hours = rows.shown, bool(rows.hours or rows.extra)
    made.opens, made.closes = layout.axis(writer.spans(made.days))
    made.columns = writer.columns(made.days, today, (made.opens, made.closes))
    made.hours = [(minute, _hour_words(minute)) for minute in range(made.opens, made.closes, 60)]
    made.count = sum(len(column.blocks) for column in made.columns)
    if made.asked.look == Look.DAY and not made.count:
        _say_idle(made, writer, rows)


def _say_idle(made: Page, writer: Writer, rows: Rows) -> None:
    """Say of an empty day that nobody works on it, what it is closed for, and which is the next that is worked."""
    made.is_idle = not _is_worked(made, writer, made.day, rows.away)
    if not made.is_idle:
        return
    made.closed = ", ".join(closing(rows.away, made.day, made.seen.places))
    ahead = [made.day + ONE_DAY * more for more in range(1, 22)]
    place = made.location.pk if made.location else None
    gone = away([each.pk for each in made.shown], place, made.seen.kept, ahead, made.zone)
    day = next((day for day in ahead if _is_worked(made, writer, day, gone)), None)
    if day is not None:
        query = made.asked.but(day=day, appointment=None).query()
        made.next_worked = str(heading(Look.DAY, day, [day], made.day)), made.address + query


def _is_worked(made: Page, writer: Writer, day: date, gone: Iterable[Away]) -> bool:
    """Whether anybody who is shown has hours on a day that are not wholly time away."""
    found = list(gone)
    return any(
        not any(
            each.is_of(who.pk, opened.location)
            and each.starts <= datetime.combine(day, opened.starts)
            and each.ends >= datetime.combine(day, opened.ends)
            for each in found
        )
        for who in made.shown
        for opened in writer.hours(who.pk, day)
    )


def _without_idle_weekend(days: list[date], rows: Rows) -> list[date]:
    """Return the week without Saturdays and Sundays on which nobody works or is booked."""
    worked = {weekday for _practitioner, weekday in rows.hours}
    booked = {entry.starts.date() for entry in rows.entries if entry.state in Appointment.LIVE}
    booked |= {day for _practitioner, day in rows.extra}
    return [
        day for day in days if day.isoweekday() < 6 or day.isoweekday() in worked or day in booked
    ]


def _book_query(day: date, known: Seen) -> str:
    parts = [f"day={day.isoformat()}"]
    parts += [f"location={known.location.pk}"] if known.location else []
    parts += [f"practitioner={known.wanted[0]}"] if known.wanted and len(known.wanted) == 1 else []
    return "?" + "&".join(parts)


def _hour_words(minute: int) -> str:
    """Return "8 am", or "08:00" where the clock counts to 24."""
    return clock_words(time(minute // 60, minute % 60)).replace(":00 ", " ")
