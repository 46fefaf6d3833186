"""Carrying out what was decided about stranded bookings: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit
from accounts.models import Practitioner
from accounts.tenancy import everywhere
from bookings import groups
from bookings.appointments.booking import SlotTaken
from bookings.appointments.cancelling import cancel
from bookings.appointments.moving import move
from bookings.availability.wall_time import NonexistentTime
from bookings.hours.stranded import listing, options
from bookings.hours.stranded.options import To
from bookings.models import Appointment, Attendee
from privacy.vocabulary import scope
from privacy.vocabulary.scope import Actor

Choice = str | To
AWAY = Attendee.Reason.PRACTITIONER_AWAY


class NotPossible(Exception):
    """What was chosen for one booking can't be done any more; nothing was done with the others either."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__("A stranded booking can't be moved there.")
        self.appointment = appointment


@dataclass(slots=True)
class Done:
    """How many bookings were kept, moved and cancelled, and how many wait on."""

    kept: int = 0
    moved: int = 0
    cancelled: int = 0
    waiting: int = 0

    @property
    def any(self) -> bool:
        """Whether something was decided at all."""
        return bool(self.kept or self.moved or self.cancelled)


@everywhere()
def carry_out(
    *,
    by: Actor,
    found: Iterable[Appointment],
    choices: dict[UUID, Choice],
    reason: str = AWAY,
) -> Done:
    """Do with each booking what was chosen for it; without a choice it waits on the list. Return what was done.

    Clients of moved and cancelled bookings are told. `reason` is an `Attendee.Reason`. Raises `NotPossible`, and then
    nothing was done.
    """
    done, waits = Done(), []
    with transaction.atomic(using=scope.current().database):
        for each in found:
            choice = choices.get(each.pk, options.LATER)
            if isinstance(choice, To):
                _move(by, each, choice)
                done.moved += 1
            elif choice == options.KEEP:
                _keep(by, each)
                done.kept += 1
            elif choice == options.STAY:
                done.kept += 1
            elif choice == options.CANCEL:
                _cancel(by, each, reason)
                done.cancelled += 1
            else:
                waits.append(each)
        listing.remember(waits)
    done.waiting = len(waits)
    return done


def _keep(by: Actor, appointment: Appointment) -> None:
    fresh = Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    fresh.stays_outside_hours, fresh.stranded_at = True, None
    fresh.save(update_fields=["stays_outside_hours", "stranded_at"])
    audit.record("appointment.kept_outside_hours", by=by, of=fresh)


def _move(by: Actor, appointment: Appointment, to: To) -> None:
    offering = Practitioner.objects.filter(
        deactivated_at=None, offers__service_id=appointment.service_id
    )
    person = offering.filter(pk=to.practitioner).first()
    if person is None:
        raise NotPossible(appointment)
    try:
        move(
            by=by,
            appointment=appointment,
            practitioner=person,
            starts_local=to.starts_local,
            tell=True,
        )
    except (SlotTaken, NonexistentTime, ValidationError):
        raise NotPossible(appointment) from None


def _cancel(by: Actor, appointment: Appointment, reason: str) -> None:
    if appointment.capacity > 1:
        groups.call_off(by=by, appointment=appointment, reason=reason, tell=True)
        return
    places = appointment.attendees.exclude(state=Attendee.State.CANCELLED).order_by("id")
    for place in places:
        cancel(by=by, attendee=place, side=Attendee.Side.PRACTICE, reason=reason, tell=True)
