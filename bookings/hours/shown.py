"""Words and rows that the pages of people's time share."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import day as day_words
from bookings.models import Appointment, Attendee
from clients import directory

# How many stranded bookings are shown by name
NAMED = 20


def named(request: AccountRequest, found: list[Appointment]) -> list[dict[str, Any]]:
    """Return the first of some appointments with the names of their clients and a link to each."""
    first = found[:NAMED]
    places = Attendee.objects.filter(appointment__in=[each.pk for each in first]).exclude(
        state=Attendee.State.CANCELLED
    )
    clients: dict[Any, list[Any]] = {each.pk: [] for each in first}
    for appointment, client in places.values_list("appointment_id", "client_id"):
        clients[appointment].append(client)
    names = directory.names(client for ids in clients.values() for client in ids)
    return [
        {
            "appointment": each,
            "who": ", ".join(names.get(client, "") for client in clients[each.pk][:3]),
            "url": request.account.url("appointment", each.pk),
        }
        for each in first
    ]


def when_words(first: date, starts: time | None, last: date, ends: time | None) -> str:
    """Return "Tue 24 Nov 2026, 9:00 am–11:00 am", or both dates when it is longer than one."""
    if starts is None or ends is None:
        if first == last:
            return day_words(first)
        return _("%(first)s to %(last)s") % {"first": day_words(first), "last": day_words(last)}
    words = {
        "first": day_words(first),
        "starts": clock_words(starts),
        "last": day_words(last),
        "ends": clock_words(ends),
    }
    if first == last:
        return _("%(first)s, %(starts)s–%(ends)s") % words
    return _("%(first)s, %(starts)s to %(last)s, %(ends)s") % words


def repeat_words(every_weeks: int | None, until: date | None) -> str:
    """Return "every 2 weeks until Tue 2 Mar 2027", or nothing for what doesn't come again."""
    if every_weeks is None:
        return ""
    words = ngettext("every week", "every %d weeks", every_weeks)
    words = words % every_weeks if "%d" in words else words
    if until is None:
        return words
    return _("%(often)s until %(day)s") % {"often": words, "day": day_words(until)}


def is_confirmed(request: AccountRequest, left_out: list[Appointment]) -> bool:
    """Whether a change may be saved: it strands nothing, or the person has seen just these and said so."""
    return not left_out or request.POST.get("confirmed") == str(len(left_out))
