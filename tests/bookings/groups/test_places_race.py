"""Twenty people want the last places of a session, and others give theirs up: exactly as many come as it has places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.tenancy import acting_in
from bookings import groups
from bookings.models import Appointment, Attendee
from clients.models import Client
from privacy.vocabulary import keyring
from privacy.vocabulary.scope import SYSTEM, VISITOR
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
CONTENDERS, PLACES = 20, 3


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        practice.service.capacity = PLACES
        practice.service.save()
    return practice


def scheduled(practice: Practice) -> Appointment:
    with acting_in(practice.account.ref):
        return groups.schedule(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN,
        )


def at_once(attempt: Callable[[int], str]) -> Counter[str]:
    """Run attempts in threads with connections of their own; count their answers."""
    start = Barrier(CONTENDERS)

    def one(number: int) -> str:
        start.wait(30)
        try:
            return attempt(number)
        finally:
            for connection in connections.all():
                connection.close()

    with ThreadPoolExecutor(CONTENDERS) as pool:
        return Counter(pool.map(one, range(CONTENDERS)))


def join(practice: Practice, session: Appointment) -> str:
    try:
        with acting_in(practice.account.ref, by=VISITOR):
            groups.join(by=VISITOR, appointment=session, client=make_client)
    except groups.Full:
        return "full"
    except ValidationError:
        return "cancelled"
    return "joined"


def coming() -> int:
    places: int = Attendee.objects.exclude(state=Attendee.State.CANCELLED).count()
    return places


def test_exactly_as_many_as_there_are_places(practice: Practice) -> None:
    session = scheduled(practice)
    answers = at_once(lambda _number: join(practice, session))
    assert answers == {"joined": PLACES, "full": CONTENDERS - PLACES}
    with acting_in(practice.account.ref):
        assert (coming(), Client.objects.count()) == (PLACES, PLACES)
        assert len(keyring.client_ids_with_keys()) == PLACES, "losers leave no key behind"


def test_giving_up_and_joining_at_once(practice: Practice) -> None:
    """Each place given up is won by at most one; however they interleave, nobody comes too many."""
    session = scheduled(practice)
    with acting_in(practice.account.ref):
        places = [
            groups.join(by=SYSTEM, appointment=session, client=make_client())
            for _each in range(PLACES)
        ]

    def attempt(number: int) -> str:
        if number >= PLACES:
            return join(practice, session)
        with acting_in(practice.account.ref):
            groups.leave(by=SYSTEM, attendee=places[number], side="client", reason="sick")
        return "left"

    answers = at_once(attempt)
    assert answers["left"] == PLACES
    with acting_in(practice.account.ref):
        assert coming() == answers["joined"] <= PLACES
        assert Appointment.objects.get().state == "booked"


def test_nobody_comes_to_a_session_that_was_called_off(practice: Practice) -> None:
    session = scheduled(practice)

    def attempt(number: int) -> str:
        if number:
            return join(practice, session)
        with acting_in(practice.account.ref):
            groups.call_off(by=SYSTEM, appointment=session, reason="other")
        return "called off"

    answers = at_once(attempt)
    assert answers["called off"] == 1
    with acting_in(practice.account.ref):
        assert coming() == 0
        assert Attendee.objects.count() == answers["joined"]
