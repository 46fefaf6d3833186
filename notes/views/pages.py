"""How the pages of notes are made; the views decide which."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.requests import AccountRequest
from notes import reading
from notes.answers import clean_answers, clean_title
from notes.changes import between
from notes.forms import NoteForm, typed_by_hand
from notes.models import Note
from notes.questions import questions_of
from notes.showing import saved_words, shown_sections
from notes.signing import Unanswered
from notes.views.papers import alerts_of, reading_page
from notes.writing import Closed, NothingWritten, StaleWrite, carried
from notes.zones import zone_of
from privacy.vocabulary.fields import is_unreadable

AUTOSAVE = "X-Autosave"
MOST_BESIDE = 30
# What the verbs of writing and signing can answer to a form that is well filled in
REFUSALS = (StaleWrite, Closed, NothingWritten, Unanswered)


def note_page(
    request: AccountRequest, note: Note, *, form: NoteForm | None = None, **extra: Any
) -> HttpResponse:
    """Return the page of a note: to write for the author of a draft, to read for the others."""
    draft = note.state == Note.State.DRAFT
    writable = draft and reading.is_author(request.member, note) and not is_unreadable(note.content)
    if writable:
        return writing_page(request, note, form=form, **extra)
    return reading_page(request, note, **extra)


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
    beside = request.GET.get("beside", "")
    context = {
        "note": note,
        "form": form or NoteForm(note),
        "zone": zone,
        "alerts": alerts_of(note),
        "remarks": reading.remarks_of(note),
        "saved": saved_words(note.updated_at, zone) if note.version > 1 else "",
        "beside": bool(beside),
        "sign_in_url": request.account.url("note_draft", note.pk),
        "has_last": bool(beside) or reading.signed(note.client, other_than=note).exists(),
        **(beside_context(note, beside) if beside else {}),
        **extra,
    }
    return render(request, "notes/write.html", context, status=status)


def beside_context(note: Note, named: str = "") -> dict[str, Any]:
    """Return the signed note that stands beside the one that is written: the client's last one unless one is named."""
    earlier = reading.signed(note.client, other_than=note)
    listed = list(earlier[:MOST_BESIDE])
    shown = next((each for each in listed if str(each.pk) == named), None)
    last = shown or (listed[0] if listed else None)
    if last is None:
        return {"last": None}
    titles = reading.texts_of(listed)
    asked = {question.key for question in questions_of(note.sections)}
    return {
        "last": last,
        "last_zone": zone_of(last),
        "last_sections": shown_sections(last.sections, last.content),
        "earlier": [(each, titles[each.pk].title) for each in listed],
        "can_take": carried(note.sections, last).keys() & asked,
    }


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
