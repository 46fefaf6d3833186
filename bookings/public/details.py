"""The last step of self-booking: the time is held, the person says who comes, agrees, and books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Location, PrivacyNotice
from accounts.permissions import public
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import zone_words
from accounts.time_zones import zone_info
from bookings.appointments.booking import SlotTaken
from bookings.groups import Full, places_left
from bookings.messaging.links import BadLink, open_id, sealed_id, token_of
from bookings.models import Appointment, Attendee, BookingPage, BookingPolicy
from bookings.openings.holds import digest_of, held_by, keep, open_at
from bookings.openings.taking import Taken
from bookings.public import choices, visits
from bookings.public.fairness import by_load
from bookings.public.forms import DetailsForm, read_start
from bookings.public.languages import language_of_visitor
from bookings.public.offers import Choice
from bookings.public.pages import (
    booking_door,
    current_notice,
    page,
    phones,
    place_words,
    steps,
    url,
)
from bookings.public.restraint import (
    guesses_codes,
    holds_too_much,
    is_too_often,
    network_address,
    truncated,
)
from bookings.public.self_booking import Said, book_online, join_online
from bookings.public.sessions import nearest_sessions, session_of
from bookings.public.times import nearest_choices
from bookings.public.views import choice_of
from bookings.public.words import summary
from clients import codes

NOTICE, POLICY = "bookings.notice", "bookings.policy"
Cards = list[dict[str, Any]]


@dataclass(slots=True)
class Step:
    """What the details page is about: a time of somebody, or a place in a session."""

    wishes: BookingPage
    choice: Choice
    location: Location
    start: datetime
    session: Appointment | None = None
    notice: PrivacyNotice | None = None
    policy: BookingPolicy | None = None
    others: Cards | None = None

    @property
    def query(self) -> dict[str, str]:
        """What was chosen as it travels in addresses, the time or session with it."""
        if self.session is not None:
            return {**self.choice.query, "session": str(self.session.pk)}
        local = self.start.astimezone(zone_info(self.location.time_zone))
        return {**self.choice.query, "start": local.isoformat(timespec="minutes")}


@public
@require_POST
@booking_door
def hold(request: AccountRequest, wishes: BookingPage, service: UUID) -> HttpResponse:
    """Keep the chosen time for this visitor while they type; whoever can't hold it goes on without."""
    choice = choice_of(request, service)
    start = read_start(request.POST.get("start", ""))
    if choice.location is None or not choice.practitioners or start is None or choice.is_group:
        return redirect(url(request, "book_when", choice.service.pk, **choice.query))
    visit = visits.fresh(choice.visit)
    digest = digest_of(visit)
    local = start.astimezone(zone_info(choice.location.time_zone))
    query = {**choice.query, "visit": visits.sealed(visit)}
    if held_by(digest) is not None or not holds_too_much(request):
        try:
            kept = keep(
                digest=digest,
                service=choice.service,
                practitioners=by_load(choice.practitioners, choice.location, start),
                location=choice.location,
                starts_at=start,
            )
        except Taken:
            kept = held_by(digest)  # others are at it this moment; the last step decides
        else:
            if kept is None:
                query |= {"day": local.date().isoformat(), "taken": "1"}
                return redirect(url(request, "book_when", choice.service.pk, **query))
    query["start"] = local.isoformat(timespec="minutes")
    return redirect(url(request, "book_details", choice.service.pk, **query))


@public
@require_http_methods(["GET", "HEAD", "POST"])
@booking_door
def details(request: AccountRequest, wishes: BookingPage, service: UUID) -> HttpResponse:
    """Ask who comes, with the privacy notice beside the fields, and book."""
    choice = choice_of(request, service)
    step = _step(request, wishes, choice)
    if step is None:
        return redirect(url(request, "book_when", choice.service.pk, **choice.query))
    if request.method == "POST":
        return _take(request, step)
    # Whoever goes back after booking sees what they booked, not that the time is gone
    place = visits.booked_in(choice.visit)
    if place is not None:
        return redirect(url(request, "booked", token_of(place)))
    if _is_gone(step):
        gone = {"full": 1} if step.session else {"taken": 1, "day": _day(step)}
        return redirect(url(request, "book_when", choice.service.pk, **choice.query, **gone))
    step.notice, step.policy = current_notice(), choices.current_policy()
    form = DetailsForm(
        country=request.account.country,
        asks_phone=wishes.asks_phone,
        has_policy=step.policy is not None,
        has_notice=step.notice is not None,
        initial={
            "key": visits.sealed(visits.fresh(choice.visit)),
            "notice": sealed_id(NOTICE, step.notice.pk) if step.notice else "",
            "policy": sealed_id(POLICY, step.policy.pk) if step.policy else "",
        },
    )
    return _ask(request, step, form)


