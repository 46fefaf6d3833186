"""Booking a time: by staff in the diary and by people themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Location, Practitioner, PrivacyNotice
from accounts.tenancy import everywhere
from bookings.appointments import elsewhere, overbooking
from bookings.appointments.drafting import draft
from bookings.appointments.expiring import expire_at_its_time, last_answer
from bookings.availability.schedule import Slot
from bookings.availability.wall_time import NonexistentTime
from bookings.messaging import messages
from bookings.models import Appointment, Attendee, Service
from bookings.openings.finding import nearest
from bookings.openings.taking import Taken
from clients.models import Client
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import Actor, ActorKind

__all__ = ["NonexistentTime", "Shown", "SlotTaken", "add_place", "book", "insert"]


class SlotTaken(Exception):
    """The time is somebody else's; `nearest` are up to three free ones around it."""

    def __init__(self, nearest: list[Slot]) -> None:
        super().__init__("The time is taken.")
        self.nearest = nearest


class Shown(NamedTuple):
    """What somebody said and was shown as they took a place."""

    comment: str = ""
    notice: PrivacyNotice | None = None
    provenance: str = "staff"


AT_THE_DESK = Shown()


@everywhere()
def book(
    *,
    by: Actor,
    practitioner: Practitioner,
    service: Service,
    location: Location,
    starts_local: datetime,
    client: Client | Callable[[], Client],
    comment: str = "",
    notice: PrivacyNotice | None = None,
    provenance: str = "staff",
    overbook_because: str = "",
    by_request: bool = False,
    tell: bool | None = None,
    appointment_id: UUID | None = None,
    people: Sequence[UUID] = (),
) -> Appointment:
    """Book a practitioner's time for a client and queue the messages about it; return the appointment.

    `starts_local` is the naive wall time at the location (fold=1: second pass of a repeated hour). `client` may be a
    function that makes the client once the time is won. `notice` is the privacy notice that was shown.
    `overbook_because` says why it may stand beside another appointment. `by_request` makes it a request, which holds
    the time until staff answer. `tell` says whether the client is told (None: as the practice does it). Hours are not
    looked at: staff may book outside them. What `people` have then stands in the way like what the practitioner has.
    Raises `SlotTaken`, `NonexistentTime`, ValidationError for a comment that is too long or a request for the past.
    """
    appointment = draft(practitioner, service, location, starts_local)
    appointment.provenance = provenance
    if by_request:
        _ask(appointment, timedelta(hours=service.request_hours))
    if appointment_id is not None:
        appointment.pk = appointment_id
    with transaction.atomic(using=scope.current().database):
        insert(appointment, by=by, because=overbook_because, people=people)
        attendee = add_place(
            appointment,
            client() if callable(client) else client,
            Shown(comment, notice, provenance),
        )
    action = "appointment.requested" if by_request else "appointment.booked"
    audit.record(action, by=by, of=appointment, client_id=attendee.client_id)
    overbooking.record(
        appointment,
        by=by,
        because=overbook_because,
        client_id=attendee.client_id,
        people=people,
    )
    if by_request:
        expire_at_its_time(appointment)
        messages.after_request(attendee)
    else:
        messages.after_booking(attendee, tell=tell)
    return appointment


@everywhere()
def insert(
    appointment: Appointment, *, by: Actor, because: str = "", people: Sequence[UUID] = ()
) -> None:
    """Save a drafted appointment if its time is free, or beside another for a reason. Raises `SlotTaken`."""
    try:
        overbooking.take(
            appointment,
            lambda: appointment.save(force_insert=True),
            by=by,
            because=because,
            people=people,
        )
    except Taken:
        raise SlotTaken(
            nearest(
                service=appointment.service,
                practitioners=[appointment.practitioner],
                location=appointment.location,
                wanted=appointment.starts_at,
                at_desk=by.kind == ActorKind.MEMBER,
                busy=elsewhere.busy(people, clock.now(), appointment.pk),
            )
        ) from None


def add_place(appointment: Appointment, client: Client, shown: Shown = AT_THE_DESK) -> Attendee:
    """Give a client a place in an appointment that is theirs to have; return the attendee. Raises ValidationError."""
    attendee = Attendee(
        appointment=appointment,
        client=client,
        comment=shown.comment,
        notice=shown.notice,
        notice_shown_at=clock.now() if shown.notice else None,
        provenance=shown.provenance,
    )
    attendee.clean_fields(exclude=["appointment", "client", "notice"])
    attendee.save(force_insert=True)
    return attendee


def _ask(appointment: Appointment, patience: timedelta) -> None:
    """Make an appointment a request that staff have to answer, in good time before it would begin."""
    now = clock.now()
    if appointment.starts_at <= now:
        raise ValidationError(_("This time has passed. Choose a later one."))
    appointment.state = Appointment.State.REQUESTED
    appointment.answer_by = min(now + patience, last_answer(appointment.starts_at))
