"""The page "Restrictions and objections" of a client: what holds and why, what held, and how either begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import practice_settings
from accounts.models import Member
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import identity
from clients.models import Client, Restriction
from clients.restrictions import restricting, standing
from clients.restrictions.forms import LiftingForm, ObjectionForm, RestrictionForm

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.CLIENTS_CARE, while_closing=True)
@require_safe
def restrictions(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show what holds for a client and what held before."""
    client = identity.find(pk)
    known = Restriction.objects.filter(identity.of(client)).order_by("-since", "-id")
    rows = list({row.decision: row for row in known}.values())
    names = _names(rows)
    lines = [
        {
            "row": row,
            "title": standing.told(row)[1],
            "words": standing.words(row),
            "by": names.get(row.by_id, ""),
            "lifted_by": names.get(row.lifted_by, ""),
            "may_lift": _may_lift(request, row),
        }
        for row in rows
    ]
    context = {
        "client": client,
        "standing": [line for line in lines if line["row"].lifted_at is None],
        "past": [line for line in lines if line["row"].lifted_at is not None],
        "may_edit": Permission.CLIENTS_EDIT in request.permissions,
        "zone": practice_settings.zone(),
    }
    return render(request, "clients/restrictions/list.html", context)


@require(Permission.CLIENTS_EDIT, while_closing=True)
@both
def restriction_objection(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Note what a client objects to."""
    client = identity.find(pk)
    form = ObjectionForm(request.POST or None)

    def note() -> None:
        given = form.cleaned_data
        restricting.object_to(
            by=request.actor, client=client, reason=given["reason"], uses=given["uses"]
        )

    return _begin(request, client, form, note, _("Noted. It holds from now on."))


@require(Permission.CLIENTS_EDIT, while_closing=True)
@both
def restriction_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Have a client's data only stored."""
    client = identity.find(pk)
    form = RestrictionForm(request.POST or None)

    def restrict() -> None:
        restricting.restrict(by=request.actor, client=client, **form.cleaned_data)

    return _begin(request, client, form, restrict, _("The data are only stored from now on."))


@require(Permission.CLIENTS_EDIT, while_closing=True)
@both
def restriction_lifting(request: AccountRequest, pk: UUID, restriction: UUID) -> HttpResponse:
    """Lift a restriction or objection, with a reason."""
    client = identity.find(pk)
    rows = Restriction.objects.filter(identity.of(client))
    found: Restriction = get_object_or_404(rows, pk=restriction)
    if not _may_lift(request, found):
        raise PermissionDenied
    form = LiftingForm(request.POST or None)

    def lift() -> None:
        because = form.cleaned_data["because"]
        restricting.lift(by=request.actor, restriction=found, because=because)

    return _begin(request, client, form, lift, _("Lifted."), lifts=standing.told(found))


def _begin(
    request: AccountRequest,
    client: Client,
    form: forms.Form,
    do: Callable[[], None],
    done: str,
    **more: Any,
) -> HttpResponse:
    """Show a form; POST does what it is for, or shows why not."""
    if form.is_valid():
        try:
            do()
        except ValidationError as refusal:
            form.add_error(None, "; ".join(refusal.messages))
        else:
            messages.success(request, done)
            return redirect(request.account.url("restrictions", client.pk))
    kinds = {ObjectionForm: "objection", RestrictionForm: "restriction", LiftingForm: "lifting"}
    context = {"client": client, "form": form, "kind": kinds[type(form)], **more}
    status = 422 if form.is_bound else 200
    return render(request, "clients/restrictions/form.html", context, status=status)


def _may_lift(request: AccountRequest, row: Restriction) -> bool:
    """Tell whether somebody may end it: a restriction only whoever answers requests."""
    is_objection = row.kind == Restriction.Kind.OBJECTION
    needed = Permission.CLIENTS_EDIT if is_objection else Permission.REQUESTS
    return row.lifted_at is None and needed in request.permissions


def _names(rows: list[Restriction]) -> dict[UUID | None, str]:
    ids = {pk for row in rows for pk in (row.by_id, row.lifted_by) if pk}
    found = Member.objects.filter(pk__in=ids) if ids else []
    return {member.pk: str(member.name) for member in found}
