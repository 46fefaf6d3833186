"""What people themselves see of the waiting list: joining it, leaving it, and the times they are offered."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from uuid_utils.compat import uuid7

from accounts.models import PrivacyNotice
from accounts.permissions import public
from accounts.practice_settings import zone as practice_zone
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import zone_words
from bookings.messaging.links import OFFER, PLACE, BadLink, open_id, sealed_id, token_of
from bookings.models import Attendee, BookingPage, WaitingEntry, WaitingOffer
from bookings.openings.finding import nearest
from bookings.public import choices
from bookings.public.languages import language_of_visitor
from bookings.public.offers import Choice, NotOffered
from bookings.public.pages import current_notice, open_door, page, phones, place_words
from bookings.public.restraint import is_too_often
from bookings.public.times import nearest_choices
from bookings.public.views import choice_of
from bookings.waiting import entries
from bookings.waiting.answering import Closed, accept, decline
from bookings.waiting.entries import Terms, linked
from bookings.waiting.forms import JoinForm, booking_words
from bookings.waiting.matching import Wish, windows_of
from bookings.waiting.words import window_words
from clients.identity import of
from clients.models import Client
from clients.records import SELF_BOOKING
from clients.records import add as add_client
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind

KEY, NOTICE = "bookings.waiting_form", "bookings.notice"
State = WaitingOffer.State
View = Callable[..., HttpResponseBase]


def place_token(entry: WaitingEntry) -> str:
    """Return the token of the link by which somebody sees and leaves their place on the list."""
    return sealed_id(PLACE, entry.pk)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@open_door
def join(request: AccountRequest, wishes: BookingPage, service: UUID) -> HttpResponse:
    """Ask who waits and when they can come, with the privacy notice beside; put them on the list."""
    choice = choice_of(request, service)
    if not wishes.has_waiting_list or not choice.locations:
        raise NotOffered
    horizon = choice.service.horizon_days
    if request.method == "POST":
        form = JoinForm(request.POST, country=request.account.country, horizon=horizon)
        return _joined(request, choice, form)
    notice = current_notice()
    form = JoinForm(
        country=request.account.country,
        horizon=horizon,
        initial={
            "key": sealed_id(KEY, uuid7()),
            "notice": sealed_id(NOTICE, notice.pk) if notice else "",
        },
    )
    return _ask(request, choice, form, notice)


def _joined(request: AccountRequest, choice: Choice, form: JoinForm) -> HttpResponse:
    """Put a newcomer on the list, whoever they say they are; whatever is wrong, all that was typed comes back."""
    notice = _shown_notice(request)
    if not form.is_valid():
        return _ask(request, choice, form, notice, status=422)
    if is_too_often(request, form.cleaned_data["email"]):
        words = _("Too many forms came from you in the last hour. Wait a while, or call us.")
        form.add_error(None, words)
        return _ask(request, choice, form, notice, status=429)
    try:
        entry = entries.add(
            by=request.actor,
            client=lambda: _newcomer(request, form),
            terms=Terms(
                service=choice.service,
                until=form.cleaned_data["until"],
                windows=form.windows,
                wishes=_wishes(choice),
                note=form.cleaned_data["note"],
            ),
            provenance=SELF_BOOKING,
            entry_id=_form_key(request),
            notice=notice,
            tells=True,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return _ask(request, choice, form, notice, status=422)
    return _see(request.account.url("waiting_place", place_token(entry), new=1))


def _newcomer(request: AccountRequest, form: JoinForm) -> Client:
    """Return a new, unconfirmed client who is written to in the language they read; nobody known is looked up."""
    client = add_client(by=request.actor, values=form.person, provenance=SELF_BOOKING)
    if language := language_of_visitor():
        client.language = language
        client.save(update_fields=["language"])
    return client


def by_link(purpose: str, rows: Callable[[], Any]) -> Callable[[View], View]:
    """Turn the token of an address into the row it stands for; a link that leads nowhere gets a page that helps."""

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(request: AccountRequest, token: str) -> HttpResponseBase:
            try:
                found = rows().filter(pk=open_id(purpose, token)).first()
            except BadLink:
                found = None
            if found is None:
                book_url = request.account.url("book")
                return page(request, "link_gone", phones=phones(), book_url=book_url, status=404)
            if request.method == "POST" and not request.account.is_active:
                return page(request, "closed", phones=phones(), status=410)
            return view(request, found)

        return opened

    return decorate


def _entries() -> Any:
    return WaitingEntry.objects.select_related("service", "attendee__appointment").defer("note")


def _offers() -> Any:
    return WaitingOffer.objects.select_related(
        "entry__service", "entry__attendee__appointment__practitioner", "practitioner", "location"
    )


@public
@require_safe
@by_link(PLACE, _entries)
def place(request: AccountRequest, entry: WaitingEntry) -> HttpResponse:
    """Show somebody's place on the list, with the way to leave it."""
    token = place_token(entry)
    return page(
        request,
        "waiting/place",
        entry=entry,
        is_new="new" in request.GET,
        waits=entry.state == WaitingEntry.State.WAITING,
        windows=window_words(windows_of(entry.windows)),
        end_url=request.account.url("waiting_place_end", token),
        book_url=request.account.url("book"),
        phones=phones(),
    )


