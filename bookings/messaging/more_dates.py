"""The other dates of a series in one message about it, so that twenty-four visits are told once."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import short_day, when
from bookings.models import Appointment, Attendee, Message
from clients.identity import of

# A series is cancelled in one transaction, within moments
TOGETHER = timedelta(minutes=1)


def more_dates(message: Message) -> str:
    """Return the client's later visits of the series that a message is about; "" where it has none.

    For a cancellation, those cancelled along with it.
    """
    if message.attendee is None or message.attendee.appointment.series_id is None:
        return ""
    about: Appointment = message.attendee.appointment
    others = Attendee.objects.filter(
        of(message.client),
        appointment__series_id=about.series_id,
        appointment__starts_at__gt=about.starts_at,
    )
    if message.category == Message.Category.CANCELLATION:
        since = message.attendee.state_at - TOGETHER
        others = others.filter(
            state=Attendee.State.CANCELLED, state_at__range=(since, since + 2 * TOGETHER)
        )
    else:
        others = others.exclude(state=Attendee.State.CANCELLED)
    rows = others.order_by("appointment__starts_at").values_list(
        "appointment__starts_at", flat=True
    )
    if not rows:
        return ""
    if message.channel == Message.Channel.SMS:
        days = ", ".join(short_day(starts_at, about.time_zone) for starts_at in rows)
        return _("Also: %(dates)s") % {"dates": days}
    return "\n".join([_("Also:"), *(when(starts_at, about.time_zone) for starts_at in rows)])
