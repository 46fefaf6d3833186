"""The page "Who saw this record" of a client: filtered, page by page, and on paper for the client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import practice_settings
from accounts.models import AuditEvent
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.tenancy import acting_in
from clients import identity
from clients.disclosures import disclosing
from clients.disclosures.disclosing import Recipient, What
from clients.disclosures.outward import leaves
from clients.models import Disclosure
from clients.seen import openings
from clients.seen.openings import PERIODS, Did, Wanted
from privacy.vocabulary.scope import Purpose

PER_PAGE = 50
MOST_ON_PAPER = 1000


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def client_seen(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show who saw a client's record and worked on it, newest first; read by the role that can read the chain."""
    client, zone = identity.find(pk), practice_settings.zone()
    with _chain(request):
        people = openings.people(client)
        wanted = _wanted(request.GET, people)
        page = Paginator(openings.folded(client, wanted), PER_PAGE).get_page(
            request.GET.get("page")
        )
        lines = openings.lines(page.object_list, zone)
    query = _query(wanted)
    context = {
        "client": client,
        "page": page,
        "lines": lines,
        "base": f"?{query}&page=" if query else "?page=",
        "query": query,
        "wanted": wanted,
        "people": people,
        "dids": [(Did.LOOKED.value, _("Looked at it")), (Did.CHANGED.value, _("Worked on it"))],
        "periods": PERIODS.items(),
    }
    return render(request, "clients/seen/list.html", context)


@require(Permission.AUDIT_VIEW, also=Permission.CLIENT_EXPORT, while_closing=True)
@require_safe
@leaves(Disclosure.Way.PRINT)
def client_seen_paper(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show the same as it goes on paper for the client, in words to them."""
    client, zone = identity.find(pk), practice_settings.zone()
    with _chain(request):
        wanted = _wanted(request.GET, openings.people(client))
        found = list(openings.folded(client, wanted)[: MOST_ON_PAPER + 1])
        lines = openings.lines(found[:MOST_ON_PAPER], zone)
    disclosing.record(
        by=request.actor,
        client=client,
        what=What((AuditEvent,), _("List of who saw the record")),
        to=Recipient(Disclosure.To.CLIENT, client.full_name, country=""),
        way=Disclosure.Way.PRINT,
        basis=Disclosure.Basis.REQUEST,
    )
    context = {
        "client": client,
        "practice": request.account.name,
        "lines": lines,
        "is_cut": len(found) > MOST_ON_PAPER,
        "wanted": wanted,
        "period": PERIODS.get(wanted.days, ""),
        "query": _query(wanted),
    }
    return render(request, "clients/seen/paper.html", context)


def _chain(request: AccountRequest) -> Any:
    ref = request.account.ref
    return acting_in(ref, by=request.actor, purpose=Purpose.ADMINISTRATION, reading=True)


def _wanted(asked: QueryDict, people: list[tuple[str, str]]) -> Wanted:
    """Return what is asked for, of which only what can be chosen counts."""
    who, did, days = (asked.get(name, "") for name in ("who", "did", "days"))
    return Wanted(
        who=who if who in dict(people) else "",
        did=did if did in list(Did) else "",
        days=days if days in PERIODS else "",
    )


def _query(wanted: Wanted) -> str:
    chosen = {"who": wanted.who, "did": wanted.did, "days": wanted.days}
    return urlencode({name: value for name, value in chosen.items() if value})
