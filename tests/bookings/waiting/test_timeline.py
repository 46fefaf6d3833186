"""A client's timeline and export tell of the waiting list; somebody else's don't."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.permissions import Permission
from accounts.tenancy import acting_in
from bookings.models import WaitingEntry, WaitingOffer, WaitingWish
from clients.timeline import entries
from privacy import inventory
from privacy.vocabulary.classification import Subject
from privacy.vocabulary.placement import Placement
from tests.bookings.office import NOW, Office, at, open_office
from tests.bookings.waiting.lists import offered, waits
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def test_joining_and_offers_stand_on_the_timeline(office: Office) -> None:
    with acting_in(office.account.ref):
        client, other = make_client(), make_client()
        offered(office, waits(office, client, note="Sealed"))
        found = entries(client, {Permission.CLIENTS_CARE}, "appointments")
        titles = {entry.title for entry in found}
        assert titles == {
            "Joined the waiting list: First visit",
            "Offered Tue 24 Nov 2026, 10:00 am",
        }
        assert entries(other, {Permission.CLIENTS_CARE}, "appointments") == []


def test_the_export_reaches_all_of_it(office: Office) -> None:
    about = {
        kind.model
        for kind in inventory.kinds_in(Placement.REGION)
        if kind.declared.subject == Subject.CLIENT
    }
    assert {WaitingEntry, WaitingWish, WaitingOffer} <= about
