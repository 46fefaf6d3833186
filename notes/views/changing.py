"""What may still happen to a signed note: it is amended by another one, or withdrawn from the wrong record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import choosing
from clients.models import Client
from notes import amending, reading, withdrawing, writing
from notes.forms import WithdrawalForm
from notes.models import Note
from notes.zones import zone_of


@require(Permission.CLINICAL_WRITE)
@require_POST
def note_amendment(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Begin the note that takes the place of this one, and open it."""
    note = reading.find(pk)
    try:
        amendment = amending.amend(by=request.actor, note=note)
    except writing.Closed:
        messages.warning(request, _("This note can't be amended: the last amendment can."))
        return redirect(request.account.url("note", pk))
    return redirect(request.account.url("note", amendment.pk))


@require(Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def note_withdrawal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask why a note is in the wrong record and whose it is; then take it out, and put it where it belongs."""
    note = reading.find(pk)
    may = reading.is_author(request.member, note) or request.member.role == Role.OWNER
    if not note.is_final or not may:
        return redirect(request.account.url("note", pk))
    form = WithdrawalForm(request.POST if "confirmed" in request.POST else None)
    to = _right_client(request)
    if form.is_bound and form.is_valid() and (to is not None or form.cleaned_data["nowhere"]):
        return _withdraw(request, note, form.cleaned_data["reason"], to)
    if form.is_bound and to is None and not request.POST.get("nowhere"):
        form.add_error(None, _("Choose whose note it is, or say that you don't know."))
    return _page(request, note, form, to)


def _withdraw(request: AccountRequest, note: Note, reason: str, to: Client | None) -> HttpResponse:
    try:
        withdrawals = withdrawing.withdraw(by=request.actor, note=note, reason=reason, to=to)
    except (writing.Closed, writing.NotAttending):
        return redirect(request.account.url("note", note.pk))
    moved = withdrawals[-1].moved_to
    if moved is None:
        messages.success(request, _("Withdrawn. The record keeps a stub without its text."))
        return redirect(request.account.url("client", note.client_id))
    messages.success(request, _("Withdrawn there, and moved here with its signature."))
    return redirect(request.account.url("note", moved))


def _right_client(request: AccountRequest) -> Client | None:
    somebody = choosing.chosen(request.POST.get("person", ""))
    return somebody if isinstance(somebody, Client) else None


def _page(
    request: AccountRequest, note: Note, form: WithdrawalForm, to: Client | None
) -> HttpResponse:
    words = request.POST.get("find", "")
    context: dict[str, Any] = {
        "note": note,
        "zone": zone_of(note),
        "form": form,
        "words": words,
        "choices": [choosing.of(to)]
        if to is not None
        else choosing.found(words, among=(choosing.CLIENT,)),
        "picked": f"{choosing.CLIENT}:{to.pk}" if to is not None else "",
        "wrong": f"{choosing.CLIENT}:{note.client_id}",
        "chain": note.amends_id or note.amendments.filter(state=Note.State.FINAL).exists(),
    }
    return render(request, "notes/withdrawal.html", context, status=422 if form.errors else 200)
