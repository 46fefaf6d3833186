"""Text messages through the region's provider: one JSON POST with the provider's name for the message in the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from accounts import outbound
from accounts.processors import processor_for
from clients.disclosures.outward import stays

PURPOSE = "sms"
# Answers that are about this message or number; every other may pass
FOR_GOOD = (400, 404, 410, 422)


class NotSent(Exception):
    """The provider did not take the message; `for_good` says whether trying again is useless. Names no number.

    `is_in_doubt`: the line broke before the answer, so it may have been taken.
    """

    def __init__(self, why: str, *, for_good: bool, is_in_doubt: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good
        self.is_in_doubt = is_in_doubt


@dataclass(frozen=True, slots=True)
class Accepted:
    """That a provider took a message, and what it calls it ("" when it doesn't say)."""

    provider: str
    id: str


def provider_of(region: str) -> str:
    """Return the name of a region's provider of text messages."""
    found = processor_for(region, PURPOSE)
    return found.name if found else ""


@stays("to the client about their own appointments: the log of messages has it")
def send_text(region: str, *, to: str, text: str, reference: UUID, receipts: str = "") -> Accepted:
    """Hand a text message for a number in E.164 to the provider of a region; raise `NotSent`.

    `reference` is ours: a provider that sees it twice may drop the second. `receipts` is where it may tell what became
    of the message.
    """
    asked = {"to": to, "text": text, "reference": str(reference), "receipts": receipts}
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(reference)}
    if token := settings.SMS_TOKENS.get(region):
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = outbound.call(
            settings.SMS_GATEWAYS[region],
            region=region,
            purpose=PURPOSE,
            body=json.dumps({name: value for name, value in asked.items() if value}).encode(),
            headers=headers,
        )
    except outbound.Refused as refusal:
        raise NotSent(refusal.reason, for_good=False) from None
    except outbound.Broken as failure:
        raise NotSent(failure.reason, for_good=False, is_in_doubt=failure.is_in_doubt) from None
    if not 200 <= answer.status < 300:
        raise NotSent(f"HTTP {answer.status}", for_good=answer.status in FOR_GOOD)
    return Accepted(provider_of(region), _id_in(answer.body))


def _id_in(body: bytes) -> str:
    """Return the provider's name for a message out of its answer."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    found = told.get("id") if isinstance(told, dict) else None
    return found[:120] if isinstance(found, str) else ""
