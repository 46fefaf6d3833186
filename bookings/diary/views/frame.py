"""What the views of the diary share: which diary a request means, and the answers that bring it up to date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from accounts.requests import AccountRequest
from accounts.time_zones import zone_info
from bookings.diary.page import NotHere, Page, page
from bookings.diary.panel import Panel, panel
from bookings.diary.query import ALL, Asked, Look
from bookings.models import Appointment

DIARY = "bookings/diary.html"
CHANGED = "diary-changed"


@dataclass(frozen=True, slots=True)
class Toast:
    """A short answer at the foot of the page, with the address that takes it back."""

    text: str
    undo_url: str = ""
    level: str = "success"


def can_edit(request: AccountRequest) -> bool:
    """Whether this member may change the diary now; nobody may while the account closes."""
    return request.account.is_active and Permission.DIARY_EDIT in request.permissions


def asked_of(request: AccountRequest) -> Asked:
    """Return the diary that a request means: its own query, or that of the open page a fragment is asked from."""
    open_page = open_diary(request)
    if request.method == "POST" and open_page is not None:
        return Asked.read(QueryDict(open_page))
    return Asked.read(request.GET)


def open_diary(request: AccountRequest) -> str | None:
    """Return the query of the diary's page that a fragment is asked from; None for any other page."""
    page = urlsplit((request.htmx.current_url or "") if request.htmx else "")
    return page.query if page.path == urlsplit(request.account.url("diary")).path else None


def diary_of(appointment: Appointment) -> Asked:
    """Return the day on which an appointment is seen, with its panel open."""
    at = appointment.starts_at.astimezone(zone_info(appointment.location.time_zone))
    return Asked(day=at.date(), appointment=appointment.pk)


def page_of(request: AccountRequest, asked: Asked) -> Page:
    """Return the diary's data; 404 for a location or practitioner that this account does not have."""
    try:
        return page(
            asked, account=request.account, member=request.member, can_edit=can_edit(request)
        )
    except NotHere:
        raise Http404 from None


def panel_of(request: AccountRequest, pk: UUID) -> Panel:
    """Return the side panel's data; 404 for an appointment that this account does not have."""
    try:
        return panel(
            pk,
            account=request.account,
            permissions=request.permissions,
            can_edit=can_edit(request),
        )
    except Appointment.DoesNotExist:
        raise Http404 from None


def context_of(request: AccountRequest, shown: Page) -> dict[str, Any]:
    """Return what the diary's template needs beside the page itself: the ways to other days and looks."""
    asked, address = shown.asked.but(appointment=None), shown.address
    sets = Permission.SETTINGS_EDIT in request.permissions
    leads = Permission.TEAM_MANAGE in request.permissions
    return {
        "diary": shown,
        "can_edit": can_edit(request),
        "before_word": _("The one before"),
        "after_word": _("The one after"),
        "earlier": address + asked.but(day=asked.beside(shown.day, -1)).query(),
        "later": address + asked.but(day=asked.beside(shown.day, 1)).query(),
        "today": address + asked.but(day=None).query(),
        "closed": address + asked.query(),
        "book_url": request.account.url("appointment_new"),
        "hours_url": request.account.url("hours") if sets and not shown.has_hours else "",
        "team_url": request.account.url("team") if leads else "",
        "looks": _looks(asked, address, has_rooms=shown.seen.has_rooms),
        "news_url": request.account.url("diary_news")
        + shown.asked.but(appointment=None, page=shown.asked.page).query()
        + f"&state={shown.seen.state}",
        "paper_url": request.account.url("diary_paper") + asked.query(),
        "pages": address + asked.query() + "&page=",
        "filter": _filter(shown, asked, request),
    }


def _looks(asked: Asked, address: str, *, has_rooms: bool) -> list[dict[str, Any]]:
    words = {
        Look.DAY: (_("Day"), "d"),
        Look.ROOMS: (_("Rooms"), "r"),
        Look.WEEK: (_("Week"), "w"),
        Look.MONTH: (_("Month"), "o"),
        Look.LIST: (_("List"), "l"),
    }
    return [
        {
            "label": label,
            "key": key,
            "url": address + asked.but(look=look).query(),
            "current": look == asked.look,
        }
        for look, (label, key) in words.items()
        if look != Look.ROOMS or has_rooms
    ]


