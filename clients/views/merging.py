"""Two records side by side: merged into one person, looked at again, taken apart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import directory, duplicates, holdings, identity, merging
from clients.forms import SearchForm
from clients.models import Client, Merge
from clients.records import EDITABLE
from clients.views import side_by_side
from clients.views.lists import MOST_RESULTS, rows

TAKEN = "source"


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def client_merging(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Choose the other record, compare both and say that they are one person; this client's is the one that is left."""
    client = identity.find(pk)
    asked = request.POST.get("with") or request.GET.get("with", "")
    if not asked:
        return _choice(request, client)
    other = identity.find(_id(asked))
    refused = _refusal(other, client)
    if request.method == "POST" and not refused:
        take = [name for name in EDITABLE if request.POST.get(name) == TAKEN]
        done = merging.merge(by=request.actor, source=other, client=client, take=take)
        undo = request.account.url("merge_reversal", done.pk)
        words = _("Merged. All that either record had is on this page now.")
        messages.success(request, words, extra_tags=f"undo={undo}")
        return redirect(request.account.url("client", client.pk))
    context = {
        "client": client,
        "other": other,
        "refused": refused,
        "fields": side_by_side.of(client, other, request.account.country),
        **_holdings(request, client, other),
        "remarks": holdings.remarks(client, other, request.permissions),
    }
    return render(request, "clients/merging.html", context, status=409 if refused else 200)


@require(Permission.CLIENTS_CARE)
@require_GET
def merge(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show what two records said and have, and what comes back when the merge is undone."""
    found = get_object_or_404(Merge, pk=pk)
    client, source = merging.both(found)
    returning = [] if found.undone_at else merging.going_back(found, client)
    names = {name for name, _before, _now in returning}
    context = {
        "merge": found,
        "client": client,
        "other": source,
        "person": client.stands_for,
        "fields": side_by_side.of(client, source, request.account.country),
        "returning": side_by_side.going_back(client, returning, request.account.country),
        "staying": [side_by_side.label(name) for name in (found.former or {}) if name not in names],
        **_holdings(request, client, source),
        "may_edit": Permission.CLIENTS_EDIT in request.permissions and request.account.is_active,
    }
    return render(request, "clients/merge.html", context)


@require(Permission.CLIENTS_EDIT)
@require_POST
def merge_reversal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a merge back."""
    found = get_object_or_404(Merge, pk=pk)
    try:
        merging.undo(by=request.actor, merge=found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(request.account.url("merge", pk))
    messages.success(request, _("Undone. Each record has its own again."))
    return redirect(request.account.url("client", found.source_id))


def _choice(request: AccountRequest, client: Client) -> HttpResponse:
    """Let the other record be picked: from those that look alike, or by searching."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = [each for each in directory.find(words, MOST_RESULTS) if each.id != client.pk]
    context = {
        "client": client,
        "form": form,
        "words": words,
        "rows": rows(found if words else [], request.account.country),
        "matches": duplicates.of_client(client),
    }
    return render(request, "clients/merging_choice.html", context)


def _holdings(request: AccountRequest, client: Client, other: Client) -> dict[str, Any]:
    """Return what each record has itself, without what was merged into it before."""
    found = holdings.of_records([client.pk, other.pk], request.permissions)
    counted = [
        (each.label, each.counts.get(client.pk), each.counts.get(other.pk)) for each in found
    ]
    return {"holdings": counted}


def _refusal(other: Client, client: Client) -> str:
    try:
        merging.check(other, client)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
