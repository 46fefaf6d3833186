"""The waiting list: times that became free on top, then who waits; and what the practice chose."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.models import Practitioner
from accounts.permissions import Permission, require
from accounts.practice_settings import zone as practice_zone
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import when
from bookings.models import FreedTime, Service, WaitingChoices, WaitingEntry
from bookings.waiting import freed
from bookings.waiting.forms import ChoicesForm
from bookings.waiting.listing import Asked, entries, rows_of
from bookings.waiting.offering import choices

PAGE_SIZE = 50


@require(Permission.DIARY_VIEW)
@require_safe
def waiting(request: AccountRequest) -> HttpResponse:
    """Show who waits, in their turn, with what became free for them."""
    asked = _asked(request)
    found = Paginator(entries(asked), PAGE_SIZE).get_page(request.GET.get("page", "1"))
    zone = practice_zone()
    may_edit = Permission.DIARY_EDIT in request.permissions and request.account.is_active
    services = list(Service.objects.filter(archived_at=None))
    people = list(Practitioner.objects.filter(deactivated_at=None))
    context = {
        "page": found,
        "rows": rows_of(list(found.object_list), zone),
        "asked": asked,
        "zone": zone,
        "services": services,
        "people": people if len(people) > 1 else [],
        "states": _states(request, asked),
        "base": f"?{urlencode([*_query(asked), ('page', '')])}",
        "freed": [] if asked.ended else _freed(request),
        "is_filtered": bool(asked.service or asked.practitioner or asked.urgent),
        "may_edit": may_edit,
        "may_choose": Permission.SETTINGS_EDIT in request.permissions,
    }
    return render(request, "waiting/list.html", context)


@require(Permission.SETTINGS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_choices(request: AccountRequest) -> HttpResponse:
    """Show and change what the practice does with time that becomes free."""
    chosen = choices()
    names = ("mode", "at_once", "minutes_held")
    form = ChoicesForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(chosen, name) for name in names},
    )
    if not form.is_valid():
        return render(
            request, "waiting/choices.html", {"form": form}, status=422 if form.is_bound else 200
        )
    is_new = not WaitingChoices.objects.exists()
    for name in names:
        setattr(chosen, name, form.cleaned_data[name])
    chosen.full_clean()
    chosen.save(force_insert=is_new)
    audit.record("waiting.choices_changed", by=request.actor, of=chosen)
    messages.success(request, _("Saved"))
    return redirect(request.account.url("waiting"))


@require(Permission.DIARY_EDIT)
@require_POST
def waiting_dismissal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Put a suggestion away."""
    freed.dismiss(get_object_or_404(FreedTime, pk=pk))
    messages.success(request, _("Put away"))
    return redirect(request.account.url("waiting"))


def _asked(request: AccountRequest) -> Asked:
    return Asked(
        ended=request.GET.get("show") == "ended",
        service=_uuid(request.GET.get("service", "")),
        practitioner=_uuid(request.GET.get("practitioner", "")),
        urgent=request.GET.get("urgent") == "1",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _query(asked: Asked) -> list[tuple[str, str]]:
    """Return what was asked for as it stands in addresses."""
    given = {
        "show": "ended" if asked.ended else "",
        "service": asked.service or "",
        "practitioner": asked.practitioner or "",
        "urgent": "1" if asked.urgent else "",
    }
    return [(name, str(value)) for name, value in given.items() if value]


def _states(request: AccountRequest, asked: Asked) -> list[dict[str, Any]]:
    here = request.account.url("waiting")
    waiting_now = WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING).count()
    return [
        {"label": _("Waiting"), "url": here, "current": not asked.ended, "count": waiting_now},
        {"label": _("Ended"), "url": f"{here}?show=ended", "current": asked.ended},
    ]


def _freed(request: AccountRequest) -> list[dict[str, Any]]:
    """Return the times that became free and suit somebody, in words."""
    return [
        {
            "id": each.pk,
            "when": when(each.starts_at, each.location.time_zone),
            "who": each.practitioner.name,
            "place": each.location.name,
            "fitting": each.fitting,
            "url": request.account.url(
                "waiting_time",
                practitioner=each.practitioner_id,
                location=each.location_id,
                starts=each.starts_at.isoformat(),
                ends=each.ends_at.isoformat(),
            ),
        }
        for each in freed.suggested()[: freed.SHOWN]
    ]
