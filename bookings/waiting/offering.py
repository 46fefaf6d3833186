"""Offering a free time to somebody on the waiting list: held for a while, several may be asked, the first gets it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.models import Location, Practitioner
from accounts.tenancy import everywhere
from accounts.time_zones import zone_info
from bookings.appointments.booking import SlotTaken
from bookings.appointments.drafting import agreed
from bookings.availability.schedule import Slot
from bookings.groups import places_left, session_at
from bookings.messaging.messages import after_offer
from bookings.models import WaitingChoices, WaitingEntry, WaitingOffer
from bookings.openings.finding import nearest, openings
from bookings.waiting import holding
from bookings.waiting.ending import end_offers, look_again
from bookings.waiting.entries import linked, locked
from bookings.waiting.finding import offered_on
from bookings.waiting.matching import Time, cap, held_until
from bookings.waiting.places import time_of
from clients.models import Restriction
from clients.restrictions.standing import permits
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Actor

JOB = "waiting.offer_end"
OFFERED = WaitingOffer.State.OFFERED


class Capped(Exception):
    """They had as many offers as they should get for now; `reason` is a `matching.Cap`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def choices() -> WaitingChoices:
    """Return what the practice chose, the defaults when it chose nothing."""
    return WaitingChoices.objects.first() or WaitingChoices()


@everywhere()
def offer(
    *,
    by: Actor,
    entry: WaitingEntry,
    practitioner: Practitioner,
    location: Location,
    starts_at: datetime,
    despite_cap: bool = False,
) -> WaitingOffer:
    """Offer a free time to somebody on the list, hold it and queue the message; return the offer.

    It ends by itself, in time before the visit. A time that they have on offer gives that offer again. `despite_cap`
    is staff's knowing choice to write to them all the same. Raises `SlotTaken` with the nearest openings, `Capped`,
    ValidationError for an entry that ended and for a time that is too close.
    """
    fresh = locked(entry)
    earlier: WaitingOffer | None = WaitingOffer.objects.filter(
        entry_id=fresh.pk, practitioner=practitioner, starts_at=starts_at, state=OFFERED
    ).first()
    if earlier is not None:
        return earlier
    if not permits(fresh.client, Restriction.Use.OFFERS):
        raise ValidationError(_("They object to offers, or their data are only stored."))
    reached = cap(
        offered_on([fresh.pk], location.time_zone)[fresh.pk], clock.today(location.time_zone)
    )
    if reached and not despite_cap:
        raise Capped(reached)
    until = _until(fresh, starts_at)
    if fresh.service.capacity > 1:
        # A place isn't held apart: it is counted as taken while the offer is open
        time, hold = _place(fresh, practitioner, location, starts_at), None
    else:
        time = _opening(fresh, practitioner, location, starts_at)
        hold = holding.keep(time, fresh.service, until)
    made = WaitingOffer(
        entry=fresh,
        client_id=fresh.client_id,
        hold=hold,
        practitioner=practitioner,
        location=location,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        expires_at=until,
    )
    made.save(force_insert=True)
    audit.record("waiting.offered", by=by, of=made, client_id=made.client_id)
    outbox.enqueue(JOB, {"offer": str(made.pk)}, run_at=until)
    after_offer(made)
    return made


@everywhere()
def withdraw(*, by: Actor, offer: WaitingOffer) -> WaitingOffer:
    """Take an offer back; return it as it is now. One that has ended stays as it is."""
    fresh: WaitingOffer = WaitingOffer.objects.select_for_update().get(pk=offer.pk)
    if fresh.state == OFFERED:
        [fresh] = end_offers([fresh], WaitingOffer.State.WITHDRAWN)
        audit.record("waiting.withdrawn", by=by, of=fresh, client_id=fresh.client_id)
    return fresh


@outbox.handles(JOB)
def expire(work: outbox.Work) -> None:
    """End an offer that nobody answered; the next on the list may be asked."""
    found: WaitingOffer | None = (
        WaitingOffer.objects.select_for_update()
        .filter(pk=UUID(work.payload["offer"]), state=OFFERED, expires_at__lte=clock.now())
        .first()
    )
    if found is not None:
        end_offers([found], WaitingOffer.State.EXPIRED)
        audit.record("waiting.offer_expired", by=SYSTEM, of=found, client_id=found.client_id)
        look_again()


def _until(entry: WaitingEntry, starts_at: datetime) -> datetime:
    """Return until when a time is held. Raises ValidationError for one that comes too soon, or too late to be of use."""
    hold = timedelta(minutes=choices().minutes_held)
    until = held_until(clock.now(), starts_at, hold)
    if until is None:
        raise ValidationError(_("This time is too close to be offered. Call them instead."))
    place = linked(entry)
    if place is not None and place.appointment.starts_at <= starts_at:
        raise ValidationError(_("The booking they have is earlier than this time."))
    return until


def _place(
    entry: WaitingEntry, practitioner: Practitioner, location: Location, starts_at: datetime
) -> Time:
    """Return the session of the entry's service at an instant that has room. Raises `SlotTaken`."""
    session = session_at(entry.service_id, practitioner.pk, location.pk, starts_at)
    if session is None or not places_left(session, kept=False):
        raise SlotTaken([])
    return time_of(session)


def _opening(
    entry: WaitingEntry, practitioner: Practitioner, location: Location, starts_at: datetime
) -> Time:
    """Return the opening of the entry's service at an instant; what is on offer to others counts as free."""
    day = starts_at.astimezone(zone_info(location.time_zone)).date()
    ends_at = starts_at + timedelta(minutes=agreed(entry.service, practitioner).minutes)
    hold = holding.standing(practitioner.pk, starts_at, ends_at)
    digest = bytes(hold.digest) if hold else None
    found = openings(
        service=entry.service,
        practitioners=[practitioner],
        location=location,
        first_day=day,
        last_day=day,
        at_desk=True,
        own_hold=digest,
    )
    slot: Slot | None = next((each for each in found if each.starts_at == starts_at), None)
    if slot is None:
        raise SlotTaken(
            nearest(
                service=entry.service,
                practitioners=[practitioner],
                location=location,
                wanted=starts_at,
                at_desk=True,
                own_hold=digest,
            )
        )
    return Time(
        entry.service_id,
        slot.practitioner,
        slot.location,
        slot.starts_at,
        slot.ends_at,
        slot.local_start,
    )
