"""Joining the waiting list, changing what is waited for, leaving it; an entry also ends by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.models import PrivacyNotice
from accounts.practice_settings import zone as practice_zone
from accounts.tenancy import everywhere
from bookings.availability.wall_time import day_bounds
from bookings.messaging.messages import after_joining
from bookings.models import Appointment, Attendee, Service, WaitingEntry, WaitingWish
from bookings.waiting.ending import end_entry, look_again
from bookings.waiting.matching import Window, Wish, rows_of
from clients.identity import are_one, of
from clients.models import Client
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor

JOB = "waiting.expire"
WAITING = WaitingEntry.State.WAITING


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody waits for. `attendee` is the booking that they would give up for an earlier time."""

    service: Service
    until: date
    since: date | None = None
    windows: Sequence[Window] = ()
    wishes: Sequence[Wish] = ()
    is_urgent: bool = False
    note: str = ""
    attendee: Attendee | None = None


@everywhere()
def add(
    *,
    by: Actor,
    client: Client | Callable[[], Client],
    terms: Terms,
    provenance: str = "staff",
    entry_id: UUID | None = None,
    notice: PrivacyNotice | None = None,
    tells: bool = False,
) -> WaitingEntry:
    """Put a client, or the one whom a function makes, on the list; return the entry. It ends by itself.

    The audit keeps which privacy `notice` was shown; with `tells` they hear that they are on the list. `entry_id` makes
    sending the same form twice harmless: the second time the first entry is returned. Raises ValidationError for
    somebody who waits for this already, and for terms that can't be.
    """
    if entry_id is not None:
        earlier: WaitingEntry | None = WaitingEntry.objects.filter(pk=entry_id).first()
        if earlier is not None:
            return earlier
    entry = WaitingEntry(service=terms.service, provenance=provenance)
    if entry_id is not None:
        entry.pk = entry_id
    with transaction.atomic(using=scope.current().database):
        person = client() if callable(client) else client
        entry.client = person
        waits = WaitingEntry.objects.filter(of(person), service=terms.service, state=WAITING)
        if waits.exists():
            raise ValidationError(_("They are on the waiting list for this service already."))
        _fill(entry, terms)
        entry.save(force_insert=True)
        _wish(entry, terms.wishes)
    detail = {"notice": str(notice.pk), "version": notice.version} if notice else None
    audit.record("waiting.added", by=by, of=entry, client_id=entry.client_id, detail=detail)
    expire_in_time(entry)
    if tells:
        after_joining(entry)
    look_again()
    return entry


@everywhere()
def change(*, by: Actor, entry: WaitingEntry, terms: Terms) -> WaitingEntry:
    """Change what somebody waits for; their place in the line stays. Return the entry. Raises ValidationError."""
    fresh = locked(entry)
    with transaction.atomic(using=scope.current().database):
        fresh.service = terms.service
        _fill(fresh, terms)
        fresh.save()
        WaitingWish.objects.filter(entry_id=fresh.pk).delete()
        _wish(fresh, terms.wishes)
    audit.record("waiting.changed", by=by, of=fresh, client_id=fresh.client_id)
    expire_in_time(fresh)
    look_again()
    return fresh


@everywhere()
def remove(*, by: Actor, entry: WaitingEntry) -> WaitingEntry:
    """Take somebody off the list, with what they were offered; return the entry. Twice changes nothing."""
    fresh: WaitingEntry = WaitingEntry.objects.select_for_update().get(pk=entry.pk)
    if fresh.state == WAITING:
        end_entry(fresh, WaitingEntry.State.REMOVED)
        audit.record("waiting.removed", by=by, of=fresh, client_id=fresh.client_id)
        look_again()
    return fresh


def locked(entry: WaitingEntry) -> WaitingEntry:
    """Return an entry as it is now, locked. Raises ValidationError for one that has ended."""
    fresh: WaitingEntry = WaitingEntry.objects.select_for_update().get(pk=entry.pk)
    if fresh.state != WAITING:
        raise ValidationError(_("This entry isn’t on the waiting list any more."))
    return fresh


def present_bookings(client: Client) -> list[Attendee]:
    """Return the bookings to come that a client could give up for an earlier time, in order of time."""
    places = (
        Attendee.objects.filter(
            of(client),
            state=Attendee.State.EXPECTED,
            appointment__state=Appointment.State.BOOKED,
            appointment__starts_at__gt=clock.now(),
        )
        .select_related("appointment__practitioner", "appointment__location")
        .defer("comment", "cancel_note")
        .order_by("appointment__starts_at")
    )
    return list(places)


def linked(entry: WaitingEntry) -> Attendee | None:
    """Return the booking that an entry would give up, while it stands."""
    place: Attendee | None = entry.attendee
    if place is None or place.state != Attendee.State.EXPECTED:
        return None
    return place if place.appointment.state in Appointment.LIVE else None


def ends_at(entry: WaitingEntry) -> datetime:
    """Return when an entry ends by itself: after its last day, and when the booking it would give up begins."""
    end = day_bounds(entry.until, practice_zone()).ends_at
    place = linked(entry)
    return min(end, place.appointment.starts_at) if place else end


def expire_in_time(entry: WaitingEntry) -> None:
    """Ask for an entry to end when its time has come."""
    outbox.enqueue(JOB, {"entry": str(entry.pk)}, run_at=ends_at(entry))


@outbox.handles(JOB)
def expire(work: outbox.Work) -> None:
    """End an entry whose time has come; one whose booking was moved to later meanwhile gets that long."""
    entry: WaitingEntry | None = (
        WaitingEntry.objects.select_for_update(of=("self",))
        .filter(pk=UUID(work.payload["entry"]), state=WAITING)
        .first()
    )
    if entry is None:
        return
    if ends_at(entry) > clock.now():
        expire_in_time(entry)
        return
    end_entry(entry, WaitingEntry.State.EXPIRED)
    audit.record("waiting.expired", by=SYSTEM, of=entry, client_id=entry.client_id)


def _fill(entry: WaitingEntry, terms: Terms) -> None:
    """Set what is waited for on a row that is not saved yet. Raises ValidationError."""
    place, today = terms.attendee, clock.today(practice_zone())
    if terms.service.archived_at:
        raise ValidationError(_("Nobody can wait for this service."))
    until = terms.until
    if place is not None:
        if not are_one(place, entry):
            raise ValidationError(_("This booking is somebody else’s."))
        until = min(until, place.appointment.local_date)
    if until < today:
        raise ValidationError({"until": _("Choose a day that is still to come.")})
    if terms.since and terms.since > until:
        raise ValidationError({"since": _("The first day is after the last.")})
    entry.attendee, entry.until, entry.since = place, until, terms.since
    entry.windows, entry.is_urgent, entry.note = rows_of(terms.windows), terms.is_urgent, terms.note
    entry.clean_fields(exclude=["client", "service", "attendee"])


def _wish(entry: WaitingEntry, wishes: Iterable[Wish]) -> None:
    WaitingWish.objects.bulk_create(
        WaitingWish(
            entry=entry,
            client_id=entry.client_id,
            practitioner_id=wish.practitioner,
            location_id=wish.location,
        )
        for wish in wishes
    )
