"""Arithmetic on half-open ranges of instants: union, difference and clipping of sorted lists.

Ranges are pairs of aware UTC datetimes, the end outside. A *tidy* list is sorted, without overlaps,
touching neighbours or empty ranges; every function here returns one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

Range = tuple[datetime, datetime]


def union(ranges: Iterable[Range]) -> list[Range]:
    """Return everything covered by any of the ranges, which may come in any order. O(n log n)."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(whole: Sequence[Range], taken: Sequence[Range]) -> list[Range]:
    """Return what is left of one tidy list outside another tidy list. O(n + m)."""
    left: list[Range] = []
    index = 0
    for start, end in whole:
        while index < len(taken) and taken[index][1] <= start:
            index += 1
        free_from = start
        # The last range that reaches in may reach into the next one of `whole` too: don't pass it.
        for ahead in range(index, len(taken)):
            opens, closes = taken[ahead]
            if opens >= end:
                break
            if opens > free_from:
                left.append((free_from, opens))
            free_from, index = closes, ahead
        if free_from < end:
            left.append((free_from, end))
    return left


def clip(ranges: Iterable[Range], start: datetime, end: datetime) -> list[Range]:
    """Return the parts of a tidy list that lie between two instants. O(n)."""
    cut = ((max(opens, start), min(closes, end)) for opens, closes in ranges)
    return [(opens, closes) for opens, closes in cut if opens < closes]
