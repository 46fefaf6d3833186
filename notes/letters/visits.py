"""What letters say of a client's visits."""

from __future__ import annotations

from accounts.templatetags.keepwell import day, when
from bookings.models import Appointment, Attendee
from clients.identity import of
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.placement import TenantQuerySet

_MISSED = (Attendee.State.NO_SHOW, Attendee.State.CANCELLED)


def first(client: Client) -> str:
    """Return the day of the first visit that took place, "" without one."""
    return _day(_past(client).order_by("appointment__starts_at").first())


def last(client: Client) -> str:
    """Return the day of the latest visit that took place."""
    return _day(_past(client).order_by("-appointment__starts_at").first())


def count(client: Client) -> str:
    """Return how many visits took place."""
    return str(_past(client).count())


def coming(client: Client) -> str:
    """Return the time of the next visit."""
    found = _kept(client).filter(
        appointment__starts_at__gt=clock.now(), appointment__state=Appointment.State.BOOKED
    )
    next_one = found.select_related("appointment").order_by("appointment__starts_at").first()
    if next_one is None:
        return ""
    return when(next_one.appointment.starts_at, next_one.appointment.time_zone)


def _past(client: Client) -> TenantQuerySet:
    return _kept(client).filter(appointment__starts_at__lte=clock.now())


def _kept(client: Client) -> TenantQuerySet:
    found: TenantQuerySet = (
        Attendee.objects.filter(of(client))
        .exclude(state__in=_MISSED)
        .select_related("appointment")
        .defer("comment")
    )
    return found


def _day(attendee: Attendee | None) -> str:
    if attendee is None:
        return ""
    return day(attendee.appointment.starts_at, attendee.appointment.time_zone)
