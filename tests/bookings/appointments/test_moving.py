"""Moving keeps the row and its history; the database decides who gets a time (features C12)."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.tenancy import acting_in
from bookings.appointments.booking import SlotTaken
from bookings.appointments.cancelling import cancel
from bookings.appointments.moving import lengthen, move, move_back
from bookings.availability.wall_time import NonexistentTime, tzdb_version
from bookings.models import Appointment, Attendee, Message, Move
from tests.bookings.office import (
    NOW,
    Office,
    at,
    audited,
    close_connections,
    open_office,
    place_of,
    ten,
    utc,
)
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def test_a_move_keeps_the_row_and_writes_its_past(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        before = office.booked(ten())
        Appointment.objects.filter(pk=before.pk).update(tzdb_version="2020a")
        moved = move(
            by=office.by, appointment=before, practitioner=office.tom, starts_local=ten(14, 15)
        )
        stored = Appointment.objects.get(pk=before.pk)
        past = Move.objects.get(appointment=before)
        assert moved.pk == stored.pk == before.pk
        assert (stored.practitioner_id, stored.starts_at, stored.ends_at) == (
            office.tom.pk,
            utc(ten(14, 15)),
            utc(ten(15, 15)),
        )
        assert (stored.local_date, stored.local_time) == (ten().date(), ten(14, 15).time())
        assert (stored.time_zone, stored.tzdb_version) == ("Australia/Sydney", tzdb_version())
        assert (stored.sequence, stored.state) == (1, Appointment.State.BOOKED)
        assert (past.from_practitioner_id, past.from_starts_at) == (office.mei.pk, utc(ten()))
        assert (past.to_practitioner_id, past.to_starts_at) == (office.tom.pk, utc(ten(14, 15)))
        assert past.moved_by == office.owner.pk


def test_buffers_move_along(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.service.buffer_before, office.service.buffer_after = 10, 20
        office.service.save()
        moved = move(
            by=office.by,
            appointment=office.booked(ten()),
            practitioner=office.mei,
            starts_local=ten(13),
        )
        assert moved.busy_from == utc(ten(12, 50))
        assert moved.busy_until == utc(ten(14, 20))


def test_a_taken_time_is_refused_with_the_nearest_free_ones(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(14))
        mine = office.booked(ten(11))
        with pytest.raises(SlotTaken) as refusal:
            move(by=office.by, appointment=mine, practitioner=office.mei, starts_local=ten(14, 30))
        assert [slot.local_start for slot in refusal.value.nearest] == [
            ten(15),
            ten(15, 15),
            ten(15, 30),
        ]
        assert Appointment.objects.get(pk=mine.pk).starts_at == utc(ten(11))
        assert Move.objects.count() == 0


def test_an_appointment_is_not_in_its_own_way(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        moved = move(
            by=office.by,
            appointment=office.booked(ten()),
            practitioner=office.mei,
            starts_local=ten(10, 15),
        )
        assert moved.starts_at == utc(ten(10, 15))


def test_moving_nowhere_changes_nothing(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        same = office.booked(ten())
        move(by=office.by, appointment=same, practitioner=office.mei, starts_local=ten())
        assert Appointment.objects.get(pk=same.pk).sequence == 0
        assert Move.objects.count() == 0


def test_an_overbooked_visit_comes_back_beside_the_other(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten())
        beside = office.booked(ten(13))
        move(
            by=office.by,
            appointment=beside,
            practitioner=office.mei,
            starts_local=ten(),
            overbook_because="Twins",
        )
        move(by=office.by, appointment=beside, practitioner=office.mei, starts_local=ten(15))
        back = move_back(by=office.by, record=Move.objects.latest("id"))
        assert (back.starts_at, back.is_overbooked) == (utc(ten()), True)


@pytest.mark.parametrize(("left", "queued"), [(False, 0), (True, 1)])
def test_an_undone_move_is_told_to_those_who_heard_of_the_move(
    office: Office, left: bool, queued: int
) -> None:
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten(), make_client(email="leila@mail.example"))
        Message.objects.update(state=Message.State.SENT)
        moved = move(
            by=office.by, appointment=appointment, practitioner=office.mei, starts_local=ten(14)
        )
        news = Message.objects.filter(category=Message.Category.CHANGE)
        if left:
            news.update(state=Message.State.SENT)
        move_back(by=office.by, record=Move.objects.get(appointment=moved))
        assert news.filter(state=Message.State.QUEUED).count() == queued


def test_a_time_that_the_clocks_jump_over_is_refused(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten())
        with pytest.raises(NonexistentTime):
            move(
                by=office.by,
                appointment=appointment,
                practitioner=office.mei,
                starts_local=ten(2, 30, day=date(2027, 10, 3)),
            )


def test_the_wall_time_is_kept_across_a_change_of_the_clocks(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        moved = move(
            by=office.by,
            appointment=office.booked(ten()),
            practitioner=office.mei,
            starts_local=ten(day=date(2027, 6, 1)),
        )
        assert moved.starts_at == utc(ten(11, day=date(2027, 6, 1)))
        assert moved.local_time == ten().time()


def test_a_cancelled_appointment_stays(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        gone = office.booked(ten())
        cancel(
            by=office.by,
            attendee=place_of(gone),
            side=Attendee.Side.CLIENT,
            reason=Attendee.Reason.SICK,
        )
        with pytest.raises(ValidationError):
            move(by=office.by, appointment=gone, practitioner=office.mei, starts_local=ten(15))


def test_old_reminders_give_way_to_new_ones(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        later = ten() + timedelta(days=7)
        appointment = office.booked(later)
        move(
            by=office.by,
            appointment=appointment,
            practitioner=office.mei,
            starts_local=later + timedelta(days=1),
        )
        reminders = Message.objects.filter(category=Message.Category.REMINDER).order_by("id")
        assert [(each.state, each.sequence) for each in reminders] == [
            (Message.State.SUPPRESSED, 0),
            (Message.State.QUEUED, 1),
        ]


def test_undo_is_another_move(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten())
        move(by=office.by, appointment=appointment, practitioner=office.tom, starts_local=ten(15))
        back = move_back(by=office.by, record=Move.objects.get())
        assert (back.practitioner_id, back.starts_at) == (office.mei.pk, utc(ten()))
        assert (back.sequence, Move.objects.count()) == (2, 2)


def test_only_the_last_move_is_undone(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten())
        move(by=office.by, appointment=appointment, practitioner=office.mei, starts_local=ten(15))
        first = Move.objects.get()
        move(by=office.by, appointment=appointment, practitioner=office.mei, starts_local=ten(16))
        with pytest.raises(ValidationError):
            move_back(by=office.by, record=first)


def test_lengthening_keeps_the_start(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten())
        longer = lengthen(by=office.by, appointment=appointment, minutes=90)
        assert (longer.starts_at, longer.ends_at) == (utc(ten()), utc(ten(11, 30)))
        assert (longer.busy_until, longer.duration_minutes, longer.sequence) == (
            utc(ten(11, 30)),
            90,
            1,
        )


@pytest.mark.parametrize("minutes", [0, 4, 721])
def test_lengths_have_limits(office: Office, minutes: int) -> None:
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten())
        with pytest.raises(ValidationError):
            lengthen(by=office.by, appointment=appointment, minutes=minutes)


def test_lengthening_into_another_appointment_is_refused(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(11))
        appointment = office.booked(ten())
        with pytest.raises(SlotTaken):
            lengthen(by=office.by, appointment=appointment, minutes=75)
        assert Appointment.objects.get(pk=appointment.pk).duration_minutes == 60


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_one_event_names_the_client(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten())
        move(by=office.by, appointment=appointment, practitioner=office.mei, starts_local=ten(15))
        client = place_of(appointment).client_id
    assert audited("appointment.moved") == [(office.owner.pk, appointment.pk, client)]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_two_appointments_moved_to_one_time(settings: Any) -> None:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref, by=office.by):
        rivals = [
            office.booked(ten(9)),
            office.booked(ten(10)),
            office.booked(ten(9), who=office.tom),
        ]
    start, answers = Barrier(len(rivals)), []

    def attempt(appointment: Appointment) -> None:
        start.wait(20)
        try:
            with acting_in(office.account.ref, by=office.by):
                move(
                    by=office.by,
                    appointment=appointment,
                    practitioner=office.mei,
                    starts_local=ten(14),
                )
            answers.append("moved")
        except SlotTaken:
            answers.append("taken")
        finally:
            close_connections()

    threads = [Thread(target=attempt, args=[each]) for each in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["moved", "taken", "taken"]
    with acting_in(office.account.ref):
        assert Appointment.objects.filter(starts_at=utc(ten(14))).count() == 1
        assert Move.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_one_appointment_moved_by_two_people(settings: Any) -> None:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref, by=office.by):
        appointment = office.booked(ten(9))
    start, errors = Barrier(2), []

    def attempt(hour: int) -> None:
        start.wait(20)
        try:
            with acting_in(office.account.ref, by=office.by):
                move(
                    by=office.by,
                    appointment=appointment,
                    practitioner=office.mei,
                    starts_local=ten(hour),
                )
        except Exception as error:
            errors.append(error)
        finally:
            close_connections()

    threads = [Thread(target=attempt, args=[hour]) for hour in (13, 15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    with acting_in(office.account.ref):
        moves = list(Move.objects.order_by("id"))
        now = Appointment.objects.get(pk=appointment.pk)
        assert now.sequence == 2
        assert moves[1].from_starts_at == moves[0].to_starts_at
        assert now.starts_at == moves[1].to_starts_at
