"""Booking a series: what was checked and chosen, all of it in one transaction or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from bookings.appointments import elsewhere, overbooking
from bookings.appointments.booking import SlotTaken, add_place, insert
from bookings.messaging import messages
from bookings.models import Appointment, Series
from bookings.series.checking import Planned
from bookings.series.recurrence import Repeat
from clients.models import Client
from privacy.vocabulary import scope
from privacy.vocabulary.scope import Actor


class Collided(Exception):
    """An occurrence's time was taken since it was checked; nothing of the series was booked."""

    def __init__(self, number: int) -> None:
        super().__init__("An occurrence's time is taken.")
        self.number = number


@dataclass(frozen=True, slots=True)
class Chosen:
    """An occurrence to be booked, with the reason when it may stand beside another."""

    planned: Planned
    because: str = ""


@everywhere()
def create(
    *,
    by: Actor,
    repeat: Repeat,
    chosen: Sequence[Chosen],
    client: Client | Callable[[], Client] | None,
    tell: bool | None = None,
) -> Series:
    """Book the chosen occurrences of a rule for a client; those not among them are skipped. Return the series.

    Without a client they are sessions of a group, nobody in them yet. A client is told once, with all dates, and
    reminded of each. Raises `Collided`, ValidationError for none chosen.
    """
    people = elsewhere.people(client) if isinstance(client, Client) else ()
    visits = [each.planned.visit for each in chosen if each.planned.visit is not None]
    if not visits or len(visits) != len(chosen):
        raise ValidationError(_("Nothing of the series can be booked like this."))
    with transaction.atomic(using=scope.current().database):
        series = _series(by, repeat, visits[0])
        series.save(force_insert=True)
        for each, visit in zip(chosen, visits, strict=True):
            visit.series, visit.series_date = series, each.planned.day
            try:
                insert(visit, by=by, because=each.because, people=people)
            except SlotTaken:
                raise Collided(each.planned.number) from None
        person = client() if callable(client) else client
        places = [add_place(visit, person) for visit in visits] if person else []
    who = person.pk if person else None
    audit.record("series.booked", by=by, of=series, client_id=who, count=len(visits))
    for each, visit in zip(chosen, visits, strict=True):
        action = "appointment.booked" if person else "session.scheduled"
        audit.record(action, by=by, of=visit, client_id=who)
        overbooking.record(visit, by=by, because=each.because, client_id=who, people=people)
    for number, place in enumerate(places):
        messages.after_booking(place, tell=False if number else tell)
    return series


def _series(by: Actor, repeat: Repeat, first: Appointment) -> Series:
    return Series(
        rule=repeat.rule,
        every=repeat.every,
        first_date=repeat.first,
        local_time=first.local_time,
        time_zone=first.time_zone,
        until=repeat.until,
        count=repeat.count,
        created_by=by.id,
    )
