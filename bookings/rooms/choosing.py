"""Which room an appointment has, and giving it another one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts import audit
from accounts.tenancy import everywhere
from bookings.appointments import assigning
from bookings.models import Appointment, Resource, ResourceUse
from bookings.openings.taking import Taken
from privacy.vocabulary.scope import Actor


@dataclass(frozen=True, slots=True)
class Choice:
    """One resource that suits an appointment."""

    resource: Resource
    is_free: bool
    is_its_own: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What an appointment has of a kind, and what it could have."""

    label: str
    choices: list[Choice]

    def has(self, pk: str) -> bool:
        """Whether a resource is among the choices."""
        return any(str(each.resource.pk) == pk for each in self.choices)


def kinds(appointment: Appointment) -> list[Kind]:
    """Return the kinds of resources that an appointment needs, with what is free for it."""
    own = set(
        ResourceUse.objects.filter(appointment=appointment).values_list("resource_id", flat=True)
    )
    found: dict[str, list[Choice]] = {}
    for each, is_free in assigning.choices(appointment):
        choice = Choice(each, is_free, each.pk in own)
        found.setdefault(str(each.kind), []).append(choice)
    return [Kind(str(Resource.Kind(kind).label), each) for kind, each in found.items()]


@everywhere()
def change(*, by: Actor, appointment: Appointment, resource: UUID) -> ResourceUse:
    """Give an appointment another resource in the place of the one of that kind; return the use.

    Raises `Taken` when it is somebody else's then, is out of use, doesn't suit, or the appointment was cancelled.
    """
    fresh = Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    wanted = next((each for each, _free in assigning.choices(fresh) if each.pk == resource), None)
    if wanted is None or fresh.state not in Appointment.LIVE:
        raise Taken
    use = assigning.give(fresh, wanted)
    # An open diary asks the appointments' own rows whether anything changed
    Appointment.objects.filter(pk=fresh.pk).update(state=fresh.state)
    audit.record("appointment.room_changed", by=by, of=fresh)
    return use


def names(appointment: Appointment) -> list[str]:
    """Return what an appointment has, by name, rooms first; also what it had before it was cancelled."""
    uses = ResourceUse.objects.filter(appointment=appointment).order_by(
        "-resource__kind", "resource__position", "resource_id"
    )
    return [str(name) for name in uses.values_list("resource__name", flat=True)]
