"""On the page of a booking: that a form waits to be filled in, and its link sent once more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError

from bookings.models import Attendee
from bookings.public.errands import Errands, knows
from clients.identity import of
from notes.intake import sending
from notes.models import Form
from privacy.vocabulary import clock
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.scope import Actor, ActorKind

State = Form.State
# Sent this lately, it is on its way
PAUSE = timedelta(minutes=10)


def waiting(attendee: Attendee) -> datetime | None:
    """Return when the form was sent that a booking brought and that is not in yet."""
    return _open(attendee).values_list("sent_at", flat=True).first()


def send_again(attendee: Attendee) -> None:
    """Send the links of the forms that bookings brought once more, but not twice within ten minutes."""
    by = Actor(ActorKind.CLIENT, attendee.client_id)
    for form in _open(attendee).filter(sent_at__lt=clock.now() - PAUSE):
        try:
            sending.send(by=by, form=form)
        except ValidationError:
            return  # there is no address any more


def _open(attendee: Attendee) -> TenantQuerySet:
    rows: TenantQuerySet = Form.objects.filter(
        of(attendee.client),
        attendee__isnull=False,
        state__in=(State.SENT, State.OPENED),
        expires_at__gt=clock.now(),
    ).order_by("-sent_at")
    return rows


knows(Errands(waiting, send_again))
