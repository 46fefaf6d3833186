"""What happened at the door: of everybody for who may read the audit, of oneself for each member."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import door_log, practice_settings
from accounts.models import Member, SignIn
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest

PER_PAGE = 50


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def sign_ins(request: AccountRequest) -> HttpResponse:
    """List the sign-ins of all members, of one, or of one kind, newest first."""
    who = _uuid(request.GET.get("who", ""))
    people = sorted(Member.objects.all(), key=lambda each: str(each.name).casefold())
    members = [(str(each.pk), each.name) for each in people]
    return _listed(request, who, {"members": members})


@require(Permission.OWN_ACCOUNT, while_closing=True)
@require_safe
def own_sign_ins(request: AccountRequest) -> HttpResponse:
    """List the member's own."""
    return _listed(request, request.member.pk, {"is_own": True})


def _listed(request: AccountRequest, who: UUID | None, more: dict[str, Any]) -> HttpResponse:
    what = request.GET.get("what", "")
    what = what if what in SignIn.Kind.values else ""
    found = Paginator(door_log.events(member=who, kind=what), PER_PAGE)
    chosen = {"who": "" if more.get("is_own") or who is None else str(who), "what": what}
    query = urlencode({key: value for key, value in chosen.items() if value})
    context = {
        "page": found.get_page(request.GET.get("page")),
        "base": f"?{query}&page=" if query else "?page=",
        "kinds": SignIn.Kind.choices,
        "zone": practice_settings.zone(),
        "filtered": bool(query),
        **chosen,
        **more,
    }
    return render(request, "accounts/sign_ins.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
