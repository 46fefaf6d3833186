"""Saying who a self-booked person is, and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.appointments.binding import bind, unbind
from clients.models import Binding, Client


@require(Permission.CLIENTS_EDIT)
@require_POST
def client_binding(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Bind a newcomer to the client that was chosen; offer to undo it."""
    newcomer = get_object_or_404(Client, pk=pk)
    client = get_object_or_404(Client, pk=_id(request.POST.get("client", "")))
    try:
        binding = bind(by=request.actor, newcomer=newcomer, client=client)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(request.account.url("client", pk))
    undo = request.account.url("binding_reversal", binding.pk)
    messages.success(
        request, _("Bound. What they booked is on this page now."), extra_tags=f"undo={undo}"
    )
    return redirect(request.account.url("client", client.pk))


@require(Permission.CLIENTS_EDIT)
@require_POST
def binding_reversal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a binding back."""
    binding = get_object_or_404(Binding, pk=pk)
    try:
        unbind(by=request.actor, binding=binding)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(request.account.url("client", binding.client_id))
    messages.success(request, _("Undone. This person waits to be confirmed again."))
    return redirect(request.account.url("client", binding.newcomer_id))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
