"""Adding alerts, changing them, saying that they still hold or no longer do."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import day
from clients import alerts, identity
from clients.forms import AlertForm
from clients.models import Alert
from privacy.vocabulary.fields import is_unreadable


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
@require_http_methods(["GET", "HEAD", "POST"])
def alert_edit(request: AccountRequest, pk: UUID, alert: UUID) -> HttpResponse:
    """Change an alert, or what it says by another in its place."""
    client, found = identity.find(pk), _alert(pk, alert)
    form = AlertForm(request.POST or None, initial=_initial(found))
    if form.is_valid():
        alerts.change(by=request.actor, alert=found, said=form.said)
        messages.success(request, _("Saved"))
        return redirect(request.account.url("client", client.pk))
    context = {"form": form, "client": client, "alert": found}
    return render(request, "clients/alert.html", context, status=422 if form.is_bound else 200)


@require(Permission.CLIENTS_EDIT)
@require_POST
def alert_confirm(request: AccountRequest, pk: UUID, alert: UUID) -> HttpResponse:
    """Say that an alert still holds."""
    kept = alerts.confirm(by=request.actor, alert=_alert(pk, alert))
    when = day(kept.review_on)
    messages.success(request, _("It still holds. Look at it again on %(day)s.") % {"day": when})
    return redirect(request.account.url("client", pk))


@require(Permission.CLIENTS_EDIT)
@require_POST
def alert_resolve(request: AccountRequest, pk: UUID, alert: UUID) -> HttpResponse:
    """Say that an alert no longer holds."""
    alerts.resolve(by=request.actor, alert=_alert(pk, alert))
    messages.success(request, _("Alert resolved. It stays in the record."))
    return redirect(request.account.url("client", pk))


def _alert(pk: UUID, alert: UUID) -> Alert:
    """Return an alert of a client that still holds."""
    owned = identity.of(identity.find(pk))
    found: Alert = get_object_or_404(Alert, owned, pk=alert, resolved_at=None)
    return found


def _initial(alert: Alert) -> dict[str, object]:
    values = {name: getattr(alert, name) for name in AlertForm.base_fields}
    return {name: "" if is_unreadable(value) else value for name, value in values.items()}
