"""Answers to what people are asked: agreed, refused, withdrawn. Each is a new row; none is ever changed."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from clients.consents.standing import holding
from clients.models import ByWhom, Client, Consent, ConsentPurpose, ConsentText
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Given:
    """How an answer was given: by which way, by whom, with what to show for it, when, until when it holds."""

    how: str
    by_whom: str = ByWhom.CLIENT
    by_name: str = ""
    evidence: str = ""
    signature: Any = None
    form_id: UUID | None = None
    at: datetime | None = None
    until: datetime | None = None


def record(*, by: Actor, client: Client, text: ConsentText, decision: str, given: Given) -> Consent:
    """Keep an answer to a text; return it. Raises ValidationError for times that can't be, or values too long.

    An agreement without an end of its own ends when its purpose says so.
    """
    now = clock.now()
    consent = _row(by, client, text, decision, given, now)
    if consent.starts_at > now:
        raise ValidationError({"at": _("Enter a day that is not in the future.")})
    if decision == Consent.Decision.PERMIT:
        consent.until = given.until or _end(text.purpose, consent.starts_at)
        if consent.until is not None and consent.until <= consent.starts_at:
            raise ValidationError({"until": _("Enter an end that is after the beginning.")})
    _keep(consent)
    audit.record(
        "consent.recorded",
        by=by,
        of=consent,
        client_id=client.pk,
        detail={"purpose": text.purpose_id, "version": text.version, "decision": decision},
    )
    return consent


def withdraw(*, by: Actor, client: Client, purpose: ConsentPurpose, given: Given) -> Consent | None:
    """Take an agreement back from this moment on; return the new answer, None when there was none to take back."""
    Client.objects.select_for_update().get(
        pk=client.pk
    )  # two presses of the button are one withdrawal
    held = holding(client.pk, purpose)
    if held is None:
        return None
    withdrawal = _row(by, client, held.text, Consent.Decision.DENY, given, clock.now())
    withdrawal.is_withdrawal = True
    # never before what it takes back, though that was given in this same moment
    withdrawal.starts_at = max(clock.now(), held.starts_at)
    _keep(withdrawal)
    audit.record(
        "consent.withdrawn",
        by=by,
        of=withdrawal,
        client_id=client.pk,
        detail={"purpose": purpose.pk, "version": held.text.version},
    )
    return withdrawal


def _row(
    by: Actor, client: Client, text: ConsentText, decision: str, given: Given, now: datetime
) -> Consent:
    return Consent(
        client=client,
        purpose_id=text.purpose_id,
        text=text,
        decision=decision,
        how=given.how,
        by_whom=given.by_whom,
        by_name=given.by_name,
        evidence=given.evidence,
        signature=given.signature,
        form_id=given.form_id,
        starts_at=given.at or now,
        recorded_at=now,
        recorded_by=by.id if by.kind == ActorKind.MEMBER else None,
    )


def _end(purpose: ConsentPurpose, start: datetime) -> datetime | None:
    if not purpose.lasts_months:
        return None
    years, month = divmod(start.month - 1 + purpose.lasts_months, 12)
    year, month = start.year + years, month + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def _keep(consent: Consent) -> None:
    consent.full_clean(exclude=["signature"])
    consent.save(force_insert=True)
