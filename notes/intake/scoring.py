"""Scores of outcome measures: counted from the answers by rules that a form carries, so that they can be counted again.

A rule is {"by": "sum" | "mean", "keys": […], "least": n, "best": "low" | "high", "bands": [[from, words], …], "watch":
{key: from}}. A scale counts as its number, a choice as the place of its option, the first being 0. Below `least`
answers there is no score. An answer of `from` or more to a watched question is urgent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from notes.intake.asking import Asked, asked_of

COUNTED = ("scale", "radio")
Score = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a question's answer counts, and the most it can."""

    value: int | None
    most: int


def score_of(
    scoring: Mapping[str, Any], sections: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
) -> Score | None:
    """Return {"total", "most", "answered", "asked"} and perhaps "words"; None where there is nothing to count.

    Totals are whole numbers for a sum, texts with one decimal for a mean ("4.3"): no reader meets a broken float.
    """
    if not scoring:
        return None
    counted = [_counted(each, answers) for each in _asked(scoring, sections)]
    values = [each.value for each in counted if each.value is not None]
    least = scoring.get("least", len(counted))
    if not values or len(values) < least:
        return None
    if scoring["by"] == "mean":
        total: int | str = str(_one_decimal(Decimal(sum(values)) / len(values)))
        most = max(each.most for each in counted)
    else:
        total, most = sum(values), sum(each.most for each in counted)
    score: Score = {
        "total": total,
        "most": most,
        "answered": len(values),
        "asked": len(counted),
        "best": scoring.get("best", "low"),
    }
    words = _band(scoring.get("bands", []), Decimal(str(total)))
    return {**score, "words": words} if words else score


def is_urgent(
    scoring: Mapping[str, Any], sections: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
) -> bool:
    """Whether an answer is one that somebody must see soon, whatever the score."""
    watched = scoring.get("watch", {})
    counted = {each.key: _counted(each, answers).value for each in asked_of(sections)}
    return any((counted.get(key) or 0) >= start for key, start in watched.items())


def everything(sections: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the keys of all questions that can be counted."""
    return [each.key for each in asked_of(sections) if each.kind in COUNTED]


def _asked(scoring: Mapping[str, Any], sections: Sequence[Mapping[str, Any]]) -> list[Asked]:
    keys = scoring.get("keys") or everything(sections)
    return [each for each in asked_of(sections) if each.key in keys and each.kind in COUNTED]


def _counted(each: Asked, answers: Mapping[str, Any]) -> Counted:
    answer = answers.get(each.key)
    if each.kind == "radio":
        options = each.question.options
        value = options.index(answer) if answer in options else None
        return Counted(value, len(options) - 1)
    if each.kind == "scale":
        return Counted(answer if isinstance(answer, int) else None, each.question.highest)
    return Counted(None, 0)


def _band(bands: Sequence[Sequence[Any]], total: Decimal) -> str:
    found = ""
    for start, words in bands:
        if total >= Decimal(str(start)):
            found = words
    return found


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
