"""The demo's practices: big enough to feel real, the same every time, with a client whom nobody resembles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Account, Location, Practitioner
from accounts.tenancy import acting_in
from bookings.models import Appointment, HolidayCalendar, Resource, ResourceUse, Service
from bookings.openings.away import away
from clients.models import Client, Document
from config.demo import data
from config.demo.data import small as small
from notes.models import Note
from notes.proof import check
from privacy.vocabulary import clock

pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_practice_is_filled_and_its_known_client_is_alone() -> None:
    facts = data.load(small(data.HARBOUR))
    account = Account.objects.get(slug="harbour-physio")
    assert (facts["region"], account.cell) == ("au", "au-1")
    with acting_in(account.ref):
        clients = list(Client.objects.order_by("id"))
        assert len(clients) == 60 + 5, "five of them have a second record"
        words = [
            (client.given_name, client.family_name, client.email, client.phone)
            for client in clients
        ]
        known = tuple(facts["known_client"].values())
        assert words.count(known) == 1
        for value in known:
            assert sum(value in word for word in words) == 1
        told = [note for note in Note.objects.all() if facts["note_phrase"] in str(note.content)]
        assert [note.client_id for note in told] == [clients[59].pk]
        assert check(told[0], []).holds
        assert Document.objects.count() == 15
        assert Appointment.objects.count() > 100
        assert set(Resource.objects.values_list("location__name", flat=True)) == {
            "Circular Quay",
            "Marrickville",
        }
        assert ResourceUse.objects.filter(is_live=True).exists()


def test_the_smaller_practice_lives_in_europe() -> None:
    facts = data.load(small(data.LIFFEY))
    account = Account.objects.get(slug="liffey-psychology")
    assert (facts["region"], account.cell, account.country) == ("eu", "eu-1", "IE")
    with acting_in(account.ref):
        assert Practitioner.objects.count() == 2
        assert Service.objects.get(position=1).currency == "EUR"


def test_nobody_is_booked_when_somebody_is_away_or_a_place_is_closed() -> None:
    data.load(small(data.HARBOUR))
    account = Account.objects.get(slug="harbour-physio")
    with acting_in(account.ref):
        people = [person.pk for person in Practitioner.objects.all()]
        today = clock.today("Australia/Sydney")
        first, last = today - timedelta(days=30), today + timedelta(days=60)
        found = away(people, None, first, last)
        kinds = {each.kind for each in found}
        assert {"meeting", "holiday"} <= kinds
        assert HolidayCalendar.objects.count() == Location.objects.count()
        for row in Appointment.objects.filter(starts_at__gte=clock.now()):
            for each in found:
                touches = row.starts_at < each.ends_at and each.starts_at < row.ends_at
                theirs = each.practitioner in (None, row.practitioner_id)
                assert not (touches and theirs and each.location in (None, row.location_id))
