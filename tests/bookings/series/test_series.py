"""A series is checked as a whole, booked as chosen, told once, and changed as far as somebody says."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from bookings.appointments.attendance import mark
from bookings.models import Absence, Appointment, Attendee, Message, Series
from bookings.series import changing, reach
from bookings.series.changing import cancel, change, take_back
from bookings.series.checking import Planned, plan
from bookings.series.creating import Chosen, Collided, create
from bookings.series.reach import Scope, reached
from bookings.series.recurrence import WEEKLY, Repeat
from clients.models import Client
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def weekly(count: int = 4) -> Repeat:
    return Repeat(WEEKLY, 1, TUESDAY, count)


def planned(office: Office, repeat: Repeat | None = None, **more: Any) -> list[Planned]:
    return plan(
        practitioner=office.mei,
        service=office.service,
        location=office.location,
        starts_local=ten(),
        repeat=repeat or weekly(),
        **more,
    )


def booked(office: Office, count: int = 4, client: Client | None = None) -> list[Appointment]:
    repeat = weekly(count)
    chosen = [Chosen(each) for each in planned(office, repeat)]
    create(by=office.by, repeat=repeat, chosen=chosen, client=client or make_client())
    return list(Appointment.objects.filter(series__isnull=False).order_by("starts_at"))


def week(number: int) -> date:
    return TUESDAY + timedelta(weeks=number)


def times() -> list[tuple[date, time, str]]:
    rows = Appointment.objects.order_by("starts_at")
    return list(rows.values_list("local_date", "local_time", "state"))


def test_every_occurrence_is_checked_before_any_is_saved(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        other = office.booked(ten(10, 30, day=week(1)), make_client(given_name="Ida"))
        Absence(
            practitioner=office.mei,
            time_zone="Australia/Sydney",
            first_day=week(2),
            last_day=week(2),
            label="Conference",
        ).save(force_insert=True)
        found = planned(office)
        assert [each.is_free for each in found] == [True, False, False, True]
        assert [each.id for each in found[1].conflicts] == [other.pk]
        assert found[1].conflicts[0].who.startswith("Ida")
        assert [each.is_outside for each in found] == [False, False, True, False]
        assert [each.away for each in found] == ["", "", "Conference", ""]
        assert Appointment.objects.count() == 1


def test_the_wall_time_stays_when_the_clocks_change(office: Office) -> None:
    """Sydney's clocks go back on 4 April 2027; a visit at ten stays at ten."""
    with acting_in(office.account.ref, by=office.by):
        found = planned(office, Repeat(WEEKLY, 1, date(2027, 3, 30), 2))
        starts = [each.visit.starts_at for each in found if each.visit]
        assert starts[1] - starts[0] == timedelta(weeks=1, hours=1)


