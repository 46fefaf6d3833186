"""Adding and resolving alerts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import alerts, identity
from clients.forms import AlertForm
from clients.models import Alert


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def alert_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Add an alert to a client."""
    client = identity.find(pk)
    form = AlertForm(request.POST or None)
    if form.is_valid():
        alerts.add(by=request.actor, client=client, **form.cleaned_data)
        messages.success(request, _("Alert added"))
        return redirect(request.account.url("client", pk))
    context = {"form": form, "client": client}
    return render(request, "clients/alert.html", context, status=422 if form.is_bound else 200)


@require(Permission.CLIENTS_EDIT)
@require_POST
def alert_resolve(request: AccountRequest, pk: UUID, alert: UUID) -> HttpResponse:
    """Say that an alert no longer holds."""
    owned = identity.of(identity.find(pk))
    alerts.resolve(by=request.actor, alert=get_object_or_404(Alert, owned, pk=alert))
    messages.success(request, _("Alert resolved. It stays in the record."))
    return redirect(request.account.url("client", pk))
