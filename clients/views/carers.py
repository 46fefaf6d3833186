"""Naming who looks after a client."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import caring, identity
from clients.forms import CarersForm
from privacy.vocabulary import scope


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def client_carers(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say who looks after a client; whoever sees their own clients alone gives none away."""
    client = identity.find(pk)
    if scope.current().own_sight.clients_of:
        raise Http404
    kept = [str(each.pk) for each in caring.of_client(client)]
    form = CarersForm(request.POST if request.method == "POST" else None, initial={"who": kept})
    if form.is_valid():
        caring.change(by=request.actor, client=client, practitioners=form.cleaned_data["who"])
        messages.success(request, _("Saved."))
        return redirect(request.account.url("client", pk))
    context = {"form": form, "client": client}
    return render(request, "clients/carers.html", context, status=422 if form.is_bound else 200)
