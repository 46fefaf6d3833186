"""Who came: explicit states, set by a person, never inferred from the clock."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from bookings.models import Appointment, Attendee
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

S = Attendee.State
# The way through a visit; any of them may be taken back to any other
STEPS = (S.EXPECTED, S.ARRIVED, S.IN_SESSION, S.SEEN)
MARKABLE = frozenset({*STEPS, S.NO_SHOW})


@everywhere()
def mark(*, by: Actor, attendee: Attendee, state: str) -> Attendee:
    """Say whether a client is expected, has arrived, is in session, was seen or did not come; return the attendee.

    Every change is kept in the audit, so taking one back is just another change. The same state twice changes nothing.
    Raises ValidationError for a state that is not one of these, or a place that was cancelled.
    """
    if state not in MARKABLE:
        raise ValidationError(_("Choose how the visit stands."))
    fresh: Attendee = Attendee.objects.select_for_update().get(pk=attendee.pk)
    cancelled = fresh.appointment.state == Appointment.State.CANCELLED
    if cancelled or fresh.state == S.CANCELLED:
        raise ValidationError(_("This appointment was cancelled."))
    if fresh.state == state:
        return fresh
    before, fresh.state, fresh.state_at = fresh.state, state, clock.now()
    fresh.save(update_fields=["state", "state_at"])
    audit.record(
        "attendance.marked",
        by=by,
        of=fresh,
        client_id=fresh.client_id,
        detail={"from": str(before), "to": str(state)},
    )
    return fresh
