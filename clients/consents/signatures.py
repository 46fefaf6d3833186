"""A signature drawn by hand: strokes on a field of 1000 by 400, checked as they come in, shown as a path."""

from __future__ import annotations

import json
from collections.abc import Sequence

WIDTH, HEIGHT = 1000, 400
MOST_STROKES = 200
MOST_POINTS = 6000
Strokes = list[list[int]]  # each x, y, x, y, …


class NotDrawn(ValueError):
    """What was sent is no drawing."""


def read(text: str) -> Strokes:
    """Return the strokes in a text of JSON; none for an empty one. Raises `NotDrawn`."""
    if not text.strip():
        return []
    try:
        found = json.loads(text)
    except ValueError:
        raise NotDrawn from None
    if not is_drawing(found):
        raise NotDrawn
    return list(found)


def is_drawing(found: object) -> bool:
    """Tell whether a value is a drawing: a few lists of whole numbers within the field."""
    if not isinstance(found, list) or len(found) > MOST_STROKES:
        return False
    if not all(isinstance(stroke, list) and len(stroke) % 2 == 0 and stroke for stroke in found):
        return False
    if sum(len(stroke) for stroke in found) > 2 * MOST_POINTS:
        return False
    return all(
        type(value) is int and 0 <= value <= (HEIGHT if place % 2 else WIDTH)
        for stroke in found
        for place, value in enumerate(stroke)
    )


def path(strokes: Sequence[Sequence[int]] | None) -> str:
    """Return the strokes as the `d` of an SVG path; a single point becomes a dot."""
    if not strokes or not is_drawing(strokes):
        return ""
    return "".join(
        "M"
        + "L".join(f"{x} {y}" for x, y in zip(stroke[::2], stroke[1::2], strict=True))
        + ("h1" if len(stroke) == 2 else "")
        for stroke in strokes
    )
