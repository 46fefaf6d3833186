"""The audit as the Owner reads it."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.tenancy import acting_in
from privacy import letters, reading
from privacy.vocabulary.scope import Purpose

PER_PAGE = 50


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def audit_log(request: AccountRequest) -> HttpResponse:
    """Show who did what, when and to what, newest first; read by the role that can read the chain and nothing else."""
    who, what = _uuid(request.GET.get("who", "")), request.GET.get("what", "")[:60]
    client = _uuid(request.GET.get("client", ""))
    ref = request.account.ref
    with acting_in(ref, by=request.actor, purpose=Purpose.ADMINISTRATION, reading=True):
        members = reading.member_names()
        page = Paginator(reading.events(member=who, action=what, client=client), PER_PAGE).get_page(
            request.GET.get("page")
        )
        lines = reading.lines(page.object_list, members)
        actions = reading.actions()
    chosen = {"who": str(who) if who else "", "what": what, "client": str(client or "")}
    query = urlencode({key: value for key, value in chosen.items() if value})
    context = {
        "lines": reading.only_seen(lines),
        "page": page,
        "base": f"?{query}&page=" if query else "?page=",
        "members": [(str(pk), name) for pk, name in members.items()],
        "actions": actions,
        "zone": letters.zone(),
        "filtered": bool(query),
        **chosen,
    }
    return render(request, "privacy/audit_log.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
