"""A letter as `letter.typ` takes it, and the letter set by it: as the PDF that is kept, or as pictures for the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.sandbox import running
from accounts.sandbox.running import Limits
from accounts.templatetags.keepwell import day, when
from notes.letters import paper
from notes.letters.marking import blocks
from notes.letters.shown import facts
from notes.models import Letter

_HERE = Path(__file__).parent
SCRIPT, SHEET = _HERE / "typesetting.py", _HERE / "letter.typ"
LIMITS = Limits(seconds=15, megabytes=1536, most_out=32 * 2**20)


class Unprintable(ValueError):
    """A letter holds signs that no font of ours can show; `signs` are some of them."""

    def __init__(self, signs: list[str]) -> None:
        super().__init__("Some signs can't be printed.")
        self.signs = signs


def pdf(letter: Letter) -> bytes:
    """Return a letter as PDF; raise `Unprintable`, and `Failed` when the sandbox does."""
    answer, made = _set(letter, "pdf")
    if signs := answer.get("unprintable"):
        raise Unprintable([str(sign)[:8] for sign in signs][:10])
    return made


def screen(letter: Letter) -> list[bytes]:
    """Return a letter's pages as PNG pictures; raise `Failed`."""
    answer, made = _set(letter, "screen")
    pages, at = [], 0
    for size in answer["sizes"]:
        pages.append(made[at : at + size])
        at += size
    return pages


def _set(letter: Letter, look: str) -> tuple[dict[str, Any], bytes]:
    asked = {"letter": composed(letter), "look": look}
    return running.run(SCRIPT, asked, SHEET.read_bytes(), limits=LIMITS)


def composed(letter: Letter) -> dict[str, Any]:
    """Return all that stands on a letter."""
    sheet, dated = paper.chosen(), letter.dated_on
    client = letter.client
    return {
        "language": (get_language() or "en").partition("-")[0],
        "paper": sheet.size,
        "practice": sheet.name,
        "head": sheet.lines,
        "foot": sheet.foot,
        "to": [line.strip() for line in letter.recipient.splitlines() if line.strip()],
        "date": [dated.year, dated.month, dated.day],
        "written": day(dated),
        "subject": letter.subject,
        "author": letter.author_name or str(letter.author.name),
        "running": " · ".join(part for part in (client.full_name, letter.subject) if part),
        "about": [[_("Name"), client.full_name], *facts(client, letter.shows)]
        if letter.shows
        else [],
        "blocks": blocks(letter.body),
        "signed": _signed(letter),
        "draft": not letter.signed_at,
        "draft_word": _("Draft"),
    }


def _signed(letter: Letter) -> list[str]:
    """Return the lines below the text: who, as what, and when it was signed."""
    profile = letter.author.practitioners.first()
    lines = [letter.author_name or str(profile.name if profile else letter.author.name)]
    if profile is not None:
        said = [str(profile.profession), str(profile.registration)]
        lines.append(" · ".join(part for part in said if part))
    if letter.signed_at:
        moment = when(letter.signed_at, letter.signed_zone)
        lines.append(
            _("Signed electronically %(when)s (%(zone)s)")
            % {"when": moment, "zone": letter.signed_zone}
        )
    return [line for line in lines if line]
