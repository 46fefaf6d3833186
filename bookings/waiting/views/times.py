"""A free time and whom it suits: offered to those who are ticked, or to one of them from their own page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import places
from accounts.models import Practitioner
from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import when
from bookings.appointments.booking import SlotTaken
from bookings.models import Appointment, WaitingEntry, WaitingOffer
from bookings.waiting import freed, offering
from bookings.waiting.finding import Match, Stretch, matches
from bookings.waiting.listing import wishes_in_words
from bookings.waiting.matching import windows_of
from bookings.waiting.offering import Capped
from bookings.waiting.words import CAP_WORDS, window_words
from clients import directory
from privacy.vocabulary import clock

LONGEST, FURTHEST = timedelta(days=1), timedelta(days=800)


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_time(request: AccountRequest) -> HttpResponse:
    """Show whom a free time suits; offer it to those who are ticked. Who had offers lately is ticked knowingly."""
    stretch = _stretch(request.GET)
    if request.method == "POST":
        return _offer_to(request, stretch)
    return _page(request, stretch, matches(stretch))


@require(Permission.DIARY_VIEW)
@require_safe
def waiting_after(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say beside a cancelled appointment how many its time would suit; nothing when it suits nobody."""
    rows = Appointment.objects.select_related("practitioner", "location")
    appointment = get_object_or_404(rows.filter(here()), pk=pk)
    stretch = Stretch(
        appointment.practitioner, appointment.location, appointment.starts_at, appointment.ends_at
    )
    found = freed.who_fits(appointment.pk)
    may_edit = Permission.DIARY_EDIT in request.permissions and request.account.is_active
    context = {
        "fitting": len(found),
        "when": when(appointment.starts_at, appointment.time_zone),
        "url": _url(request, stretch) if may_edit else "",
        "back_url": request.account.url("appointment", appointment.pk),
    }
    template = "waiting/after.html#found" if request.htmx else "waiting/after.html"
    return render(request, template, context)


@require(Permission.DIARY_EDIT)
@require_POST
def waiting_offer_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Offer one opening to one person, from their own page."""
    entry = get_object_or_404(WaitingEntry.objects.select_related("service"), pk=pk)
    stretch = _stretch(request.POST)
    refusal = _offer(request, entry, stretch, stretch.starts_at, "despite" in request.POST)
    if refusal:
        messages.error(request, refusal)
    else:
        messages.success(request, _("Offered"))
    return redirect(request.account.url("waiting_entry", entry.pk))


@require(Permission.DIARY_EDIT)
@require_POST
def waiting_withdrawal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take an offer back."""
    made = offering.withdraw(by=request.actor, offer=get_object_or_404(WaitingOffer, pk=pk))
    if made.state == WaitingOffer.State.WITHDRAWN:
        messages.success(request, _("Offer withdrawn"))
    else:
        messages.warning(request, _("This offer had ended already"))
    return redirect(request.account.url("waiting_entry", made.entry_id))


def _offer_to(request: AccountRequest, stretch: Stretch) -> HttpResponse:
    found = matches(stretch)
    chosen = set(request.POST.getlist("entry"))
    wanted = [each for each in found if str(each.entry.pk) in chosen]
    if not wanted:
        refusal = _("Tick at least one person.") if found else _("It suits nobody any more.")
        return _page(request, stretch, found, refusal=refusal, status=422)
    refusals = [
        _offer(request, each.entry, stretch, each.time.starts_at, bool(each.cap)) for each in wanted
    ]
    made = refusals.count("")
    freed.count(stretch.practitioner, stretch.location, stretch.starts_at, len(found) - made)
    if not made:
        return _page(request, stretch, matches(stretch), refusal=refusals[0], status=409)
    messages.success(
        request,
        ngettext("Offered to %(n)d person", "Offered to %(n)d people", made) % {"n": made},
    )
    if made < len(wanted):
        messages.warning(request, _("Not all of those you ticked could be asked"))
    return redirect(request.account.url("waiting"))


def _offer(
    request: AccountRequest,
    entry: WaitingEntry,
    stretch: Stretch,
    starts_at: datetime,
    despite_cap: bool,
) -> str:
    """Offer a time; return why that can't be, or ""."""
    try:
        offering.offer(
            by=request.actor,
            entry=entry,
            practitioner=stretch.practitioner,
            location=stretch.location,
            starts_at=starts_at,
            despite_cap=despite_cap,
        )
    except SlotTaken:
        return _("This time isn’t free any more.")
    except Capped as capped:
        return str(CAP_WORDS[capped.reason])
    except ValidationError as refusal:
        return str(refusal.messages[0])
    return ""


def _page(
    request: AccountRequest,
    stretch: Stretch,
    found: list[Match],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = stretch.location.time_zone
    context = {
        "when": when(stretch.starts_at, zone),
        "until": clock_words(stretch.ends_at, zone),
        "practitioner": stretch.practitioner,
        "location": stretch.location,
        "rows": _rows(found, zone),
        "action": _url(request, stretch),
        "refusal": refusal,
        "minutes": offering.choices().minutes_held,
    }
    return render(request, "waiting/time.html", context, status=status)


def _rows(found: list[Match], zone: str) -> list[dict[str, Any]]:
    """Return those whom a time suits in words, their names opened in one go; one a day is enough for most."""
    names = directory.names(each.entry.client_id for each in found)
    wished = wishes_in_words([each.entry.pk for each in found])
    return [
        {
            "id": each.entry.pk,
            "name": names.get(each.entry.client_id, ""),
            "service": each.entry.service.name,
            "starts": clock_words(each.time.starts_at, zone),
            "wishes": wished[each.entry.pk],
            "windows": window_words(windows_of(each.entry.windows)),
            "is_urgent": each.entry.is_urgent,
            "since": each.entry.created_at,
            "gives_up": each.entry.attendee_id is not None,
            "cap": CAP_WORDS[each.cap] if each.cap else "",
        }
        for each in found
    ]


def _stretch(given: QueryDict) -> Stretch:
    """Return the stretch that an address or a form names; anything else is a page that isn't there."""
    try:
        ids = UUID(given.get("practitioner", "")), UUID(given.get("location", ""))
        starts_at = datetime.fromisoformat(given.get("starts", ""))
        ends_at = datetime.fromisoformat(given.get("ends") or given.get("starts", ""))
    except ValueError:
        raise Http404 from None
    if starts_at.tzinfo is None or ends_at.tzinfo is None or not _is_sane(starts_at, ends_at):
        raise Http404
    practitioner = get_object_or_404(Practitioner, pk=ids[0], deactivated_at=None)
    location = next((each for each in places.offered() if each.pk == ids[1]), None)
    if location is None:
        raise Http404
    return Stretch(practitioner, location, starts_at, ends_at)


def _is_sane(starts_at: datetime, ends_at: datetime) -> bool:
    now = clock.now()
    return now - FURTHEST < starts_at <= ends_at <= starts_at + LONGEST < now + FURTHEST


def _url(request: AccountRequest, stretch: Stretch) -> str:
    return request.account.url(
        "waiting_time",
        practitioner=stretch.practitioner.pk,
        location=stretch.location.pk,
        starts=stretch.starts_at.isoformat(),
        ends=stretch.ends_at.isoformat(),
    )
