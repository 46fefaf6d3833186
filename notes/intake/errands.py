"""On the page of a booking: that a form waits to be filled in, and its link sent once more."""

from __future__ import annotations

from datetime import timedelta

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


def waiting(attendee: Attendee) -> bool:
    """Tell whether a form that a booking brought is not in yet."""
    return bool(_open(attendee).exists())


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
    )
    return rows


knows(Errands(waiting, send_again))
