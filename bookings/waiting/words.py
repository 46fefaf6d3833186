"""What entries of the waiting list say, in words: days and parts of them, people and places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Location
from accounts.templatetags.keepwell import clock as clock_words
from bookings.models import WaitingOffer
from bookings.waiting.matching import DAY_MINUTES, Cap, Window

MORNING, AFTERNOON, EVENING = (0, 12 * 60), (12 * 60, 17 * 60), (17 * 60, DAY_MINUTES)
PARTS: dict[str, tuple[int, int]] = {
    "morning": MORNING,
    "afternoon": AFTERNOON,
    "evening": EVENING,
}
PART_WORDS: dict[str, Promise] = {
    "morning": gettext_lazy("Morning"),
    "afternoon": gettext_lazy("Afternoon"),
    "evening": gettext_lazy("Evening"),
}
WHOLE_DAY = frozenset(PARTS)
CAP_WORDS = {
    Cap.TODAY: gettext_lazy("Had an offer today"),
    Cap.WEEK: gettext_lazy("Had three offers in seven days"),
}
# state of an offer → icon, tone
OFFER_LOOK: dict[str, tuple[str, str]] = {
    WaitingOffer.State.OFFERED: ("clock", "info"),
    WaitingOffer.State.ACCEPTED: ("check", "good"),
    WaitingOffer.State.DECLINED: ("x", "quiet"),
    WaitingOffer.State.EXPIRED: ("clock", "quiet"),
    WaitingOffer.State.LOST: ("users", "quiet"),
    WaitingOffer.State.WITHDRAWN: ("undo", "quiet"),
}


def weekday_word(weekday: int) -> str:
    """Return "Mon" for an ISO weekday."""
    return str(WEEKDAYS_ABBR[weekday - 1])


def window_words(windows: Sequence[Window]) -> str:
    """Return "Mon, Tue: morning · Fri: any time", weekdays of the same hours together; "Any time" for no windows."""
    if not windows:
        return _("Any day and time")
    per_day: dict[int, list[str]] = {}
    for each in sorted(windows):
        per_day.setdefault(each.weekday, []).append(_stretch(each))
    groups: dict[tuple[str, ...], list[str]] = {}
    for weekday, stretches in per_day.items():
        key = tuple(stretches)
        whole = {str(PART_WORDS[name]).lower() for name in WHOLE_DAY}
        groups.setdefault((_("any time"),) if set(key) == whole else key, []).append(
            weekday_word(weekday)
        )
    return " · ".join(
        f"{', '.join(weekdays)}: {', '.join(stretches)}" for stretches, weekdays in groups.items()
    )


def wish_words(practitioners: Iterable[str], locations: Iterable[str]) -> str:
    """Return with whom and where somebody would come."""
    people, places = list(practitioners), list(locations)
    words = _(" or ").join(people) if people else _("Anyone")
    return (
        _("%(who)s, at %(where)s") % {"who": words, "where": _(" or ").join(places)}
        if places
        else words
    )


def offer_look(offer: WaitingOffer) -> dict[str, Any]:
    """Return an offer's state as a badge."""
    icon, tone = OFFER_LOOK[offer.state]
    return {"word": offer.get_state_display(), "icon": icon, "tone": tone}


def place_words(location: Location) -> str:
    """Return a location's name and address in one line."""
    return ", ".join(part for part in (location.name, location.address) if part)


def part_label(name: str) -> str | Promise:
    """Return "Mornings, before 12 noon" for a part of the day."""
    until = {
        "morning": gettext_lazy("before noon"),
        "afternoon": gettext_lazy("noon to 5 pm"),
        "evening": gettext_lazy("after 5 pm"),
    }
    return format_lazy("{part}, {until}", part=PART_WORDS[name], until=until[name])


def _stretch(window: Window) -> str:
    for name, part in PARTS.items():
        if part == (window.starts, window.ends):
            return str(PART_WORDS[name]).lower()
    ends = _("midnight") if window.ends == DAY_MINUTES else _clock(window.ends)
    return _("%(start)s to %(end)s") % {"start": _clock(window.starts), "end": ends}


def _clock(minutes: int) -> str:
    return clock_words(time(minutes // 60, minutes % 60))
