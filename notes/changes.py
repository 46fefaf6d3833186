"""What changed between two texts or two versions of a note, in words a reader can follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import day
from notes.answers import Answer
from notes.models import NoteVersion
from notes.questions import questions_of
from notes.showing import Drawing, as_text, drawing_of

WORDS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Comparing grows with the product of both lengths, so only this many pieces are compared at once
MOST_PIECES = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose answer differs: before and after as plain text and as drawings, and both in one text with marks."""

    label: str
    before: str
    after: str
    marked: SafeString
    drawn: tuple[Drawing | None, Drawing | None] = (None, None)

    @property
    def is_drawn(self) -> bool:
        """Whether there is a drawing to compare."""
        return any(self.drawn)


def pieces(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield ("same" | "gone" | "new", text): the pieces without "new" give `before`, without "gone" `after`.

    Long texts are told apart by lines, and when there are too many of those as a whole, so that no text takes long.
    """
    for cut in (WORDS, LINES):
        old, new = cut.findall(before), cut.findall(after)
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        middle = old[start : len(old) - end], new[start : len(new) - end]
        if max(map(len, middle)) <= MOST_PIECES:
            yield from _told("same", "".join(old[:start]))
            yield from _compared(*middle)
            yield from _told("same", "".join(old[len(old) - end :]))
            return
    yield from _told("gone", before)
    yield from _told("new", after)


def _compared(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        gone, came = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            yield "same", gone
            continue
        space = _common_space(gone, came)
        yield from _told("same", space)
        yield from _told("gone", gone[len(space) :])
        yield from _told("new", came[len(space) :])


def _told(mark: str, text: str) -> Iterator[tuple[str, str]]:
    if text:
        yield mark, text


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many pieces both begin with."""
    both = zip(first, second, strict=False)
    return next(
        (n for n, (one, other) in enumerate(both) if one != other), min(len(first), len(second))
    )


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
    found = []
    if before[0] != after[0]:
        found.append(Change(_("Title"), before[0], after[0], marked(before[0], after[0])))
    for question in questions_of(sections):
        was, came = before[1].get(question.key), after[1].get(question.key)
        if was != came:
            old, new = as_text(was, question), as_text(came, question)
            drawn = (drawing_of(was), drawing_of(came))
            found.append(Change(question.label, old, new, marked(old, new), drawn))
    return found


def of_versions(
    sections: Sequence[Mapping[str, Any]], before: NoteVersion | None, after: NoteVersion
) -> list[Change]:
    """Return what differs between two saved states of a note; between nothing and the first for None."""
    was = (before.title, before.content) if before else ("", {})
    rows = [
        (_("Why it is amended"), before.reason if before else "", after.reason),
        (_("Seen on"), _day(before.seen_on if before else None), _day(after.seen_on)),
    ]
    more = [
        Change(label, old or "", new or "", marked(old or "", new or ""))
        for label, old, new in rows
        if (old or "") != (new or "")
    ]
    return [*more, *between(sections, was, (after.title, after.content))]


def _day(seen_on: date | None) -> str:
    return day(seen_on) if seen_on else ""


def _common_space(first: str, second: str) -> str:
    """Return the space with which both texts begin, so that no mark covers it."""
    space = first[: len(first) - len(first.lstrip())]
    return space if second.startswith(space) else ""
