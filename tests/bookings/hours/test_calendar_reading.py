"""Calendars of other makers become busy times: repeats, exceptions, whole days, zones; and never a word of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability.wall_time import day_bounds
from bookings.hours.calendar_reading import Unreadable, busy_times

SYDNEY = "Australia/Sydney"
FIRST, LAST = date(2026, 11, 23), date(2026, 12, 20)
VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0930
TZOFFSETTO:+0930
END:STANDARD
END:VTIMEZONE
"""


def file(*events: str, head: str = "") -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n{head}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(*events: str, head: str = "", zone: str = SYDNEY) -> list[tuple[str, float]]:
    """Return starts in UTC with their hours."""
    found = busy_times(file(*events, head=head), zone, FIRST, LAST)
    return [(f"{a:%m-%d %H:%M}", (b - a) / timedelta(hours=1)) for a, b in found]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20261124T010000Z\nDTEND:20261124T023000Z", [("11-24 01:00", 1.5)]),
        ("DTSTART:20261124T010000Z\nDURATION:PT45M", [("11-24 01:00", 0.75)]),
        ("DTSTART:20261124T010000Z", []),
        (
            "DTSTART;TZID=Europe/Berlin:20261124T090000\nDTEND;TZID=Europe/Berlin:20261124T100000",
            [("11-24 08:00", 1.0)],
        ),
        ("DTSTART:20261124T090000\nDTEND:20261124T100000", [("11-23 22:00", 1.0)]),
        ("DTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261126", [("11-23 13:00", 48.0)]),
        ("DTSTART;VALUE=DATE:20261124", [("11-23 13:00", 24.0)]),
        ("DTSTART:20261124T010000Z\nDTEND:20261124T020000Z\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20261124T010000Z\nDTEND:20261124T020000Z\nSTATUS:CANCELLED", []),
        ("DTSTART:20261024T010000Z\nDTEND:20261024T020000Z", []),
        (
            "DTSTART:20261125T010000Z\nDTEND:20261125T020000Z\nRRULE:FREQ=WEEKLY;COUNT=3\n"
            "EXDATE:20261202T010000Z",
            [("11-25 01:00", 1.0), ("12-09 01:00", 1.0)],
        ),
        (
            "DTSTART:19990105T010000Z\nDTEND:19990105T020000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=5",
            [("12-05 01:00", 1.0)],
        ),
    ],
)
def test_each_way_to_write_a_time(event: str, expected: list[tuple[str, float]]) -> None:
    assert read(event) == expected


def test_a_repeat_keeps_its_wall_time_and_one_of_them_may_differ() -> None:
    series = (
        "DTSTART;TZID=Europe/Berlin:20261001T090000\nDTEND;TZID=Europe/Berlin:20261001T100000\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20261211T000000Z"
    )
    moved = (
        "RECURRENCE-ID;TZID=Europe/Berlin:20261203T090000\n"
        "DTSTART;TZID=Europe/Berlin:20261203T150000\nDTEND;TZID=Europe/Berlin:20261203T170000"
    )
    text = file(series, moved).replace(b"UID:1", b"UID:0")
    found = busy_times(text, SYDNEY, FIRST, LAST)
    assert [starts for starts, _ends in found] == [
        datetime(2026, 11, 26, 8, tzinfo=UTC),
        datetime(2026, 12, 3, 14, tzinfo=UTC),
        datetime(2026, 12, 10, 8, tzinfo=UTC),
    ]


def test_a_calendars_own_zones_count() -> None:
    event = "DTSTART;TZID=Customized Time Zone:20261124T090000\nDURATION:PT1H"
    assert read(event, head=VTIMEZONE) == [("11-23 23:30", 1.0)]


def test_times_that_overlap_become_one_and_the_edges_are_cut() -> None:
    long = "DTSTART:20261101T000000Z\nDTEND:20261123T150000Z"
    over = "DTSTART:20261123T140000Z\nDTEND:20261123T160000Z"
    assert read(long, over) == [("11-22 13:00", 27.0)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not a calendar"),
        (b"<!doctype html><title>Sign in</title>", "not a calendar"),
        (b"\xff\xfe\x00", "not a calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "not a calendar"),
        (file("DTSTART:20261124T010000Z\nRRULE:FREQ=SECONDLY"), "too much"),
        (file("DTSTART:20261124T010000Z\nRRULE:FREQ=DAILY;BYMINUTE=1,2,3"), "too much"),
        (file(*["DTSTART:19000101T010000Z\nRRULE:FREQ=DAILY"] * 30), "too much"),
    ],
)
def test_what_is_no_calendar_is_told_by_a_code(text: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        busy_times(text, SYDNEY, FIRST, LAST)
    assert refused.value.reason == reason


zones = st.sampled_from([SYDNEY, "Australia/Lord_Howe", "Africa/Cairo", "Europe/Dublin"])


@settings(max_examples=60, deadline=None)
@given(
    zones,
    st.lists(
        st.tuples(st.dates(date(2026, 3, 20), date(2026, 11, 5)), st.integers(1, 3)), max_size=4
    ),
)
def test_whole_days_are_exactly_the_days_on_the_wall(
    zone: str, spans: list[tuple[date, int]]
) -> None:
    day = timedelta(days=1)
    events = [
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}\nDTEND;VALUE=DATE:{first + day * length:%Y%m%d}"
        for first, length in spans
    ]
    found = busy_times(file(*events), zone, date(2026, 3, 1), date(2026, 12, 1))
    away = {first + day * ahead for first, length in spans for ahead in range(length)}
    days = [date(2026, 3, 1) + day * ahead for ahead in range(276)]
    for each in days:
        bounds = day_bounds(each, zone)
        middle = bounds.starts_at + bounds.length / 2
        for moment in (bounds.starts_at, middle, bounds.last_instant):
            assert any(a <= moment < b for a, b in found) == (each in away)
