"""What of a client stands on a letter: chosen in its template, and for each letter (features I3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from accounts.models.practice import current_anchor
from clients.models import Client
from notes.printing import HEADS, TITLE, head_of

USUAL = ["birth_date"]
CHOICES = [(name, label) for name, label in HEADS.items() if name != TITLE]


def clean(names: Iterable[str]) -> list[str]:
    """Return the names among `names` that there are, in the order in which they are printed."""
    chosen = set(names)
    return [name for name, _label in CHOICES if name in chosen]


def facts(client: Client, names: Collection[str]) -> list[tuple[str, str]]:
    """Return what is printed of a client, each with its label; what is not known is left out."""
    return head_of(client, clean(names), current_anchor().country)
