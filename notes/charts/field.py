"""The field of a body chart in a form: a drawing that the page's script keeps, parts chosen from a list, and words.

Without script the drawing stays as it was, and parts and words can be chosen and typed all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from notes.charts.chart import MOST_MARKS, MOST_STROKES, WORDS_LENGTH, ChartRefused, clean_chart
from notes.charts.drawing import figure, sample
from notes.charts.figures import VIEWS, View
from notes.charts.kinds import KINDS, ChartKind

SPARE_ROWS = 2  # to choose further parts in, without script


class ChartWidget(forms.Widget):
    """Reads a chart from the several fields that the page has for it; `notes/chart_field.html` shows them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the chart as it was sent, unjudged; a drawing that is no JSON stays a text, to be refused."""
        sent = data.get(name, "")
        try:
            strokes = json.loads(sent) if sent else []
        except (ValueError, RecursionError):
            return sent
        marks = [
            {"region": region, "kind": data.get(f"{name}-kind-{n}", "")}
            for n in range(MOST_MARKS)
            if (region := data.get(f"{name}-part-{n}", ""))
        ]
        words = str(data.get(f"{name}-words", "")).strip()
        chart = {"strokes": strokes, "marks": marks, "words": words}
        return {key: value for key, value in chart.items() if value} or None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell whether nothing of the chart was sent."""
        return name not in data


class ShownChart:
    """What the page shows of a chart that is drawn: its figures, its rows of parts, its words."""

    most_strokes, most_rows, most_words = MOST_STROKES, MOST_MARKS, WORDS_LENGTH

    def __init__(self, views: tuple[str, ...], value: Any) -> None:
        self.views = [VIEWS[key] for key in views]
        try:
            self.chart = clean_chart(views, value) or {}
        except ChartRefused:
            self.chart = {}
        self.words = self.chart.get("words", "")

    @property
    def drawing(self) -> str:
        """The strokes as the page's script keeps them."""
        strokes = self.chart.get("strokes", [])
        return json.dumps(strokes, separators=(",", ":")) if strokes else ""

    @property
    def figures(self) -> Iterator[tuple[View, SafeString]]:
        """The figures with what is drawn on them."""
        return ((view, figure(view, self.chart, geometry=True)) for view in self.views)

    @property
    def kinds(self) -> list[tuple[ChartKind, SafeString]]:
        """What a mark can mean, each with a piece of its line."""
        return [(kind, sample(kind)) for kind in KINDS.values()]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The parts that were named, as (part, meaning), and a few to name more."""
        marks = [(mark["region"], mark["kind"]) for mark in self.chart.get("marks", [])]
        spare = [("", next(iter(KINDS)))] * min(SPARE_ROWS, MOST_MARKS - len(marks))
        return [*marks, *spare]

    @property
    def parts(self) -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
        """The parts of the body to choose from, by figure."""
        return [
            (view.label, [(f"{view.key}.{region.key}", region.label) for region in view.regions])
            for view in self.views
        ]
