"""Fifty people want one slot: one gets it, nobody gets an error (performance.md G4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, Thread
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections
from django.test import Client as Browser

from accounts.models import AccountAnchor
from accounts.tenancy import acting_in
from bookings import groups
from bookings.appointments.booking import SlotTaken, book
from bookings.appointments.cancelling import cancel
from bookings.appointments.desk import book_at_desk
from bookings.appointments.drafting import draft
from bookings.appointments.moving import move
from bookings.models import Appointment, Attendee, Message
from bookings.openings.taking import taking
from clients.models import Client
from privacy.vocabulary import keyring
from privacy.vocabulary.scope import VISITOR
from tests import parts
from tests.bookings.office import open_office
from tests.bookings.public import NOW, TEN, TYPED, Practice, at, open_practice
from tests.conftest import HOME
from tests.factories import make_client

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
CONTENDERS = 50

SLOW = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END';
CREATE TRIGGER dawdle AFTER INSERT ON bookings_appointment FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def superuser() -> psycopg.Connection[Any]:
    server = parts.standing(HOME).postgres
    name = connections["region_au"].settings_dict["NAME"]
    return psycopg.connect(server, dbname=name, autocommit=True)


@contextmanager
def slow_inserts() -> Iterator[None]:
    """Make every booking work 20 ms longer after its INSERT."""
    with superuser() as connection:
        connection.execute(SLOW)
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION dawdle CASCADE")


def all_at_once(attempt: Callable[[int], str], many: int = CONTENDERS) -> Counter[str]:
    """Run attempts in threads with connections of their own; count their answers."""
    start = Barrier(many)

    def one(number: int) -> str:
        start.wait(30)
        try:
            return attempt(number)
        finally:
            for connection in connections.all():
                connection.close()

    with ThreadPoolExecutor(many) as pool:
        return Counter(pool.map(one, range(many)))


def attempt_of(practice: Practice) -> Callable[[int], str]:
    def attempt(number: int) -> str:
        try:
            with acting_in(practice.account.ref, by=VISITOR):
                book(
                    by=VISITOR,
                    practitioner=practice.practitioner,
                    service=practice.service,
                    location=practice.location,
                    starts_local=TEN,
                    client=make_client,
                )
        except SlotTaken as taken:
            return f"taken, {len(taken.nearest)} others"
        return "booked"

    return attempt


@pytest.mark.parametrize("slowly", [False, True])
def test_one_of_fifty_wins(practice: Practice, slowly: bool) -> None:
    if slowly:
        with slow_inserts():
            answers = all_at_once(attempt_of(practice))
    else:
        answers = all_at_once(attempt_of(practice))
    assert answers == {"booked": 1, "taken, 3 others": CONTENDERS - 1}
    with acting_in(practice.account.ref):
        assert (Appointment.objects.count(), Attendee.objects.count()) == (1, 1)
        assert Client.objects.count() == 1
        assert len(keyring.client_ids_with_keys()) == 1, "losers leave no key behind"


def test_fifty_browsers_get_one_booking_and_no_error(practice: Practice) -> None:
    address = practice.details()

    def attempt(number: int) -> str:
        answer = Browser(REMOTE_ADDR=f"10.0.0.{number}").post(
            address, {**TYPED, "email": f"p{number}@mail.example"}
        )
        return str(answer.status_code)

    with slow_inserts():
        answers = all_at_once(attempt)
    assert answers == {"303": 1, "409": CONTENDERS - 1}
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 1


def test_the_constraint_decides_without_the_lock(practice: Practice) -> None:
    """Even code that forgets the lock can't book twice; and the loser of the bare constraint is told "taken"."""
    inserted, go = Event(), Event()

    def first() -> None:
        with acting_in(practice.account.ref):
            attempt_draft(practice).save(force_insert=True)
            inserted.set()
            go.wait(10)
        connections["region_au"].close()

    other = Thread(target=first)
    other.start()
    inserted.wait(10)
    go.set()
    assert attempt_of(practice)(1) == "taken, 3 others"
    other.join()


def test_a_long_wait_answers_taken(practice: Practice) -> None:
    """Whoever holds the practitioner for more than a second leaves the others with "just taken", not an error."""
    held, go = Event(), Event()

    def hold() -> None:
        with acting_in(practice.account.ref), taking(practice.practitioner.pk):
            held.set()
            go.wait(10)
        connections["region_au"].close()

    other = Thread(target=hold)
    other.start()
    held.wait(10)
    try:
        assert attempt_of(practice)(1) == "taken, 3 others"
    finally:
        go.set()
        other.join()
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 0


