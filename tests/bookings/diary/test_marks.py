"""What the diary draws beside plain appointments: time away, held times, requests, groups, what stands outside hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.tenancy import acting_in
from bookings.diary.columns import Column
from bookings.models import (
    Absence,
    Appointment,
    Attendee,
    BusyCalendar,
    BusyTime,
    ExtraHours,
    Hold,
    HolidayCalendar,
    OpenHoliday,
)
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, ten, utc
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
ZONE = "Australia/Sydney"
CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def drawn(column: Column) -> list[tuple[str, str]]:
    return [(css, words) for css, words, _icon in column.away]


def away(office: Office, **values: Any) -> None:
    days = {"first_day": TUESDAY, "last_day": TUESDAY, "time_zone": ZONE}
    Absence(**(days | values)).save(force_insert=True)


def test_time_away_is_drawn_where_it_is(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        away(office, practitioner=office.mei, kind="break", starts=time(12), ends=time(13))
        away(office, practitioner=office.tom, label="Conference")
        mei, tom = office.diary().columns
        monday = office.diary(day=TUESDAY - timedelta(days=1)).columns
        wednesday = office.diary(day=TUESDAY + timedelta(days=1)).columns
    assert drawn(mei) == [("from-720 for-60", "Break")]
    assert drawn(tom) == [("from-480 for-600", "Conference")]
    assert [drawn(column) for column in (*monday, *wednesday)] == [[], [], [], []]


def test_a_closure_is_everybodys(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        away(office, kind="closed", location=office.location)
        assert [drawn(column) for column in office.diary().columns] == [
            [("from-480 for-600", "Closed")]
        ] * 2


def test_public_holidays_are_drawn_unless_the_location_opens(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        HolidayCalendar(location=office.location, country="AU", subdivision="AU-NSW").save(
            force_insert=True
        )
        closed = office.diary(day=CHRISTMAS).columns[0]
        OpenHoliday(location=office.location, day=CHRISTMAS).save(force_insert=True)
        opened = office.diary(day=CHRISTMAS).columns[0]
    assert drawn(closed) == [("from-480 for-600", "Christmas Day")]
    assert drawn(opened) == []


def test_time_busy_elsewhere_is_drawn_and_strands_nobody(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        calendar = BusyCalendar(practitioner=office.mei, name="Home", address="https://x.example")
        calendar.save(force_insert=True)
        BusyTime(
            calendar=calendar,
            practitioner=office.mei,
            starts_at=utc(ten(10)),
            ends_at=utc(ten(12)),
        ).save(force_insert=True)
        office.booked(ten(10))
        mei, tom = office.diary().columns
    assert drawn(mei) == [("from-600 for-120", "Busy elsewhere")]
    assert (drawn(tom), mei.blocks[0].state) == ([], "")


def test_extra_hours_are_not_shaded(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        ExtraHours(
            practitioner=office.tom,
            location=office.location,
            day=TUESDAY - timedelta(weeks=4),
            starts=time(18),
            ends=time(20),
            every_weeks=2,
        ).save(force_insert=True)
        shown = office.diary()
        next_week = office.diary(day=TUESDAY + timedelta(weeks=1))
    assert (shown.closes, shown.columns[1].off) == (1200, ["from-480 for-600"])
    assert next_week.closes == 1080


def hold(office: Office, expires_at: datetime) -> None:
    starts_at, ends_at = utc(ten(14)), utc(ten(15))
    Hold(
        practitioner=office.mei,
        location=office.location,
        service=office.service,
        starts_at=starts_at,
        ends_at=ends_at,
        busy_from=starts_at,
        busy_until=ends_at,
        expires_at=expires_at,
        digest=bytes(32),
    ).save(force_insert=True)


@pytest.mark.parametrize(("minutes", "count"), [(10, 1), (-1, 0)])
def test_a_time_held_online_shows_while_it_is_held(
    office: Office, minutes: int, count: int
) -> None:
    with acting_in(office.account.ref, by=office.by):
        hold(office, NOW + timedelta(minutes=minutes))
        mei, tom = office.diary().columns
    assert (len(mei.held), tom.held, mei.blocks) == (count, [], [])
    for css, words in mei.held:
        assert css == "from-840 for-60"
        assert words.startswith("Being booked online until ")


def test_a_request_is_told_by_icon_word_and_class(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        asked = office.booked(ten())
        asked.state, asked.answer_by = Appointment.State.REQUESTED, NOW
        asked.save()
        block = office.diary().columns[0].blocks[0]
    assert (block.state, "#clock" in block.state_icon, "is-request" in block.css) == (
        "Request",
        True,
        True,
    )


def test_a_group_goes_by_its_service_and_its_places(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        group = office.booked(ten(), make_client(given_name="Leila"))
        group.capacity = 8
        group.save()
        for state in (Attendee.State.EXPECTED, Attendee.State.CANCELLED):
            Attendee(appointment=group, client=make_client(), state=state).save(force_insert=True)
        block = office.diary().columns[0].blocks[0]
    assert (block.who, block.what, block.state) == (office.service.name, "2 of 8 places", "")
    assert "Leila" not in block.html


def test_what_stands_outside_hours_says_so_unless_it_may(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        late, inside = office.booked(ten(17)), office.booked(ten(9))
        blocks = {block.id: block for block in office.diary().columns[0].blocks}
        assert (blocks[late.pk].state, "#alert" in blocks[late.pk].state_icon) == (
            "Outside hours",
            True,
        )
        assert blocks[inside.pk].state == ""
        late.stays_outside_hours = True
        late.save()
        assert [block.state for block in office.diary().columns[0].blocks] == ["", ""]


def test_somebody_without_hours_and_the_past_are_never_outside(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(20), who=office.tom)
        past = ten(6, day=date(2026, 11, 20))
        office.booked(past)
        assert office.diary().columns[1].blocks[0].state == ""
        assert office.diary(day=past.date()).columns[0].blocks[0].state == ""


def test_an_absence_strands_what_is_booked_in_it(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(10))
        office.booked(ten(14))
        away(office, practitioner=office.mei, kind="sick", starts=time(13), ends=time(17))
        assert [block.state for block in office.diary().columns[0].blocks] == ["", "Outside hours"]
