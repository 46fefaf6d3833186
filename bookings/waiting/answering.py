"""What somebody answers to an offer: taking the time, which one person alone can do, or leaving it to others."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from bookings import groups
from bookings.appointments.booking import Shown, SlotTaken, book
from bookings.appointments.cancelling import cancel
from bookings.availability.wall_time import local
from bookings.models import Appointment, Attendee, WaitingEntry, WaitingOffer
from bookings.openings.taking import Taken, taking
from bookings.waiting.ending import end_entry, end_offers, look_again
from bookings.waiting.entries import linked
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor

PROVENANCE = "waiting_list"
State = WaitingOffer.State


class Closed(Exception):
    """An offer that can't be taken any more; `offer` is as it is now."""

    def __init__(self, offer: WaitingOffer) -> None:
        super().__init__("The offer has ended.")
        self.offer = offer


@everywhere()
def accept(*, by: Actor, offer: WaitingOffer) -> Appointment:
    """Book the offered time, give up the booking that the entry is tied to, and end the entry: all or nothing.

    Several may have the same time on offer; the first has it, the offers of the others end as lost. Return the booking.
    Raises `Closed` with the offer as it is now: lost, expired, declined, withdrawn, or already accepted.
    """
    entry = _locked_entry(offer)
    place = linked(entry)
    # In the order in which `move`, `cancel` and `join` take their locks: a booking before what hangs on it
    rows = [place.appointment_id] if place else []
    if (session := _session(entry, offer)) is not None:
        rows.append(session.pk)
    list(Appointment.objects.select_for_update(no_key=True).filter(pk__in=rows).order_by("id"))
    try:
        with _alone(entry, offer):
            fresh = _open_offer(offer)
            appointment = _taken(by, fresh, entry)
            end_offers([fresh], State.ACCEPTED)
            _lost_to(appointment)
    except (SlotTaken, groups.Full):
        raise Closed(_lost(by, offer, for_good=True)) from None
    except Taken:
        raise Closed(_lost(by, offer, for_good=_is_taken(offer))) from None
    end_entry(entry, WaitingEntry.State.BOOKED)
    audit.record("waiting.accepted", by=by, of=fresh, client_id=fresh.client_id)
    if place is not None:
        _give_up(by, place)
    return appointment


@everywhere()
def decline(*, by: Actor, offer: WaitingOffer) -> WaitingOffer:
    """Leave an offered time to others; they stay on the list. Return the offer as it is now; twice changes nothing."""
    fresh: WaitingOffer = WaitingOffer.objects.select_for_update().get(pk=offer.pk)
    if fresh.state == State.OFFERED:
        [fresh] = end_offers([fresh], State.DECLINED)
        audit.record("waiting.declined", by=by, of=fresh, client_id=fresh.client_id)
        look_again()
    return fresh


def _alone(entry: WaitingEntry, offer: WaitingOffer) -> AbstractContextManager[None]:
    """Return the lock under which an offer is taken: the practitioner's time; a session's row is its own lock."""
    if entry.service.capacity == 1:
        return taking(offer.practitioner_id)
    return transaction.atomic(using=scope.current().database)


def _taken(by: Actor, offer: WaitingOffer, entry: WaitingEntry) -> Appointment:
    """Book the offered time, or the place in a session that is still at that time. Raises `SlotTaken`, `groups.Full`."""
    if entry.service.capacity == 1:
        return book(
            by=by,
            practitioner=offer.practitioner,
            service=entry.service,
            location=offer.location,
            starts_local=local(offer.starts_at, offer.location.time_zone).replace(tzinfo=None),
            client=entry.client,
            provenance=PROVENANCE,
        )
    session = _session(entry, offer)
    if session is None:
        raise groups.Full
    try:
        groups.join(
            by=by,
            appointment=session,
            client=entry.client,
            shown=Shown(provenance=PROVENANCE),
            claims=True,
        )
    except ValidationError:
        raise groups.Full from None
    return session


def _session(entry: WaitingEntry, offer: WaitingOffer) -> Appointment | None:
    """Return the session in which a place was offered, while it is at that time; None for a time of one's own."""
    if entry.service.capacity == 1:
        return None
    return groups.session_at(
        entry.service_id, offer.practitioner_id, offer.location_id, offer.starts_at
    )


def _locked_entry(offer: WaitingOffer) -> WaitingEntry:
    entry: WaitingEntry = (
        WaitingEntry.objects.select_for_update(of=("self",))
        .select_related("client", "service", "attendee__appointment")
        .get(pk=offer.entry_id)
    )
    return entry


def _open_offer(offer: WaitingOffer) -> WaitingOffer:
    """Return an offer as it is now, locked, if it can be taken. Raises `Closed`."""
    fresh: WaitingOffer = (
        WaitingOffer.objects.select_for_update(of=("self",))
        .select_related("practitioner", "location", "entry__service")
        .get(pk=offer.pk)
    )
    if fresh.state == State.OFFERED and fresh.expires_at <= clock.now():
        fresh.state = State.EXPIRED  # the job that says so is about to run
    gone = (
        fresh.practitioner.deactivated_at
        or fresh.location.archived_at
        or fresh.entry.service.archived_at
    )
    if fresh.state == State.OFFERED and gone:
        fresh.state = State.WITHDRAWN
    if fresh.state != State.OFFERED:
        raise Closed(fresh)
    return fresh


def _lost_to(appointment: Appointment) -> None:
    """End the open offers of a time that somebody has taken; of a session, once its last place is."""
    if appointment.capacity > 1 and groups.places_left(appointment, kept=False):
        return
    others = WaitingOffer.objects.filter(
        practitioner_id=appointment.practitioner_id,
        state=State.OFFERED,
        starts_at__lt=appointment.busy_until,
        ends_at__gt=appointment.busy_from,
    ).order_by("id")
    for each in end_offers(others.select_for_update(), State.LOST):
        audit.record("waiting.lost", by=SYSTEM, of=each, client_id=each.client_id)


def _lost(by: Actor, offer: WaitingOffer, *, for_good: bool) -> WaitingOffer:
    """Return an offer whose time somebody else has; while they are still at it nothing is written."""
    fresh: WaitingOffer = WaitingOffer.objects.select_for_update().get(pk=offer.pk)
    if fresh.state == State.OFFERED:
        if for_good:
            [fresh] = end_offers([fresh], State.LOST)
            audit.record("waiting.lost", by=by, of=fresh, client_id=fresh.client_id)
        fresh.state = State.LOST
    return fresh


def _is_taken(offer: WaitingOffer) -> bool:
    return bool(
        Appointment.objects.filter(
            practitioner_id=offer.practitioner_id,
            state__in=Appointment.LIVE,
            busy_from__lt=offer.ends_at,
            busy_until__gt=offer.starts_at,
        ).exists()
    )


def _give_up(by: Actor, place: Attendee) -> None:
    """Cancel the booking that was kept until something earlier came; it never counts as late."""
    cancel(
        by=by,
        attendee=place,
        side=Attendee.Side.SYSTEM,
        reason=Attendee.Reason.OTHER,
        note=_("Given up for an earlier time from the waiting list."),
    )
