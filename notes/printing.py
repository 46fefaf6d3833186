"""Notes on paper: what stands at the head of each, and a client's notes from which to choose (features I3)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy

from accounts.templatetags.keepwell import day
from clients import addresses, health_numbers
from clients.identity import of
from clients.models import Client
from notes import rules
from notes.models import Addendum, Note

MOST = 200
TITLE = "title"
# What can stand at the head of a printed note, beside name, day and author
HEADS = {
    TITLE: gettext_lazy("Title of the note"),
    "birth_date": gettext_lazy("Birth date"),
    "address": gettext_lazy("Address"),
    "phone": gettext_lazy("Phone"),
    "health_number": gettext_lazy("Health insurance number"),
    "old_reference": gettext_lazy("Number in an earlier system"),
    "occupation": gettext_lazy("Occupation"),
}


def chosen(named: Collection[str]) -> list[str]:
    """Return which of `HEADS` were named, in their order; those of the account's rules when none were."""
    wanted = named or rules.settings().print_head
    return [name for name in HEADS if name in wanted]


def head_of(client: Client, heads: Collection[str], country: str) -> list[tuple[str, str]]:
    """Return (label, value) of what stands at the head of a client's notes; `country` is the practice's."""
    known = {
        "birth_date": day(client.birth_date) if client.birth_date else "",
        "address": ", ".join(addresses.lines(client, country)),
        "phone": str(client.phone),
        "health_number": str(client.health_number or ""),
        "old_reference": str(client.old_reference or ""),
        "occupation": str(client.occupation or ""),
    }
    labels = {**HEADS, "health_number": health_numbers.label(str(client.country or country))}
    return [(str(labels[name]), known[name]) for name in heads if known.get(name)]


def of_client(client: Client) -> list[Note]:
    """Return a client's signed notes that the one who acts can read, newest first, without their answers."""
    signed = Note.objects.filter(of(client), state__in=(Note.State.FINAL, Note.State.AWAITING))
    related = ("client", "author", "appointment", "latest")
    notes = signed.select_related(*related).order_by("-signed_at", "-id")[:MOST]
    return [note for note in notes if note.text is not None]


def to_print(client: Client, wanted: Collection[str]) -> list[Note]:
    """Return those of a client's readable signed notes that were chosen, oldest first, with all that stands below them."""
    notes = [note for note in reversed(of_client(client)) if str(note.pk) in wanted]
    below = (
        Prefetch("addenda", Addendum.objects.order_by("added_at", "id")),
        "cosignatures",
        Prefetch("amendments", Note.objects.select_related("author")),
    )
    prefetch_related_objects(notes, *below)
    return notes
