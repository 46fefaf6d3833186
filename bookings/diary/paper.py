"""The diary on paper: each person's day as a list, with names, with initials, or with neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.keepwell import initials
from bookings.diary.blocks import Block
from bookings.diary.columns import Column
from bookings.diary.page import Page
from bookings.diary.words import day_words


class Paper(models.TextChoices):
    """What a sheet says of who comes; one that hangs on a wall says less than one in a drawer."""

    NAMES = "names", gettext_lazy("With names")
    INITIALS = "initials", gettext_lazy("With initials")
    NONE = "none", gettext_lazy("Without names")


@dataclass(frozen=True, slots=True)
class Line:
    """One appointment on paper."""

    time: str
    who: str
    what: str
    state: str


@dataclass(frozen=True, slots=True)
class Part:
    """One person's day."""

    name: str
    sub: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Days in order, each with the people who have anybody coming."""

    title: str
    place: str
    names: Paper
    days: list[tuple[str, list[Part]]]


def paper(shown: Page, *, names: Paper) -> Sheet:
    """Return what a day's or a week's diary says on paper."""
    people = {each.pk: str(each.name) for each in shown.shown}
    days: dict[date, list[Part]] = {day: [] for day in shown.days}
    for column in shown.columns:
        if column.blocks and column.practitioner is not None:
            days[column.day].append(_part(column, people[column.practitioner], names))
    today = date.min  # a sheet is read on other days too
    return Sheet(
        title=shown.title.long,
        place=shown.location.name if shown.location else "",
        names=names,
        days=[(day_words(day, today), parts) for day, parts in days.items() if parts],
    )


def _part(column: Column, name: str, names: Paper) -> Part:
    return Part(name, column.sub, [_line(block, names) for block in column.blocks])


def _line(block: Block, names: Paper) -> Line:
    who = block.who
    if block.is_client and names != Paper.NAMES:
        who = initials(block.who) if names == Paper.INITIALS else _("Client")
    return Line(block.time, who, block.what, block.state)
