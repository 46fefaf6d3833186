"""A body chart's answer: what was drawn, which parts were named, and words; checked as strictly as any other answer.

    {"strokes": [{"view": "front", "kind": "pain", "width": 2, "points": [x, y, x, y, …]}],
     "marks": [{"region": "front.left_knee", "kind": "numb"}], "words": "Worse at night"}

Points are whole numbers, tenths of the figure's units. What is empty is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from notes.charts.figures import TENTHS, VIEWS, Region
from notes.charts.kinds import KINDS

Chart = dict[str, Any]

MOST_STROKES = 120
MOST_POINTS = 400  # of one stroke
MOST_MARKS = 40
MOST_BYTES = 40 * 1024
WORDS_LENGTH = 2_000
WIDTHS = range(1, 5)
PARTS_NAMED = 4  # of one stroke


class ChartRefused(ValueError):
    """A chart that can't be kept, in words for the writer."""


def clean_chart(views: Iterable[str], raw: object) -> Chart | None:
    """Return a chart in its plain form, None for an empty one; raise `ChartRefused`.

    `views` are the figures that the question shows. Whatever comes from a browser is judged here.
    """
    if raw in (None, "", {}):
        return None
    shown = set(views) & set(VIEWS)
    if not isinstance(raw, dict) or set(raw) - {"strokes", "marks", "words"}:
        raise ChartRefused(_("This drawing can't be read."))
    chart: Chart = {}
    if strokes := _listed(raw.get("strokes"), MOST_STROKES, lambda one: _stroke(one, shown)):
        chart["strokes"] = strokes
    if marks := _listed(raw.get("marks"), MOST_MARKS, lambda one: _mark(one, shown)):
        chart["marks"] = [mark for n, mark in enumerate(marks) if mark not in marks[:n]]
    if words := _words(raw.get("words")):
        chart["words"] = words
    if len(json.dumps(chart)) > MOST_BYTES:
        raise ChartRefused(_("There is too much in this drawing. Say the rest in words."))
    return chart or None


def said(chart: Mapping[str, Any]) -> str:
    """Return a chart in words: what was drawn or named where, by meaning, then what was written."""
    lines = []
    for kind in KINDS.values():
        found = [
            _("%(parts)s (%(view)s)")
            % {"parts": ", ".join(str(part.label) for part in parts), "view": view.label}
            for view in VIEWS.values()
            if (parts := _parts(chart, kind.key, view.key))
        ]
        if found:
            lines.append(f"{kind.label}: {'; '.join(found)}")
    return "\n".join([*lines, *([chart["words"]] if chart.get("words") else [])])


def kinds_in(chart: Mapping[str, Any]) -> list[str]:
    """Return the meanings that occur in a chart, in their order."""
    used = {each["kind"] for each in [*chart.get("strokes", []), *chart.get("marks", [])]}
    return [key for key in KINDS if key in used]


def region_named(name: str) -> Region | None:
    """Return the part of the body that "front.left_knee" names."""
    view, _dot, key = name.partition(".")
    regions = VIEWS[view].regions if view in VIEWS else ()
    return next((region for region in regions if region.key == key), None)


def _parts(chart: Mapping[str, Any], kind: str, view: str) -> list[Region]:
    """Return the parts that were named or drawn on, each once."""
    found: dict[str, Region] = {}
    for mark in chart.get("marks", []):
        region = region_named(mark["region"])
        if mark["kind"] == kind and region and mark["region"].startswith(f"{view}."):
            found.setdefault(region.key, region)
    for stroke in chart.get("strokes", []):
        if stroke["kind"] == kind and stroke["view"] == view:
            for region in _touched(stroke):
                found.setdefault(region.key, region)
    return list(found.values())


def _touched(stroke: Mapping[str, Any]) -> list[Region]:
    points = stroke["points"]
    passed = [
        VIEWS[stroke["view"]].region_at(points[n] / TENTHS, points[n + 1] / TENTHS)
        for n in range(0, len(points), 2)
    ]
    times = {region.key: passed.count(region) for region in passed}
    regions = {region.key: region for region in passed}
    most = sorted(times, key=lambda key: -times[key])[:PARTS_NAMED]
    return [region for key, region in regions.items() if key in most]


def _listed(raw: object, most: int, clean: Callable[[Any], Chart]) -> list[Chart]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise ChartRefused(_("This drawing can't be read."))
    if len(raw) > most:
        raise ChartRefused(_("There is too much in this drawing. Say the rest in words."))
    return [clean(one) for one in raw]


def _stroke(raw: Any, shown: set[str]) -> Chart:
    fits = isinstance(raw, dict) and set(raw) == {"view", "kind", "width", "points"}
    if not fits or not _is_one_of(raw["view"], shown) or not _is_one_of(raw["kind"], KINDS):
        raise ChartRefused(_("This drawing can't be read."))
    points, view = raw["points"], VIEWS[raw["view"]]
    if not isinstance(points, list) or len(points) % 2 or not 2 <= len(points) <= 2 * MOST_POINTS:
        raise ChartRefused(_("This drawing can't be read."))
    if not all(_is_whole(value) for value in [*points, raw["width"]]):
        raise ChartRefused(_("This drawing can't be read."))
    inside = all(0 <= x <= view.width * TENTHS for x in points[::2]) and all(
        0 <= y <= view.height * TENTHS for y in points[1::2]
    )
    if not inside or raw["width"] not in WIDTHS:
        raise ChartRefused(_("This drawing can't be read."))
    return {name: raw[name] for name in ("view", "kind", "width", "points")}


def _mark(raw: Any, shown: set[str]) -> Chart:
    fits = isinstance(raw, dict) and set(raw) == {"region", "kind"}
    name = raw["region"] if fits and _is_one_of(raw["kind"], KINDS) else None
    if not isinstance(name, str) or name.split(".")[0] not in shown or region_named(name) is None:
        raise ChartRefused(_("Choose a part of the body and what is there."))
    return {"region": name, "kind": raw["kind"]}


def _words(raw: object) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str) or "\0" in raw or any("\ud800" <= one <= "\udfff" for one in raw):
        raise ChartRefused(_("This holds a character that can't be kept."))
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > WORDS_LENGTH:
        raise ChartRefused(_("Keep the words to %(limit)d characters.") % {"limit": WORDS_LENGTH})
    return text


def _is_one_of(value: object, known: Collection[str]) -> bool:
    return isinstance(value, str) and value in known


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
