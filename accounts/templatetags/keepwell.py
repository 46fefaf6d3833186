"""Template tags of the look: icons, links within the account, fields, times as people say them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import get_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from accounts import hosts, terminology
from privacy.vocabulary import clock as present

register = template.Library()

SPRITE = "icons/sprite.svg"
UNDO = "undo="
NEAR = dt.timedelta(days=300)


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Return an icon of the sprite; screen readers pass over it unless `label` names it."""
    if not label:
        return _mute_icon(name, css)
    return format_html(
        '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
        f"icon {css}".strip(),
        label,
        _sprite(),
        name,
    )


@cache
def _mute_icon(name: str, css: str) -> SafeString:
    """Remembered, because a page has dozens: names and classes come from templates, so they are few."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f"icon {css}".strip(),
        _sprite(),
        name,
    )


@cache
def _sprite() -> str:
    return static(SPRITE)


@register.simple_tag
def fixed(name: str) -> SafeString:
    """Return a template that says the same to everybody, drawn once for each language and word for clients."""
    return _fixed(name, get_language(), terminology.word())


@cache
def _fixed(name: str, language: str, word: str) -> SafeString:
    return render_to_string(name)


@register.simple_tag(takes_context=True)
def to(context: Context, name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of the page `name` within the account of this request.

    Raises KeyError outside a request, AttributeError outside an account: the link would be wrong.
    """
    account = context["request"].account
    return str(account.url(name, *args, **kwargs))


@register.simple_tag
def control(name: str, *args: Any) -> str:
    """Return the address of a page outside accounts, on control's host when a region is served by its own."""
    return hosts.of_control(reverse(name, args=args))


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, look: str = "", **options: Any) -> dict[str, Any]:
    """Show one form field whole; `look` is cards, segmented, scale or switch."""
    return {"field": bound, "look": look, **options}


@register.filter
def initials(name: str) -> str:
    """Return the initials of the first and last word of `name`: "Mei Tanaka" gives "MT"."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in ends).upper()


@register.filter
def field_words(name: str) -> str:
    """Return a field's name as words, where its label is not at hand: "given_name" gives "Given name"."""
    return name.replace("_", " ").strip().capitalize()


@register.filter
def number(value: object) -> str:
    """Return a whole number with the reader's thousands separator ("1,240"), else the value."""
    return number_format(value, force_grouping=True) if isinstance(value, int) else str(value)


def _local(value: dt.datetime, zone: str | dt.tzinfo | None) -> dt.datetime:
    if timezone.is_naive(value):
        return value
    if isinstance(zone, str) and zone:
        return value.astimezone(ZoneInfo(zone))
    return timezone.localtime(value, zone or None)


def _half_day() -> bool:
    """Whether the reader's locale counts twelve hours twice."""
    return any(letter in get_format("TIME_FORMAT") for letter in "aAP")


@register.filter
def clock(value: dt.datetime | dt.time | None, zone: str | dt.tzinfo | None = None) -> str:
    """Return the time of day as the reader's locale writes it: "9:30 am" or "09:30".

    An aware datetime is shown in `zone` (a name or a tzinfo), else in the active time zone.
    """
    if not value:
        return ""
    time = _local(value, zone) if isinstance(value, dt.datetime) else value
    if not _half_day():
        return f"{time:%H:%M}"
    half = pgettext("time of day", "am") if time.hour < 12 else pgettext("time of day", "pm")
    return f"{time.hour % 12 or 12}:{time.minute:02d} {half}"


def span_words(starts: str, ends: str) -> str:
    """Return "9:30 to 10:15 am" from two times in words; the half of the day is said once when both share it."""
    bare, _space, half = starts.rpartition(" ")
    if bare and ends.endswith(f" {half}"):
        starts = bare
    return gettext("%(start)s to %(end)s") % {"start": starts, "end": ends}


@register.filter
def day(value: dt.date | None, zone: str | dt.tzinfo | None = None) -> str:
    """Return "Tue 24 Nov 2026"; of an aware datetime its day in `zone`, else in the active one."""
    if not value:
        return ""
    date = _local(value, zone) if isinstance(value, dt.datetime) else value
    return format_date(date, pgettext("date format, see Django's date filter", "D j M Y"))


@register.filter
def short_day(value: dt.date | None, zone: str | dt.tzinfo | None = None) -> str:
    """Return "24 Nov", for lists where the year is known."""
    if not value:
        return ""
    date = _local(value, zone) if isinstance(value, dt.datetime) else value
    return format_date(date, pgettext("short date format, see Django's date filter", "j M"))


@register.filter
def when(value: dt.datetime | None, zone: str | dt.tzinfo | None = None) -> str:
    """Return "Tue 24 Nov 2026, 9:30 am" in `zone`, else in the active time zone."""
    if not value:
        return ""
    return gettext("%(day)s, %(time)s") % {
        "day": day(value, zone),
        "time": clock(value, zone),
    }


@register.filter
def brief(value: dt.datetime | None, zone: str | dt.tzinfo | None = None) -> str:
    """Return "Tue 24 Nov, 9:30 am" in `zone`: for moments near enough that the year goes without saying."""
    if not value:
        return ""
    if abs(value - present.now()) > NEAR:
        return when(value, zone)
    words = format_date(
        _local(value, zone), pgettext("short day, see Django's date filter", "D j M")
    )
    return gettext("%(day)s, %(time)s") % {"day": words, "time": clock(value, zone)}


def zone_words(zone: str) -> str:
    """Return "Sydney time" for Australia/Sydney."""
    return gettext("%(city)s time") % {"city": zone.split("/")[-1].replace("_", " ")}


@register.filter
def minute_class(value: dt.datetime | dt.time, zone: str | dt.tzinfo | None = None) -> str:
    """Return the diary class of a start: 9:05 am is "from-545". Rounded down to five minutes."""
    time = _local(value, zone) if isinstance(value, dt.datetime) else value
    return f"from-{(time.hour * 60 + time.minute) // 5 * 5}"


@register.filter
def length_class(minutes: int) -> str:
    """Return the diary class of a length in minutes, rounded up to five: 45 gives "for-45"."""
    return f"for-{max(5, -(-int(minutes) // 5) * 5)}"


@register.filter
def undo_url(message: Message) -> str:
    """Return the address that undoes what `message` tells (extra_tags="undo=/a/…"), else ""."""
    for tag in (message.extra_tags or "").split():
        url = tag.removeprefix(UNDO)
        if tag.startswith(UNDO) and hosts.is_ours(url):
            return url
    return ""
