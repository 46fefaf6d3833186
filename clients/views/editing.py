"""Adding and changing a record, confirming it, putting it away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import duplicates, identity, records
from clients.contact_rows import LinesField
from clients.duplicates import Match
from clients.models import Client
from clients.record_form import ClientForm

TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof.")


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: AccountRequest) -> HttpResponse:
    """Add a client, after a look at who could be the same person."""
    form = ClientForm(request.POST or None, account=request.account)
    matches: list[Match] = []
    if form.is_valid():
        matches = duplicates.like(form.values)
        unseen = {str(match.id) for match in matches} - set(form.cleaned_data["anyway"].split(","))
        if not unseen:
            added = records.add(by=request.actor, values=form.values)
            messages.success(request, _("Client added"))
            return redirect(request.account.url("client", added.pk))
    seen = ",".join(str(match.id) for match in matches)
    context = {"form": form, "matches": matches, "seen": seen, "titles": TITLES}
    return render(request, "clients/form.html", context, status=422 if form.is_bound else 200)


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def client_edit(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change a record; when somebody else changed it meanwhile, show both versions and keep what was typed."""
    client = identity.find(pk)
    form = ClientForm(request.POST or None, account=request.account, client=client)
    context: dict[str, Any] = {"form": form, "client": client, "titles": TITLES}
    if not form.is_valid():
        return render(request, "clients/form.html", context, status=422 if form.is_bound else 200)
    seen_at = _instant(form.cleaned_data["seen_at"])
    try:
        records.change(by=request.actor, client=client, values=form.values, seen_at=seen_at)
    except records.Stale as stale:
        context["differences"] = differences(form, stale.client)
        context["now_at"] = stale.client.updated_at.isoformat()
        return render(request, "clients/form.html", context, status=409)
    messages.success(request, _("Saved"))
    return redirect(request.account.url("client", pk))


@require(Permission.CLIENTS_EDIT)
@require_POST
def client_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Put a record away; it can be taken out again at once."""
    client = records.archive(by=request.actor, client=identity.find(pk))
    undo = request.account.url("client_unarchive", client.pk)
    messages.success(request, _("Archived"), extra_tags=f"undo={undo}")
    return redirect(request.account.url("client", pk))


@require(Permission.CLIENTS_EDIT)
@require_POST
def client_unarchive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a record out of the archive."""
    records.unarchive(by=request.actor, client=identity.find(pk))
    messages.success(request, _("Back among the active clients"))
    return redirect(request.account.url("client", pk))


@require(Permission.CLIENTS_EDIT)
@require_POST
def client_confirm(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Confirm a person who booked online."""
    records.confirm(by=request.actor, client=identity.find(pk))
    messages.success(request, _("Confirmed"))
    return redirect(request.account.url("client", pk))


def differences(form: ClientForm, now: Client) -> list[dict[str, object]]:
    """Return each field whose saved value is not the one that was typed, with both."""
    shown = ClientForm(account=form.account, client=now)
    saved = shown.initial
    found = []
    for bound in form:
        if bound.is_hidden or not bound.field.has_changed(saved.get(bound.name), bound.data):
            continue
        found.append(
            {
                "label": bound.label,
                "mine": _words(bound.field, bound.data),
                "theirs": _words(bound.field, shown[bound.name].value()),
            }
        )
    return found


def _words(field: Any, value: Any) -> object:
    """Return a value as people read it: the labels of what was chosen, else itself."""
    if isinstance(field, LinesField):
        return field.words(value)
    labels = dict(getattr(field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(labels.get(each, each)) for each in value)
    return labels.get(value, value)


def _instant(text: str) -> datetime:
    """Return the instant that the form carried; an altered one stands for a version that never was."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    return found or datetime.min.replace(tzinfo=UTC)
