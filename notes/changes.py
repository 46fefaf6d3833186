"""What changed between two texts or two versions of a note, in words a reader can follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notes.answers import Answer, questions_of
from notes.showing import as_text

WORDS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Comparing grows with the product of both lengths; longer texts are compared line by line
MOST_WORDS = 3_000


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose answer differs: before and after as plain text, and both in one text with marks."""

    label: str
    before: str
    after: str
    marked: SafeString


def pieces(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield ("same" | "gone" | "new", text): the pieces without "new" give `before`, without "gone" `after`."""
    old, new = _split(before, after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[a:b])
            continue
        if b > a:
            yield "gone", "".join(old[a:b])
        if d > c:
            yield "new", "".join(new[c:d])


def marked(before: str, after: str) -> SafeString:
    """Return both texts in one, with <del> and <ins> around what changed."""
    tags = {
        "same": SafeString("{}"),
        "gone": SafeString("<del>{}</del>"),
        "new": SafeString("<ins>{}</ins>"),
    }
    return format_html_join(
        "", "{}", ((format_html(tags[kind], text),) for kind, text in pieces(before, after))
    )


def between(
    sections: Sequence[Mapping[str, Any]],
    before: tuple[str, Mapping[str, Answer]],
    after: tuple[str, Mapping[str, Answer]],
) -> list[Change]:
    """Return what differs between two (title, answers) of a note, in the order of its questions."""
    rows = [(_("Title"), before[0], after[0])]
    rows += [
        (question.label, as_text(before[1].get(question.key)), as_text(after[1].get(question.key)))
        for question in questions_of(sections)
    ]
    return [Change(label, old, new, marked(old, new)) for label, old, new in rows if old != new]


def _split(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = WORDS.findall(before), WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return LINES.findall(before), LINES.findall(after)
    return old, new
