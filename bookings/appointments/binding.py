"""Staff say who a self-booked person is: what they booked goes to the client the practice knows, and can go back (D4)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from bookings.models import Attendee, Message, WaitingEntry, WaitingOffer, WaitingWish
from clients import documents
from clients.models import Binding, BookingCode, Client, Consent, Document, NoticeAnswer
from clients.records import archive, unarchive
from privacy.vocabulary import clock, scope
from privacy.vocabulary.fields import EncryptedField, is_unreadable
from privacy.vocabulary.placement import Placement
from privacy.vocabulary.scope import Actor

MOVED: tuple[Any, ...] = (
    Attendee,
    Message,
    WaitingEntry,
    WaitingWish,
    WaitingOffer,
    Document,
)
BY_NAME = {model._meta.label: model for model in MOVED}
# What the record itself keeps; what a newcomer agreed to is never rewritten, it counts for the client as it stands
STAYS: tuple[Any, ...] = (BookingCode, Binding, Consent, NoticeAnswer)


def bind(*, by: Actor, newcomer: Client, client: Client) -> Binding:
    """Say that a self-booked newcomer is a client we know: their bookings, messages and wishes become the client's.

    The client's own details stay as they are, the newcomer's stay with their record, which is archived. Every sealed
    value is sealed anew under the client's key. Raises ValidationError for people who can't be bound.
    """
    newcomer, client = _locked(newcomer, client)
    _check(newcomer, client)
    moved: dict[str, list[str]] = defaultdict(list)
    with transaction.atomic(using=scope.current().database):  # all of it or nothing
        for model in MOVED:
            for row in model.objects.filter(client_id=newcomer.pk).order_by("pk"):
                _give(row, client)
                moved[model._meta.label].append(str(row.pk))
    binding = Binding(newcomer=newcomer, client=client, moved=dict(moved), bound_by=by.id)
    binding.save(force_insert=True)
    archive(by=by, client=newcomer)
    counts = {label: len(ids) for label, ids in moved.items()}
    for each in (client, newcomer):
        audit.record("client.bound", by=by, of=binding, client_id=each.pk, detail=counts)
    return binding


def unbind(*, by: Actor, binding: Binding) -> Binding:
    """Take a binding back: what was moved belongs to the newcomer again, whose record leaves the archive.

    What came to the client since stays there. Twice is once.
    """
    kept: Binding = Binding.objects.select_for_update().get(pk=binding.pk)
    if kept.undone_at is not None:
        return kept
    newcomer, client = _locked(kept.newcomer, kept.client)
    with transaction.atomic(using=scope.current().database):
        for label, ids in kept.moved.items():
            rows = BY_NAME[label].objects.filter(pk__in=[UUID(pk) for pk in ids])
            for row in rows.filter(client_id=client.pk):
                _give(row, newcomer)
    kept.undone_at = clock.now()
    kept.save(update_fields=["undone_at"])
    unarchive(by=by, client=newcomer)
    for each in (client, newcomer):
        audit.record("client.unbound", by=by, of=kept, client_id=each.pk)
    return kept


def _locked(newcomer: Client, client: Client) -> tuple[Client, Client]:
    """Return both records as they are now, locked in one order, so that nobody binds them the other way round."""
    rows = Client.objects.select_for_update().filter(pk__in=[newcomer.pk, client.pk])
    found = {each.pk: each for each in rows.order_by("pk")}
    return found[newcomer.pk], found[client.pk]


def _check(newcomer: Client, client: Client) -> None:
    if newcomer.pk == client.pk:
        raise ValidationError(_("This is the same record."))
    if newcomer.is_confirmed or newcomer.archived_at:
        raise ValidationError(
            _("Only a person who booked online and is not confirmed can be bound.")
        )
    if not client.is_confirmed or client.archived_at:
        raise ValidationError(_("Choose a client who is confirmed and not archived."))
    theirs = Attendee.objects.filter(client_id=newcomer.pk).values("appointment_id")
    if Attendee.objects.filter(client_id=client.pk, appointment_id__in=theirs).exists():
        raise ValidationError(_("Both have a place in the same session. Cancel one of them first."))
    if _has_more(newcomer):
        raise ValidationError(
            _("Notes or alerts were added to this record already. Confirm it instead.")
        )


def _has_more(newcomer: Client) -> bool:
    """Tell whether something hangs on a record that can't change hands, such as a signed note."""
    known = {Client, *MOVED, *STAYS}
    models: list[Any] = list(apps.get_models())
    return any(
        model.objects.filter(client_id=newcomer.pk).exists()
        for model in models
        if model not in known
        and model._meta.app_label not in ("accounts", "privacy")
        and getattr(model, "placement", None) == Placement.REGION
        and model.data_policy.client == "client_id"
    )


def _give(row: Any, client: Client) -> None:
    """Let a row belong to another client: opened under the old key, sealed for the new place."""
    if isinstance(row, Document):
        try:
            documents.hand_over(document=row, client=client)
        except documents.Unavailable:
            raise ValidationError(
                _("A file of this record can’t be read, so it can’t be moved.")
            ) from None
        return
    sealed = [
        field.attname for field in row._meta.concrete_fields if isinstance(field, EncryptedField)
    ]
    if any(is_unreadable(getattr(row, name)) for name in sealed):
        raise ValidationError(_("A part of this record can’t be read, so it can’t be moved."))
    row.client = client
    row.save(update_fields=["client", *sealed])
