"""Recalls: planned, worked on, booked, dismissed; a visit that is cancelled opens its recall again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from bookings.models import Attendee, Recall, RecallType
from clients.identity import are_one
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

State = Recall.State


@everywhere()
def plan(*, by: Actor, client: Client, kind: RecallType, due_on: date, note: str = "") -> Recall:
    """Plan to call a client back by a day. Raises `ValidationError` for what a recall can't hold."""
    recall = Recall(client=client, kind=kind, due_on=due_on, note=note)
    recall.full_clean(exclude=["client", "kind"])
    recall.save(force_insert=True)
    audit.record("recall.planned", by=by, of=recall, client_id=client.pk)
    return recall


@everywhere()
def change(*, by: Actor, recall: Recall, kind: RecallType, due_on: date, note: str = "") -> Recall:
    """Change what a recall is for and when it is due."""
    recall.kind, recall.due_on, recall.note = kind, due_on, note
    recall.full_clean(exclude=["client", "kind", "attendee"])
    recall.save(update_fields=["kind", "due_on", "note"])
    audit.record("recall.changed", by=by, of=recall, client_id=recall.client_id)
    return recall


@everywhere()
def mark(*, by: Actor, recall: Recall, state: str) -> Recall:
    """Say how a recall stands: open, contacted or dismissed; booked it is by a visit. Raises `ValidationError`."""
    if state not in (State.OPEN, State.CONTACTED, State.DISMISSED):
        raise ValidationError(_("Choose how it stands."))
    return _put(by, recall, state, None)


@everywhere()
def book(*, by: Actor, recall: Recall, attendee: Attendee) -> Recall:
    """Say that a visit is what a client was called back for. Raises `ValidationError` for another client's."""
    if not are_one(recall, attendee):
        raise ValidationError(_("This recall is another client’s."))
    return _put(by, recall, State.BOOKED, attendee)


def release(attendee: Attendee) -> None:
    """Open again what a visit was booked for, now that it is given up."""
    Recall.objects.filter(attendee_id=attendee.pk, state=State.BOOKED).update(
        state=State.OPEN, state_at=clock.now(), attendee=None
    )


def kinds(*, archived: bool = False) -> list[RecallType]:
    """Return what people are called back for, in the practice's order."""
    return list(RecallType.objects.filter(archived_at__isnull=not archived))


@everywhere()
def add_kind(*, by: Actor, values: dict[str, Any]) -> RecallType:
    """Add a kind of recall at the end of the list. Raises `ValidationError` for a name that is there already."""
    last = RecallType.objects.aggregate(last=Max("position"))["last"] or 0
    kind = RecallType(position=last + 1, **values)
    kind.full_clean()
    kind.save(force_insert=True)
    audit.record("recall_type.added", by=by, of=kind)
    return kind


@everywhere()
def archive_kind(*, by: Actor, kind: RecallType, archived: bool) -> None:
    """Take a kind off the list, or put it back; recalls of it stay."""
    kind.archived_at = clock.now() if archived else None
    kind.save(update_fields=["archived_at"])
    done = "recall_type.archived" if archived else "recall_type.restored"
    audit.record(done, by=by, of=kind)


def _put(by: Actor, recall: Recall, state: str, attendee: Attendee | None) -> Recall:
    if (recall.state, recall.attendee_id) == (state, attendee.pk if attendee else None):
        return recall
    recall.state, recall.state_at, recall.attendee = state, clock.now(), attendee
    recall.save(update_fields=["state", "state_at", "attendee"])
    audit.record(f"recall.{state}", by=by, of=recall, client_id=recall.client_id)
    return recall
