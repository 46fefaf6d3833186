"""The calendar file says when and where in every zone, and nothing about health."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bookings.availability.wall_time import UnknownZone, local
from bookings.messaging.calendar_file import appointment_ics, content_type

APPOINTMENT = UUID("019a9d0e-7c00-7000-8000-000000000001")
NINE = datetime(2026, 7, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = datetime(2024, 1, 1, tzinfo=UTC)
URL = "https://keepwell.example/book/liffey/appointment/abc?token=1,2;3"


def file(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "appointment": APPOINTMENT,
        "host": "keepwell.example",
        "sequence": 0,
        "starts_at": NINE,
        "ends_at": NINE + HOUR,
        "zone": "Europe/Dublin",
        "practice": "Liffey Rooms",
        "practice_email": "desk@liffey.example",
        "location": "1 Usher’s Quay, Dublin",
        "manage_url": URL,
        "now": datetime(2026, 6, 1, 12, 30, tzinfo=UTC),
    }
    return appointment_ics(**(facts | changes))


def parts(content: bytes) -> tuple[Any, Any, Any]:
    """Return the calendar, its one event and its time zones as the library reads them."""
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event, calendar.walk("VTIMEZONE")


def test_the_file_holds_what_a_calendar_needs() -> None:
    calendar, event, (zone,) = parts(file())
    assert calendar.errors == event.errors == zone.errors == []
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert str(calendar["VERSION"]) == "2.0"
    assert str(event["UID"]) == f"{APPOINTMENT}@keepwell.example"
    assert event["SEQUENCE"] == 0
    assert event["DTSTAMP"].dt == datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    assert event["DTSTART"].params["TZID"] == "Europe/Dublin"
    assert event["DTSTART"].dt.replace(tzinfo=None).isoformat() == "2026-07-01T09:00:00"
    assert event["DTEND"].dt - event["DTSTART"].dt == HOUR
    assert str(event["LOCATION"]) == "1 Usher’s Quay, Dublin"
    assert str(event["URL"]) == URL
    assert URL in str(event["DESCRIPTION"])
    assert str(event["ORGANIZER"]) == "mailto:desk@liffey.example"
    assert event["ORGANIZER"].params["CN"] == "Liffey Rooms"
    assert str(event["STATUS"]) == "CONFIRMED"


def test_the_summary_is_the_practice_and_the_properties_are_these_alone() -> None:
    _, event, _ = parts(file())
    assert str(event["SUMMARY"]) == "Liffey Rooms"
    assert str(event["CLASS"]) == "PRIVATE"
    assert set(event) == {
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "LOCATION",
        "DESCRIPTION",
        "URL",
        "ORGANIZER",
        "STATUS",
        "CLASS",
        "TRANSP",
    }
    assert event.subcomponents == []


def test_a_cancellation_takes_the_same_event_out_of_the_calendar() -> None:
    calendar, event, _ = parts(file(cancelled=True, sequence=3))
    assert str(calendar["METHOD"]) == "CANCEL"
    assert str(event["UID"]) == f"{APPOINTMENT}@keepwell.example"
    assert event["SEQUENCE"] == 3
    assert str(event["STATUS"]) == "CANCELLED"
    assert str(event["TRANSP"]) == "TRANSPARENT"
    assert "cancelled" in str(event["DESCRIPTION"])


def test_the_media_type_names_the_same_method() -> None:
    assert content_type() == "text/calendar; charset=utf-8; method=PUBLISH"
    assert content_type(cancelled=True) == "text/calendar; charset=utf-8; method=CANCEL"


def test_lines_are_folded_at_75_octets_and_end_in_crlf() -> None:
    content = file(practice="Ärztehaus " * 30, location="木" * 200)
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)
    _, event, _ = parts(content)
    assert str(event["LOCATION"]) == "木" * 200


@pytest.mark.parametrize(
    "text", ['Mind & "Body"', "A;B,C\\D", "Two\r\nATTACH:x", "Line\nbreak", "é木"]
)
def test_no_text_can_add_a_line_of_its_own(text: str) -> None:
    _, event, _ = parts(file(practice=text, location=text))
    assert str(event["SUMMARY"]) == text.replace("\r\n", "\n")
    assert str(event["LOCATION"]) == text.replace("\r\n", "\n")
    assert "ATTACH" not in event
    assert event.errors == []


@pytest.mark.parametrize("name", ["practice_email", "manage_url"])
@pytest.mark.parametrize("mark", ["\r\n", "\n", " ", "\t", "\x85", "\u2028"])
def test_addresses_with_line_breaks_are_refused(name: str, mark: str) -> None:
    with pytest.raises(ValueError, match="line breaks"):
        file(**{name: f"a{mark}ATTACH:x"})


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        file(ends_at=NINE)
    with pytest.raises(ValueError, match="aware"):
        file(starts_at=NINE.replace(tzinfo=None), ends_at=NINE.replace(tzinfo=None) + HOUR)
    with pytest.raises(UnknownZone):
        file(zone="Europe/Dubin")


@pytest.mark.parametrize(("minutes_on", "in_zone"), [(0, True), (30, False), (60, False)])
def test_the_second_pass_of_an_hour_is_written_in_utc(minutes_on: int, in_zone: bool) -> None:
    """Half past one occurs at 00:30 and 01:30 UTC; with a TZID it would always mean the first."""
    start = datetime(2026, 10, 25, 0, 15, tzinfo=UTC) + timedelta(minutes=minutes_on)
    _, event, zones = parts(file(starts_at=start, ends_at=start + timedelta(minutes=30)))
    assert ("TZID" in event["DTSTART"].params) is in_zone
    assert ("TZID" in event["DTEND"].params) is in_zone
    assert len(zones) == int(in_zone)
    assert event["DTSTART"].dt.astimezone(UTC) == start


def test_an_appointment_in_utc_needs_no_zone() -> None:
    _, event, zones = parts(file(zone="UTC"))
    assert event["DTSTART"].to_ical() == b"20260701T080000Z"
    assert zones == []


def test_the_rules_of_the_zone_are_those_of_the_database() -> None:
    """British Columbia: the last change is in March 2026, and no winter time after it."""
    winter = datetime(2026, 12, 1, 17, tzinfo=UTC)
    content = file(zone="America/Vancouver", starts_at=winter, ends_at=winter + HOUR)
    _, event, (zone,) = parts(content)
    assert event["DTSTART"].to_ical() == b"20261201T100000"
    offsets = {
        part["DTSTART"].to_ical().decode(): part["TZOFFSETTO"].to_ical()
        for part in zone.subcomponents
    }
    assert offsets["20260308T020000"] == "-0700"
    assert offsets[max(offsets)] == "-0700"


@pytest.mark.parametrize(
    ("zone", "starts", "part"),
    [
        ("Europe/Dublin", b"20260329T010000", "+0000 to +0100"),
        ("Europe/Dublin", b"20261025T020000", "+0100 to +0000"),
        ("Australia/Lord_Howe", b"20261004T020000", "+1030 to +1100"),
        ("Africa/Cairo", b"20260424T000000", "+0200 to +0300"),
        ("America/New_York", b"20261101T020000", "-0400 to -0500"),
    ],
)
def test_changes_start_at_the_wall_time_by_the_offset_before(
    zone: str, starts: bytes, part: str
) -> None:
    _, _, (rules,) = parts(file(zone=zone))
    changes = {
        each["DTSTART"].to_ical(): " to ".join(
            str(each[name].to_ical()) for name in ("TZOFFSETFROM", "TZOFFSETTO")
        )
        for each in rules.subcomponents
    }
    assert changes[starts] == part


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 8 * 366 * 24 * 4).map(lambda step: START + step * HOUR / 4),
    st.sampled_from(
        [
            "Europe/Dublin",
            "Australia/Sydney",
            "Australia/Lord_Howe",
            "Africa/Cairo",
            "Africa/Casablanca",
            "America/Vancouver",
            "Asia/Kathmandu",
            "Pacific/Chatham",
        ]
    ),
)
def test_a_reader_with_only_the_file_finds_the_same_instant(start: datetime, zone: str) -> None:
    _, event, zones = parts(file(zone=zone, starts_at=start, ends_at=start + HOUR))
    for name, instant in (("DTSTART", start), ("DTEND", start + HOUR)):
        written = event[name].dt
        if not zones:
            assert written == instant
            continue
        assert written.replace(tzinfo=None) == local(instant, zone).replace(tzinfo=None)
        # By the file, the offset in force is that of the last change before the time written.
        _, offset = max(
            (part["DTSTART"].dt, part["TZOFFSETTO"].td)
            for part in zones[0].subcomponents
            if part["DTSTART"].dt - part["TZOFFSETFROM"].td <= instant.replace(tzinfo=None)
        )
        assert offset == local(instant, zone).utcoffset()


def test_summer_is_daylight_time_even_where_the_law_has_it_the_other_way_round() -> None:
    for zone, name in (("Europe/Dublin", "IST"), ("America/New_York", "EDT")):
        _, _, (rules,) = parts(file(zone=zone))
        summers = {str(part["TZNAME"]) for part in rules.walk("DAYLIGHT")}
        winters = {str(part["TZNAME"]) for part in rules.walk("STANDARD")}
        assert summers == {name}
        assert name not in winters
