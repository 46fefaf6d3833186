"""One entry of the waiting list: added, shown with the openings that fit it, changed, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Location, Practitioner
from accounts.permissions import Permission, require
from accounts.practice_settings import zone as practice_zone
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import day, when
from bookings.models import WaitingEntry, WaitingOffer, WaitingWish
from bookings.waiting.entries import add, change, linked, remove
from bookings.waiting.finding import offered_on, times_for
from bookings.waiting.forms import USUAL, EntryForm, PickForm, booking_words, ticked
from bookings.waiting.listing import wishes_in_words
from bookings.waiting.matching import Time, cap, windows_of
from bookings.waiting.words import CAP_WORDS, offer_look, window_words
from clients import directory, identity
from clients.models import Client
from privacy.vocabulary import clock

FOUND = 8


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_new(request: AccountRequest) -> HttpResponse:
    """Ask who joins the list, then what for; a client's page and the booking form bring both along."""
    given = request.POST if request.method == "POST" else request.GET
    client = _client(given.get("client", ""))
    if client is None:
        return _pick(request, given)
    if request.method == "POST" and "until" in request.POST:
        form = EntryForm(request.POST, client=client)
        if form.is_valid():
            try:
                entry = add(by=request.actor, client=client, terms=form.terms)
            except ValidationError as refusal:
                _refuse(form, refusal)
            else:
                messages.success(request, _("On the waiting list"))
                return redirect(request.account.url("waiting_entry", entry.pk))
        return _form(request, form, client, status=422)
    form = EntryForm(client=client)
    form.initial = _suggested(given, form)
    return _form(request, form, client)


