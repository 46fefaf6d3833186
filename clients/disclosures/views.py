"""The page "Who got this data" of a client: the ledger, filtered, on paper, and what is noted by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import identity
from clients.consents.standing import taken_back
from clients.disclosures import disclosing, ledger
from clients.disclosures.disclosing import Recipient, What
from clients.disclosures.forms import ByHandForm
from clients.disclosures.outward import leaves
from clients.models import Client, Disclosure

PER_PAGE = 50
MOST_ON_PAPER = 1000


@require(Permission.CLINICAL_READ, while_closing=True)
@require_safe
def client_disclosures(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show who got data about a client, newest first: all of it, one way, one sort of recipient."""
    client = identity.find(pk)
    way = _one_of(Disclosure.Way, request.GET.get("way", ""))
    to = _one_of(Disclosure.To, request.GET.get("to", ""))
    chosen = {name: value for name, value in (("way", way), ("to", to)) if value}
    page = Paginator(ledger.about(client).filter(**chosen), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "client": client,
        "page": page,
        "lines": ledger.lines(page.object_list, request.account.country),
        "base": f"?{urlencode(chosen)}&page=" if chosen else "?page=",
        "way": way,
        "to_kind": to,
        "ways": Disclosure.Way.choices,
        "recipients": Disclosure.To.choices,
        "filtered": bool(chosen),
        "zone": practice_settings.zone(),
        "may_note": Permission.CLINICAL_WRITE in request.permissions and request.account.is_active,
    }
    return render(request, "disclosures/ledger.html", context)


@require(Permission.CLINICAL_READ, also=Permission.CLIENT_EXPORT, while_closing=True)
@require_safe
@leaves(Disclosure.Way.PRINT)
def disclosures_print(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show the ledger of a client as it goes on paper for them."""
    client = identity.find(pk)
    rows = ledger.about(client)[:MOST_ON_PAPER]
    context = {
        "client": client,
        "practice": request.account.name,
        "lines": ledger.lines(rows, request.account.country),
        "zone": practice_settings.zone(),
    }
    disclosing.record(
        by=request.actor,
        client=client,
        what=What((Disclosure,), _("List of who got this data")),
        to=Recipient(Disclosure.To.CLIENT, client.full_name, country=""),
        way=Disclosure.Way.PRINT,
        basis=Disclosure.Basis.REQUEST,
    )
    return render(request, "disclosures/paper.html", context)


@require(Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Note what was told or given without Keepwell; `corrects` names an earlier note that was wrong."""
    client = identity.find(pk)
    wrong = _corrected(client, request.GET.get("corrects", ""))
    form = ByHandForm(
        request.POST or None,
        zone=practice_settings.zone(),
        country=request.account.country,
        initial=_initial(wrong) if wrong else _asked(request),
    )
    if form.is_valid():
        try:
            disclosing.note(
                by=request.actor,
                client=client,
                replaces=wrong,
                never_was=bool(wrong) and "never" in request.POST,
                **form.values(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Noted who got this data"))
            return redirect(request.account.url("client_disclosures", pk))
    context = {
        "form": form,
        "client": client,
        "wrong": wrong,
        "taken_back": taken_back(client),
        "zone": practice_settings.zone(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "disclosures/note.html", context, status=status)


def _corrected(client: Client, pk: str) -> Disclosure | None:
    if not pk:
        return None
    try:
        wanted = UUID(pk)
    except ValueError:
        return None
    return get_object_or_404(Disclosure, identity.of(client), pk=wanted, noted_by_hand=True)


def _initial(row: Disclosure) -> dict[str, Any]:
    """Return an earlier note as the form shows it."""
    kept = ("to", "recipient", "country", "way", "basis", "words", "kinds")
    return {name: getattr(row, name) for name in kept} | {"on": row.at.date()}


def _asked(request: AccountRequest) -> dict[str, Any]:
    """Return what a link to the form knows already; nothing about a person travels in an address."""
    found: dict[str, Any] = {}
    if request.GET.get("way") in disclosing.BY_HAND:
        found["way"] = request.GET["way"]
    if kinds := [kind for kind in request.GET.getlist("kind") if kind in ledger.KINDS]:
        found["kinds"] = kinds
    return found


def _one_of(kind: type[Disclosure.Way] | type[Disclosure.To], value: str) -> str:
    return value if value in kind.values else ""
