"""Where else the people of an appointment are booked at its time: nobody can be in two rooms at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookings.availability.ranges import Range
from bookings.models import Appointment, Attendee
from clients import identity
from clients.models import Client
from privacy.vocabulary.prepared import Given, Prepared

_MET = Prepared[Any](
    lambda: (
        places(Given("who"), Given("since"), Given("until"))
        .exclude(appointment_id=Given("but"))
        .values_list("id")[:1]
    )
)


def people_of(appointment: Appointment) -> tuple[UUID, ...]:
    """Return the records of whom an appointment is for; nobody's of a session, which goes by its own time."""
    if appointment.capacity > 1:
        return ()
    places = appointment.attendees.exclude(state=Attendee.State.CANCELLED)
    ids = set(places.values_list("client_id", flat=True))
    return tuple(sorted(pk for known in identity.records(ids).values() for pk in known))


def people(client: Client | None) -> tuple[UUID, ...]:
    """Return the records of a client; of one who is new, none."""
    return tuple(identity.ids(client)) if client is not None else ()


def places(who: Any, since: Any, until: Any) -> QuerySet[Attendee]:
    """Return the places these people have in appointments between two instants; buffers are the practitioner's."""
    found: QuerySet[Attendee] = Attendee.objects.filter(
        client__among=who,
        appointment__state__in=Appointment.LIVE,
        appointment__starts_at__lt=until,
        appointment__ends_at__gt=since,
    ).exclude(state=Attendee.State.CANCELLED)
    return found


def are_met(wanted: Appointment, who: Sequence[UUID]) -> bool:
    """Tell whether these people have a place in another appointment at the time of `wanted` (saved or not)."""
    at = {"since": wanted.starts_at, "until": wanted.ends_at}
    return bool(who) and bool(_MET(who=list(who), but=wanted.pk, **at))


def meeting(wanted: Appointment, who: Sequence[UUID]) -> QuerySet[Attendee]:
    """Return the places these people have in other appointments at the time of `wanted` (saved or not)."""
    return places(list(who), wanted.starts_at, wanted.ends_at).exclude(appointment_id=wanted.pk)


def busy(who: Sequence[UUID], since: datetime, but: UUID) -> list[Range]:
    """Return when these people are booked from an instant on, the appointment `but` left out."""
    if not who:
        return []
    rows = places(list(who), since, datetime.max.replace(tzinfo=since.tzinfo))
    edges = rows.exclude(appointment_id=but).values_list(
        "appointment__starts_at", "appointment__ends_at"
    )
    return list(edges)
