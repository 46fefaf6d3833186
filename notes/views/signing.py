"""Signing a note, and adding to a signed one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading, signing, writing
from notes.forms import AddendumForm, NoteForm
from notes.models import Note
from notes.showing import shown_sections
from notes.views.pages import REFUSALS, failed, note_page, refused
from notes.views.papers import alerts_of, reading_page
from notes.zones import zone_of


@require(Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def note_signature(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Sign a note. A POST that is not confirmed saves the draft and shows what will be signed."""
    note = reading.find(pk)
    if request.method != "POST":
        return _confirmation(request, note)
    if "as_shown" in request.POST:
        return _sign_as_shown(request, note)
    form = NoteForm(note, request.POST)
    if not form.is_valid():
        return refused(request, note, form)
    confirmed = request.POST.get("confirmed") == "yes"
    act = signing.sign if confirmed else writing.save
    try:
        act(by=request.actor, note=note, **form.words)
    except REFUSALS as failure:
        return failed(request, note, form, failure)
    if not confirmed:
        return redirect(request.account.url("note_signature", pk))
    return _signed(request, note)


@require(Permission.CLINICAL_WRITE)
@require_POST
def note_addendum(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Add to a signed note."""
    note = reading.find(pk)
    author = reading.practitioner_of(request.member)
    if author is None:
        return render(request, "notes/no_profile.html", {"client": note.client}, status=403)
    form = AddendumForm(request.POST)
    if not form.is_valid():
        return reading_page(request, note, addendum=form, status=422)
    try:
        signing.add(by=request.actor, note=note, author=author, text=form.cleaned_data["text"])
    except writing.Closed:
        return note_page(request, note, status=409)
    messages.success(request, _("The addendum was added."))
    return redirect(request.account.url("note", pk))


def _sign_as_shown(request: AccountRequest, note: Note) -> HttpResponse:
    """Sign exactly what the page of confirmation showed; when it has changed since, nothing is signed."""
    try:
        if str(note.version) != request.POST["as_shown"]:
            raise writing.StaleWrite(note)
        signing.sign(
            by=request.actor,
            note=note,
            version=note.version,
            title=note.title,
            answers=note.content,
            seen_on=note.seen_on,
            reason=note.reason,
        )
    except (signing.Unanswered, writing.NothingWritten):
        return redirect(request.account.url("note", note.pk))
    except writing.StaleWrite:
        messages.warning(request, _("The note has changed. Read it again, then sign it."))
        return redirect(request.account.url("note", note.pk))
    except writing.Closed:
        return redirect(request.account.url("note", note.pk))
    return _signed(request, note)


def _signed(request: AccountRequest, note: Note) -> HttpResponse:
    messages.success(request, _("Signed. The note is locked."))
    return redirect(request.account.url("note", note.pk))


def _confirmation(request: AccountRequest, note: Note) -> HttpResponse:
    if note.state != Note.State.DRAFT or not reading.is_author(request.member, note):
        return redirect(request.account.url("note", note.pk))
    context = {
        "note": note,
        "zone": zone_of(note),
        "sections": shown_sections(note.sections, note.content),
        "alerts": alerts_of(note),
    }
    return render(request, "notes/confirm.html", context)
