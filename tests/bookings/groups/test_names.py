"""Names never cross attendees: what one of a group is sent or shown names none of the others (features C6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings import groups
from bookings.messaging.calendar_entry import entry_of
from bookings.messaging.links import manage_url
from bookings.messaging.wording import written
from bookings.models import Attendee, Message
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
NAMES = ("Ida", "Voss", "ida@mail.example", "Ole", "Lund", "ole@mail.example")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        practice.service.capacity = 3
        practice.service.save()
    return practice


@pytest.fixture
def places(practice: Practice) -> list[Attendee]:
    with acting_in(practice.account.ref):
        session = groups.schedule(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN,
        )
        return [
            groups.join(
                by=SYSTEM,
                appointment=session,
                client=make_client(given_name=given, family_name=family, email=email),
            )
            for given, family, email in (NAMES[:3], NAMES[3:])
        ]


def crossing(text: str, mine: int) -> list[str]:
    """Return what a text says of the other one."""
    others = NAMES[3:] if mine == 0 else NAMES[:3]
    return [name for name in others if name in text]


def test_messages(practice: Practice, places: list[Attendee]) -> None:
    with acting_in(practice.account.ref):
        related = Message.objects.select_related(
            "client", "attendee__client", "attendee__appointment__location", "offer"
        )
        for mine, place in enumerate(places):
            found = list(related.filter(attendee=place))
            assert found
            for message in found:
                words = written(message, current_anchor())
                assert crossing(words.subject + words.body, mine) == []


def test_calendar_files(practice: Practice, places: list[Attendee]) -> None:
    with acting_in(practice.account.ref):
        for mine, place in enumerate(places):
            fresh = Attendee.objects.select_related(
                "client", "appointment__location", "appointment__practitioner"
            ).get(pk=place.pk)
            assert crossing(entry_of(current_anchor(), fresh).decode(), mine) == []


def test_the_page_of_ones_own_booking(practice: Practice, places: list[Attendee]) -> None:
    for mine, place in enumerate(places):
        with acting_in(practice.account.ref):
            address = manage_url(current_anchor(), place)
        page = Browser().get(address[address.index("/book/") :])
        assert page.status_code == 200
        assert crossing(page.content.decode(), mine) == []
