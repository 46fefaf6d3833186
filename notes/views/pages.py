"""How the pages of notes are made; the views decide which."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.requests import AccountRequest
from clients.identity import of
from clients.models import Alert
from notes import proof, reading
from notes.answers import clean_answers, clean_title
from notes.changes import between
from notes.forms import AddendumForm, NoteForm, typed_by_hand
from notes.models import Note, NoteOpening
from notes.showing import saved_words, shown_sections
from notes.signing import Unanswered
from notes.writing import Closed, NothingWritten, StaleWrite
from notes.zones import zone_of
from privacy.vocabulary.fields import is_unreadable

AUTOSAVE = "X-Autosave"
# What the verbs of writing and signing can answer to a form that is well filled in
REFUSALS = (StaleWrite, Closed, NothingWritten, Unanswered)


def note_page(
    request: AccountRequest, note: Note, *, form: NoteForm | None = None, **extra: Any
) -> HttpResponse:
    """Return the page of a note: to write for the author of a draft, to read for the others."""
    draft = note.state == Note.State.DRAFT
    writable = draft and reading.is_author(request.member, note) and not is_unreadable(note.content)
    return (writing_page if writable else reading_page)(request, note, form=form, **extra)


def writing_page(
    request: AccountRequest,
    note: Note,
    *,
    form: NoteForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """Return the page on which a draft is written."""
    zone = zone_of(note)
    beside = request.GET.get("beside") == "last"
    context = {
        "note": note,
        "form": form or NoteForm(note),
        "zone": zone,
        "alerts": alerts_of(note),
        "saved": saved_words(note.updated_at, zone) if note.version > 1 else "",
        "beside": beside,
        "sign_in_url": request.account.url("note_draft", note.pk),
        "has_last": beside or reading.last_signed(note.client, other_than=note) is not None,
        **(beside_context(note) if beside else {}),
        **extra,
    }
    return render(request, "notes/write.html", context, status=status)


def reading_page(
    request: AccountRequest,
    note: Note,
    *,
    form: NoteForm | None = None,
    addendum: AddendumForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """Return the page of a note that is not to be written: signed, discarded, or somebody else's draft."""
    may_add = note.is_final and reading.practitioner_of(request.member) is not None
    context = {
        **paper(note),
        "alerts": alerts_of(note),
        "may_add": may_add,
        "is_author": reading.is_author(request.member, note),
        "openings": openings_for(request, note),
        "addendum_form": addendum or AddendumForm(),
        **extra,
    }
    return render(request, "notes/read.html", context, status=status)


def openings_for(request: AccountRequest, note: Note) -> list[NoteOpening]:
    """Return who opened a note with a reason, for its author and the Owner."""
    sees = reading.is_author(request.member, note) or request.member.role == Role.OWNER
    return reading.openings_of(note) if sees else []


def paper(note: Note) -> dict[str, Any]:
    """Return what a note shows on screen and on paper, hashed again when it is signed."""
    addenda = reading.addenda_of(note) if note.is_signed else []
    cosignature = reading.cosignature_of(note) if note.is_signed else None
    proved = proof.check(note, addenda, cosignature) if note.is_signed else None
    return {
        "note": note,
        "zone": zone_of(note),
        "sections": shown_sections(note.sections, note.content),
        "brought_in": note.provenance not in ("staff", "demo"),
        "altered": proved is not None and not proved.note_holds,
        "addenda": [
            (addendum, proved is not None and not proved.addenda[addendum.pk])
            for addendum in addenda
        ],
    }


def beside_context(note: Note) -> dict[str, Any]:
    """Return the client's last signed note, to stand beside the one that is written."""
    last = reading.last_signed(note.client, other_than=note)
    if last is None:
        return {"last": None}
    return {
        "last": last,
        "last_zone": zone_of(last),
        "last_sections": shown_sections(last.sections, last.content),
    }


def alerts_of(note: Note) -> list[Alert]:
    """Return what must be known about the client first, severe ones before the others."""
    order = (Alert.Severity.SEVERE, Alert.Severity.CARE, Alert.Severity.INFO)
    alerts = Alert.objects.filter(of(note.client), resolved_at=None)
    return sorted(alerts, key=lambda alert: order.index(Alert.Severity(alert.severity)))


def stale(request: AccountRequest, stale_write: StaleWrite, form: NoteForm) -> HttpResponse:
    """Answer 409 with both texts: what this page holds, not saved, and what is kept."""
    note = reading.find(stale_write.note.pk)
    mine = (clean_title(form.cleaned_data["title"]), clean_answers(note.sections, form.answers))
    context = {
        "note": note,
        "zone": zone_of(note),
        "changes": between(note.sections, (note.title, note.content), mine),
        "autosaved": is_autosave(request),
    }
    if is_autosave(request):
        return render(request, "notes/conflict.html", context, status=409)
    # the next press of "Save" keeps this page's text on top of what is kept now
    form.go_on_from(note.version)
    return writing_page(request, note, form=form, status=409, conflict=context)


def closed(request: AccountRequest, refusal: Closed, note: Note) -> HttpResponse:
    """Answer 409 because the note was signed or discarded; show what was typed, so that it can be copied."""
    kept = reading.find(refusal.note.pk)
    context = {
        "note": kept,
        "zone": zone_of(kept),
        "typed": typed_by_hand(note, request.POST),
        "autosaved": is_autosave(request),
    }
    template = "notes/closed_fragment.html" if is_autosave(request) else "notes/closed.html"
    return render(request, template, context, status=409)


def refused(request: AccountRequest, note: Note, form: NoteForm) -> HttpResponse:
    """Answer 422 with what is wrong beside its field; all that was typed is kept in the page."""
    if is_autosave(request):
        return render(request, "notes/refused.html", {"form": form}, status=422)
    return writing_page(request, note, form=form, status=422)


def failed(request: AccountRequest, note: Note, form: NoteForm, failure: Exception) -> HttpResponse:
    """Answer a verb's refusal with the page that fits it; raise it again when it is none of ours."""
    if isinstance(failure, StaleWrite):
        return stale(request, failure, form)
    if isinstance(failure, Closed):
        return closed(request, failure, note)
    if isinstance(failure, NothingWritten):
        return writing_page(request, note, form=form, status=422, nothing_written=True)
    if isinstance(failure, Unanswered):
        for key in failure.keys:
            form.add_error(key, _("Answer this before you sign."))
        return writing_page(request, note, form=form, status=422)
    raise failure


def is_autosave(request: AccountRequest) -> bool:
    """Tell whether the page itself asks, as text is typed, and not a person who pressed a button."""
    return AUTOSAVE in request.headers
