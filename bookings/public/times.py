"""Days and times to choose from, as the booking pages show them: one week at a time, in the practice's zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Location
from accounts.templatetags.keepwell import clock as clock_words
from accounts.time_zones import zone_info
from bookings.availability.schedule import Slot
from bookings.models import Appointment
from bookings.openings.finding import Offer, first_day_open, offer
from bookings.public.offers import Choice
from privacy.vocabulary import clock

WEEK = timedelta(days=7)
# How far ahead the first free day is looked for at once, and how far from today a week is read along with it
FIRST_LOOK, NEAR = timedelta(days=13), timedelta(days=35)
NOON, EVENING = time(12), time(17)


@dataclass(frozen=True, slots=True)
class Week:
    """The days of one week with hours, how many times each has left, and the times of the chosen day.

    `day` is None when the week has no opening; `next_day` then is the first later day that has one.
    """

    left: dict[date, int]
    day: date | None
    slots: list[Slot]
    earlier: date | None
    later: date | None
    next_day: date | None

    @property
    def has_times(self) -> bool:
        """Whether any day of the week has an opening."""
        return any(self.left.values())


def week_of(
    choice: Choice, location: Location, *, asked: date | None, moving: Appointment | None = None
) -> Week:
    """Return the week of the asked day, or of the first day with an opening when none was asked for.

    An appointment that is `moving` isn't in its own way, and the time it has is no other time to choose. The first free
    day and the week come out of one look at the schedule, unless they lie far apart.
    """
    today = clock.today(location.time_zone)
    last = today + timedelta(days=choice.service.horizon_days)
    after = asked if asked and today <= asked <= last else today
    monday = _monday(after)
    near = max(after, today + FIRST_LOOK)
    is_near = monday - today <= NEAR
    found = _offer(choice, location, today if is_near else monday, _sunday(near), moving)
    first = _first(found, today) if is_near else None
    if first is None and (asked is None or not is_near):
        first = _first_open(choice, location, today, moving)
    if asked is None and first:
        after, monday = first, _monday(first)
        if monday > near:
            found = _offer(choice, location, monday, _sunday(first), moving)
    week = {day: left for day, left in found.left.items() if monday <= day < monday + WEEK}
    day = after if week.get(after) else None
    next_day = None
    if day is None:
        next_day = _first(found, after) or _first_open(choice, location, after, moving)
    return Week(
        left=week,
        day=day,
        slots=[slot for slot in found.slots if slot.local_start.date() == day],
        # Nothing to go back to before the first free time
        earlier=monday - timedelta(days=1) if first and first < monday else None,
        later=monday + WEEK if monday + WEEK <= last else None,
        next_day=next_day,
    )


def _offer(
    choice: Choice, location: Location, first: date, last: date, moving: Appointment | None
) -> Offer:
    return offer(
        service=choice.service,
        practitioners=choice.practitioners,
        location=location,
        first_day=first,
        last_day=last,
        leaving_out=moving.pk if moving else None,
        not_at=moving.starts_at if moving else None,
        own_hold=choice.own_hold,
    )


def _first(found: Offer, after: date) -> date | None:
    """Return the first date from `after` on that has a time left."""
    return next((day for day, left in found.left.items() if left and day >= after), None)


def _first_open(
    choice: Choice, location: Location, after: date, moving: Appointment | None
) -> date | None:
    return first_day_open(
        service=choice.service,
        practitioners=choice.practitioners,
        location=location,
        after=after,
        leaving_out=moving.pk if moving else None,
        own_hold=choice.own_hold,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sunday(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())


def day_cards(week: Week, url: Callable[[date], str]) -> list[dict[str, Any]]:
    """Return the week's days for `components/days.html`."""
    return [
        {
            "url": url(day),
            "weekday": format_date(day, "D"),
            "number": day.day,
            "left": ngettext("%d left", "%d left", left) % left if left else _("full"),
            "full": not left,
            "current": day == week.day,
            "label": day_words(day),
        }
        for day, left in week.left.items()
    ]


def shown(
    week: Week, url: Callable[[date | None], str], start: datetime | None = None
) -> dict[str, Any]:
    """Return what the page of times says of a week; `url` leads to a day of it, `start` is the time chosen so far."""
    return {
        "week": week,
        "days": day_cards(week, url),
        "day_words": short_day_words(week.day),
        "next_words": day_words(week.next_day) if week.next_day else "",
        "parts": time_parts(week.slots, start),
        "earlier": url(week.earlier),
        "later": url(week.later),
        "next_url": url(week.next_day),
    }


def time_parts(slots: Iterable[Slot], chosen: datetime | None) -> list[dict[str, Any]]:
    """Return times for `components/times.html`, by part of the day; two practitioners free at nine are one time."""
    parts: dict[str, list[dict[str, Any]]] = {}
    seen: set[datetime] = set()
    for slot in slots:
        if slot.starts_at in seen:
            continue
        seen.add(slot.starts_at)
        parts.setdefault(_part_of(slot.local_start.time()), []).append(
            {
                "value": value_of(slot),
                "label": time_words(slot.local_start),
                "checked": slot.starts_at == chosen,
            }
        )
    return [{"label": label, "times": times} for label, times in parts.items()]


def nearest_choices(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """Return other times that are offered in place of one that was taken, with their days."""
    return [
        {
            "value": value_of(slot),
            "title": time_words(slot.local_start),
            "text": day_words(slot.local_start.date()),
        }
        for slot in slots
    ]


def value_of(slot: Slot) -> str:
    """Return a slot's start as it travels in addresses and forms: wall time with its offset, never ambiguous."""
    return slot.starts_at.astimezone(zone_info(slot.zone)).isoformat(timespec="minutes")


def day_words(day: date) -> str:
    """Return "Tue 24 November"."""
    return format_date(day, pgettext("whole day, see Django's date filter", "D j F"))


def short_day_words(day: date | None) -> str:
    """Return "Tue 24 Nov", "" for no day."""
    return format_date(day, pgettext("short day, see Django's date filter", "D j M")) if day else ""


def time_words(start: datetime) -> str:
    """Return "9:30 am" for a wall time, and that it is the second one in an hour that comes twice."""
    label = clock_words(start.time())
    return _("%(time)s, second time") % {"time": label} if start.fold else label


def _part_of(start: time) -> str:
    if start < NOON:
        return _("Morning")
    return _("Afternoon") if start < EVENING else _("Evening")
