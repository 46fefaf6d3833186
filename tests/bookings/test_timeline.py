"""A client's timeline shows their appointments and messages, never another client's, and opens no text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Permission
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.appointments.cancelling import cancel
from clients import timeline
from clients.models import Client
from privacy.vocabulary import scope
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
SEES = {Permission.CLIENTS_CARE}


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def take(practice: Practice, client: Client, hours: int = 0) -> Any:
    appointment = book(
        by=SYSTEM,
        practitioner=practice.practitioner,
        service=practice.service,
        location=practice.location,
        starts_local=TEN + timedelta(hours=hours),
        client=client,
    )
    return appointment.attendees.get()


def test_appointments_and_messages(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        client = make_client()
        take(practice, make_client(), 1)
        place = take(practice, client)
        cancel(by=SYSTEM, attendee=place, side="client", reason="sick")
        entries = timeline.entries(client, SEES)
    assert [(entry.title, entry.badge) for entry in entries if entry.icon == "calendar"] == [
        ("First visit", "Cancelled")
    ]
    assert sorted((entry.title, entry.badge) for entry in entries if entry.icon == "mail") == [
        ("Cancellation by E-mail", "Not sent"),
        ("Confirmation by E-mail", "Not sent"),
        ("Reminder by E-mail", "Not sent"),
    ]
    assert "About Tue 24 Nov 2026, 10:00 am · the appointment was cancelled" in {
        entry.text for entry in entries
    }


def test_opens_nothing_and_asks_as_often_for_three_as_for_one(practice: Practice) -> None:
    counts = []
    with acting_in(practice.account.ref):
        client = make_client()
        for hours in ([0], [1, 2]):
            for hour in hours:
                take(practice, client, hour)
            with CaptureQueriesContext(connections["region_au"]) as queries:
                timeline.entries(client, SEES)
            counts.append(len(queries))
        assert scope.current().reads == {}
    assert counts[0] == counts[1]
