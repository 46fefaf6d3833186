"""How a client found the practice, and the practice's own list of ways."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import choosing, identity, referring
from clients.forms import ReferralForm, ReferralTypeForm
from clients.models import ReferralType

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.CLIENTS_EDIT)
@both
def client_referral(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say who or what brought a client."""
    client = identity.find(pk)
    said = referring.of_client(client)
    form = ReferralForm(request.POST or None, referral=said)
    if "search" not in request.POST and form.is_valid():
        values = form.cleaned_data
        referring.say(by=request.actor, client=client, source=form.brought_by, note=values["note"])
        messages.success(request, _("Saved"))
        return redirect(request.account.url("client", pk))
    words = request.POST.get("find", "")
    context = {
        "form": form,
        "client": client,
        "words": words,
        "picked": form.picked,
        "choices": choosing.found(words) or form.kept_choices,
    }
    status = 422 if form.is_bound and "search" not in request.POST else 200
    return render(request, "clients/referral.html", context, status=status)


@require(Permission.SETTINGS_EDIT)
@both
def referral_types(request: AccountRequest) -> HttpResponse:
    """List the practice's own ways, and add one."""
    form = ReferralTypeForm(request.POST or None)
    if form.is_valid():
        try:
            referring.add_type(by=request.actor, **form.cleaned_data)
        except ValidationError:
            form.add_error("name", _("It is on the list already."))
        else:
            messages.success(request, _("Added."))
            return redirect(request.account.url("referral_types"))
    context: dict[str, Any] = {
        "form": form,
        "types": referring.types(),
        "archived": referring.types(archived=True),
    }
    return render(
        request, "clients/referral_types.html", context, status=422 if form.is_bound else 200
    )


@require(Permission.SETTINGS_EDIT)
@require_POST
def referral_type_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a way off the list, or put it back."""
    kind: ReferralType = get_object_or_404(ReferralType.objects.all(), pk=pk)
    referring.archive_type(by=request.actor, kind=kind, archived=kind.archived_at is None)
    undo = request.account.url("referral_type_archive", pk)
    said = _("Off the list.") if kind.archived_at else _("On the list again.")
    messages.success(request, said, extra_tags=f"undo={undo}")
    return redirect(request.account.url("referral_types"))
