"""Sending a message again that failed or had no address."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.tenancy import everywhere
from bookings.messaging.queueing import JOB
from bookings.messaging.reasons import WORDS
from bookings.messaging.truth import reason_against
from bookings.models import Message
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

State = Message.State


def can_resend(message: Message) -> bool:
    """Tell whether a message failed in a way that another attempt could mend."""
    return bool(
        message.state == State.FAILED
        or (message.state == State.SUPPRESSED and message.reason == "no_address")
    )


@everywhere()
def resend(*, by: Actor, message: Message) -> Message:
    """Queue a failed message once more, with the booking as it stands now; return it.

    Raises ValidationError when it didn't fail or would no longer be true.
    """
    kept: Message = (
        Message.objects.select_for_update(of=("self",))
        .select_related(
            "client",
            "attendee__appointment",
            "offer__location",
            "entry",
            "via__other",
            "via__contact",
        )
        .get(pk=message.pk)
    )
    if not can_resend(kept):
        raise ValidationError(_("This message did not fail. Nothing was sent."))
    if kept.attendee:
        kept.sequence = kept.attendee.appointment.sequence
    if against := reason_against(kept):
        raise ValidationError(
            _("Nothing was sent: %(why)s.") % {"why": WORDS.get(against, against)}
        )
    kept.state, kept.reason, kept.attempts, kept.send_at = State.QUEUED, "", 0, clock.now()
    kept.save()
    outbox.enqueue(JOB, {"message": str(kept.pk)})
    audit.record("message.resent", by=by, of=kept, client_id=kept.client_id)
    return kept
