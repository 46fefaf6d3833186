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
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from accounts.requests import AccountRequest
from accounts.time_zones import zone_info
from bookings.diary.page import NotHere, Page, page
from bookings.diary.query import EVERYONE, Asked, Look
from bookings.models import Appointment
from bookings.panel import Panel, panel

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
    if request.htmx and request.method == "POST":
        open_page = urlsplit(request.htmx.current_url or "")
        if open_page.path == urlsplit(request.account.url("diary")).path:
            return Asked.read(QueryDict(open_page.query))
    return Asked.read(request.GET)


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
    return {
        "diary": shown,
        "can_edit": can_edit(request),
        "earlier": address + asked.but(day=shown.day - asked.step).query(),
        "later": address + asked.but(day=shown.day + asked.step).query(),
        "today": address + asked.but(day=None).query(),
        "closed": address + asked.query(),
        "book_url": request.account.url("appointment_new"),
        "hours_url": "" if shown.has_hours else request.account.url("hours"),
        "team_url": request.account.url("team"),
        "looks": _looks(asked, address),
        "where": _where(shown, asked, address),
        "who": _who(shown, asked, address),
    }


def _looks(asked: Asked, address: str) -> list[dict[str, Any]]:
    words = {Look.DAY: (_("Day"), "d"), Look.WEEK: (_("Week"), "w"), Look.LIST: (_("List"), "l")}
    return [
        {
            "label": label,
            "key": key,
            "url": address + asked.but(look=look).query(),
            "current": look == asked.look,
        }
        for look, (label, key) in words.items()
    ]


def _where(shown: Page, asked: Asked, address: str) -> list[dict[str, Any]]:
    """Return the choice of locations, empty when there is only one; all at once only where they keep one time."""
    if len(shown.locations) < 2:
        return []
    current = shown.location.pk if shown.location else None
    choices: list[tuple[UUID | None, str]] = [(each.pk, each.name) for each in shown.locations]
    if len({each.time_zone for each in shown.locations}) == 1:
        choices.insert(0, (None, _("All locations")))
    return [
        {
            "label": name,
            "url": address + asked.but(location=pk).query(),
            "current": pk == current,
            "icon": "pin",
        }
        for pk, name in choices
    ]


def _who(shown: Page, asked: Asked, address: str) -> list[dict[str, Any]]:
    """Return the choice of people; a day shows everybody side by side, so there it only leads back to that."""
    if len(shown.practitioners) < 2 or (asked.look == Look.DAY and not shown.is_of_one):
        return []
    current = shown.shown[0].pk if shown.is_of_one else EVERYONE
    choices: list[tuple[UUID | str, str]] = [(EVERYONE, _("Everyone"))]
    choices += [(each.pk, str(each.name)) for each in shown.practitioners]
    return [
        {
            "label": name,
            "url": address + asked.but(practitioner=pk).query(),
            "current": pk == current,
            "icon": "users" if pk == EVERYONE else "user",
        }
        for pk, name in choices
    ]


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
    return redirect(request.account.url("diary") + diary_of(appointment).query())


def tell(request: AccountRequest, toast: Toast) -> None:
    """Leave a toast for the next page; it travels in a cookie, so it names nobody."""
    level = {"error": messages.ERROR, "warning": messages.WARNING}.get(
        toast.level, messages.SUCCESS
    )
    extra = f"undo={toast.undo_url}" if toast.undo_url else ""
    messages.add_message(request, level, toast.text, extra_tags=extra)
