"""The calendar file of one appointment (RFC 5545), as mailed to a client and offered for download.

It says who, where and when, and nothing about why: the summary is the practice's name, never the
service, the practitioner or the client, because calendars are shared, synchronised and shown on
lock screens. `CLASS:PRIVATE` asks calendars that are shared to show no more than "busy".
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from icalendar import (
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
    vUri,
)

from accounts.time_zones import zone_info
from bookings.availability.wall_time import local, transitions

FILE_NAME: Final = "appointment.ics"
NO_TIME: Final = timedelta()
PRODUCT_ID: Final = "-//Keepwell//Appointments//EN"


class _Observance(NamedTuple):
    """A stretch of time with one offset: the wall time it starts at, by the offset before it."""

    starts: datetime
    offset_before: timedelta
    offset: timedelta
    name: str
    is_summer: bool


def content_type(*, cancelled: bool = False) -> str:
    """Return the media type to send the file with; its method must match the one inside."""
    return f"text/calendar; charset=utf-8; method={_method(cancelled=cancelled)}"


def appointment_ics(
    *,
    appointment: UUID,
    host: str,
    sequence: int,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    practice: str,
    practice_email: str,
    location: str,
    manage_url: str,
    now: datetime,
    cancelled: bool = False,
) -> bytes:
    """Return the file for an appointment as it stands now, or for its cancellation.

    Takes aware instants and the IANA zone of the location. `appointment` and `host` make the UID,
    which must stay the same for the appointment's life; `sequence` rises with every move and with
    the cancellation (RFC 5545 3.8.7.4), so that calendars replace what they have.
    Raises ValueError for naive instants, an end that isn't after the start, and line breaks in an
    address; UnknownZone.
    """
    if ends_at <= starts_at:
        raise ValueError("An appointment ends after it starts.")
    event = Event()
    event.add("UID", f"{appointment}@{host}")
    event.add("SEQUENCE", sequence)
    event.add("DTSTAMP", now.astimezone(UTC))
    start, end = _edges(starts_at, ends_at, zone)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("SUMMARY", practice)
    event.add("LOCATION", location)
    event.add("DESCRIPTION", _description(manage_url, cancelled=cancelled))
    event.add("URL", vUri(_one_line(manage_url)))
    event.add("ORGANIZER", _organizer(practice, practice_email))
    event.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "TRANSPARENT" if cancelled else "OPAQUE")
    rules = [] if start.tzinfo is UTC else [_timezone(zone, start.year)]
    return _file_of([*rules, event], cancelled=cancelled)


def _file_of(components: Sequence[Component], *, cancelled: bool) -> bytes:
    """Return the bytes of a calendar around its components."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT_ID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", _method(cancelled=cancelled))
    for component in components:
        calendar.add_component(component)
    return bytes(calendar.to_ical())


def _edges(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return both instants in the zone or, where wall time would be misread, in UTC.

    A local time that occurs twice means its first occurrence (RFC 5545 3.3.5): the second one can
    only be written in UTC.
    """
    start, end = local(starts_at, zone), local(ends_at, zone)
    if start.fold or end.fold or zone_info(zone) is zone_info("UTC"):
        return start.astimezone(UTC), end.astimezone(UTC)
    return start, end


def _description(manage_url: str, *, cancelled: bool) -> str:
    if cancelled:
        return _("This appointment was cancelled. Book another: %(url)s") % {"url": manage_url}
    return _("Change or cancel this appointment: %(url)s") % {"url": manage_url}


def _organizer(practice: str, email: str) -> vCalAddress:
    """Return the practice as organiser, whom RFC 5546 asks for in PUBLISH and CANCEL alike."""
    organizer = vCalAddress(f"mailto:{_one_line(email)}")
    # A parameter value may hold no quote and no line break, however it is written (RFC 5545 3.1).
    organizer.params["CN"] = vText(" ".join(practice.replace('"', "'").split()))
    return organizer


def _timezone(zone: str, year: int) -> Timezone:
    """Return the zone's rules around a year as they are in the database the appointment names."""
    rules = Timezone()
    rules.add("TZID", zone)
    for observance in _observances(zone, year):
        part = TimezoneDaylight() if observance.is_summer else TimezoneStandard()
        part.add("DTSTART", observance.starts)
        part.add("TZOFFSETFROM", observance.offset_before)
        part.add("TZOFFSETTO", observance.offset)
        part.add("TZNAME", observance.name)
        rules.add_component(part)
    return rules


@lru_cache(maxsize=256)
def _observances(zone: str, year: int) -> tuple[_Observance, ...]:
    """Return what the clocks do from the start of the year before to the end of the year after."""
    first, last = (datetime(each, 1, 1, tzinfo=UTC) for each in (year - 1, year + 2))
    begin = local(first, zone)
    changes = [
        (begin, begin.utcoffset() or NO_TIME),
        *((local(each.instant, zone), each.before) for each in transitions(zone, first, last)),
    ]
    # Dublin's law calls winter the exception (-1 h), not summer; calendars expect the opposite.
    least = min(shown.dst() or NO_TIME for shown, _before in changes)
    return tuple(
        _Observance(
            starts=shown.astimezone(UTC).replace(tzinfo=None) + before,
            offset_before=before,
            offset=shown.utcoffset() or NO_TIME,
            name=shown.tzname() or zone,
            is_summer=(shown.dst() or NO_TIME) > least,
        )
        for shown, before in changes
    )


def _method(*, cancelled: bool) -> str:
    return "CANCEL" if cancelled else "PUBLISH"


def _one_line(address: str) -> str:
    """Return an address unchanged. Raises ValueError where it could end its line of the file."""
    if any(mark.isspace() for mark in address):
        raise ValueError("An address holds no spaces and no line breaks.")
    return address
