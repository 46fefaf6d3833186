"""What a provider of text messages tells about them later: delivered, or not. Signed, and answered alike for any id."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.cells import cell
from accounts.models import AccountAnchor
from accounts.permissions import public
from accounts.requests import AccountRequest
from bookings.messaging.links import absolute
from bookings.messaging.text_messages import provider_of
from bookings.models import Message
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM

SIGNATURE = "X-Signature"
LARGEST = 10_000
State = Message.State
# From which states a message can still become delivered or failed; one that may have arrived is not sent once more
ARRIVES = (State.QUEUED, State.SENDING, State.SENT, State.FAILED)
FAILS = (State.SENDING, State.SENT)


def receipts_url(account: AccountAnchor) -> str:
    """Return the address at which the region's provider tells about this account's messages; "" without a key."""
    provider = provider_of(account.region)
    if not provider or not settings.SMS_RECEIPT_KEYS.get(account.region):
        return ""
    path = reverse("receipt", kwargs={"provider": provider, "slug": account.slug})
    return absolute(f"{cell(account.cell).host}{path}")


def signature(region: str, body: bytes) -> str:
    """Return how the provider of a region signs a body: HMAC-SHA256 under its key."""
    key = settings.SMS_RECEIPT_KEYS[region].encode()
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


@csrf_exempt
@public
@require_POST
def receipt(request: AccountRequest, provider: str) -> HttpResponse:
    """Take a receipt `{"reference" or "id", "status", "reason"}`; 403 unless its provider signed it, else 204."""
    if not _is_signed(request, request.account.region, provider):
        return HttpResponse(status=403)
    try:
        told = json.loads(request.body)
    except ValueError:
        return HttpResponse(status=400)
    if isinstance(told, dict):
        note(told)
    return HttpResponse(status=204)


def note(told: dict[str, Any]) -> None:
    """Keep what became of a message; a receipt about none that we know changes nothing."""
    message = _meant(told)
    if message is None:
        return
    if told.get("status") == "delivered" and message.state in ARRIVES:
        if message.state == State.QUEUED and not message.is_in_doubt:
            return
        message.state, message.reason, message.delivered_at = State.DELIVERED, "", clock.now()
    elif told.get("status") == "failed" and message.state in FAILS:
        message.state, message.reason = State.FAILED, _code(told.get("reason"))
    else:
        return
    message.save()
    audit.record(f"message.{message.state}", by=SYSTEM, of=message, client_id=message.client_id)


def _is_signed(request: HttpRequest, region: str, provider: str) -> bool:
    key = settings.SMS_RECEIPT_KEYS.get(region)
    if not key or provider != provider_of(region) or len(request.body) > LARGEST:
        return False
    shown = request.headers.get(SIGNATURE, "")
    return hmac.compare_digest(shown.encode(), signature(region, request.body).encode())


def _meant(told: dict[str, Any]) -> Message | None:
    """Return the message of a receipt, locked: by our reference, else by the provider's own name for it."""
    rows = Message.objects.select_for_update().filter(channel=Message.Channel.SMS)
    try:
        rows = rows.filter(pk=UUID(str(told["reference"])))
    except (KeyError, ValueError):
        name = told.get("id")
        if not isinstance(name, str) or not name:
            return None
        rows = rows.filter(provider_id=name)
    found: Message | None = rows.first()
    return found


def _code(reason: object) -> str:
    """Return a provider's reason when it is a code; words of theirs could hold anything."""
    is_code = isinstance(reason, str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", reason)
    return str(reason) if is_code else "undelivered"
