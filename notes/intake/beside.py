"""In the diary's panel: which forms somebody who comes still owes, and which nobody has looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import AccountAnchor
from accounts.permissions import Permission
from bookings.diary.beside import provides
from bookings.models import Attendee
from clients.identity import person
from notes.intake import reading
from notes.models import Form

State = Form.State


@provides
def forms(
    attendees: Sequence[Attendee], account: AccountAnchor, permissions: frozenset[Permission]
) -> Iterator[tuple[UUID, str, Any]]:
    """Yield the forms that are not in, and those that are in and not looked at, by the client's attendee."""
    if Permission.CLIENTS_CARE not in permissions:
        return
    places = {each.client.person_id: each.pk for each in attendees}
    rows = reading.unfinished().annotate(person=person()).filter(person__in=list(places))
    for form in rows.order_by("created_at", "id"):
        words = _("to look at") if form.state == State.COMPLETED else form.get_state_display()
        link = format_html('<a href="{}">{}</a>', account.url("form", form.pk), form.name)
        yield places[form.person], _("Form"), format_html("{} · {}", link, words)