def _filter(shown: Page, asked: Asked, request: AccountRequest) -> dict[str, Any]:
    """Return what there is to choose from, empty when there is one of each, and what is chosen in a word or two."""
    people, places = shown.practitioners, shown.locations
    if asked.look == Look.ROOMS:
        people = []
    if len(people) < 2 and len(places) < 2:
        return {}
    wanted = shown.seen.wanted
    return {
        # A closing account keeps nothing new: there the address alone remembers
        "is_kept": request.account.is_active,
        "url": request.account.url("diary_choice" if request.account.is_active else "diary"),
        "everyone": shown.address + asked.but(practitioners=()).query(),
        "people": [
            {"id": each.pk, "name": each.name, "on": wanted is None or each.pk in wanted}
            for each in people
            if len(people) > 1
        ],
        "places": [{"id": each.pk, "name": each.name} for each in places if len(places) > 1],
        "all_places": ALL if len({each.time_zone for each in places}) == 1 else "",
        "words": _filter_words(shown),
        "is_on": shown.seen.is_chosen or (shown.location is not None and len(places) > 1),
    }


def _filter_words(shown: Page) -> str:
    """Return "Everyone", "Mei Tanaka" or "2 of 5 people", and the location where there are several."""
    wanted, words = shown.seen.wanted, []
    if len(shown.practitioners) > 1 and shown.asked.look != Look.ROOMS:
        names = [str(each.name) for each in shown.practitioners if wanted and each.pk in wanted]
        count = {"shown": len(names), "all": len(shown.practitioners)}
        if not wanted or len(names) == len(shown.practitioners):
            words.append(_("Everyone"))
        else:
            words.append(names[0] if len(names) == 1 else _("%(shown)d of %(all)d people") % count)
    if len(shown.locations) > 1:
        words.append(shown.location.name if shown.location else _("all locations"))
    return capfirst(" · ".join(words))


def fragment(
    request: AccountRequest,
    part: str,
    context: dict[str, Any],
    toast: Toast,
    *,
    status: int = 200,
    announce: bool = True,
) -> HttpResponse:
    """Return a part of the diary's page with a toast; with `announce` an open panel asks for itself anew."""
    response = render(request, f"{DIARY}#{part}", context, status=status)
    told: dict[str, Any] = {
        "keepwell:toast": {"text": toast.text, "undo_url": toast.undo_url, "level": toast.level}
    }
    if announce:
        told[CHANGED] = {}
    response.headers["HX-Trigger"] = json.dumps(told)
    return response


def changed(
    request: AccountRequest, appointment: Appointment, toast: Toast, status: int = 200
) -> HttpResponse:
    """Answer a change: the diary anew for a drag, else the page of the appointment's day, both with a toast."""
    if request.htmx:
        shown = page_of(request, asked_of(request))
        return fragment(request, "diary", context_of(request, shown), toast, status=status)
    tell(request, toast)
    return redirect(request.account.url("diary") + _seen_on(request, appointment).query())


def _seen_on(request: AccountRequest, appointment: Appointment) -> Asked:
    """Return the page to show after a change: the diary the form was opened on where it shows the day, else the day."""
    plain = diary_of(appointment)
    asked = Asked.read(QueryDict(request.POST.get("diary", "")))
    if asked.look == Look.DAY or asked.day is None or plain.day not in asked.days(asked.day):
        asked = asked.but(day=plain.day)
    return asked.but(appointment=appointment.pk)


def tell(request: AccountRequest, toast: Toast) -> None:
    """Leave a toast for the next page; it travels in a cookie, so it names nobody."""
    level = {"error": messages.ERROR, "warning": messages.WARNING}.get(
        toast.level, messages.SUCCESS
    )
    extra = f"undo={toast.undo_url}" if toast.undo_url else ""
    messages.add_message(request, level, toast.text, extra_tags=extra)