def test_a_time_that_the_clocks_jump_over_is_listed(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        found = plan(
            practitioner=office.mei,
            service=office.service,
            location=office.location,
            starts_local=datetime.combine(date(2027, 9, 26), time(2, 30)),
            repeat=Repeat(WEEKLY, 1, date(2027, 9, 26), 2),
        )
        assert [bool(each.missing) for each in found] == [False, True]


def test_a_changed_one_is_checked_against_its_own_series(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        found = planned(office, changed={2: ten(10, 30)})
        assert [len(each.conflicts) for each in found] == [1, 1, 0, 0]


def test_as_many_queries_for_many_as_for_few(office: Office) -> None:
    def count(number: int) -> int:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            planned(office, weekly(number))
        return len(queries)

    with acting_in(office.account.ref, by=office.by):
        count(2)
        assert count(2) == count(52)


def test_what_is_chosen_is_booked_and_told_once(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        other = office.booked(ten(day=week(1)))
        Message.objects.all().update(state="sent")
        found = planned(office)
        because = {2: "They come as a couple"}
        chosen = [Chosen(each, because.get(each.number, "")) for each in found if each.number != 3]
        create(by=office.by, repeat=weekly(), chosen=chosen, client=make_client())
        rows = Appointment.objects.exclude(pk=other.pk).order_by("starts_at")
        assert list(rows.values_list("series_date", "is_overbooked")) == [
            (week(0), False),
            (week(1), True),
            (week(3), False),
        ]
        told = Message.objects.filter(category="confirmation", state="queued")
        assert [each.attendee.appointment.local_date for each in told] == [week(0)]
        assert Message.objects.filter(category="reminder", state="queued").count() == 3


def test_nothing_is_booked_when_one_time_was_taken_meanwhile(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        chosen = [Chosen(each) for each in planned(office)]
        office.booked(ten(day=week(2)))
        with pytest.raises(Collided) as collided:
            create(
                by=office.by,
                repeat=weekly(),
                chosen=chosen,
                client=lambda: pytest.fail("a loser makes no client"),
            )
        assert collided.value.number == 3
        assert (Appointment.objects.count(), Series.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("how_far", "gone"), [(Scope.THIS, [1]), (Scope.LATER, [1, 2, 3]), (Scope.ALL, [0, 1, 2, 3])]
)
def test_cancelling_as_far_as_somebody_says(office: Office, how_far: str, gone: list[int]) -> None:
    with acting_in(office.account.ref, by=office.by):
        series = booked(office)
        Message.objects.filter(category="confirmation", state="queued").update(state="sent")
        cancel(
            by=office.by,
            appointment=series[1],
            how_far=how_far,
            side="client",
            reason="away",
            tell=True,
        )
        states = [state for _day, _time, state in times()]
        assert [number for number, state in enumerate(states) if state == "cancelled"] == gone
        assert Message.objects.filter(category="cancellation", state="queued").count() == 1


def test_this_and_later_becomes_a_series_of_its_own(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        series = booked(office)
        result = change(
            by=office.by,
            appointment=series[2],
            how_far=Scope.LATER,
            practitioner=office.tom,
            starts_local=ten(14, day=week(2) + timedelta(days=1)),
            minutes=45,
        )
        assert ([each.pk for each in result.changed], result.left) == (
            [series[2].pk, series[3].pk],
            [],
        )
        assert [(day, at_time) for day, at_time, _state in times()] == [
            (week(0), time(10)),
            (week(1), time(10)),
            (week(2) + timedelta(days=1), time(14)),
            (week(3) + timedelta(days=1), time(14)),
        ]
        later = Appointment.objects.get(pk=series[3].pk)
        assert (later.practitioner_id, later.duration_minutes) == (office.tom.pk, 45)
        new = Series.objects.get(pk=later.series_id)
        assert (new.after_id, new.pk != series[0].series_id) == (series[0].series_id, True)


def test_all_reaches_what_was_split_off_and_one_undo_takes_it_back(office: Office) -> None:
    def hours() -> list[int]:
        return [at_time.hour for _day, at_time, _state in times()]

    def moved(visit: Appointment, how_far: str, hour: int) -> changing.Result:
        return change(
            by=office.by,
            appointment=Appointment.objects.get(pk=visit.pk),
            how_far=how_far,
            practitioner=office.mei,
            starts_local=ten(hour, day=visit.local_date),
            minutes=60,
        )

    with acting_in(office.account.ref, by=office.by):
        series = booked(office)
        moved(series[2], Scope.LATER, 14)
        assert reach.counts(series[1]) == {"this": 1, "later": 3, "all": 4}
        # From either part all are reached, and one act is taken back as one
        result = moved(series[3], Scope.ALL, 15)
        assert hours() == [15, 15, 15, 15]
        assert result.record is not None
        back = take_back(by=office.by, record=result.record)
        assert (len(back.changed), back.left, hours()) == (4, [], [10, 10, 14, 14])
        # What was moved again meanwhile stays
        result = moved(series[0], Scope.ALL, 15)
        moved(series[1], Scope.THIS, 16)
        assert result.record is not None
        back = take_back(by=office.by, record=result.record)
        assert ([each.pk for each in back.left], hours()) == ([series[1].pk], [10, 16, 14, 14])


def test_a_week_on_none_stands_in_the_way_of_its_own(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        series = booked(office)
        result = change(
            by=office.by,
            appointment=series[0],
            how_far=Scope.ALL,
            practitioner=office.mei,
            starts_local=ten(day=week(1)),
            minutes=60,
        )
        assert len(result.changed) == 4
        assert [day for day, _time, _state in times()] == [week(n) for n in (1, 2, 3, 4)]


def test_what_cannot_move_stays_and_is_named(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        series = booked(office)
        office.booked(ten(14, day=week(2)))
        Message.objects.all().update(state="sent")
        result = change(
            by=office.by,
            appointment=series[0],
            how_far=Scope.ALL,
            practitioner=office.mei,
            starts_local=ten(14),
            minutes=60,
            tell=True,
        )
        assert [each.pk for each in result.left] == [series[2].pk]
        assert Appointment.objects.get(pk=series[2].pk).local_time == time(10)
        told = Message.objects.filter(category="change", state="queued")
        assert [each.attendee.appointment_id for each in told] == [series[0].pk]
        assert Message.objects.filter(category="reminder", state="queued").count() == 3


def test_past_settled_and_kept_ones_are_never_touched(
    office: Office, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_in(office.account.ref, by=office.by):
        series = booked(office, 5)
        mark(by=office.by, attendee=Attendee.objects.get(appointment=series[1]), state="seen")
    at(NOW + timedelta(days=3), settings)
    with acting_in(office.account.ref, by=office.by):
        monkeypatch.setattr(reach, "_keeps", [lambda _ids: {series[2].pk}])
        found = reached(Appointment.objects.get(pk=series[4].pk), Scope.ALL)
        assert [each.pk for each in found] == [series[3].pk, series[4].pk]
        assert reached(series[0], Scope.LATER) == found
