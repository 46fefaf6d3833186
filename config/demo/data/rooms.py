"""Makes a demo practice's rooms: one at each location for the service that needs it, and who has it when."""

from __future__ import annotations

from accounts.models import Location
from bookings.models import Appointment, Resource, ResourceUse, Service, ServiceNeed
from config.demo.practices import Practice
from privacy.vocabulary import clock


def add_rooms(practice: Practice, places: list[Location], services: list[Service]) -> None:
    """Add a treatment room at each location, for the service that the practice needs one for."""
    needing = [each for each in services if each.name == practice.needs_room]
    for place in places if needing else ():
        room = Resource(location=place, name="Treatment room", position=1)
        room.save(force_insert=True)
        for service in needing:
            ServiceNeed(service=service, resource=room).save(force_insert=True)


def give_rooms() -> None:
    """Let coming bookings that need the room have it; of two at once, the later one stands beside the other."""
    rooms = {each.location_id: each for each in Resource.objects.all()}
    coming = Appointment.objects.filter(
        ends_at__gt=clock.now(), service__needs__isnull=False, location_id__in=rooms
    )
    uses: list[ResourceUse] = []
    for each in coming.distinct().order_by("starts_at", "id"):
        use = ResourceUse(
            appointment=each,
            resource=rooms[each.location_id],
            busy_from=each.busy_from,
            busy_until=each.busy_until,
        )
        use.is_live = not any(
            other.is_live
            and other.resource_id == use.resource_id
            and other.busy_until > use.busy_from
            for other in uses
        )
        uses.append(use)
    ResourceUse.objects.bulk_create(uses)
