"""Who reads a note: chosen by its author, and opened by others with a reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading, rules, sharing
from notes.models import Note
from notes.sharing_forms import OpeningForm, ReadersForm
from notes.zones import zone_of


def kept_page(
    request: AccountRequest, note: Note, *, form: OpeningForm | None = None, status: int = 403
) -> HttpResponse:
    """Return the page of a note whose text is kept from the member: for whom it is, and how it can be opened."""
    context = {
        "note": note,
        "zone": zone_of(note),
        "opening": rules.opening_for(request.member, note),
        "by_right": rules.Opening.BY_RIGHT,
        "form": form or OpeningForm(),
        "hours": int(sharing.OPEN_FOR.total_seconds() // 3600),
    }
    return render(request, "notes/kept.html", context, status=status)


@require(Permission.CLINICAL_READ)
@require_POST
def note_opening(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Open a note that is kept from the member, with the reason that they give."""
    note = reading.stub(pk)
    if note.text is not None:
        return redirect(request.account.url("note", pk))
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return kept_page(request, note, form=form, status=422)
    sharing.open_with_reason(
        by=request.actor, member=request.member, note=note, reason=form.cleaned_data["reason"]
    )
    return redirect(request.account.url("note", pk))


@require(Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def note_readers(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Choose who reads a note; its author alone does."""
    note = reading.find(pk)
    if not reading.is_author(request.member, note):
        return redirect(request.account.url("note", pk))
    form = ReadersForm(note, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        sharing.share(
            by=request.actor,
            note=note,
            visibility=form.cleaned_data["visibility"],
            restricted=form.cleaned_data["restricted"],
            named=form.named,
        )
        messages.success(request, _("Saved."))
        return redirect(request.account.url("note", pk))
    context = {"note": note, "zone": zone_of(note), "form": form}
    return render(request, "notes/readers.html", context, status=422 if form.errors else 200)
