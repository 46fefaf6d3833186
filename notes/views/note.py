"""A note's own page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading, writing
from notes.forms import NoteForm
from notes.views.pages import failed, note_page, refused


@require(Permission.CLINICAL_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a note; POST saves the draft, for those without JavaScript."""
    found = reading.find(pk, reader=request.member)
    if request.method != "POST":
        return note_page(request, found)
    form = NoteForm(found, request.POST)
    if not form.is_valid():
        return refused(request, found, form)
    try:
        writing.save(
            by=request.actor,
            note=found,
            version=form.cleaned_data["version"],
            title=form.cleaned_data["title"],
            answers=form.answers,
        )
    except (writing.StaleWrite, writing.Closed) as failure:
        return failed(request, found, form, failure)
    beside = {"beside": "last"} if request.GET.get("beside") == "last" else {}
    return redirect(request.account.url("note", pk, **beside))
