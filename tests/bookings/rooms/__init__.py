"""A practice with rooms, for the tests of rooms and equipment."""

from __future__ import annotations

from accounts.models import Location
from bookings.models import Resource, ResourceUse, Service, ServiceNeed


def make_room(location: Location, name: str, *services: Service, kind: str = "room") -> Resource:
    """Return a saved room or piece of equipment that these services can use, in the active account."""
    last = Resource.objects.filter(location=location).count()
    resource = Resource(location=location, name=name, kind=kind, position=last)
    resource.save(force_insert=True)
    for service in services:
        ServiceNeed(service=service, resource=resource).save(force_insert=True)
    return resource


def rooms_of(appointment: object) -> list[tuple[str, bool]]:
    """Return the names of what an appointment has, and whether it has it for itself."""
    uses = ResourceUse.objects.filter(appointment=appointment).order_by("resource__position")
    return list(uses.values_list("resource__name", "is_live"))
