"""The sessions of a group as people choose among them: when, with whom, how many places are left; never who comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Location
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import zone_words
from bookings.groups import Session, sessions
from bookings.models import Appointment, BookingPage
from bookings.public import visits
from bookings.public.offers import Choice
from bookings.public.pages import Mode, page, phones, steps, url
from bookings.public.times import day_words, time_words
from bookings.public.words import summary
from privacy.vocabulary import clock

NEAREST = 3
SHOWN = 40


def sessions_page(
    request: AccountRequest, wishes: BookingPage, choice: Choice, location: Location, *, back: str
) -> HttpResponse:
    """Show the sessions that people can join, by day."""
    found = coming(choice, location)[:SHOWN]
    visit = choice.visit or visits.fresh(None)
    return page(
        request,
        "sessions",
        location=location,
        days=_by_day(choice, found),
        hidden={**choice.query, "visit": visits.sealed(visits.fresh(visit))},
        was_full="full" in request.GET,
        is_viewing=wishes.mode == Mode.VIEW,
        phones=phones(),
        waiting_url=request.account.url("book_waiting", choice.service.pk, **choice.query)
        if wishes.has_waiting_list
        else "",
        can_join=any(not session.is_full for session in found),
        zone_words=zone_words(location.time_zone),
        about=summary(choice, wishes),
        back=back,
        action=url(request, "book_details", choice.service.pk),
        **steps(choice, "when"),
    )


def coming(choice: Choice, location: Location) -> list[Session]:
    """Return the sessions that are open for booking online, full ones among them, in order of time."""
    today = clock.today(location.time_zone)
    return sessions(
        service=choice.service,
        practitioners=choice.practitioners,
        location=location,
        first_day=today,
        last_day=today + timedelta(days=choice.service.horizon_days + 1),
    )


def session_of(choice: Choice, location: Location, text: str) -> Appointment | None:
    """Return the session that a form or address names, if it can be joined online; a full one too."""
    try:
        wanted = UUID(text)
    except ValueError:
        return None
    if all(session.id != wanted for session in coming(choice, location)):
        return None
    found: Appointment | None = Appointment.objects.filter(pk=wanted).first()
    return found


def nearest_sessions(choice: Choice, location: Location, wanted: datetime) -> list[dict[str, Any]]:
    """Return the free sessions closest to one that is full, in order of time, as cards."""
    free = [session for session in coming(choice, location) if not session.is_full]
    free.sort(key=lambda session: abs(session.starts_at - wanted))
    return [
        card | {"text": f"{day_words(session.local_start.date())} · {card['text']}"}
        for session in sorted(free[:NEAREST], key=lambda session: session.starts_at)
        for card in [_card(choice, session)]
    ]


def _by_day(choice: Choice, found: Iterable[Session]) -> list[dict[str, Any]]:
    days: dict[str, list[dict[str, Any]]] = {}
    for session in found:
        cards = days.setdefault(day_words(session.local_start.date()), [])
        cards.append(_card(choice, session))
    return [{"label": label, "sessions": cards} for label, cards in days.items()]


def _card(choice: Choice, session: Session) -> dict[str, Any]:
    names = {each.pk: each.name for each in choice.candidates}
    left = ngettext("%d place left", "%d places left", session.left) % session.left
    return {
        "value": str(session.id),
        "title": time_words(session.local_start),
        "text": _("with %(name)s") % {"name": names.get(session.practitioner, "")},
        "end": _("full") if session.is_full else left,
        "full": session.is_full,
    }
