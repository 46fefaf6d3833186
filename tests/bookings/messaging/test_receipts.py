"""A provider tells what became of a text message; only its own signature is believed."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from accounts.tenancy import acting_in
from bookings.messaging.receipts import signature
from bookings.models import Message
from tests.bookings.messaging.post import run_due, states, take
from tests.bookings.public import Practice
from tests.factories import make_account

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.SMS_RECEIPT_KEYS = {"au": "a key of the provider", "eu": "another"}


@pytest.fixture
def sent(practice: Practice, gateway: Any) -> Message:
    """A confirmation that the provider took."""
    take(practice, reminders="sms", phone="+61491570006")
    run_due(practice)
    with acting_in(practice.account.ref):
        found: Message = Message.objects.get(state="sent")
        return found


def tell(
    practice: Practice, body: dict[str, Any], *, region: str = "au", provider: str = "gateway"
) -> int:
    """Send a receipt and return the answer's number."""
    raw = json.dumps(body).encode()
    answer = Browser(enforce_csrf_checks=True).post(
        f"/receipts/{provider}/{practice.account.slug}/",
        raw,
        content_type="application/json",
        headers={"X-Signature": signature(region, raw)},
    )
    assert answer.content == b""
    return int(answer.status_code)


def state(practice: Practice) -> tuple[str, str, str, str]:
    return states(practice)[0]


def test_the_provider_is_told_where_receipts_go(
    practice: Practice, gateway: Any, sent: Message, settings: Any
) -> None:
    ((_, _, asked),) = gateway.texts
    assert asked["reference"] == str(sent.pk)
    assert asked["receipts"] == f"{settings.BASE_URL}/receipts/gateway/{practice.account.slug}/"


def test_without_a_key_no_receipt_is_asked_for_or_believed(
    practice: Practice, gateway: Any, settings: Any
) -> None:
    take(practice, reminders="sms", phone="+61491570006")
    settings.SMS_RECEIPT_KEYS = {"au": ""}
    run_due(practice)
    assert "receipts" not in gateway.texts[0][2]
    assert tell(practice, {"id": "x", "status": "delivered"}) == 403


def test_delivered_by_our_reference(practice: Practice, sent: Message) -> None:
    assert tell(practice, {"reference": str(sent.pk), "status": "delivered"}) == 204
    assert state(practice) == ("confirmation", "sms", "delivered", "")
    with acting_in(practice.account.ref):
        assert Message.objects.get(pk=sent.pk).delivered_at is not None


def test_failed_by_the_providers_own_name(practice: Practice, sent: Message) -> None:
    with acting_in(practice.account.ref):
        Message.objects.filter(pk=sent.pk).update(provider_id="SM-17")
    assert tell(practice, {"id": "SM-17", "status": "failed", "reason": "number_gone"}) == 204
    assert state(practice) == ("confirmation", "sms", "failed", "number_gone")


def test_words_of_the_provider_are_not_kept(practice: Practice, sent: Message) -> None:
    told = {"reference": str(sent.pk), "status": "failed", "reason": "Leila’s phone is off"}
    assert tell(practice, told) == 204
    assert state(practice)[3] == "undelivered"


def test_delivered_stays_delivered(practice: Practice, sent: Message) -> None:
    tell(practice, {"reference": str(sent.pk), "status": "delivered"})
    assert tell(practice, {"reference": str(sent.pk), "status": "failed"}) == 204
    assert state(practice)[2] == "delivered"


@pytest.mark.parametrize(
    "told",
    [
        {"reference": str(uuid4()), "status": "delivered"},
        {"id": "unknown", "status": "delivered"},
        {"id": "", "status": "delivered"},
        {"id": 17, "status": "delivered"},
        {"status": "delivered"},
        {"reference": "no id", "status": "read"},
    ],
)
def test_an_unknown_id_is_answered_the_same(
    practice: Practice, sent: Message, told: dict[str, Any]
) -> None:
    assert tell(practice, told) == 204
    assert state(practice)[2] == "sent"


def test_only_the_regions_provider_is_believed(practice: Practice, sent: Message) -> None:
    told = {"reference": str(sent.pk), "status": "delivered"}
    assert tell(practice, told, region="eu") == 403
    assert tell(practice, told, provider="other") == 403
    assert state(practice)[2] == "sent"


def test_a_message_of_another_account_is_unknown(
    practice: Practice, sent: Message, settings: Any
) -> None:
    told = {"reference": str(sent.pk), "status": "delivered"}
    raw = json.dumps(told).encode()
    answer = Browser().post(
        f"/receipts/gateway/{make_account().slug}/",
        raw,
        content_type="application/json",
        headers={"X-Signature": signature("au", raw)},
    )
    assert answer.status_code == 204
    assert state(practice)[2] == "sent"


def test_a_receipt_that_is_faster_than_the_answer(practice: Practice, sent: Message) -> None:
    """The worker still waits for the provider's answer when the receipt comes; and one in doubt isn't sent again."""
    for before, in_doubt in (("sending", False), ("queued", True)):
        with acting_in(practice.account.ref):
            Message.objects.filter(pk=sent.pk).update(state=before, is_in_doubt=in_doubt)
        tell(practice, {"reference": str(sent.pk), "status": "delivered"})
        assert state(practice)[2] == "delivered"


def test_what_was_never_sent_cant_arrive(practice: Practice, sent: Message) -> None:
    with acting_in(practice.account.ref):
        Message.objects.filter(pk=sent.pk).update(state="queued", is_in_doubt=False)
    tell(practice, {"reference": str(sent.pk), "status": "delivered"})
    assert state(practice)[2] == "queued"


def test_nonsense(practice: Practice, sent: Message) -> None:
    raw = b"delivered!"
    answer = Browser().post(
        f"/receipts/gateway/{practice.account.slug}/",
        raw,
        content_type="text/plain",
        headers={"X-Signature": signature("au", raw)},
    )
    assert answer.status_code == 400
