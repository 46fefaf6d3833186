"""The lists of recalls, one recall, and what people are called back for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.models import Recall, RecallType
from bookings.recalls import keeping, listing
from bookings.recalls.forms import RecallForm, RecallTypeForm, after
from bookings.recalls.listing import Which
from clients import identity

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.CLIENTS_CARE)
@require_safe
def recalls(request: AccountRequest) -> HttpResponse:
    """Show one list of recalls."""
    asked = request.GET.get("show", "")
    which = Which(asked) if asked in list(Which) else Which.DUE
    page, lines = listing.page(which, request.GET.get("page", "1"), request.account)
    context = {
        "which": which,
        "page": page,
        "lines": lines,
        "tabs": _tabs(request, which),
        "base": f"?show={which}&page=",
        "has_kinds": RecallType.objects.filter(archived_at=None).exists(),
        "may_edit": Permission.CLIENTS_EDIT in request.permissions and request.account.is_active,
        "may_book": Permission.DIARY_EDIT in request.permissions and request.account.is_active,
        "may_set": Permission.SETTINGS_EDIT in request.permissions,
    }
    return render(request, "bookings/recalls/list.html", context)


@require(Permission.CLIENTS_EDIT)
@both
def recall_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Plan to call a client back."""
    client = identity.find(pk)
    kinds = keeping.kinds()
    first = {"due_on": after(listing.today(), kinds[0].months)} if kinds else {}
    form = RecallForm(request.POST or None, initial=first)
    if form.is_valid():
        keeping.plan(by=request.actor, client=client, **form.values)
        messages.success(request, _("Planned"))
        return redirect(request.account.url("client", client.pk))
    return _form(request, form, client=client)


@require(Permission.CLIENTS_EDIT)
@both
def recall(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change what somebody is called back for, and when."""
    found = _recall(pk)
    form = RecallForm(request.POST or None, recall=found)
    if form.is_valid():
        keeping.change(by=request.actor, recall=found, **form.values)
        messages.success(request, _("Saved"))
        return redirect(request.account.url("recalls"))
    return _form(request, form, client=found.client, recall=found)


@require(Permission.CLIENTS_EDIT)
@require_POST
def recall_state(request: AccountRequest, pk: UUID, state: str) -> HttpResponse:
    """Say how a recall stands, with a way back."""
    found = _recall(pk)
    before, visit = found.state, found.attendee_id
    try:
        kept = keeping.mark(by=request.actor, recall=found, state=state)
    except ValidationError:
        raise Http404 from None
    undo = request.account.url("recall_state", pk, before) if visit is None else ""
    tags = f"undo={undo}" if undo and before != kept.state else ""
    messages.success(request, str(kept.get_state_display()), extra_tags=tags)
    if "client" in request.GET:
        return redirect(request.account.url("client", kept.client.pk))
    return redirect(request.account.url("recalls"))


@require(Permission.SETTINGS_EDIT)
@both
def recall_types(request: AccountRequest) -> HttpResponse:
    """List what people are called back for, and add to it."""
    form = RecallTypeForm(request.POST or None)
    if form.is_valid():
        try:
            keeping.add_kind(by=request.actor, values=form.cleaned_data)
        except ValidationError:
            form.add_error("name", _("It is on the list already."))
        else:
            messages.success(request, _("Added."))
            return redirect(request.account.url("recall_types"))
    context: dict[str, Any] = {
        "form": form,
        "kinds": keeping.kinds(),
        "archived": keeping.kinds(archived=True),
    }
    status = 422 if form.is_bound else 200
    return render(request, "bookings/recalls/types.html", context, status=status)


@require(Permission.SETTINGS_EDIT)
@require_POST
def recall_type_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a kind of recall off the list, or put it back."""
    kind: RecallType = get_object_or_404(RecallType.objects.all(), pk=pk)
    keeping.archive_kind(by=request.actor, kind=kind, archived=kind.archived_at is None)
    undo = request.account.url("recall_type_archive", pk)
    said = _("Off the list.") if kind.archived_at else _("On the list again.")
    messages.success(request, said, extra_tags=f"undo={undo}")
    return redirect(request.account.url("recall_types"))


def _form(request: AccountRequest, form: RecallForm, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "may_set": Permission.SETTINGS_EDIT in request.permissions,
        **more,
    }
    status = 422 if form.is_bound else 200
    return render(request, "bookings/recalls/recall.html", context, status=status)


def _tabs(request: AccountRequest, which: Which) -> list[dict[str, Any]]:
    labels = {
        Which.DUE: _("Due"),
        Which.LATER: _("Later"),
        Which.BOOKED: _("Booked"),
        Which.DISMISSED: _("Dismissed"),
    }
    counts = {Which.DUE: listing.rows(Which.DUE).count()}
    return [
        {
            "label": label,
            "url": request.account.url("recalls", show=each),
            "current": each == which,
            "count": counts.get(each, 0),
        }
        for each, label in labels.items()
    ]


def _recall(pk: UUID) -> Recall:
    rows = Recall.objects.select_related("client", "kind")
    found: Recall = get_object_or_404(rows, pk=pk)
    return found