def test_booking_and_moving_to_the_same_time(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        earlier = book(
            by=VISITOR,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN.replace(hour=15),
            client=make_client(),
        )

    def attempt(number: int) -> str:
        if number % 2:
            return attempt_of(practice)(number).split(",")[0]
        try:
            with acting_in(practice.account.ref):
                move(
                    by=VISITOR,
                    appointment=earlier,
                    practitioner=practice.practitioner,
                    starts_local=TEN,
                )
        except SlotTaken:
            return "taken"
        return "moved"

    answers = all_at_once(attempt, 8)
    assert set(answers) <= {"booked", "taken", "moved"}
    with acting_in(practice.account.ref):
        starts = list(Appointment.objects.values_list("local_time", flat=True))
        assert starts.count(TEN.time()) == 1


def booked_at(practice: Practice, hour: int) -> Appointment:
    with acting_in(practice.account.ref):
        return book(
            by=VISITOR,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN.replace(hour=hour),
            client=make_client(),
        )


def test_of_two_moves_into_one_time_one_wins(practice: Practice) -> None:
    movers = [booked_at(practice, 13), booked_at(practice, 15)]

    def attempt(number: int) -> str:
        try:
            with acting_in(practice.account.ref):
                move(
                    by=VISITOR,
                    appointment=movers[number % 2],
                    practitioner=practice.practitioner,
                    starts_local=TEN,
                )
        except SlotTaken:
            return "taken"
        return "moved"

    answers = all_at_once(attempt, 2)
    assert answers == {"moved": 1, "taken": 1}
    with acting_in(practice.account.ref):
        starts = Appointment.objects.values_list("local_time", flat=True)
        assert list(starts).count(TEN.time()) == 1


def test_two_desks_book_one_client_once(practice: Practice) -> None:
    """With two practitioners, each free: no constraint knows of it, the lock on the client does."""
    office = open_office()
    with acting_in(office.account.ref):
        leila = make_client()

    def attempt(number: int) -> str:
        try:
            with acting_in(office.account.ref, by=office.by):
                book_at_desk(
                    by=office.by,
                    practitioner=(office.mei, office.tom)[number % 2],
                    service=office.service,
                    location=office.location,
                    starts_local=TEN,
                    client=leila,
                    new_client={},
                )
        except SlotTaken:
            return "elsewhere"
        return "booked"

    assert all_at_once(attempt, 4) == {"booked": 1, "elsewhere": 3}


def test_moving_and_cancelling_at_once_end_cancelled(practice: Practice) -> None:
    """Whichever is first, the visit is cancelled in the end, and its time is free."""
    visit = booked_at(practice, 13)
    with acting_in(practice.account.ref):
        place = Attendee.objects.get(appointment=visit)

    def attempt(number: int) -> str:
        with acting_in(practice.account.ref):
            if number:
                cancel(by=VISITOR, attendee=place, side="client", reason="sick")
                return "cancelled"
            try:
                move(
                    by=VISITOR,
                    appointment=visit,
                    practitioner=practice.practitioner,
                    starts_local=TEN,
                )
            except ValidationError:
                return "too late"
            return "moved"

    answers = all_at_once(attempt, 2)
    assert answers["cancelled"] == 1
    with acting_in(practice.account.ref):
        assert Appointment.objects.get(pk=visit.pk).state == "cancelled"
    assert attempt_of(practice)(1) == "booked"


def test_a_closing_account_takes_no_move_and_no_place(practice: Practice) -> None:
    visit = booked_at(practice, 13)
    with acting_in(practice.account.ref):
        practice.service.capacity = 4
        practice.service.save()
    session = booked_at(practice, 15)
    with acting_in(practice.account.ref):
        AccountAnchor.objects.update(state="closing")
    with pytest.raises(DatabaseError), acting_in(practice.account.ref):
        move(
            by=VISITOR,
            appointment=visit,
            practitioner=practice.practitioner,
            starts_local=TEN,
        )
    with pytest.raises(DatabaseError), acting_in(practice.account.ref):
        groups.join(by=VISITOR, appointment=session, client=make_client)


def test_the_audit_and_the_outbox_know_the_winner_alone(practice: Practice) -> None:
    attempt = attempt_of(practice)
    assert [attempt(1), attempt(2)] == ["booked", "taken, 3 others"]
    with superuser() as connection:
        actions = connection.execute(
            "SELECT action FROM accounts_auditqueue WHERE action LIKE 'appointment.%'"
        ).fetchall()
        jobs = connection.execute(
            "SELECT count(*) FROM accounts_outboxjob WHERE name = 'message.send'"
        ).fetchone()
    assert actions == [("appointment.booked",)]
    with acting_in(practice.account.ref):
        assert jobs == (Message.objects.count(),)


def attempt_draft(practice: Practice) -> Appointment:
    """Return an unsaved appointment at the contended time."""
    return draft(practice.practitioner, practice.service, practice.location, TEN)
