"""The log of messages, one message, sending a failed one again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as toasts
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.messaging import log, resending
from bookings.messaging.forms import FilterForm
from bookings.messaging.topics import shown_text
from bookings.models import Message
from clients import directory


@require(Permission.CLIENTS_CARE)
@require_safe
def entries(request: AccountRequest) -> HttpResponse:
    """Show the log: everything that was sent to clients or was not, and why."""
    form = FilterForm(request.GET)
    filters = form.chosen
    shown, lines = log.page(filters, request.GET.get("page", ""))
    query = log.query(filters)
    context = {
        "form": form,
        "filtered": bool(filters),
        "page": shown,
        "lines": lines,
        "base": f"?{query}&page=" if query else "?page=",
        "zone": practice_settings.zone(),
    }
    return render(request, "messages/log.html", context)


@require(Permission.CLIENTS_CARE)
@require_safe
def entry(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show one message with its text and what became of it."""
    message = get_object_or_404(
        Message.objects.select_related(
            "attendee__appointment", "offer__location", "via__other", "via__contact"
        ),
        pk=pk,
    )
    context = {
        "text": shown_text(message, request.account),
        "line": log.line(message, directory.names([message.client_id]).get(message.client_id, "")),
        "can_resend": resending.can_resend(message)
        and request.account.is_active
        and Permission.DIARY_EDIT in request.permissions,
        "zone": practice_settings.zone(),
    }
    return render(request, "messages/message.html", context)


@require(Permission.DIARY_EDIT)
@require_POST
def another_attempt(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Send a failed message again, if it is still true."""
    message = get_object_or_404(Message.objects.only("pk", "account_id"), pk=pk)
    try:
        resending.resend(by=request.actor, message=message)
    except ValidationError as refusal:
        toasts.error(request, refusal.messages[0])
    else:
        toasts.success(request, _("It is on its way again."))
    return redirect(request.account.url("message", pk))