@public
@require_POST
@by_link(PLACE, _entries)
def place_end(request: AccountRequest, entry: WaitingEntry) -> HttpResponse:
    """Leave the list."""
    entries.remove(by=Actor(ActorKind.CLIENT, entry.client_id), entry=entry)
    return _see(request.account.url("waiting_place", place_token(entry)))


@public
@require_safe
@by_link(OFFER, _offers)
def offer(request: AccountRequest, offer: WaitingOffer) -> HttpResponse:
    """Show an offered time: to take it or leave it, or what became of it."""
    if offer.state == State.ACCEPTED:
        booked = _booked(offer)
        if booked is not None:
            return redirect(request.account.url("booking", token_of(booked)))
    if offer.state == State.OFFERED and offer.expires_at > clock.now():
        return _open(request, offer)
    return _over(request, offer)


@public
@require_POST
@by_link(OFFER, _offers)
def offer_acceptance(request: AccountRequest, offer: WaitingOffer) -> HttpResponse:
    """Take the offered time; whoever comes second hears it kindly and stays on the list."""
    try:
        appointment = accept(by=Actor(ActorKind.CLIENT, offer.client_id), offer=offer)
    except Closed as closed:
        offer.state = closed.offer.state
        if offer.state == State.ACCEPTED:
            return _see(request.account.url("waiting_offer", sealed_id(OFFER, offer.pk)))
        return _over(request, offer, status=409)
    places = appointment.attendees.filter(of(offer.client))
    place = places.exclude(state=Attendee.State.CANCELLED).get()
    return _see(request.account.url("booked", token_of(place)))


@public
@require_POST
@by_link(OFFER, _offers)
def offer_refusal(request: AccountRequest, offer: WaitingOffer) -> HttpResponse:
    """Leave the offered time to others."""
    decline(by=Actor(ActorKind.CLIENT, offer.client_id), offer=offer)
    return _see(request.account.url("waiting_offer", sealed_id(OFFER, offer.pk)))


def _open(request: AccountRequest, offer: WaitingOffer) -> HttpResponse:
    token, present = sealed_id(OFFER, offer.pk), linked(offer.entry)
    return page(
        request,
        "waiting/offer",
        location=offer.location,
        offer=offer,
        zone=offer.location.time_zone,
        zone_words=zone_words(offer.location.time_zone),
        place=place_words(offer.location),
        gives_up=booking_words(present) if present else "",
        accept_url=request.account.url("waiting_offer_acceptance", token),
        decline_url=request.account.url("waiting_offer_refusal", token),
        phone=offer.location.phone,
    )


def _over(request: AccountRequest, offer: WaitingOffer, status: int = 200) -> HttpResponse:
    """Say what became of an offer; who lost it to somebody sees the nearest free times."""
    entry = offer.entry
    entry.refresh_from_db(fields=["state"])
    return page(
        request,
        "waiting/offer_over",
        location=offer.location,
        offer=offer,
        zone=offer.location.time_zone,
        state=State.EXPIRED if offer.state == State.OFFERED else offer.state,
        waits=entry.state == WaitingEntry.State.WAITING,
        others=_others(request, offer) if offer.state == State.LOST else [],
        place_url=request.account.url("waiting_place", place_token(entry)),
        book_url=request.account.url("book"),
        phones=phones(),
        status=status,
    )


def _others(request: AccountRequest, offer: WaitingOffer) -> list[dict[str, Any]]:
    """Return the nearest times that can be booked online, with where each leads."""
    service, who, where = offer.entry.service, offer.practitioner, offer.location
    online = service.is_online and who.is_online and where.is_online and service.capacity == 1
    if not online or choices.chosen().mode != BookingPage.Mode.OPEN:
        return []
    found = nearest(service=service, practitioners=[who], location=where, wanted=offer.starts_at)
    query = {"at": where.pk, "who": who.pk}
    return [
        {
            **each,
            "url": request.account.url("book_details", service.pk, **query, start=each["value"]),
        }
        for each in nearest_choices(found)
    ]


def _booked(offer: WaitingOffer) -> Attendee | None:
    """Return the booking that an accepted offer became, while it stands there."""
    found: Attendee | None = (
        Attendee.objects.filter(
            of(offer.client),
            appointment__practitioner_id=offer.practitioner_id,
            appointment__starts_at=offer.starts_at,
            appointment__ends_at__gt=clock.now(),
        )
        .order_by("-id")
        .first()
    )
    return found


def _ask(
    request: AccountRequest,
    choice: Choice,
    form: JoinForm,
    notice: PrivacyNotice | None,
    status: int = 200,
) -> HttpResponse:
    practitioner, location = choice.practitioner, choice.location
    return page(
        request,
        "waiting/join",
        location=location,
        service=choice.service,
        who=practitioner.name if practitioner else "",
        form=form,
        notice=notice,
        zone=practice_zone(),
        action=request.account.url("book_waiting", choice.service.pk, **choice.query),
        back=request.account.url("book_when", choice.service.pk, **choice.query),
        status=status,
    )


def _wishes(choice: Choice) -> list[Wish]:
    """Return what was chosen on the way here: a practitioner, one place of several."""
    who = choice.practitioner.pk if choice.practitioner and choice.asks_who else None
    where = choice.location.pk if choice.location and choice.asks_where else None
    return [Wish(who, where)] if who or where else []


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


def _see(address: str) -> HttpResponse:
    """Send the browser on, so that going back or reloading sends nothing twice."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
