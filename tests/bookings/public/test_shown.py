"""What people saw as they booked: the notice, ticked or left, and the policy, in the words of then (features D6, B3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import PrivacyNotice
from accounts.tenancy import acting_in
from bookings.public.choices import publish_policy
from clients import directory
from clients.consents import notices
from clients.consents.paper import paper_of
from clients.models import Client
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, at, fill, open_practice

pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_tick_is_an_answer_and_leaving_it_is_none(settings: Any) -> None:
    at(NOW, settings)
    directory.forget()
    practice = open_practice()
    with acting_in(practice.account.ref):
        publish_policy(by=SYSTEM, text="Cancel a day ahead.")
    page = Browser().get(practice.details()).content.decode()
    assert "You can book without ticking this." in page
    for name, hour, ticks in (("ticks", 9, {"agrees": "on"}), ("leaves", 11, {})):
        answer = fill(
            Browser(),
            practice.details(TEN.replace(hour=hour)),
            email=f"{name}@mail.example",
            accepts="on",
            **ticks,
        )
        assert answer.status_code == 303
    with acting_in(practice.account.ref):
        found = {client.email.split("@")[0]: client for client in Client.objects.all()}
        ticked, left = notices.standing(found["ticks"]), notices.standing(found["leaves"])
        assert (ticked.state, left.state) == ("accepted", "not_asked")
        assert ticked.answer is not None
        assert (ticked.answer.how, ticked.answer.notice_id) == ("booking", practice.notice.pk)
        assert left.seen is not None
        assert (left.seen.notice, left.is_outdated) == (practice.notice, False)
        assert notices.unaware() == []
        publish_policy(by=SYSTEM, text="Cancel two days ahead.")
        PrivacyNotice(version=4, text="We keep your details in Perth.").save(force_insert=True)
        assert {person.id for person in notices.unaware()} == {each.pk for each in found.values()}
        shown = {each.title: each for each in paper_of(found["leaves"])["shown"]}
        assert (shown["Privacy notice"].version, shown["Booking policy"].version) == (3, 1)
        assert shown["Booking policy"].text == "Cancel a day ahead."
        assert [piece.text for piece in shown["Booking policy"].since] == [
            "Cancel a day ahead.",
            "Cancel two days ahead.",
        ]
        assert len(shown["Privacy notice"].times) == 1
