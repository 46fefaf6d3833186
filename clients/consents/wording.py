"""What changed between two versions of a text, sentence by sentence."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

_PIECE = re.compile(r"\s+|[^\s.!?][^.!?\n]*[.!?]*|[.!?]+")


class Piece(NamedTuple):
    """A piece of text that stayed ("same"), came ("new") or went ("old")."""

    kind: str
    text: str


def changes(before: str, after: str) -> list[Piece]:
    """Return both texts as one: what stayed, what went and what came."""
    old, new = _sentences(before), _sentences(after)
    found = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("old", "".join(old[i:j])))
        if k < m:
            found.append(Piece("new", "".join(new[k:m])))
    return found


def _sentences(text: str) -> list[str]:
    return _PIECE.findall(text)
