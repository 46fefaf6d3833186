"""Self-booking in small steps: what, where, with whom, when. Each is a plain page; nothing is kept between."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Location
from accounts.permissions import public
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import zone_words
from accounts.time_zones import zone_info
from bookings.availability.schedule import Slot
from bookings.models import BookingPage
from bookings.public import visits
from bookings.public.forms import read_start
from bookings.public.offers import ANYONE, Choice, choose, online_locations, online_services
from bookings.public.pages import Mode, open_door, page, phones, steps, url
from bookings.public.sessions import sessions_page
from bookings.public.times import shown, value_of, week_of
from bookings.public.words import about, cost, minutes, summary


@public
@require_safe
@open_door
def services(request: AccountRequest, wishes: BookingPage) -> HttpResponse:
    """Ask what the visit is for."""
    cards = [
        {
            "url": url(request, "book_who", service.pk),
            "title": service.name,
            "text": " · ".join(
                part for part in (minutes(service.duration_minutes), service.description) if part
            ),
            "end": cost(service.price_minor, service, wishes),
            "svc": service.colour,
            "category": service.category,
        }
        for service in online_services()
    ]
    # Categories stand where their first service stands; what has none stays in front
    order = list(dict.fromkeys(["", *(str(card["category"]) for card in cards)]))
    cards.sort(key=lambda card: order.index(str(card["category"])))
    locations = online_locations()
    only = locations[0] if len(locations) == 1 else None
    return page(
        request,
        "services",
        location=only,
        cards=cards,
        intro=wishes.intro,
        is_viewing=wishes.mode == Mode.VIEW,
        phones=phones() if wishes.mode == Mode.VIEW or not cards else [],
        step=1,
        steps=4,
    )


@public
@require_safe
@open_door
def who(request: AccountRequest, wishes: BookingPage, service: UUID) -> HttpResponse:
    """Ask where, then with whom; pass on what there is only one of."""
    choice = choice_of(request, service)
    here = url(request, "book_who", choice.service.pk)
    services_url = url(request, "book")
    if choice.locations and choice.location is None:
        cards = [
            {"url": f"{here}?at={each.pk}", "title": each.name, "text": each.address}
            for each in choice.locations
        ]
        return page(
            request,
            "where",
            cards=cards,
            about=about(choice.service, wishes),
            back=services_url,
            **steps(choice, "where"),
        )
    if choice.candidates and not choice.who:
        return page(
            request,
            "who",
            location=choice.location,
            cards=_people(request, choice),
            about=about(choice.service, wishes),
            back=here if choice.asks_where else services_url,
            **steps(choice, "who"),
        )
    return redirect(url(request, "book_when", choice.service.pk, **choice.query))


@public
@require_safe
@open_door
def when(request: AccountRequest, wishes: BookingPage, service: UUID) -> HttpResponse:
    """Ask when: a week of days with what each has left, and the times of one; of a group, its sessions."""
    choice = choice_of(request, service)
    if not choice.locations:
        what = about(choice.service, wishes)
        return page(request, "no_times", about=what, phones=phones())
    if choice.location is None or not choice.who:
        return redirect(url(request, "book_who", choice.service.pk, **choice.query))
    back = _back_from_times(request, choice)
    if choice.is_group:
        return sessions_page(request, wishes, choice, choice.location, back=back)
    return _times(request, wishes, choice, choice.location, back)


def _times(
    request: AccountRequest, wishes: BookingPage, choice: Choice, location: Location, back: str
) -> HttpResponse:
    start = read_start(request.GET.get("start", ""))
    week = week_of(choice, location, asked=asked_day(request, location, start))
    # The visit begins here: whoever goes back from the next step finds the time that is kept for them
    begun = choice.query | {"visit": visits.sealed(visits.fresh(choice.visit))}
    chosen = next((slot for slot in week.slots if slot.starts_at == start), None)

    def to(day: date | None) -> str:
        query = {**choice.query, "day": day}
        return url(request, "book_when", choice.service.pk, **query) if day else ""

    return page(
        request,
        "when",
        location=location,
        choice=choice,
        was_taken="taken" in request.GET,
        waiting_url=request.account.url("book_waiting", choice.service.pk, **choice.query)
        if wishes.has_waiting_list
        else "",
        is_viewing=wishes.mode == Mode.VIEW,
        phones=phones() if wishes.mode == Mode.VIEW else [],
        chosen=_chosen(chosen) if chosen else None,
        zone_words=zone_words(location.time_zone),
        about=summary(choice, wishes),
        back=back,
        next_action=url(request, "book_hold", choice.service.pk, **begun),
        return_url=url(request, "book_when", choice.service.pk, **begun),
        **shown(week, to, start),
        **steps(choice, "when"),
    )


def choice_of(request: AccountRequest, service: UUID) -> Choice:
    """Return what the address says was chosen so far. Raises `NotOffered`."""
    asked = request.GET
    return choose(
        service, at=asked.get("at", ""), who=asked.get("who", ""), visit=visits.of(request)
    )


def asked_day(request: AccountRequest, location: Location, start: datetime | None) -> date | None:
    """Return the local date of a chosen start, else the one in the address, None for one that can't be read."""
    if start is not None:
        return start.astimezone(zone_info(location.time_zone)).date()
    try:
        return parse_date(request.GET.get("day", ""))
    except ValueError:
        return None


def _people(request: AccountRequest, choice: Choice) -> list[dict[str, Any]]:
    """Return the cards of those who can be booked, with anyone first."""
    at = choice.query

    def to(who: str) -> str:
        return url(request, "book_when", choice.service.pk, **{**at, "who": who})

    people = [
        {
            "url": to(str(each.pk)),
            "title": each.name,
            "text": each.profession,
            "avatar": _initials(each.name),
        }
        for each in choice.candidates
    ]
    anyone = {
        "url": to(ANYONE),
        "title": _("Anyone"),
        "text": _("The most times to choose from"),
        "icon": "users",
    }
    return [anyone, *people]


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:]))


def _back_from_times(request: AccountRequest, choice: Choice) -> str:
    if choice.asks_who and len(choice.candidates) > 1:
        query = {"at": choice.query["at"]} if choice.asks_where else {}
        return url(request, "book_who", choice.service.pk, **query)
    if choice.asks_where:
        return url(request, "book_who", choice.service.pk)
    return url(request, "book")


def _chosen(slot: Slot) -> dict[str, Any]:
    return {"starts_at": slot.starts_at, "zone": slot.zone, "value": value_of(slot)}
