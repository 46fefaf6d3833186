"""Self-booking in small steps: what, where, with whom, when, who you are. Each is a plain page; nothing is kept between."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from uuid_utils.compat import uuid7

from accounts.models import Location, PrivacyNotice
from accounts.permissions import public
from accounts.requests import AccountRequest
from accounts.time_zones import zone_info
from bookings.availability import Slot
from bookings.booking import SlotTaken
from bookings.models import Appointment, Service
from bookings.openings import openings
from bookings.prices import price
from bookings.public.forms import DetailsForm, read_start
from bookings.public.links import BadLink, open_id, sealed_id, token_of
from bookings.public.offers import ANYONE, Choice, choose, online_services
from bookings.public.pages import current_notice, open_door, page, phones, place_words, steps
from bookings.public.restraint import is_too_often
from bookings.public.self_booking import book_online
from bookings.public.times import (
    day_cards,
    nearest_choices,
    time_parts,
    value_of,
    week_of,
    zone_words,
)

KEY, NOTICE = "bookings.form", "bookings.notice"


@public
@require_safe
@open_door
def services(request: AccountRequest) -> HttpResponse:
    """Ask what the visit is for."""
    cards = [
        {
            "url": request.account.url("book_who", service.pk),
            "title": service.name,
            "text": " · ".join(part for part in (minutes(service), service.description) if part),
            "end": price(service.price_minor, service.currency),
            "svc": service.colour,
        }
        for service in online_services()
    ]
    locations = list(Location.objects.filter(is_online=True, archived_at=None)[:2])
    only = locations[0] if len(locations) == 1 else None
    return page(request, "services", location=only, cards=cards, phones=phones(), step=1, steps=4)


@public
@require_safe
@open_door
def who(request: AccountRequest, service: UUID) -> HttpResponse:
    """Ask where, then with whom; pass on what there is only one of."""
    choice = _choice(request, service)
    here = request.account.url("book_who", choice.service.pk)
    services_url = request.account.url("book")
    if choice.locations and choice.location is None:
        cards = [
            {"url": f"{here}?at={each.pk}", "title": each.name, "text": each.address}
            for each in choice.locations
        ]
        return page(
            request,
            "where",
            cards=cards,
            about=about(choice.service),
            back=services_url,
            **steps(choice, "where"),
        )
    if choice.candidates and not choice.who:
        return page(
            request,
            "who",
            location=choice.location,
            cards=_people(request, choice),
            about=about(choice.service),
            back=here if choice.asks_where else services_url,
            **steps(choice, "who"),
        )
    return redirect(request.account.url("book_when", choice.service.pk, **choice.query))


@public
@require_safe
@open_door
def when(request: AccountRequest, service: UUID) -> HttpResponse:
    """Ask when: a week of days with what each has left, and the times of one."""
    choice = _choice(request, service)
    if not choice.locations:
        return page(request, "no_times", about=about(choice.service), phones=phones())
    if choice.location is None or not choice.who:
        return redirect(request.account.url("book_who", choice.service.pk, **choice.query))
    start = read_start(request.GET.get("start", ""))
    asked = asked_day(request, choice.location, start)
    week = week_of(choice, choice.location, asked=asked)
    chosen = next((slot for slot in week.slots if slot.starts_at == start), None)

    def url(day: date | None) -> str:
        query = {**choice.query, "day": day}
        return request.account.url("book_when", choice.service.pk, **query) if day else ""

    return page(
        request,
        "when",
        location=choice.location,
        choice=choice,
        week=week,
        days=day_cards(week, url),
        parts=time_parts(week.slots, start),
        earlier=url(week.earlier),
        later=url(week.later),
        next_url=url(week.next_day),
        was_taken="taken" in request.GET,
        chosen=_chosen(chosen) if chosen else None,
        zone_words=zone_words(choice.location.time_zone),
        about=_summary(choice),
        back=_back_from_times(request, choice),
        next_action=request.account.url("book_details", choice.service.pk),
        **steps(choice, "when"),
    )


@public
@require_http_methods(["GET", "HEAD", "POST"])
@open_door
def details(request: AccountRequest, service: UUID) -> HttpResponse:
    """Ask who comes, with the privacy notice beside the fields, and book."""
    choice = _choice(request, service)
    start = read_start(request.POST.get("start") or request.GET.get("start", ""))
    if choice.location is None or not choice.practitioners or start is None:
        return redirect(request.account.url("book_when", choice.service.pk, **choice.query))
    if request.method == "POST":
        return _take(request, choice, choice.location, start)
    slot = _slot_at(choice, choice.location, start)
    if slot is None:
        day = start.astimezone(zone_info(choice.location.time_zone)).date()
        query = {**choice.query, "day": day, "taken": 1}
        return redirect(request.account.url("book_when", choice.service.pk, **query))
    notice = current_notice()
    form = DetailsForm(
        country=request.account.country,
        initial={
            "key": sealed_id(KEY, uuid7()),
            "notice": sealed_id(NOTICE, notice.pk) if notice else "",
        },
    )
    return _ask(request, choice, choice.location, start, form, notice)


def _take(
    request: AccountRequest, choice: Choice, location: Location, start: datetime
) -> HttpResponse:
    """Book what was sent; whatever is wrong, the page comes back with all that was typed."""
    form = DetailsForm(request.POST, country=request.account.country)
    notice = _shown_notice(request)
    if not form.is_valid():
        return _ask(request, choice, location, start, form, notice, status=422)
    if is_too_often(request, form.cleaned_data["email"]):
        form.add_error(
            None, _("Too many bookings came from you in the last hour. Wait a while, or call us.")
        )
        return _ask(request, choice, location, start, form, notice, status=429)
    try:
        appointment = book_online(
            by=request.actor,
            service=choice.service,
            practitioners=choice.practitioners,
            location=location,
            starts_at=start,
            person=form.person,
            comment=form.cleaned_data["comment"],
            notice=notice,
            appointment_id=_form_key(request),
        )
    except SlotTaken as taken:
        others = nearest_choices(taken.nearest)
        return _ask(request, choice, location, start, form, notice, others=others, status=409)
    return _to_done(request, appointment)


def _to_done(request: AccountRequest, appointment: Appointment) -> HttpResponseRedirect:
    """Send the browser on, so that going back or reloading books nothing twice."""
    address = request.account.url("booked", token_of(appointment.attendees.get()))
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _ask(
    request: AccountRequest,
    choice: Choice,
    location: Location,
    start: datetime,
    form: DetailsForm,
    notice: PrivacyNotice | None,
    *,
    others: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    local = start.astimezone(zone_info(location.time_zone))
    query = {**choice.query, "start": local.isoformat(timespec="minutes")}
    return page(
        request,
        "details",
        location=location,
        form=form,
        notice=notice,
        starts_at=start,
        zone=location.time_zone,
        zone_words=zone_words(location.time_zone),
        place=place_words(location),
        about=_summary(choice),
        others=others,
        taken=others is not None,
        phones=phones(),
        action=request.account.url("book_details", choice.service.pk, **query),
        back=request.account.url("book_when", choice.service.pk, **query),
        status=status,
        **steps(choice, "you"),
    )


def _choice(request: AccountRequest, service: UUID) -> Choice:
    return choose(service, at=request.GET.get("at", ""), who=request.GET.get("who", ""))


def _slot_at(choice: Choice, location: Location, start: datetime) -> Slot | None:
    day = start.astimezone(zone_info(location.time_zone)).date()
    found = openings(
        service=choice.service,
        practitioners=choice.practitioners,
        location=location,
        first_day=day,
        last_day=day,
    )
    return next((slot for slot in found if slot.starts_at == start), None)


def _shown_notice(request: AccountRequest) -> PrivacyNotice | None:
    """Return the notice that the sent form had beside its fields, even when a newer one came out meanwhile."""
    try:
        pk = open_id(NOTICE, request.POST.get("notice", ""))
    except BadLink:
        return current_notice()
    notice: PrivacyNotice | None = PrivacyNotice.objects.filter(pk=pk).first()
    return notice


def _form_key(request: AccountRequest) -> UUID | None:
    try:
        return open_id(KEY, request.POST.get("key", ""))
    except BadLink:
        return None


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

    def url(who: str) -> str:
        return request.account.url("book_when", choice.service.pk, **{**at, "who": who})

    people = [
        {
            "url": url(str(each.pk)),
            "title": each.name,
            "text": each.profession,
            "avatar": _initials(each.name),
        }
        for each in choice.candidates
    ]
    anyone = {
        "url": url(ANYONE),
        "title": _("Anyone"),
        "text": _("The most times to choose from"),
        "avatar": "·",
    }
    return [anyone, *people]


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:]))


def _back_from_times(request: AccountRequest, choice: Choice) -> str:
    if choice.asks_who and len(choice.candidates) > 1:
        query = {"at": choice.query["at"]} if choice.asks_where else {}
        return request.account.url("book_who", choice.service.pk, **query)
    if choice.asks_where:
        return request.account.url("book_who", choice.service.pk)
    return request.account.url("book")


def _chosen(slot: Slot) -> dict[str, Any]:
    return {"starts_at": slot.starts_at, "zone": slot.zone, "value": value_of(slot)}


def minutes(service: Service) -> str:
    """Return "45 min"."""
    length = service.duration_minutes
    return ngettext("%d min", "%d min", length) % length


def about(service: Service, person: str = "") -> str:
    """Return "First visit · 60 min · with Mei Tanaka · $135"."""
    parts = (service.name, minutes(service), person, price(service.price_minor, service.currency))
    return " · ".join(part for part in parts if part)


def _summary(choice: Choice) -> str:
    person = choice.practitioner
    return about(choice.service, _("with %(name)s") % {"name": person.name} if person else "")