@require(Permission.DIARY_VIEW)
@require_safe
def waiting_entry(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show one entry with what was offered, and the next openings that fit."""
    entry = _entry(pk)
    may_edit = Permission.DIARY_EDIT in request.permissions and request.account.is_active
    is_open = entry.state == WaitingEntry.State.WAITING
    zone = practice_zone()
    reached = cap(offered_on([entry.pk], zone)[entry.pk], clock.today(zone))
    context = {
        "entry": entry,
        "client": entry.client,
        "facts": _facts(request, entry, zone),
        "offers": _offers(entry),
        "times": _openings(times_for(entry)) if is_open else [],
        "is_open": is_open,
        "may_edit": may_edit and is_open,
        "cap": CAP_WORDS[reached] if reached and is_open else "",
        "zone": zone,
    }
    return render(request, "waiting/entry.html", context)


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_edit(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change what somebody waits for."""
    entry = _entry(pk)
    back = request.account.url("waiting_entry", entry.pk)
    if entry.state != WaitingEntry.State.WAITING:
        return redirect(back)
    if request.method == "POST":
        form = EntryForm(request.POST, client=entry.client, entry=entry)
        if form.is_valid():
            try:
                change(by=request.actor, entry=entry, terms=form.terms)
            except ValidationError as refusal:
                _refuse(form, refusal)
            else:
                messages.success(request, _("Saved"))
                return redirect(back)
        return _form(request, form, entry.client, entry, status=422)
    form = EntryForm(client=entry.client, entry=entry, initial=_as_it_is(entry))
    return _form(request, form, entry.client, entry)


@require(Permission.DIARY_EDIT)
@require_POST
def waiting_removal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take somebody off the list."""
    remove(by=request.actor, entry=_entry(pk))
    messages.success(request, _("Taken off the waiting list"))
    return redirect(request.account.url("waiting"))


def _entry(pk: UUID) -> WaitingEntry:
    rows = WaitingEntry.objects.select_related(
        "client", "service", "attendee__appointment__practitioner"
    )
    entry: WaitingEntry = get_object_or_404(rows, pk=pk)
    return entry


def _client(text: str) -> Client | None:
    try:
        return identity.present(UUID(text))
    except ValueError:
        return None


def _pick(request: AccountRequest, given: QueryDict) -> HttpResponse:
    form = PickForm({"find": given.get("find", "")})
    words = given.get("find", "").strip()
    entries = directory.search(words, FOUND) if words else []
    kept = [
        (name, given[name]) for name in ("service", "practitioner", "location") if name in given
    ]
    context = {"form": form, "entries": entries, "asked": words, "kept": kept}
    template = "waiting/pick.html#found" if request.htmx else "waiting/pick.html"
    return render(request, template, context)


def _form(
    request: AccountRequest,
    form: EntryForm,
    client: Client,
    entry: WaitingEntry | None = None,
    status: int = 200,
) -> HttpResponse:
    url = request.account.url
    back = url("waiting_entry", entry.pk) if entry else url("client", client.pk)
    context = {"form": form, "client": client, "entry": entry, "back_url": back}
    return render(request, "waiting/form.html", context, status=status)


def _refuse(form: EntryForm, refusal: ValidationError) -> None:
    fields = getattr(refusal, "error_dict", {})
    known = bool(fields) and set(fields) <= set(form.fields)
    form.add_error(None, refusal if known else refusal.messages)


def _suggested(given: QueryDict, form: EntryForm) -> dict[str, Any]:
    """Return what the page before says; the first booking after today is the one to give up."""
    found: dict[str, Any] = {"until": clock.today(practice_zone()) + USUAL}
    for name, field in (("service", "service"), ("practitioner", "practitioners")):
        if value := given.get(name, ""):
            found[field] = [value] if field == "practitioners" else value
    if location := given.get("location", ""):
        found["locations"] = [location]
    today = clock.today(practice_zone())
    later = [each for each in form.places if each.appointment.local_date > today]
    if later:
        found["attendee"] = str(later[0].pk)
        appointment = later[0].appointment
        found.setdefault("service", str(appointment.service_id))
        found["until"] = appointment.local_date - timedelta(days=1)
    return found


def _as_it_is(entry: WaitingEntry) -> dict[str, Any]:
    wishes = WaitingWish.objects.filter(entry_id=entry.pk)
    place = linked(entry)
    return {
        "service": str(entry.service_id),
        "practitioners": {str(each.practitioner_id) for each in wishes if each.practitioner_id},
        "locations": {str(each.location_id) for each in wishes if each.location_id},
        "parts": ticked(windows_of(entry.windows)),
        "since": entry.since,
        "until": entry.until,
        "is_urgent": entry.is_urgent,
        "note": entry.note,
        "attendee": str(place.pk) if place else "",
    }


def _facts(request: AccountRequest, entry: WaitingEntry, zone: str) -> list[tuple[str, Any]]:
    place = linked(entry)
    client_url = request.account.url("client", entry.client_id)
    days = _("until %(day)s") % {"day": day(entry.until)}
    if entry.since:
        days = _("%(since)s to %(until)s") % {"since": day(entry.since), "until": day(entry.until)}
    found: list[tuple[str, Any]] = [
        (_("Client"), format_html('<a href="{}">{}</a>', client_url, entry.client.full_name)),
        (_("Service"), entry.service.name),
        (_("With"), wishes_in_words([entry.pk])[entry.pk]),
        (_("Suits"), window_words(windows_of(entry.windows))),
        (_("Days"), days),
        (_("Gives up"), booking_words(place) if place else ""),
        (_("Note"), entry.note),
        (_("Joined"), when(entry.created_at, zone)),
        (_("Ended"), when(entry.ended_at, zone) if entry.ended_at else ""),
    ]
    return [(label, value) for label, value in found if value]


def _offers(entry: WaitingEntry) -> list[dict[str, Any]]:
    rows = (
        WaitingOffer.objects.filter(entry_id=entry.pk)
        .select_related("practitioner", "location")
        .order_by("-created_at")
    )
    return [
        {
            "id": each.pk,
            "when": when(each.starts_at, each.location.time_zone),
            "who": each.practitioner.name,
            "until": when(each.expires_at, each.location.time_zone),
            "is_open": each.state == WaitingOffer.State.OFFERED,
            **offer_look(each),
        }
        for each in rows
    ]


def _openings(times: list[Time]) -> list[dict[str, Any]]:
    people = {each.pk: each.name for each in Practitioner.objects.all()} if times else {}
    places = {each.pk: each for each in Location.objects.all()} if times else {}
    return [
        {
            "when": when(each.starts_at, places[each.location].time_zone),
            "who": people[each.practitioner],
            "place": places[each.location].name,
            "practitioner": each.practitioner,
            "location": each.location,
            "starts": each.starts_at.isoformat(),
        }
        for each in times
    ]
