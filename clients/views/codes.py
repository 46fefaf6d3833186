"""Booking codes of a client: made, shown once, revoked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import codes, identity
from clients.models import BookingCode


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def client_codes(request: AccountRequest, pk: UUID) -> HttpResponse:
    """List the codes that work and make a new one, which only this answer shows."""
    client = identity.find(pk)
    shown = ""
    if request.method == "POST":
        _row, shown = codes.issue(
            by=request.actor,
            client=client,
            member=request.member,
            is_single_use=request.POST.get("lasts") != "on",
        )
    context = {
        "client": client,
        "shown": shown,
        "codes": list(codes.live_codes(client)),
        "zone": practice_settings.zone(),
    }
    return render(request, "clients/codes.html", context)


@require(Permission.CLIENTS_EDIT)
@require_POST
def code_revocation(request: AccountRequest, pk: UUID, code: UUID) -> HttpResponse:
    """Make a code worthless."""
    owned = identity.of(identity.find(pk))
    codes.revoke(by=request.actor, code=get_object_or_404(BookingCode, owned, pk=code))
    messages.success(request, _("The code no longer works."))
    return redirect(request.account.url("client_codes", pk))
