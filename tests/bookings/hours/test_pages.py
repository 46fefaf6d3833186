"""The pages of people's time: who may set whose, what is shown before anything is final, and what then stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import Location, Role
from accounts.tenancy import acting_in
from bookings.models import (
    Absence,
    BookingLimits,
    ExtraHours,
    HolidayCalendar,
    OpenHoliday,
)
from tests.bookings.office import NOW, TUESDAY, Office, at, browser_of, open_office, utc
from tests.clients.practice import told
from tests.factories import make_appointment, make_client, make_member

pytestmark = pytest.mark.django_db(databases="__all__")

DAY = timedelta(days=1)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def booked(office: Office, day: date, hour: int, name: str = "Leila") -> Any:
    starts = utc(datetime.combine(day, time(hour)))
    with acting_in(office.account.ref):
        client = make_client(given_name=name, family_name="Haddad")
        values = {"practitioner": office.mei, "local_date": day, "local_time": time(hour)}
        return make_appointment(client, starts_at=starts, **values).pk


def typed(office: Office, **changes: str) -> dict[str, str]:
    """What the form of time off sends."""
    return {
        "who": str(office.mei.pk),
        "where": "all",
        "first_day": TUESDAY.isoformat(),
        "last_day": "",
        "starts": "",
        "ends": "",
        "kind": "holiday",
        "label": "Skiing",
        "every_weeks": "",
        "until": "",
        **changes,
    }


def absences(office: Office) -> list[Absence]:
    with acting_in(office.account.ref):
        found = list(Absence.objects.order_by("pk"))
        for each in found:
            str(each.label)
        return found


def own(office: Office, role: str = Role.PRACTITIONER) -> Browser:
    """Return the browser of a member who is Tom, the practitioner."""
    from tests.browser import sign_in

    user, member = make_member(office.account, role)
    with acting_in(office.account.ref):
        office.tom.member = member
        office.tom.save()
    browser = Browser()
    sign_in(browser, user, office.account)
    return browser


def test_time_off_is_added_changed_listed_and_taken_back(office: Office) -> None:
    browser = office.browser()
    with told() as events:
        browser.post(office.url("time_off_new"), typed(office))
        (row,) = absences(office)
        assert (row.last_day, row.time_zone, row.label) == (TUESDAY, "Australia/Sydney", "Skiing")
        assert row.made_by_id == office.owner.pk
        again = browser.post(office.url("time_off_new"), typed(office)).content.decode()
        assert "This time off is there already." in again
        assert len(absences(office)) == 1
        page = browser.get(office.url("time_off")).content.decode()
        assert "Mei Tanaka" in page
        assert "Skiing" in page
        entry = office.url("time_off_entry", row.pk)
        assert "Skiing" in browser.get(entry).content.decode()
        browser.post(entry, typed(office, starts="12:00", ends="13:30", every_weeks="2"))
        (row,) = absences(office)
        assert (row.starts, row.ends, row.every_weeks) == (time(12), time(13, 30), 2)
        assert "every 2 weeks" in browser.get(office.url("time_off")).content.decode()
        browser.post(office.url("time_off_removal", row.pk))
    assert absences(office) == []
    times = [event for event in events if event.startswith("absence")]
    assert times == ["absence.added", "absence.changed", "absence.removed"]


def test_bookings_in_the_way_are_shown_by_name_before_anything_is_saved(office: Office) -> None:
    booked(office, TUESDAY, 9, "Noor")
    booked(office, TUESDAY + DAY, 9, "Elsewhen")
    browser, values = office.browser(), typed(office)
    page = browser.post(office.url("time_off_new"), values)
    assert "Noor Haddad" in page.content.decode()
    assert "Elsewhen" not in page.content.decode()
    assert absences(office) == []
    # One more came while the page was open: seen first, then saved
    booked(office, TUESDAY, 11, "Zoë")
    page = browser.post(office.url("time_off_new"), {**values, "confirmed": "1"})
    assert "Zoë Haddad" in page.content.decode()
    assert absences(office) == []
    browser.post(office.url("time_off_new"), {**values, "confirmed": "2"})
    assert len(absences(office)) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_day": ""}, "Enter the first day."),
        ({"last_day": "2026-11-01"}, "The last day is before the first one."),
        ({"starts": "09:00"}, "Enter both times, or neither for whole days."),
        ({"starts": "09:00", "ends": "09:00"}, "The end must be after the start."),
        ({"until": "2027-01-01"}, "Enter after how many weeks it comes again."),
        ({"every_weeks": "1", "until": "2026-01-01"}, "The last time is before the first."),
        ({"every_weeks": "99"}, "Enter a number from 1 to 52."),
        ({"last_day": "2028-11-01"}, "A year at most. Add the rest as another entry."),
        ({"who": "nobody"}, "Choose somebody from the list."),
    ],
)
def test_faulty_time_off_is_told_what_is_wrong(
    office: Office, changes: dict[str, str], words: str
) -> None:
    page = office.browser().post(office.url("time_off_new"), typed(office, **changes))
    assert escape(words) in page.content.decode()
    assert "Skiing" in page.content.decode()
    assert absences(office) == []


def test_everybody_is_away_when_a_place_is_closed(office: Office) -> None:
    with acting_in(office.account.ref):
        Location(name="Hill", time_zone="Australia/Perth").save(force_insert=True)
        hill = Location.objects.get(name="Hill")
    office.browser().post(office.url("time_off_new"), typed(office, who="all", where=str(hill.pk)))
    (row,) = absences(office)
    assert (row.practitioner_id, row.location_id) == (None, hill.pk)
    assert (row.kind, row.time_zone) == ("closed", "Australia/Perth")


def test_practitioners_set_their_own_time_off_and_nobody_elses(office: Office) -> None:
    browser = own(office)
    refused = browser.post(office.url("time_off_new"), typed(office)).content.decode()
    assert "Choose somebody from the list." in refused
    assert browser.post(office.url("time_off_new"), typed(office, who="all")).status_code == 200
    assert absences(office) == []
    browser.post(office.url("time_off_new"), typed(office, who=str(office.tom.pk)))
    (mine,) = absences(office)
    assert mine.practitioner_id == office.tom.pk
    office.browser().post(office.url("time_off_new"), typed(office))
    theirs = absences(office)[1]
    assert browser.get(office.url("time_off_entry", mine.pk)).status_code == 200
    for name in ("time_off_entry", "time_off_removal"):
        assert browser.post(office.url(name, theirs.pk), typed(office)).status_code == 403
    page = browser.get(office.url("time_off")).content.decode()
    assert office.url("time_off_entry", mine.pk) in page
    assert office.url("time_off_entry", theirs.pk) not in page
    assert browser.get(office.url("limits_of", office.tom.pk)).status_code == 200
    assert browser.get(office.url("limits_of", office.mei.pk)).status_code == 403
    assert browser.get(office.url("holidays")).status_code == 403
    assert len(absences(office)) == 2


def test_reception_sets_everybodys(office: Office) -> None:
    browser = browser_of(office.account, Role.RECEPTION)
    browser.post(office.url("time_off_new"), typed(office))
    browser.post(office.url("time_off_new"), typed(office, who="all"))
    assert [each.practitioner_id for each in absences(office)] == [office.mei.pk, None]


def test_a_link_from_the_diary_fills_the_form_and_leads_back(office: Office) -> None:
    address = f"{office.url('time_off_new')}?practitioner={office.tom.pk}&day={TUESDAY}&back=diary"
    browser = office.browser()
    page = browser.get(address).content.decode()
    assert f'<option value="{office.tom.pk}" selected>' in page
    assert f'value="{TUESDAY}"' in page
    saved = browser.post(address, typed(office))
    assert saved["Location"] == f"{office.url('diary')}?day={TUESDAY}"


def test_what_is_over_stands_apart_and_the_list_costs_the_same(office: Office) -> None:
    browser = office.browser()
    for label, day in (("Over", TUESDAY - 9 * DAY), ("Coming", TUESDAY)):
        values = typed(office, label=label, first_day=day.isoformat())
        browser.post(office.url("time_off_new"), values)
    pages = [
        browser.get(office.url("time_off") + more).content.decode() for more in ("", "?past=1")
    ]
    assert [("Coming" in page, "Over" in page) for page in pages] == [(True, False), (False, True)]
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connections["region_au"]) as queries:
            browser.get(office.url("time_off"))
        counts.append(len(queries))
        for _more in range(2):
            browser.post(office.url("time_off_new"), typed(office))
    assert counts[0] == counts[1]


def test_extra_hours_are_added_changed_and_taken_back(office: Office) -> None:
    saturday = TUESDAY + 4 * DAY
    values = {
        "who": str(office.mei.pk),
        "where": str(office.location.pk),
        "day": saturday.isoformat(),
        "starts": "09:00",
        "ends": "13:00",
        "every_weeks": "",
        "until": "",
    }
    browser = office.browser()
    faulty = browser.post(office.url("extra_hours_new"), {**values, "ends": "08:00"})
    assert "The end must be after the start." in faulty.content.decode()
    browser.post(office.url("extra_hours_new"), values)
    again = browser.post(office.url("extra_hours_new"), values).content.decode()
    assert "These extra hours are there already." in again
    with acting_in(office.account.ref):
        row = ExtraHours.objects.get()
    assert "Mei Tanaka" in browser.get(office.url("extra_hours")).content.decode()
    booked(office, saturday, 12, "Noor")
    entry = office.url("extra_hours_entry", row.pk)
    shorter = {**values, "ends": "12:00"}
    assert "Noor Haddad" in browser.post(entry, shorter).content.decode()
    assert "Noor Haddad" in browser.post(entry, {"removal": "1"}).content.decode()
    browser.post(entry, {**shorter, "confirmed": "1"})
    with acting_in(office.account.ref):
        assert ExtraHours.objects.get().ends == time(12)
    browser.post(entry, {"removal": "1"})
    with acting_in(office.account.ref):
        assert not ExtraHours.objects.exists()
    assert own(office).get(entry).status_code in (403, 404)


def test_extra_hours_that_come_again_are_listed_with_the_day_of_the_next_ones(
    office: Office,
) -> None:
    with acting_in(office.account.ref):
        for first, every in ((TUESDAY - 10 * DAY, 2), (TUESDAY + DAY, None)):
            ExtraHours(
                practitioner=office.mei,
                location=office.location,
                day=first,
                starts=time(18),
                ends=time(20),
                every_weeks=every,
            ).save(force_insert=True)
    rows = office.browser().get(office.url("extra_hours")).context["rows"]
    assert [row["when"].partition(",")[0] for row in rows] == [
        "Wed 25 Nov 2026",
        "Sat 28 Nov 2026",
    ]


def test_public_holidays_are_chosen_and_opened_day_by_day(office: Office) -> None:
    browser, address = office.browser(), office.url("holidays_of", office.location.pk)
    page = browser.get(address)
    assert page.context["form"].initial["country"] == "AU"
    assert page.context["form"].initial["subdivision"] == "AU-NSW"
    booked(office, date(2026, 12, 25), 9, "Noor")
    values = {"country": "AU", "subdivision": "AU-NSW", "parts_of": "AU"}
    assert "Noor Haddad" in browser.post(address, values).content.decode()
    browser.post(address, {**values, "confirmed": "1"})
    shown = browser.get(address).content.decode()
    assert "Christmas Day" in shown
    assert "New South Wales" in browser.get(office.url("holidays")).content.decode()
    switch = office.url("holiday_switch", office.location.pk)
    browser.post(switch, {"day": "2026-12-25", "open": "1"})
    with acting_in(office.account.ref):
        assert OpenHoliday.objects.get().day == date(2026, 12, 25)
    asked = browser.post(switch, {"day": "2026-12-25", "open": "0"}).content.decode()
    assert "Noor Haddad" in asked
    browser.post(switch, {"day": "2026-12-25", "open": "0", "confirmed": "1"})
    browser.post(switch, {"day": "nonsense", "open": "1"})
    with acting_in(office.account.ref):
        assert not OpenHoliday.objects.exists()
    browser.post(address, {"none": "1"})
    with acting_in(office.account.ref):
        assert not HolidayCalendar.objects.exists()


def test_another_country_is_asked_for_its_part_before_it_is_saved(office: Office) -> None:
    browser, address = office.browser(), office.url("holidays_of", office.location.pk)
    values = {"country": "GB", "subdivision": "AU-NSW", "parts_of": "AU"}
    page = browser.post(address, values).content.decode()
    assert "Choose the part, then save again." in page
    assert "Scotland" in page
    browser.post(address, {"country": "GB", "subdivision": "GB-SCT", "parts_of": "GB"})
    with acting_in(office.account.ref):
        row = HolidayCalendar.objects.get()
    assert (row.country, row.subdivision) == ("GB", "GB-SCT")


def test_limits_are_set_shown_and_lifted(office: Office) -> None:
    browser, address = office.browser(), office.url("limits_of", office.mei.pk)
    booked(office, TUESDAY, 9, "First")
    booked(office, TUESDAY, 11, "Noor")
    values = {
        "most_per_day": "1",
        "most_per_week": "",
        "notice_minutes": "120",
        "horizon_days": "30",
    }
    page = browser.post(address, {**values, "horizon_days": "31"}).content.decode()
    assert "Select a valid choice" in page
    page = browser.post(address, {**values, "horizon_days": "28"}).content.decode()
    assert "Noor Haddad" in page
    assert "First Haddad" not in page
    browser.post(address, {**values, "horizon_days": "28", "confirmed": "1"})
    assert (
        "1 a day · notice of 2 hours · 28 days ahead"
        in browser.get(office.url("limits")).content.decode()
    )
    browser.post(address, dict.fromkeys(values, ""))
    with acting_in(office.account.ref):
        assert not BookingLimits.objects.exists()


def test_members_of_another_practice_find_nothing(office: Office) -> None:
    neighbour = open_office()
    office.browser().post(office.url("time_off_new"), typed(office))
    (row,) = absences(office)
    browser = neighbour.browser()
    for name, key in (
        ("time_off_entry", row.pk),
        ("holidays_of", office.location.pk),
        ("limits_of", office.mei.pk),
    ):
        assert browser.get(neighbour.url(name, key)).status_code == 404
        assert browser.get(office.url(name, key)).status_code == 302
    assert browser.post(neighbour.url("time_off_removal", row.pk)).status_code == 404
    assert len(absences(office)) == 1
