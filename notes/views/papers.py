"""The page on which a note is read: its text, what stands below it, and what may still be done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import Practitioner, Role
from accounts.permissions import Permission
from accounts.requests import AccountRequest
from clients import alerts
from clients.consents.standing import taken_back
from notes import proof, reading
from notes.forms import AddendumForm, RemarkForm
from notes.models import Note, NoteOpening
from notes.showing import shown_sections
from notes.zones import zone_of


def reading_page(
    request: AccountRequest,
    note: Note,
    *,
    addendum: AddendumForm | None = None,
    remark: RemarkForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """Return the page of a note that is not to be written: signed, discarded, or somebody else's draft."""
    writes = Permission.CLINICAL_WRITE in request.permissions
    is_author = writes and reading.is_author(request.member, note)
    awaits = writes and note.state == Note.State.AWAITING
    asked = awaits and note.cosigner is not None and note.cosigner.member_id == request.member.pk
    context: dict[str, Any] = {
        **paper(note),
        "alerts": alerts_of(note),
        "is_author": is_author,
        "may_add": writes and note.is_final and reading.practitioner_of(request.member) is not None,
        "addendum_form": addendum or AddendumForm(),
        "asked": asked,
        "remark_form": remark or RemarkForm(),
        "others": others_to_ask(note) if awaits and is_author else [],
        "may_withdraw": note.is_final and (is_author or request.member.role == Role.OWNER),
        "openings": openings_for(request, note),
        **extra,
    }
    context["may_amend"] = is_author and note.is_final and context["amendment"] is None
    return render(request, "notes/read.html", context, status=status)


def paper(note: Note) -> dict[str, Any]:
    """Return what a note shows on screen and on paper, hashed again when it is signed."""
    addenda = reading.addenda_of(note) if note.is_signed else []
    cosignature = reading.cosignature_of(note) if note.is_signed else None
    proved = proof.check(note, addenda, cosignature) if note.is_signed else None
    return {
        "note": note,
        "nth": "",  # where several notes stand on one page
        "zone": zone_of(note),
        "sections": shown_sections(note.sections, note.content),
        "brought_in": note.provenance not in ("staff", "demo"),
        "amendment": reading.amendment_of(note) if note.is_signed else None,
        "withdrawal": note.withdrawals.first() if note.state == Note.State.WITHDRAWN else None,
        "altered": proved is not None and not proved.note_holds,
        "cosignature": cosignature,
        "cosignature_altered": proved is not None and not proved.cosignature_holds,
        "addenda": [
            (addendum, proved is not None and not proved.addenda[addendum.pk])
            for addendum in addenda
        ],
    }


def others_to_ask(note: Note) -> list[Practitioner]:
    """Return the practitioners, but the author and the one who is asked, who could co-sign a note."""
    found = Practitioner.objects.filter(deactivated_at=None, member__removed_at=None).exclude(
        pk__in=[note.author_id, note.cosigner_id]
    )
    return list(found)


def openings_for(request: AccountRequest, note: Note) -> list[NoteOpening]:
    """Return who opened a note with a reason, for its author and the Owner."""
    sees = reading.is_author(request.member, note) or request.member.role == Role.OWNER
    return reading.openings_of(note) if sees else []


def alerts_of(note: Note) -> list[tuple[str, str, str]]:
    """Return what must be known about the client first, and what they took back, as tone, title and text."""
    said = _("Consent taken back: %(purpose)s")
    return [
        *(alerts.told(each) for each in alerts.standing(note.client)),
        *(("warn", "", said % {"purpose": each.purpose.name}) for each in taken_back(note.client)),
    ]
