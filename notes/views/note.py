"""A note's own page."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading, writing
from notes.forms import NoteForm
from notes.views.pages import failed, note_page, refused
from notes.views.sharing import kept_page


@require(Permission.CLINICAL_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a note, or who reads it instead; POST saves the draft, for those without JavaScript."""
    if request.method != "POST":
        shown = reading.stub(pk)
        return note_page(request, shown) if shown.text else kept_page(request, shown)
    if Permission.CLINICAL_WRITE not in request.permissions:
        raise PermissionDenied
    found = reading.find(pk)
    form = NoteForm(found, request.POST)
    if not form.is_valid():
        return refused(request, found, form)
    try:
        writing.save(by=request.actor, note=found, **form.words)
    except (writing.StaleWrite, writing.Closed) as failure:
        return failed(request, found, form, failure)
    beside = request.GET.get("beside", "")
    query = {"beside": beside} if beside else {}
    return redirect(request.account.url("note", pk, **query))
