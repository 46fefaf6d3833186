"""A month of the diary: counts, the first of each day, closures."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Location
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.diary.month import Day
from bookings.diary.page import Page
from bookings.diary.query import Asked, Look
from bookings.models import Absence, Attendee, HolidayCalendar
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, place_of, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def day_of(shown: Page, number: int) -> Day:
    return next(day for day in shown.month if day.number == number and not day.is_other)


def test_a_month_counts_each_day_and_names_the_first(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(9), make_client(given_name="Leila", family_name="Haddad"))
        for hour in (10, 11, 12, 13):
            office.booked(ten(hour))
        gone = place_of(office.booked(ten(15)))
        cancel(by=office.by, attendee=gone, side=Attendee.Side.CLIENT, reason="sick")
        shown = office.diary(look=Look.MONTH)
    assert (shown.title.long, shown.title.short) == ("November 2026", "Nov 2026")
    assert (len(shown.month), shown.count) == (42, 5)
    tuesday = day_of(shown, 24)
    assert (tuesday.count, tuesday.words, tuesday.more) == (5, "5 booked", "2 more")
    assert tuesday.first[0] == ("9 am", "Leila Haddad", 1)
    assert tuesday.label == "Tue 24 November, 5 booked"
    assert tuesday.url.endswith("?day=2026-11-24")
    assert day_of(shown, 23).is_today
    assert day_of(shown, 25).label == "Wed 25 November, nothing booked"


def test_a_month_leads_to_its_neighbours() -> None:
    asked = Asked(look=Look.MONTH)
    assert asked.beside(date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert asked.beside(date(2027, 1, 31), -1) == date(2026, 12, 1)
    assert len(asked.days(date(2027, 2, 1))) == 28


def test_a_month_says_what_is_closed(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        HolidayCalendar(location=office.location, country="AU", subdivision="AU-NSW").save(
            force_insert=True
        )
        week = {"first_day": TUESDAY, "last_day": TUESDAY + timedelta(days=1)}
        Absence(kind="closed", label="Painting", time_zone="Australia/Sydney", **week).save(
            force_insert=True
        )
        Absence(practitioner=office.tom, time_zone="Australia/Sydney", **week).save(
            force_insert=True
        )
        Absence(
            kind="closed",
            time_zone="Australia/Sydney",
            first_day=date(2026, 11, 26),
            last_day=date(2026, 11, 26),
            starts=time(9),
            ends=time(12),
        ).save(force_insert=True)
        november = office.diary(look=Look.MONTH)
        december = office.diary(look=Look.MONTH, day=date(2026, 12, 1))
        annex = Location(name="Annex", time_zone="Australia/Sydney")
        annex.save(force_insert=True)
        one_open = office.diary(look=Look.MONTH, day=date(2026, 12, 1))
        HolidayCalendar(location=annex, country="AU", subdivision="AU-VIC").save(force_insert=True)
        both = office.diary(look=Look.MONTH, day=date(2026, 12, 1))
    assert day_of(one_open, 25).closed == []
    assert day_of(both, 25).closed == ["Christmas Day"]
    assert [day.number for day in november.month if day.closed] == [24, 25]
    assert day_of(november, 24).closed == ["Painting"]
    assert day_of(december, 25).closed == ["Christmas Day"]


def test_a_month_costs_the_same_however_full(office: Office) -> None:
    counts = []
    with acting_in(office.account.ref, by=office.by):
        for hours in (range(9, 10), range(10, 17)):
            for hour in hours:
                for who in (office.mei, office.tom):
                    office.booked(ten(hour), who=who)
            with CaptureQueriesContext(connections["region_au"]) as region:
                assert office.diary(look=Look.MONTH).count == 2 * (hour - 8)
            counts.append(len(region))
    assert counts[0] == counts[1] <= 7
