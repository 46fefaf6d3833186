"""What little a letter's text can say of its looks: paragraphs, `# headings`, `- lists` and `**strong words**`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

Run = tuple[str, bool]  # words, and whether they are strong
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_BLANK = re.compile(r"\n[ \t]*\n")


def blocks(text: str) -> list[dict[str, Any]]:
    """Return a text as headings, lists and paragraphs, for `letter.typ`."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return [
        block
        for part in _BLANK.split(plain)
        if part.strip()
        for block in _of_part(part.strip("\n").split("\n"))
    ]


def _of_part(lines: list[str]) -> Iterator[dict[str, Any]]:
    for kind, found in groupby(lines, _kind):
        said = list(found)
        if kind == "heading":
            yield from ({"kind": kind, "lines": [runs(line[2:])]} for line in said)
        elif kind == "list":
            yield {"kind": kind, "items": [[runs(line.lstrip()[2:])] for line in said]}
        else:
            yield {"kind": kind, "lines": [runs(line) for line in said]}


def _kind(line: str) -> str:
    if line.startswith("# "):
        return "heading"
    return "list" if line.lstrip().startswith(("- ", "• ")) else "paragraph"


def runs(line: str) -> list[Run]:
    """Return a line as words that are strong and words that are not; an empty line is one run without words."""
    found: list[Run] = []
    at = 0
    for strong in _STRONG.finditer(line):
        if strong.start() > at:
            found.append((line[at : strong.start()], False))
        found.append((strong.group(1), True))
        at = strong.end()
    if at < len(line) or not found:
        found.append((line[at:], False))
    return found
