"""Puts a few people on a demo practice's waiting list, and frees a time that suits some of them."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Location, Practitioner
from bookings.appointments.cancelling import cancel
from bookings.groups.room import full
from bookings.models import Appointment, Attendee, Service, WaitingEntry
from bookings.waiting.entries import Terms, add
from bookings.waiting.matching import DAY_MINUTES, Window, Wish
from clients.models import Client
from config.demo.practices import Practice
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

NOON = 12 * 60
MORNINGS = [Window(weekday, 0, NOON) for weekday in range(1, 6)]
AFTER_FIVE = [Window(weekday, 17 * 60, DAY_MINUTES) for weekday in range(1, 6)]
WAIT = timedelta(days=28)
HOUR = timedelta(hours=1)


def add_waiting(
    practice: Practice,
    by: Actor,
    clients: list[Client],
    people: list[Practitioner],
    places: list[Location],
    services: list[Service],
) -> None:
    """Put people on the list, who joined one after the other, one of them for a full class, and cancel a booking.

    Its time is found to suit those who wait for that service by the same job as anywhere.
    """
    freed = _to_cancel(people[0])
    service = freed.appointment.service if freed else services[0]
    until = clock.today(practice.zone) + WAIT
    told = [
        Terms(service, until, windows=MORNINGS, wishes=[Wish(people[0].pk, None)]),
        Terms(service, until, is_urgent=True, note="Flies overseas at the end of the month"),
        Terms(service, until),
        Terms(services[-1], until, wishes=[Wish(None, places[0].pk)]),
        Terms(services[0], until, windows=AFTER_FIVE),
    ]
    for session in full().filter(starts_at__gt=clock.now()).select_related("service")[:1]:
        told.append(Terms(session.service, session.local_date, since=session.local_date))
    chosen = [each for each in clients[:-1] if each.pk != (freed.client_id if freed else None)]
    for number, terms in enumerate(told):
        entry = add(by=by, client=chosen[number * 7], terms=terms)
        joined = clock.now() - timedelta(days=9 - number)
        WaitingEntry.objects.filter(pk=entry.pk).update(created_at=joined)
    if freed is not None:
        cancel(by=by, attendee=freed, side="client", reason="sick", tell=False)


def _to_cancel(practitioner: Practitioner) -> Attendee | None:
    """Return a practitioner's first booking from the day after tomorrow on."""
    found: Attendee | None = (
        Attendee.objects.filter(
            state=Attendee.State.EXPECTED,
            appointment__state=Appointment.State.BOOKED,
            appointment__practitioner=practitioner,
            appointment__capacity=1,
            appointment__starts_at__gt=clock.now() + 40 * HOUR,
        )
        .select_related("appointment__service")
        .order_by("appointment__starts_at")
        .first()
    )
    return found
