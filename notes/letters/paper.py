"""The practice's paper: its name, what stands beside it, and what stands at the foot of each page."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import audit
from accounts.models import Location
from accounts.models.practice import current_anchor
from notes.models import Letterhead
from privacy.vocabulary.scope import Actor

# Where letters are written on Letter; everywhere else on A4
LETTER_SIZE = frozenset({"CA", "CL", "CO", "CR", "GT", "MX", "PA", "PH", "US", "VE"})


@dataclass(frozen=True, slots=True)
class Paper:
    """What a letter is printed on."""

    name: str
    lines: list[str]
    foot: str
    phone: str
    size: str


def chosen() -> Paper:
    """Return the practice's paper as it was chosen, else with its name and its first location."""
    head, anchor = Letterhead.objects.first(), current_anchor()
    place = Location.objects.filter(archived_at=None).order_by("id").first()
    usual = [place.address, place.phone] if place else []
    lines = head.lines.splitlines() if head and head.lines.strip() else usual
    return Paper(
        name=(head.name if head else "") or anchor.name,
        lines=[line.strip() for line in lines if line.strip()],
        foot=head.foot if head else "",
        phone=place.phone if place else "",
        size="us-letter" if anchor.country in LETTER_SIZE else "a4",
    )


def choose(*, by: Actor, name: str, lines: str, foot: str) -> Letterhead:
    """Choose what letters are printed on from now on; signed ones stay as they are."""
    head: Letterhead = Letterhead.objects.select_for_update().first() or Letterhead()
    head.name, head.lines, head.foot = name, lines, foot
    head.full_clean()
    head.save()
    audit.record("letterhead.chosen", by=by, of=head)
    return head
