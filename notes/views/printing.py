"""Notes on paper: one, or those of a client that were chosen; each print stands in the ledger of what was given out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.messaging.links import absolute
from clients import identity
from clients.disclosures import disclosing
from clients.disclosures.outward import leaves
from clients.models import Client, Disclosure
from notes import printing, reading
from notes.models import Note
from notes.views.papers import paper
from notes.zones import zone_of


@require(Permission.CLINICAL_READ, also=Permission.CLIENT_EXPORT)
@require_safe
@leaves(Disclosure.Way.PRINT)
def note_print(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a note as it goes on paper, with its signature and addenda."""
    note = reading.find(pk)
    words = note.title if note.is_for_all else ""
    what = disclosing.What((Note,), words, note)
    return render(request, "notes/print.html", _given_out(request, note.client, [note], what))


@require(Permission.CLINICAL_READ, also=Permission.CLIENT_EXPORT)
@require_safe
def client_notes(request: AccountRequest, client_id: UUID) -> HttpResponse:
    """List the client's signed notes that the member reads, to choose which go on paper."""
    client = identity.find(client_id)
    notes = printing.of_client(client)
    context = {
        "client": client,
        "amended": reading.amended_ids(client),
        "notes": [(note, zone_of(note)) for note in notes],
        "heads": _heads(printing.chosen([])),
        "most": printing.MOST,
    }
    return render(request, "notes/to_print.html", context)


@require(Permission.CLINICAL_READ, also=Permission.CLIENT_EXPORT)
@require_safe
@leaves(Disclosure.Way.PRINT)
def client_notes_print(request: AccountRequest, client_id: UUID) -> HttpResponse:
    """Show the chosen notes of a client as they go on paper, oldest first; ask again when none was."""
    client = identity.find(client_id)
    notes = printing.to_print(client, request.GET.getlist("note"))
    if not notes:
        return redirect(request.account.url("client_notes", client.pk))
    words = ngettext("%(n)d note", "%(n)d notes", len(notes)) % {"n": len(notes)}
    what = disclosing.What((Note,), words)
    return render(request, "notes/print.html", _given_out(request, client, notes, what))


def _given_out(
    request: AccountRequest, client: Client, notes: Sequence[Note], what: disclosing.What
) -> dict[str, Any]:
    """Write into the ledger what is printed; return what its page shows."""
    disclosing.record(
        by=request.actor,
        client=client,
        what=what,
        to=disclosing.PRACTICE,
        way=Disclosure.Way.PRINT,
    )
    heads = printing.chosen(request.GET.getlist("head"))
    return {
        "practice": request.account.name,
        "client": client,
        "check_url": absolute(request.account.url("note_check")),
        "papers": [paper(note) | {"nth": nth} for nth, note in enumerate(notes, 1)],
        "note": notes[0] if len(notes) == 1 else None,
        "titled": printing.TITLE in heads,
        "head": printing.head_of(client, heads, request.account.country),
        "heads": _heads(heads),
        "chosen": request.GET.getlist("note"),
    }


def _heads(ticked: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Return (name, label, whether it is ticked) of all that can stand at the head."""
    return [(name, str(label), name in ticked) for name, label in printing.HEADS.items()]
