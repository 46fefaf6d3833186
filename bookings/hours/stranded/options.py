"""What can be done with a booking that a change leaves behind: keep it, move it to a near opening, cancel it and tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Practitioner
from accounts.places import bookable
from accounts.templatetags.keepwell import when
from bookings.availability import free
from bookings.availability.schedule import Slot
from bookings.models import Appointment
from bookings.openings.finding import openings

LATER, KEEP, STAY, CANCEL, MOVE = "later", "keep", "stay", "cancel", "move"
AROUND = timedelta(days=14)
OWN, OTHERS = 3, 3


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be chosen where a change leaves bookings behind, the habit first; whether they can be moved away."""

    values: tuple[str, ...]
    moves: bool

    @property
    def habit(self) -> str:
        """What happens to a booking about which nothing was said."""
        return self.values[0]

    def options(self) -> list[Option]:
        """Return what can be done with every booking."""
        words = {
            LATER: _("Decide later"),
            KEEP: _("Keep as it is"),
            STAY: _("Stays as booked"),
            CANCEL: _("Cancel and tell the client"),
        }
        return [Option(value, words[value]) for value in self.values]


TIME_GONE = Ways((LATER, KEEP, CANCEL), moves=True)
PLACE_GONE = Ways((LATER, KEEP, CANCEL), moves=False)
SERVICE_GONE = Ways((STAY, CANCEL), moves=False)


@dataclass(frozen=True, slots=True)
class To:
    """Where a booking is to be moved."""

    practitioner: UUID
    starts_local: datetime


def written(to: To) -> str:
    """Return a move as a form's value: practitioner, wall time, and which pass of an hour that occurs twice."""
    return f"{MOVE} {to.practitioner} {to.starts_local:%Y-%m-%dT%H:%M} {to.starts_local.fold}"


def read(value: str) -> To | None:
    """Return the move that a form's value says, or None when it is none."""
    words = value.split(" ")
    if len(words) != 4 or words[0] != MOVE:
        return None
    try:
        starts = datetime.fromisoformat(words[2]).replace(fold=int(words[3]))
        practitioner = UUID(words[1])
    except ValueError:
        return None
    return To(practitioner, starts) if starts.tzinfo is None else None


def moves(found: Sequence[Appointment]) -> dict[UUID, list[Option]]:
    """Return the nearest openings for each booking, of its practitioner and of others who offer the service.

    One load of the time of everybody for each service at each location among them, however many bookings there are.
    """
    together: dict[tuple[UUID, UUID], list[Appointment]] = defaultdict(list)
    for each in found:
        if each.capacity == 1:
            together[each.service_id, each.location_id].append(each)
    offering = _offering({service for service, _location in together})
    chosen: dict[UUID, list[Option]] = {}
    for (service, _location), appointments in together.items():
        people = {each.pk: each for each in offering[service]}
        days = [each.local_date for each in appointments]
        slots = openings(
            service=appointments[0].service,
            practitioners=people.values(),
            location=appointments[0].location,
            first_day=min(days) - AROUND,
            last_day=max(days) + AROUND,
            at_desk=True,
        )
        for each in appointments:
            chosen[each.pk] = _nearest(each, slots, people)
    return chosen


def _nearest(
    appointment: Appointment, slots: Sequence[Slot], people: dict[UUID, Practitioner]
) -> list[Option]:
    own = [slot for slot in slots if slot.practitioner == appointment.practitioner_id]
    picked = free.nearest(own, appointment.starts_at, OWN)
    others: dict[UUID, Slot] = {}
    for slot in sorted(slots, key=lambda each: abs(each.starts_at - appointment.starts_at)):
        if slot.practitioner != appointment.practitioner_id:
            others.setdefault(slot.practitioner, slot)
    picked += list(others.values())[:OTHERS]
    zone = appointment.location.time_zone
    return [
        Option(
            written(To(slot.practitioner, slot.local_start)),
            _("%(when)s, %(who)s")
            % {"when": when(slot.starts_at, zone), "who": people[slot.practitioner].name},
        )
        for slot in picked
    ]


def _offering(services: Iterable[UUID]) -> dict[UUID, list[Practitioner]]:
    found: dict[UUID, list[Practitioner]] = defaultdict(list)
    people = bookable().filter(offers__service_id__in=list(services)).prefetch_related("offers")
    for person in people.distinct():
        for offer in person.offers.all():
            found[offer.service_id].append(person)
    return found
