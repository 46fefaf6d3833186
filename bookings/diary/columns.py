"""How the diary's columns are made: rows become blocks with classes, addresses and words, ready to be written out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from html import escape
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AccountAnchor, Practitioner
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import icon, span_words
from accounts.time_zones import zone_info
from bookings.diary import layout
from bookings.diary.blocks import Block
from bookings.diary.choice import Seen
from bookings.diary.layout import Minutes
from bookings.diary.query import Asked, Look
from bookings.diary.rows import Entry, Held, Opened, Rows
from bookings.diary.words import column_head, day_heads, day_words
from bookings.models import Appointment, Attendee
from privacy.vocabulary import clock, scope

NOWHERE = UUID(int=0)
S = Attendee.State
STATE_ICONS: dict[str, str] = {
    S.ARRIVED: "door",
    S.IN_SESSION: "play",
    S.SEEN: "check",
    S.NO_SHOW: "ban",
}


@dataclass(slots=True)
class Column:
    """One practitioner on one day, or one room (`resource`) on it."""

    practitioner: UUID | None
    day: date
    title: str
    sub: str
    label: str
    url: str
    is_today: bool
    off: list[str]
    buffers: list[str]
    elsewhere: list[tuple[str, str]]
    away: list[tuple[str, str, SafeString]]
    held: list[tuple[str, str]]
    blocks: list[Block]
    now: int | None
    is_front: bool = False
    before: str = ""
    after: str = ""
    resource: UUID | None = None

    @property
    def body(self) -> SafeString:
        """What lies under the head, written out here for the same reason as each block."""
        parts = [f'<div class="diary__off {css}"></div>' for css in self.off]
        parts += [f'<div class="diary__buffer {css}"></div>' for css in self.buffers]
        parts += [
            f'<div class="diary__blocked {css}">{escape(words)}</div>'
            for css, words in self.elsewhere
        ]
        parts += [
            f'<div class="diary__away {css}"><span>{drawing}{escape(words)}</span></div>'
            for css, words, drawing in self.away
        ]
        parts += [
            f'<div class="diary__held {css}">{icon("globe")}{escape(words)}</div>'
            for css, words in self.held
        ]
        parts.append('<ol class="diary__appts" hx-target="#panel">')
        parts += [f"<li>{block.drawn()}</li>" for block in self.blocks]
        parts.append("</ol>")
        if self.now is not None:
            parts.append(f'<div class="diary__now" data-now="{self.now}"></div>')
        return mark_safe("".join(parts))


class Writer:
    """Puts rows into columns and words; remembers what every block of a page shares."""

    def __init__(
        self, asked: Asked, account: AccountAnchor, can_edit: bool, seen: Seen, rows: Rows
    ) -> None:
        self.asked, self.can_edit, self.seen, self.rows = asked, can_edit, seen, rows
        self.location = seen.location
        self.places = {each.pk: each.name for each in seen.locations}
        self.people = {each.pk: str(each.name) for each in rows.shown}
        self.address = account.url("diary")
        self.now = clock.now().astimezone(zone_info(seen.zone)).replace(tzinfo=None)
        # Each address in two parts, with an appointment's id to go between
        open_url = self.address + asked.but(appointment=NOWHERE, page=asked.page).query()
        self.open_url = open_url.split(str(NOWHERE))
        self.urls = {
            name: account.url(name, NOWHERE).split(str(NOWHERE))
            for name in ("appointment", "appointment_move", "appointment_length")
        }
        self.icons = {state: icon(name) for state, name in STATE_ICONS.items()}
        self.state_words = {state: str(state.label) for state in S}
        self.request_mark = _("Request"), icon("clock")
        self.outside_mark = _("Outside hours"), icon("alert")
        self.alert_icon = icon("alert", label=_("Has an alert"))
        self.erased = _erased_words()
        self.span_words: Callable[[time, time], str] = cache(
            lambda starts, ends: span_words(clock_words(starts), clock_words(ends))
        )
        self.day_heads = cache(day_heads)
        self.minutes_at: Callable[[UUID, date, UUID], list[Minutes]] = cache(
            lambda who, day, place: [
                _minutes(each) for each in self.hours(who, day) if each.location == place
            ]
        )
        self.by_place: dict[tuple[UUID, date], list[Entry]] = defaultdict(list)
        for entry in rows.entries:
            self.by_place[entry.practitioner, entry.starts.date()].append(entry)
        self.with_hours = {who for who, _weekday in rows.hours} | {who for who, _d in rows.extra}

    def spans(self, days: list[date]) -> list[Minutes]:
        """Return hours and appointments as minutes of their days: what the grid must have room for."""
        found = [span for who in self.people for day in days for span in self.opened(who, day)]
        found += [
            layout.minutes_of(entry.starts, entry.ends, entry.starts.date())
            for entry in self.rows.entries
            if entry.state in Appointment.LIVE and entry.starts.date() in days
        ]
        return found

    def opened(self, practitioner: UUID, day: date) -> list[Minutes]:
        """Return a practitioner's hours of a day, extra ones too, as minutes of the wall."""
        return [_minutes(each) for each in self.hours(practitioner, day)]

    def hours(self, practitioner: UUID, day: date) -> list[Opened]:
        """Return a practitioner's weekly and extra hours that count on a day."""
        weekly = self.rows.hours.get((practitioner, day.isoweekday()), ())
        found = [each for each in weekly if each.since <= day <= each.until]
        return found + self.rows.extra.get((practitioner, day), [])

    def columns(self, days: list[date], today: date, shown: Minutes) -> list[Column]:
        """Return a column for each practitioner on each day."""
        found = [
            self.column(practitioner, day, today, shown, one=len(self.rows.shown) == 1)
            for day in days
            for practitioner in self.rows.shown
        ]
        if self.asked.look == Look.DAY and found:
            self._put_forward(found)
        return found

    def _put_forward(self, columns: list[Column]) -> None:
        """Choose the one column that a phone shows of a day, one's own or the first, with the ways to its neighbours."""
        front = next((each for each in columns if each.practitioner == self.seen.own), columns[0])
        front.is_front = True
        active = [each.pk for each in self.seen.practitioners if each.deactivated_at is None]
        if len(active) < 2 or front.practitioner not in active:
            return
        here = active.index(front.practitioner)
        front.before, front.after = (
            self.address
            + self.asked.but(
                practitioners=(active[(here + step) % len(active)],), appointment=None
            ).query()
            for step in (-1, 1)
        )

    def column(
        self, practitioner: Practitioner, day: date, today: date, shown: Minutes, *, one: bool
    ) -> Column:
        """Return one column: shaded hours, buffers, time elsewhere, appointments, the now-line."""
        entries = [
            entry
            for entry in self.by_place.get((practitioner.pk, day), ())
            if entry.state in Appointment.LIVE
        ]
        here = [entry for entry in entries if self.is_here(entry)]
        spans = [layout.minutes_of(entry.starts, entry.ends, day) for entry in here]
        lanes = layout.lanes(spans)
        now = self.now.hour * 60 + self.now.minute if day == today else -1
        head = column_head(self.asked.look, practitioner, self.day_heads(day), len(here), one=one)
        return Column(
            practitioner=practitioner.pk,
            day=day,
            title=head.title,
            sub=head.sub,
            label=head.label,
            url=self.address + self.head_query(practitioner, day),
            is_today=day == today and self.asked.look == Look.WEEK,
            off=[
                layout.placed(*span)
                for span in layout.outside(self.opened(practitioner.pk, day), shown)
            ],
            buffers=[css for entry in here for css in self.buffers(entry, day)],
            elsewhere=[
                (
                    layout.placed(*layout.minutes_of(entry.starts, entry.ends, day)),
                    _("At %(place)s")
                    % {"place": self.places.get(entry.location, _("another location"))},
                )
                for entry in entries
                if not self.is_here(entry)
            ],
            away=self.away(practitioner.pk, day, shown),
            held=[
                self.held(each)
                for each in self.rows.held
                if each.practitioner == practitioner.pk and each.starts.date() == day
            ],
            blocks=[
                self.block(entry, f"{layout.placed(*span)} {lane}{' is-narrow' if lane else ''}")
                for entry, span, lane in zip(here, spans, lanes, strict=True)
            ],
            now=now if shown[0] <= now < shown[1] else None,
        )

    def head_query(self, practitioner: Practitioner, day: date) -> str:
        """Return where a column's head leads: from the day to the person's week, from the week to the day."""
        if self.asked.look == Look.DAY:
            return self.asked.but(
                look=Look.WEEK, practitioners=(practitioner.pk,), appointment=None
            ).query()
        return self.asked.but(look=Look.DAY, day=day, appointment=None).query()

    def is_here(self, entry: Entry) -> bool:
        """Whether an appointment is at the location that is shown."""
        return self.location is None or entry.location == self.location.pk

    def away(
        self, practitioner: UUID, day: date, shown: Minutes
    ) -> list[tuple[str, str, SafeString]]:
        """Return where a person's time away lies in the hours shown, what it is called, and its icon."""
        place = self.location.pk if self.location else None
        found = []
        for each in self.rows.away:
            if each.is_of(practitioner, place) and each.starts.date() <= day <= each.ends.date():
                starts, ends = layout.minutes_of(each.starts, each.ends, day)
                starts, ends = max(starts, shown[0]), min(ends, shown[1])
                # What ends at midnight touches the next day with nothing
                if starts < ends and each.ends > datetime.combine(day, time()):
                    css = layout.placed(starts, ends)
                    found.append((css, each.label, icon(each.icon)))
        return found

    def held(self, held: Held) -> tuple[str, str]:
        """Return where a time lies that somebody is booking online, and until when they may."""
        until = _("Being booked online until %(time)s") % {"time": clock_words(held.until.time())}
        return layout.placed(*layout.minutes_of(held.starts, held.ends, held.starts.date())), until

    def buffers(self, entry: Entry, day: date) -> list[str]:
        """Return the classes of the time kept free around an appointment."""
        pairs = ((entry.busy_from, entry.starts), (entry.ends, entry.busy_until))
        return [
            layout.placed(*layout.minutes_of(since, until, day))
            for since, until in pairs
            if since < until and since.date() == day
        ]

    def listed(self, days: list[date], today: date) -> list[tuple[str, list[Block]]]:
        """Return the days that have appointments, each with all of them in order of time."""
        found: dict[date, list[Block]] = defaultdict(list)
        for entry in self.rows.entries:
            if self.is_here(entry) and entry.practitioner in self.people:
                block = self.block(entry, "")
                block.with_whom = self.people[entry.practitioner]
                found[entry.starts.date()].append(block)
        return [(day_words(day, today), found[day]) for day in days if day in found]

    def block(self, entry: Entry, css: str) -> Block:
        """Return an appointment in words, with the addresses that open and move it."""
        live = [place for place in entry.places if place[1] != S.CANCELLED]
        state = live[0][1] if len(live) == 1 and entry.capacity == 1 else ""
        editable = self.can_edit and entry.state in Appointment.LIVE
        pk = str(entry.id)
        who, what = self.words(entry, live or entry.places)
        word, drawing = self.mark(entry, state)
        return Block(
            id=entry.id,
            css=f"svc-{entry.colour} {css}{_classes(entry, state)}",
            url=pk.join(self.open_url),
            panel_url=pk.join(self.urls["appointment"]),
            move_url=pk.join(self.urls["appointment_move"]) if editable else "",
            length_url=pk.join(self.urls["appointment_length"]) if editable else "",
            time=self.span_words(entry.starts.time(), entry.ends.time()),
            who=who,
            what=self.with_more(what, entry),
            state=word,
            state_icon=drawing,
            alert_icon=self.alert_icon if entry.has_alert else "",
            is_open=entry.id == self.asked.appointment,
            is_client=entry.capacity == 1 and len(live or entry.places) == 1,
        )

    def with_more(self, what: str, entry: Entry) -> str:
        """Return what an appointment is with what its column doesn't say: the room it has."""
        return f"{what} · {entry.room}" if entry.room else what

    def words(self, entry: Entry, places: list[tuple[UUID, str]]) -> tuple[str, str]:
        """Return who comes and for what; a group goes by its service's name and its places."""
        if entry.capacity > 1:
            taken = sum(state != S.CANCELLED for _client, state in places)
            words = {"taken": taken, "places": entry.capacity}
            return entry.service, _("%(taken)d of %(places)d places") % words
        if len(places) == 1:
            return self.rows.names.get(places[0][0], self.erased), entry.service
        count = len(places)
        return entry.service, ngettext("%d person", "%d people", count) % count

    def mark(self, entry: Entry, state: str) -> tuple[str, SafeString | str]:
        """Return the word and the icon of a block's state: at most one, the one that calls for something first."""
        if entry.state == Appointment.State.CANCELLED:
            return self.state_words[S.CANCELLED], ""
        if entry.state == Appointment.State.REQUESTED:
            return self.request_mark
        if state in STATE_ICONS:
            return self.state_words[S(state)], self.icons[state]
        return self.outside_mark if self.is_stranded(entry) else ("", "")

    def is_stranded(self, entry: Entry) -> bool:
        """Whether an appointment to come stands outside the hours of its day, and nobody said that it may.

        Somebody without any hours works by appointment: nothing of theirs is outside.
        """
        if entry.may_stand_outside or entry.ends <= self.now:
            return False
        who, day = entry.practitioner, entry.starts.date()
        if any(
            each.is_of(who, entry.location)
            and each.starts < entry.ends
            and each.ends > entry.starts
            for each in self.rows.away
            if not each.is_elsewhere
        ):
            return True
        if who not in self.with_hours:
            return False
        spans = self.minutes_at(who, day, entry.location)
        span = layout.minutes_of(entry.starts, entry.ends, day)
        return bool(layout.outside(spans, span))


def _minutes(opened: Opened) -> Minutes:
    starts, ends = opened.starts, opened.ends
    return starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute


def _classes(entry: Entry, state: str) -> str:
    """Return the classes that tell a block's state beside its words."""
    if entry.state == Appointment.State.REQUESTED:
        return " is-request"
    if entry.state == Appointment.State.CANCELLED:
        return " is-cancelled"
    return " is-no-show" if state == S.NO_SHOW else ""


def _erased_words() -> str:
    """Return what stands for a client who isn't there for whoever looks."""
    active = scope.current()
    if active.sight.clients_of:
        return _("A colleague’s client")
    return _("Another location’s client") if active.location else _("Erased client")
