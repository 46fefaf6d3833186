"""Draws body charts as SVG: in the page, where style sheets colour them, and as files of their own that need none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from notes.charts.chart import kinds_in, region_named
from notes.charts.figures import TENTHS, VIEWS, Region, View
from notes.charts.kinds import KINDS, ChartKind

WIDTH = 14  # of a stroke's line for each step of pressure, in tenths
INK = "#59635F"


def figure(view: View, chart: Mapping[str, Any], *, geometry: bool = False) -> SafeString:
    """Return one figure with what the chart says on it, as an SVG picture within a page.

    With `geometry` it says where each part lies, for the script that draws on it.
    """
    where = {region.key: [region.x, region.y, region.rx, region.ry] for region in view.regions}
    return format_html(
        '<svg class="figure" viewBox="0 0 {} {}" role="img" aria-label="{}" data-view="{}"{}>{}</svg>',
        view.width,
        view.height,
        view.label,
        view.key,
        format_html(' data-regions="{}"', json.dumps(where)) if geometry else "",
        _inside(view, chart),
    )


def figures(chart: Mapping[str, Any]) -> list[tuple[View, SafeString]]:
    """Return the figures that a chart says something on, in their order."""
    used = {stroke["view"] for stroke in chart.get("strokes", [])}
    used |= {mark["region"].partition(".")[0] for mark in chart.get("marks", [])}
    return [(view, figure(view, chart)) for key, view in VIEWS.items() if key in used]


def legend(chart: Mapping[str, Any]) -> list[tuple[ChartKind, SafeString]]:
    """Return the meanings that a chart uses, each with a piece of its line."""
    return [(KINDS[key], sample(KINDS[key])) for key in kinds_in(chart)]


def sample(kind: ChartKind) -> SafeString:
    """Return a piece of the line by which a meaning is drawn."""
    return format_html(
        '<svg class="figure-sample" viewBox="0 0 320 60" aria-hidden="true">{}</svg>',
        _line(kind, "M20 30 L300 30", 2),
    )


def whole_file(view: View, chart: Mapping[str, Any]) -> str:
    """Return a figure as the text of an SVG file that needs nothing else."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}">'
        '<rect width="100%" height="100%" fill="#fff"/>{}</svg>',
        view.width,
        view.height,
        view.width * 2,
        view.height * 2,
        _inside(view, chart),
    )


def _inside(view: View, chart: Mapping[str, Any]) -> SafeString:
    strokes = (each for each in chart.get("strokes", []) if each["view"] == view.key)
    marks = (each for each in chart.get("marks", []) if _is_on(view, each))
    return format_html(
        '<g class="figure__outline" fill="none" stroke="{}" stroke-width="1.6" stroke-linecap="round"'
        ' stroke-linejoin="round">{}</g>{}<g class="figure__marks">{}</g>'
        '<g class="figure__strokes" transform="scale(.1)">{}</g>',
        INK,
        mark_safe(view.outline),
        _sides(view),
        _joined(_oval(region_named(each["region"]), KINDS[each["kind"]]) for each in marks),
        _joined(
            _line(KINDS[each["kind"]], curve(each["points"]), each["width"]) for each in strokes
        ),
    )


def _sides(view: View) -> SafeString:
    """Return the letters by which left and right are told apart."""
    if not view.on_our_left:
        return SafeString("")
    other = "L" if view.on_our_left == "R" else "R"
    return format_html(
        '<g class="figure__sides" fill="{}" font-family="sans-serif" font-size="11">'
        '<text x="3" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text></g>',
        INK,
        view.height - 4,
        view.on_our_left,
        view.width - 3,
        view.height - 4,
        other,
    )


def curve(points: list[int]) -> str:
    """Return the path of a stroke: smooth through the middles between its points; one point is a dot."""
    pairs = list(zip(points[::2], points[1::2], strict=True))
    (x, y), last = pairs[0], pairs[-1]
    if len(pairs) == 1:
        return f"M{x} {y} L{x + 1} {y}"
    parts = [f"M{x} {y}"]
    for (x, y), (next_x, next_y) in pairwise(pairs[1:]):
        parts.append(f"Q{x} {y} {(x + next_x) // 2} {(y + next_y) // 2}")
    return " ".join([*parts, f"L{last[0]} {last[1]}"])


def _line(kind: ChartKind, path: str, width: int) -> SafeString:
    return format_html(
        '<path class="drawn drawn--{}" d="{}" fill="none" stroke="{}" stroke-width="{}"{}'
        ' stroke-linecap="round" stroke-linejoin="round"/>',
        kind.key,
        path,
        kind.colour,
        WIDTH * width,
        format_html(' stroke-dasharray="{}"', kind.dashes) if kind.dashes else "",
    )


def _oval(region: Region | None, kind: ChartKind) -> SafeString:
    if region is None:
        return SafeString("")
    return format_html(
        '<ellipse class="drawn drawn--{}" cx="{}" cy="{}" rx="{}" ry="{}" fill="{}" fill-opacity=".22" stroke="{}"'
        ' stroke-width="2"{}/>',
        kind.key,
        region.x,
        region.y,
        region.rx,
        region.ry,
        kind.colour,
        kind.colour,
        format_html(' stroke-dasharray="{}"', _in_units(kind.dashes)) if kind.dashes else "",
    )


def _in_units(dashes: str) -> str:
    return " ".join(f"{int(part) / TENTHS:g}" for part in dashes.split())


def _is_on(view: View, mark: Mapping[str, Any]) -> bool:
    return str(mark["region"]).startswith(f"{view.key}.")


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
