"""The list of rooms and equipment: adding, changing, ordering, taking out of use, and which services can use them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.models import Location
from accounts.tenancy import everywhere
from bookings.appointments import assigning
from bookings.models import Appointment, Resource, ResourceUse, Service, ServiceNeed
from bookings.openings.taking import Taken
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor


@dataclass(slots=True)
class Rehoused:
    """What became of the coming bookings in a room that was taken out of use."""

    elsewhere: list[Appointment] = field(default_factory=list)
    left: list[Appointment] = field(default_factory=list)


@everywhere()
def add(
    *, by: Actor, location: Location, name: str, kind: str, services: Iterable[Service]
) -> Resource:
    """Add a room or a piece of equipment at the end of its location's list; return it. Raises ValidationError."""
    resource = Resource(location=location, name=name, kind=kind, position=_last(location) + 1)
    resource.full_clean(exclude=["location"])
    resource.save(force_insert=True)
    _suit(resource, services)
    audit.record("room.added", by=by, of=resource)
    return resource


@everywhere()
def change(
    *, by: Actor, resource: Resource, name: str, services: Iterable[Service] | None = None
) -> Resource:
    """Rename a resource and say which services can use it (None: as before); return it.

    Bookings that stand keep what they have. Raises ValidationError.
    """
    fields = []
    if resource.name != name:
        resource.name = name
        resource.full_clean(exclude=["location"])
        resource.save(update_fields=["name"])
        fields.append("name")
    if services is not None and _suit(resource, services):
        fields.append("services")
    if fields:
        audit.record("room.changed", by=by, of=resource, detail={"fields": fields})
    return resource


@everywhere()
def move(*, by: Actor, resource: Resource, up: bool) -> None:
    """Move a resource one place up or down among those in use at its location; at the edge it stays."""
    in_use = Resource.objects.filter(location_id=resource.location_id, archived_at=None)
    # Locked, so that two people who sort at once don't give one place to two
    order = list(in_use.select_for_update())
    at = next((n for n, each in enumerate(order) if each.pk == resource.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, each in enumerate(order, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])
    audit.record("room.moved", by=by, of=resource)


@everywhere()
def archive(*, by: Actor, resource: Resource) -> Rehoused:
    """Take a resource out of use. Coming bookings get another of its kind where one is free; return what became of them.

    Those that are `left` keep it until somebody decides about them. Archived twice is archived once.
    """
    if resource.archived_at is not None:
        return Rehoused()
    resource.archived_at = clock.now()
    resource.save(update_fields=["archived_at"])
    found = Rehoused()
    for appointment in coming(resource):
        try:
            assigning.rehouse(appointment, resource)
        except Taken:
            found.left.append(appointment)
        else:
            found.elsewhere.append(appointment)
    detail = {"elsewhere": len(found.elsewhere), "left": len(found.left)}
    audit.record("room.archived", by=by, of=resource, detail=detail)
    return found


def rehearsed(resource: Resource) -> Rehoused:
    """Return what would become of the coming bookings if a resource were taken out of use; nothing is changed."""
    database = scope.current().database
    with transaction.atomic(using=database):
        found = archive(by=SYSTEM, resource=Resource.objects.get(pk=resource.pk))
        transaction.set_rollback(True, using=database)
    return found


@everywhere()
def restore(*, by: Actor, resource: Resource) -> Resource:
    """Use an archived resource again, at the end of its location's list."""
    if resource.archived_at is not None:
        resource.archived_at, resource.position = None, _last(resource.location) + 1
        resource.save(update_fields=["archived_at", "position"])
        audit.record("room.restored", by=by, of=resource)
    return resource


def coming(resource: Resource) -> list[Appointment]:
    """Return the bookings and requests in a resource that aren't over yet, by start; their rows are locked."""
    uses = ResourceUse.objects.filter(
        resource=resource,
        appointment__state__in=Appointment.LIVE,
        appointment__ends_at__gt=clock.now(),
    )
    rows = Appointment.objects.filter(pk__in=uses.values("appointment_id"))
    return list(rows.order_by("starts_at", "id").select_for_update())


def _last(location: Location) -> int:
    last = Resource.objects.filter(location=location).aggregate(last=Max("position"))["last"]
    return int(last or 0)


def _suit(resource: Resource, services: Iterable[Service]) -> bool:
    """Let exactly these services use a resource; return whether that is a change.

    Archived services keep theirs: it counts again when they are offered anew.
    """
    wanted = {each.pk for each in services}
    active = ServiceNeed.objects.filter(resource=resource, service__archived_at=None)
    present = set(active.values_list("service_id", flat=True))
    ServiceNeed.objects.filter(resource=resource, service_id__in=present - wanted).delete()
    for pk in sorted(wanted - present):
        ServiceNeed.objects.get_or_create(service_id=pk, resource=resource)
    return present != wanted
