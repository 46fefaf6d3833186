"""Until when a request is answered: the table of cases of DS-3, and what can't be extended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from privacy.desk.deadlines import Calendar, Dates, Wait, check_extension, dates_of
from privacy.desk.packs import (
    CLARIFICATION,
    IDENTITY,
    PACKS,
    UnknownPack,
    newest,
    pack_for,
    pack_of,
)

LONDON = Calendar("Europe/London", "GB", "GB-ENG")
BERLIN = Calendar("Europe/Berlin", "DE", "DE-BE")
SYDNEY = Calendar("Australia/Sydney", "AU", "AU-NSW")
AUCKLAND = Calendar("Pacific/Auckland", "NZ")
BOSTON = Calendar("America/New_York", "US")
TORONTO = Calendar("America/Toronto", "CA", "CA-ON")


def noon(text: str) -> datetime:
    """Return noon of a day in Greenwich."""
    return datetime.fromisoformat(f"{text}T12:00+00:00")


@pytest.mark.parametrize(
    ("code", "where", "came", "due", "longest"),
    [
        # a shorter month ends on its last day, in leap years too
        ("UK", LONDON, "2025-01-31", "2025-02-28", "2025-04-30"),
        ("UK", LONDON, "2028-01-31", "2028-02-29", "2028-05-02"),  # 30 April is a Sunday, 1 May off
        # due on Easter Monday, due on a Saturday, due on Christmas Day with a weekend behind it
        ("UK", LONDON, "2026-03-06", "2026-04-07", "2026-06-08"),
        ("EU", BERLIN, "2026-10-14", "2026-11-16", "2027-01-14"),
        ("UK", LONDON, "2026-11-25", "2026-12-29", "2027-02-25"),
        ("AU", SYDNEY, "2026-11-28", "2026-12-28", None),
        ("AU-NSW", SYDNEY, "2026-11-28", "2027-01-12", None),
        ("AU-VIC", SYDNEY, "2026-06-01", "2026-07-16", None),
        # twenty working days over Christmas: 25 December to 2 January aren’t, nor is 4 January
        ("NZ", AUCKLAND, "2026-12-10", "2027-01-19", None),
        ("NZ", AUCKLAND, "2026-06-18", "2026-07-20", None),  # Matariki on 10 July
        ("US-HIPAA", BOSTON, "2026-02-10", "2026-03-12", "2026-04-11"),
        ("CA", TORONTO, "2026-02-10", "2026-03-12", "2026-04-11"),
        ("CA-ON", TORONTO, "2026-12-05", "2027-01-04", "2027-02-03"),
        ("OTHER", BERLIN, "2026-01-01", "2026-01-31", None),
    ],
)
def test_the_last_day_of_each_law(
    code: str, where: Calendar, came: str, due: str, longest: str | None
) -> None:
    found = dates_of(newest(code), received_at=noon(came), where=where)
    assert (found.due_on, found.notice_by) == (date.fromisoformat(due), date.fromisoformat(due))
    assert found.longest_on == (date.fromisoformat(longest) if longest else None)


@pytest.mark.parametrize(
    ("code", "where", "waits", "starts", "due"),
    [
        # proof of identity begins the month anew; what is asked meanwhile stops it
        ("UK", LONDON, [(IDENTITY, "03-04", "03-10")], "2026-03-10", "2026-04-10"),
        ("UK", LONDON, [(CLARIFICATION, "03-05", "03-12")], "2026-03-02", "2026-04-09"),
        (
            "UK",
            LONDON,
            [(IDENTITY, "03-04", "03-10"), (CLARIFICATION, "03-05", "03-12")],
            "2026-03-10",
            "2026-04-13",
        ),
        ("EU", BERLIN, [(CLARIFICATION, "03-05", "03-12")], "2026-03-02", "2026-04-02"),
        ("UK", LONDON, [(IDENTITY, "03-04", None)], "2026-03-02", None),
        # laws that know no waiting go on counting
        ("US-HIPAA", BOSTON, [(IDENTITY, "03-04", None)], "2026-03-02", "2026-04-01"),
    ],
)
def test_waiting_for_the_person(
    code: str, where: Calendar, waits: list[tuple[str, str, str | None]], starts: str, due: Any
) -> None:
    waited = [
        Wait(what, noon(f"2026-{since}"), noon(f"2026-{until}") if until else None)
        for what, since, until in waits
    ]
    found = dates_of(newest(code), received_at=noon("2026-03-02"), where=where, waits=waited)
    assert found.starts_on == date.fromisoformat(starts)
    assert found.due_on == (date.fromisoformat(due) if due else None)


def test_days_are_those_on_the_wall_of_whoever_answers() -> None:
    late = datetime(2026, 4, 30, 14, 30, tzinfo=UTC)
    assert dates_of(newest("AU"), received_at=late, where=SYDNEY).received_on == date(2026, 5, 1)
    assert dates_of(newest("AU"), received_at=late, where=LONDON).received_on == date(2026, 4, 30)
    # the night in which the clocks go forward in London, and the one of an ordinary day
    assert LONDON.end(date(2026, 3, 28)).astimezone(UTC).hour == 0
    assert LONDON.end(date(2026, 3, 29)).astimezone(UTC).hour == 23


def extension(code: str, where: Calendar, until: date, today: date, **more: Any) -> Dates:
    pack = newest(code)
    received_at = noon("2026-03-02")
    dates = dates_of(pack, received_at=received_at, where=where, **more)
    check_extension(pack, dates, until=until, today=today)
    return dates_of(pack, received_at=received_at, where=where, extended_to=until)


def test_more_time_is_taken_once_within_the_first_period() -> None:
    longer = extension("UK", LONDON, date(2026, 6, 2), date(2026, 4, 2))
    assert (longer.due_on, longer.is_extended) == (date(2026, 6, 2), True)
    assert extension("NZ", AUCKLAND, date(2026, 9, 1), date(2026, 3, 3)).due_on == date(2026, 9, 1)
    refused: list[tuple[str, date, date, dict[str, Any]]] = [
        ("UK", date(2026, 6, 2), date(2026, 4, 3), {}),  # day 31 and later
        ("UK", date(2026, 6, 3), date(2026, 4, 2), {}),  # longer than three months
        ("UK", date(2026, 4, 2), date(2026, 4, 1), {}),  # not longer at all
        ("UK", date(2026, 5, 2), date(2026, 4, 1), {"extended_to": date(2026, 5, 1)}),
        ("UK", date(2026, 5, 2), date(2026, 4, 1), {"waits": [Wait(IDENTITY, noon("2026-03-03"))]}),
        ("AU", date(2026, 5, 2), date(2026, 3, 3), {}),
    ]
    for code, until, today, more in refused:
        with pytest.raises(ValidationError):
            extension(code, LONDON, until, today, **more)


def test_a_request_keeps_the_version_that_it_began_with() -> None:
    begun = newest("AU")
    changed = replace(begun, version="2027-1", respond=replace(begun.respond, count=20))
    among = (*PACKS, changed)
    assert newest("AU", among) == changed
    assert pack_of("AU", begun.version, among) == begun
    with pytest.raises(UnknownPack):
        pack_of("AU", "1999-1", among)
    assert all(pack.source and not pack.verified for pack in PACKS)
    assert len({(pack.code, pack.version) for pack in PACKS}) == len(PACKS)


def test_the_law_is_that_of_the_place() -> None:
    places = [
        ("GB", "", "UK"),
        ("DE", "", "EU"),
        ("NO", "", "EU"),
        ("AU", "AU-NSW", "AU-NSW"),
        ("AU", "AU-QLD", "AU"),
        ("CA", "CA-ON", "CA-ON"),
        ("CA", "CA-BC", "CA"),
        ("US", "US-MA", "US-HIPAA"),
        ("NZ", "", "NZ"),
        ("BR", "", "OTHER"),
    ]
    for country, part, code in places:
        assert pack_for(country, part).code == code