def _step(request: AccountRequest, wishes: BookingPage, choice: Choice) -> Step | None:
    """Return what is to be booked; None while a choice is missing or the session isn't there."""
    if choice.location is None or not choice.practitioners:
        return None
    if choice.is_group:
        asked = request.POST.get("session") or request.GET.get("session", "")
        session = session_of(choice, choice.location, asked)
        if session is None:
            return None
        return Step(wishes, choice, choice.location, session.starts_at, session)
    start = read_start(request.POST.get("start") or request.GET.get("start", ""))
    return Step(wishes, choice, choice.location, start) if start else None


def _is_gone(step: Step) -> bool:
    if step.session is not None:
        return not places_left(step.session)
    choice = step.choice
    return not open_at(
        choice.service, choice.practitioners, step.location, step.start, choice.own_hold
    )


def _take(request: AccountRequest, step: Step) -> HttpResponse:
    """Book what was sent; whatever is wrong, the page comes back with all that was typed."""
    step.notice, step.policy = _shown_notice(request), _shown_policy(request)
    form = DetailsForm(
        request.POST,
        country=request.account.country,
        asks_phone=step.wishes.asks_phone,
        has_policy=step.policy is not None,
        has_notice=step.notice is not None,
    )
    if not form.is_valid():
        return _ask(request, step, form, status=422)
    if is_too_often(request, form.cleaned_data["email"]):
        form.add_error(
            None, _("Too many bookings came from you in the last hour. Wait a while, or call us.")
        )
        return _ask(request, step, form, status=429)
    code = form.cleaned_data["code"]
    found = codes.find(code) if code and not guesses_codes(request) else None
    if code and found is None:
        form.add_error(
            "code", _("This code doesn’t work. Check it, or leave it empty and book without.")
        )
        return _ask(request, step, form, status=422)
    said = Said(
        comment=form.cleaned_data["comment"],
        notice=step.notice,
        policy=step.policy,
        network=truncated(network_address(request)),
        agrees=bool(form.cleaned_data.get("agrees")),
        known=found.client if found else None,
    )
    try:
        place = _book(request, step, form, said)
    except SlotTaken as taken:
        step.others = nearest_choices(taken.nearest)
        return _ask(request, step, form, status=409)
    except (Full, ValidationError):
        step.others = nearest_sessions(step.choice, step.location, step.start)
        return _ask(request, step, form, status=409)
    if found is not None:
        codes.use(by=request.actor, code=found)
    return _to_done(request, place)


def _book(request: AccountRequest, step: Step, form: DetailsForm, said: Said) -> Attendee:
    person = form.person(language_of_visitor())
    visit = visits.opened(request.POST.get("key", ""))
    if step.session is not None:
        return join_online(
            by=request.actor, session=step.session, person=person, said=said, visit=visit
        )
    return book_online(
        by=request.actor,
        service=step.choice.service,
        practitioners=step.choice.practitioners,
        location=step.location,
        starts_at=step.start,
        person=person,
        said=said,
        visit=visit,
    )


def _to_done(request: AccountRequest, place: Attendee) -> HttpResponseRedirect:
    """Send the browser on, so that going back or reloading books nothing twice."""
    response = HttpResponseRedirect(url(request, "booked", token_of(place)))
    response.status_code = 303
    return response


def _ask(
    request: AccountRequest, step: Step, form: DetailsForm, *, status: int = 200
) -> HttpResponse:
    choice, location = step.choice, step.location
    held = held_by(choice.own_hold) if choice.own_hold else None
    return page(
        request,
        "details",
        location=location,
        form=form,
        notice=step.notice,
        policy=step.policy,
        starts_at=step.start,
        zone=location.time_zone,
        zone_words=zone_words(location.time_zone),
        place=place_words(location),
        about=summary(choice, step.wishes),
        others=step.others,
        taken=step.others is not None,
        what="session" if step.session else "start",
        by_request=choice.service.by_request and not step.session,
        held_until=held.expires_at if held and held.starts_at == step.start else None,
        phones=phones(),
        action=url(request, "book_details", choice.service.pk, **step.query),
        back=url(request, "book_when", choice.service.pk, **step.query),
        status=status,
        **steps(choice, "you"),
    )


def _day(step: Step) -> Any:
    return step.start.astimezone(zone_info(step.location.time_zone)).date()


def _shown_notice(request: AccountRequest) -> PrivacyNotice | None:
    """Return the notice that the sent form had beside its fields, even when a newer one came out meanwhile."""
    try:
        pk = open_id(NOTICE, request.POST.get("notice", ""))
    except BadLink:
        return current_notice()
    notice: PrivacyNotice | None = PrivacyNotice.objects.filter(pk=pk).first()
    return notice


def _shown_policy(request: AccountRequest) -> BookingPolicy | None:
    """Return the policy that the sent form asked to accept, even when a newer one came out meanwhile."""
    try:
        pk = open_id(POLICY, request.POST.get("policy", ""))
    except BadLink:
        return choices.current_policy()
    policy: BookingPolicy | None = BookingPolicy.objects.filter(pk=pk).first()
    return policy
