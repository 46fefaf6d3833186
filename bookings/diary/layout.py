"""Where things lie in a diary's column: minutes of the wall, lanes side by side, shaded hours. Pure; no rows, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

DAY = 1440
STEP = 5
LANES = 6
# What the axis shows at least: eight to six
WORKDAY = (480, 1080)

Minutes = tuple[int, int]


def minutes_of(starts: datetime, ends: datetime, day: date) -> Minutes:
    """Return two wall times as minutes after the midnight of `day`, cut to that day, in whole steps of five."""
    first, last = _minute(starts, day), _minute(ends, day)
    opens = max(0, first) // STEP * STEP
    closes = min(DAY, -(-last // STEP) * STEP)
    return opens, max(closes, opens + STEP)


def _minute(wall: datetime, day: date) -> int:
    ahead = (wall.date() - day).days
    return ahead * DAY + wall.hour * 60 + wall.minute


def placed(start: int, end: int) -> str:
    """Return the classes that place a part: "from-570 for-45"."""
    return f"from-{start} for-{end - start}"


def axis(spans: Iterable[Minutes]) -> Minutes:
    """Return the whole hours that a grid shows: every span, and eight to six at least."""
    known = list(spans)
    opens = min((start for start, _ in known), default=DAY) // 60 * 60
    closes = -(-max((end for _, end in known), default=0) // 60) * 60
    return min(opens, WORKDAY[0]), max(closes, WORKDAY[1])


def outside(opened: Iterable[Minutes], shown: Minutes) -> list[Minutes]:
    """Return the parts of the shown hours that lie outside the opened ones: what the diary shades."""
    left, here = [], shown[0]
    for start, end in sorted(opened):
        if start > here:
            left.append((here, min(start, shown[1])))
        here = max(here, end)
    if here < shown[1]:
        left.append((here, shown[1]))
    return [(start, end) for start, end in left if start < end]


def lanes(spans: Sequence[Minutes]) -> list[str]:
    """Return for each span (sorted by start) the class of its lane: "" alone, "lane-1-of-2" beside another.

    Spans that overlap, directly or through a third, share a width. More than six side by side share the last lane.
    """
    found: list[str] = []
    group: list[int] = []
    ends: list[int] = []
    group_end = -1
    for start, end in [*spans, (DAY * 9, DAY * 9)]:
        if start >= group_end:
            found += _named(group, len(ends))
            group, ends = [], []
        free = next((lane for lane, until in enumerate(ends) if until <= start), len(ends))
        free = min(free, LANES - 1)
        if free == len(ends):
            ends.append(end)
        else:
            ends[free] = max(ends[free], end)
        group.append(free)
        group_end = max(group_end, end)
    return found


def _named(group: list[int], width: int) -> list[str]:
    return ["" if width == 1 else f"lane-{lane + 1}-of-{width}" for lane in group]
