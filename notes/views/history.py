"""Reading back: the last note beside the one that is written, every saved state."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Member
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading
from notes.changes import of_versions
from notes.models import Note, NoteVersion
from notes.showing import shown_sections
from notes.views.pages import beside_context
from notes.zones import zone_of
from privacy.vocabulary.fields import is_unreadable

PER_PAGE = 50


@require(Permission.CLINICAL_READ)
@require_safe
def note_beside(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Return one of the client's signed notes, the last unless another is named, as the fragment beside the draft."""
    note = reading.find(pk)
    hide = "hide" in request.GET
    context = {"note": note, "hide": hide}
    if not hide:
        context |= beside_context(note, request.GET.get("of", ""))
    return render(request, "notes/beside.html", context)


@require(Permission.CLINICAL_READ)
@require_safe
def note_versions(request: AccountRequest, pk: UUID) -> HttpResponse:
    """List every saved state of a note, and show what one of them changed."""
    note = reading.find(pk)
    page = Paginator(reading.versions_of(note), PER_PAGE).get_page(request.GET.get("page"))
    chosen = _chosen(request, note)
    before = _compared_with(request, note, chosen)
    context = {
        "note": note,
        "zone": zone_of(note),
        "page": page,
        "chosen": chosen,
        "changes": []
        if _unreadable(chosen, before)
        else of_versions(note.sections, before, chosen),
        "before": before,
        "is_first": before is None,
        "others": [number for number in range(note.version, 0, -1) if number != chosen.version],
        "unreadable": _unreadable(chosen, before),
        "sections": shown_sections(note.sections, chosen.content),
        "writers": _writers(note, list(page.object_list)),
    }
    return render(request, "notes/versions.html", context)


def _chosen(request: AccountRequest, note: Note) -> NoteVersion:
    named = request.GET.get("version") or str(note.version)
    number = int(named) if named.isascii() and named.isdigit() and len(named) < 9 else 0
    chosen = reading.version_of(note, number)
    if chosen is None:
        raise Http404
    return chosen


def _compared_with(request: AccountRequest, note: Note, chosen: NoteVersion) -> NoteVersion | None:
    """Return the version that the chosen one is compared with: the one before it unless another is named."""
    named = request.GET.get("against", "")
    is_number = named.isascii() and named.isdigit() and len(named) < 9
    return reading.version_of(note, int(named) if is_number else chosen.version - 1)


def _unreadable(*versions: NoteVersion | None) -> bool:
    return any(
        is_unreadable(version.content) or is_unreadable(version.title)
        for version in versions
        if version is not None
    )


def _writers(note: Note, versions: list[NoteVersion]) -> dict[UUID, str]:
    """Return the names of those who saved, by member id."""
    ids = {version.saved_by for version in versions if version.saved_by}
    if ids <= {note.author.member_id}:
        return {note.author.member_id: note.author.name}
    return {member.pk: member.name for member in Member.objects.filter(pk__in=ids)}
