"""Forms that a booking sends by itself, when the practice says so for its service (features F1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.dispatch import receiver

from accounts import outbox
from bookings.messaging.objections import is_objected
from bookings.models import Appointment, Attendee, Message
from bookings.signals import booked
from clients.identity import of
from clients.models import Client
from notes.intake import sending
from notes.models import Form, FormTrigger
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Given, Prepared
from privacy.vocabulary.scope import SYSTEM

JOB = "form.of_booking"
OPEN = (Form.State.DRAFT, Form.State.SENT, Form.State.OPENED)
MONTH = timedelta(days=30)
_TRIGGERS = Prepared[Any](
    lambda: FormTrigger.objects.filter(service_id=Given("service")).values_list("id")[:1]
)


@receiver(booked, dispatch_uid="keepwell.forms_of_bookings")
def _ask(attendee_id: UUID, service_id: UUID, **_event: Any) -> None:
    """Leave it to the worker, where there is something to do: a booking does not wait for its forms."""
    if _TRIGGERS(service=service_id):
        outbox.enqueue(JOB, {"attendee": str(attendee_id)})


@outbox.handles(JOB)
def send_due(work: outbox.Work) -> None:
    """Send what the service of a booking asks for, unless the client has it open or has answered it lately."""
    attendee: Attendee | None = (
        Attendee.objects.select_related("client", "appointment")
        .exclude(state=Attendee.State.CANCELLED)
        .filter(pk=work.payload["attendee"], appointment__state=Appointment.State.BOOKED)
        .first()
    )
    if attendee is None or attendee.appointment.starts_at <= clock.now():
        return
    # two bookings at once are one reason to ask
    Client.objects.select_for_update().get(pk=attendee.client.pk)
    triggers = FormTrigger.objects.filter(
        service_id=attendee.appointment.service_id, template__archived_at=None
    ).select_related("template")
    for trigger in triggers:
        if not _has_it(attendee, trigger):
            form = sending.make(
                by=SYSTEM, client=attendee.client, template=trigger.template, attendee=attendee
            )
            if sending.is_reachable(attendee.client) and not is_objected(
                attendee.client, Message.Category.FORM
            ):
                sending.send(by=SYSTEM, form=form)


def _has_it(attendee: Attendee, trigger: FormTrigger) -> bool:
    """Tell whether nothing new is to be sent: one is open, was sent for this booking, or was answered lately enough."""
    theirs = Form.objects.filter(of(attendee.client), template=trigger.template)
    lately = Q(completed_at__isnull=False)
    if trigger.again_months is not None:
        lately &= Q(completed_at__gt=clock.now() - trigger.again_months * MONTH)
    if trigger.again_months == 0:
        lately = Q(pk__in=())
    return bool(theirs.filter(lately | Q(state__in=OPEN) | Q(attendee=attendee)).exists())
