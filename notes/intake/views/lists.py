"""Forms to look at, and those that wait for an answer."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import directory
from notes.intake import reading
from notes.intake.timeline import LOOK
from notes.models import Form

A_PAGE = 50
LOOK_AT, WAITING = "look", "waiting"


@require(Permission.CLIENTS_EDIT)
@require_safe
def forms(request: AccountRequest) -> HttpResponse:
    """List the forms to look at (for those who may read them), or those that wait for an answer."""
    may_read = Permission.CLINICAL_READ in request.permissions
    shown = request.GET.get("show", "")
    shown = shown if shown in (LOOK_AT, WAITING) else LOOK_AT if may_read else WAITING
    rows = reading.to_look_at() if shown == LOOK_AT else reading.waiting()
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    names = directory.names({each.client_id for each in page})
    here = request.account.url("forms")
    context = {
        "shown": shown,
        "may_read": may_read,
        "page": page,
        "base": f"?show={shown}&page=",
        "lines": [_line(each, names.get(each.client_id, "")) for each in page],
        "filters": [
            {"label": _("To look at"), "url": f"{here}?show=look", "current": shown == LOOK_AT},
            {"label": _("Waiting"), "url": f"{here}?show=waiting", "current": shown == WAITING},
        ],
        "zone": practice_settings.zone(),
    }
    return render(request, "forms/list.html", context)


def _line(form: Form, name: str) -> dict[str, Any]:
    icon, tone = LOOK[Form.State(form.state)]
    appointment = form.attendee.appointment if form.attendee_id and form.is_open else None
    return {
        "form": form,
        "client_name": name,
        "icon": icon,
        "tone": tone,
        "visit": appointment.starts_at if appointment else None,
        "visit_zone": appointment.time_zone if appointment else "",
    }
