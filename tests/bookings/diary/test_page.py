"""What the diary's page holds, and what it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.models import Location, Practitioner
from accounts.tenancy import acting_in
from bookings.appointments.attendance import mark
from bookings.appointments.cancelling import cancel
from bookings.diary import rows
from bookings.diary.page import NotHere
from bookings.diary.query import ALL, Asked, Look
from bookings.models import Appointment, Attendee, WeeklyHours
from clients import directory
from clients.models import Alert
from privacy.vocabulary import keyring
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, place_of, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
S = Attendee.State


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def test_a_day_has_a_column_for_each_practitioner(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(), make_client(given_name="Leila", family_name="Haddad"))
        shown = office.diary()
    assert [(column.title, column.sub) for column in shown.columns] == [
        ("Mei Tanaka", "Physiotherapist · 1 booked"),
        ("Tom Okafor", "Nothing booked"),
    ]
    block = shown.columns[0].blocks[0]
    assert (block.who, block.what, block.time) == (
        "Leila Haddad",
        "First visit",
        "10:00 to 11:00 am",
    )
    assert "svc-1 from-600 for-60" in block.css
    assert (shown.title.long, shown.opens, shown.closes) == ("Tue 24 November", 480, 1080)


def test_hours_outside_the_weekly_ones_are_shaded(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        shown = office.diary()
        sunday = office.diary(day=date(2026, 11, 29))
    assert shown.columns[0].off == ["from-480 for-60", "from-1020 for-60"]
    assert shown.columns[1].off == ["from-480 for-600"]
    assert sunday.columns[0].off == ["from-480 for-600"]


def test_hours_that_have_not_begun_or_are_over_do_not_count(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        WeeklyHours.objects.filter(weekday=2).update(effective_until=TUESDAY - timedelta(days=1))
        WeeklyHours(
            practitioner=office.mei,
            location=office.location,
            weekday=2,
            starts=time(12),
            ends=time(15),
            effective_from=TUESDAY,
        ).save(force_insert=True)
        shown = office.diary()
    assert shown.columns[0].off == ["from-480 for-240", "from-900 for-180"]


def test_time_kept_free_is_hatched(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.service.buffer_before, office.service.buffer_after = 10, 15
        office.service.save()
        office.booked(ten())
        shown = office.diary()
    assert shown.columns[0].buffers == ["from-590 for-10", "from-660 for-15"]


def test_the_now_line_stands_on_the_present_day_alone(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        today, tuesday = office.diary(day=date(2026, 11, 23)), office.diary()
    assert today.columns[0].now in (540, 541)
    assert tuesday.columns[0].now is None
    assert (today.is_today, tuesday.is_today) == (True, False)


def test_states_are_told_by_icon_word_and_class(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        for hour, state in ((9, S.ARRIVED), (11, S.NO_SHOW), (13, S.EXPECTED)):
            mark(by=office.by, attendee=place_of(office.booked(ten(hour))), state=state)
        blocks = office.diary().columns[0].blocks
    assert [(block.state, "#" in block.state_icon) for block in blocks] == [
        ("Arrived", True),
        ("No-show", True),
        ("", False),
    ]
    assert "is-no-show" in blocks[1].css


def test_cancelled_appointments_stand_in_the_list_alone(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        place = place_of(office.booked(ten()))
        cancel(by=office.by, attendee=place, side=Attendee.Side.CLIENT, reason="sick")
        day, listed = office.diary(), office.diary(look=Look.LIST)
    assert (day.columns[0].blocks, day.count) == ([], 0)
    words, blocks = listed.listed[0]
    assert (words, blocks[0].state, blocks[0].move_url) == ("Tue 24 November", "Cancelled", "")


def test_an_alert_shows_without_being_opened(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by) as scope:
        careful, plain = make_client(), make_client()
        Alert(client=careful, kind="allergy", severity="severe", text="Latex").save(
            force_insert=True
        )
        Alert(client=plain, kind="other", severity="info", text="Likes tea").save(force_insert=True)
        office.booked(ten(9), careful)
        office.booked(ten(11), plain)
        blocks = office.diary().columns[0].blocks
        assert scope.reads == {}
    assert ["Has an alert" in block.alert_icon for block in blocks] == [True, False]


def test_every_word_of_a_block_is_escaped(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.service.name = "<b>Visit</b>"
        office.service.save()
        office.booked(ten(), make_client(given_name='"><script>', family_name="&"))
        html = office.diary().columns[0].blocks[0].html
    assert "<script" not in html
    assert "<b>" not in html
    assert "&quot;&gt;&lt;script&gt; &amp;" in html


def test_a_week_is_ones_own_unless_said_otherwise(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        own = office.diary(look=Look.WEEK)
        toms = office.diary(look=Look.WEEK, practitioners=(office.tom.pk,))
        all_of_them = office.diary(look=Look.WEEK, practitioners=())
    assert own.title.long == "23–27 November"
    assert [column.title for column in own.columns] == [
        "Mon 23",
        "Tue 24",
        "Wed 25",
        "Thu 26",
        "Fri 27",
    ]
    assert {column.practitioner for column in own.columns} == {office.mei.pk}
    assert {column.practitioner for column in toms.columns} == {office.tom.pk}
    assert len(all_of_them.columns) == 10
    assert all_of_them.columns[1].label == "Tom Okafor, Mon 23 November"


def test_a_weekend_shows_when_somebody_is_booked_on_it(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(day=date(2026, 11, 28)))
        assert len(office.diary(look=Look.WEEK).days) == 6


def test_a_location_leaves_the_others_out_and_says_who_is_elsewhere(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        other = Location(name="Parramatta", time_zone="Australia/Sydney")
        other.save(force_insert=True)
        office.booked(ten())
        office.location = other
        office.booked(ten(14))
        quay = office.diary(location=Location.objects.exclude(pk=other.pk).get().pk)
        away = office.diary(location=other.pk)
    assert len(quay.columns[0].blocks) == 1
    assert quay.columns[0].elsewhere == [("from-840 for-60", "At Parramatta")]
    assert away.count == 1
    assert [column.title for column in away.columns] == ["Mei Tanaka"]


def test_locations_that_keep_different_time_are_shown_one_by_one(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        Location(name="A Perth", time_zone="Australia/Perth").save(force_insert=True)
        office.booked(ten())
        perth, sydney = office.diary(), office.diary(location=office.location.pk)
    assert (perth.zone, perth.location and perth.location.name) == ("Australia/Perth", "A Perth")
    assert perth.columns[0].elsewhere[0][0] == "from-420 for-60"
    assert sydney.zone == "Australia/Sydney"


def test_times_follow_the_wall_across_a_change_of_the_clocks(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        first_of_summer = date(2027, 10, 3)
        office.booked(ten(9, day=first_of_summer))
        block = office.diary(day=first_of_summer).columns[0].blocks[0]
    assert "from-540 " in block.css


def test_a_practitioner_who_left_shows_where_booked(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(), who=office.tom)
        office.tom.deactivated_at = datetime(2026, 11, 1, tzinfo=UTC)
        office.tom.save()
        tuesday, wednesday = office.diary(), office.diary(day=date(2026, 11, 25))
    assert [column.title for column in tuesday.columns] == ["Mei Tanaka", "Tom Okafor"]
    assert [column.title for column in wednesday.columns] == ["Mei Tanaka"]


def test_ids_of_nobody_are_not_here(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        with pytest.raises(NotHere):
            office.diary(location=uuid4())
        with pytest.raises(NotHere):
            office.diary(practitioners=(office.mei.pk, uuid4()))


def test_an_address_says_what_is_asked_and_nonsense_counts_as_unsaid() -> None:
    pk = uuid4()
    for asked in (
        Asked(TUESDAY, Look.WEEK, pk, (), pk),
        Asked(TUESDAY, Look.LIST, ALL, (pk, uuid4()), page=3),
    ):
        assert Asked.read(QueryDict(asked.query()[1:])) == asked
    nonsense = QueryDict("day=31-31&view=moon&location=x&practitioner=?&page=-1")
    assert Asked.read(nonsense) == Asked()


@pytest.mark.parametrize("look", list(Look))
def test_statements_do_not_grow_with_appointments(office: Office, look: Look) -> None:
    counts = []
    with acting_in(office.account.ref, by=office.by):
        for total in (1, 3, 50):
            while Appointment.objects.count() < total:
                number = Appointment.objects.count()
                who = (office.mei, office.tom)[number % 2]
                starts = ten(0) + timedelta(hours=number // 2)
                office.booked(starts, who=who)
            keyring.forget()
            directory.forget()
            list(Practitioner.objects.all())
            with CaptureQueriesContext(connections["region_au"]) as region:
                asked = {"look": look, "practitioners": ()}
                office.diary(**asked)
            counts.append(len(region))
    assert counts[0] == counts[1] == counts[2] <= 7


def test_a_list_comes_in_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PAGE", 3)
    with acting_in(office.account.ref, by=office.by):
        for hour in (9, 10, 11, 12):
            office.booked(ten(hour))
        first, last, beyond = (
            office.diary(look=Look.LIST, page=number).listed for number in (1, 2, 9)
        )
        assert office.diary(look=Look.LIST).count == 4
    assert [block.time for block in first[0][1]] == [
        "9:00 to 10:00 am",
        "10:00 to 11:00 am",
        "11:00 am to 12:00 pm",
    ]
    assert [block.time for block in last[0][1]] == ["12:00 to 1:00 pm"]
    assert beyond[0][1][0].id == last[0][1][0].id
