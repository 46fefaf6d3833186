"""Body charts: whatever a browser sends is kept whole or refused, said in words, and drawn as clean SVG (features E8)."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notes.charts import drawing
from notes.charts.chart import MOST_POINTS, ChartRefused, clean_chart, said
from notes.charts.field import ChartWidget, ShownChart
from notes.charts.figures import USUAL, VIEWS
from notes.charts.kinds import KINDS
from notes.proof import canonical

ALL = tuple(VIEWS)


def stroke(view: str = "front", **more: Any) -> dict[str, Any]:
    """Return a line over the person's left knee."""
    return {"view": view, "kind": "pain", "width": 2, "points": [1190, 3260, 1210, 3290], **more}


strokes = st.tuples(
    st.sampled_from(ALL),
    st.sampled_from(list(KINDS)),
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=5),
).map(
    lambda each: {
        "view": each[0],
        "kind": each[1],
        "width": each[2],
        "points": [value for point in each[3] for value in point],
    }
)
PARTS = [f"{view.key}.{region.key}" for view in VIEWS.values() for region in view.regions]
marks = st.fixed_dictionaries(
    {"region": st.sampled_from(PARTS), "kind": st.sampled_from(list(KINDS))}
)
charts = st.fixed_dictionaries(
    {},
    optional={
        "strokes": st.lists(strokes, max_size=3),
        "marks": st.lists(marks, max_size=3),
        "words": st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20),
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(charts)
def test_a_chart_is_kept_said_and_drawn(raw: dict[str, Any]) -> None:
    chart = clean_chart(ALL, raw)
    if chart is None:
        return
    assert clean_chart(ALL, chart) == chart
    assert json.loads(canonical(chart)) == chart
    words = said(chart)
    for kind in {each["kind"] for each in [*chart.get("strokes", []), *chart.get("marks", [])]}:
        assert str(KINDS[kind].label) in words
    for view, svg in drawing.figures(chart):
        ElementTree.fromstring(svg)
        whole = ElementTree.fromstring(drawing.whole_file(view, chart))
        drawn = whole.findall(".//{*}path[@class]") + whole.findall(".//{*}ellipse[@class]")
        here = [s for s in chart.get("strokes", []) if s["view"] == view.key]
        named = [m for m in chart.get("marks", []) if m["region"].split(".")[0] == view.key]
        assert len(drawn) == len(here) + len(named)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(["strokes", "marks", "words", "more"]), junk)
    | st.builds(
        lambda field, value: {"strokes": [stroke(**{field: value})]},
        st.sampled_from(["view", "kind", "width", "points"]),
        junk,
    )
)
def test_junk_is_refused_in_words_and_never_breaks(raw: dict[str, Any]) -> None:
    try:
        chart = clean_chart(USUAL, raw)
    except ChartRefused as refused:
        words = str(refused)
    else:
        words = "kept" if chart is None or set(chart) <= {"strokes", "marks", "words"} else ""
    assert words


@pytest.mark.parametrize(
    "wrong",
    [
        {"strokes": [stroke(view="soles")]},
        {"strokes": [stroke(points=[2001, 10])]},
        {"strokes": [stroke(points=[10, -1])]},
        {"strokes": [stroke(points=[1.5, 2])]},
        {"strokes": [stroke(points=[1])]},
        {"strokes": [stroke(points=[])]},
        {"strokes": [stroke(points=[5] * (2 * MOST_POINTS + 2))]},
        {"strokes": [stroke(width=5)]},
        {"strokes": [stroke(width=True)]},
        {"strokes": [stroke(kind='"/><script>')]},
        {"strokes": [stroke(colour="red")]},
        {"strokes": [stroke()] * 121},
        {"strokes": [stroke(points=[1000, 2000] * 390)] * 20},
        {"marks": [{"region": "front.tail", "kind": "pain"}]},
        {"marks": [{"region": "soles.left_heel", "kind": "pain"}]},
        {"marks": [{"region": "front.left_knee", "kind": "joy"}]},
        {"words": "a" * 2001},
        {"words": "a\0"},
        "[[[",
        [stroke()],
    ],
)
def test_what_does_not_fit_the_question_is_refused(wrong: Any) -> None:
    with pytest.raises(ChartRefused):
        clean_chart(USUAL, wrong)


def test_left_and_right_are_the_persons_own() -> None:
    chart = {"strokes": [stroke(), stroke("back")], "marks": []}
    assert said(chart) == "Pain: left knee (Front); right knee (Back)"
    named = {"marks": [{"region": "left.left_hip", "kind": "numb"}], "words": "At night"}
    assert said(named) == "Numbness: left hip (Left side)\nAt night"
    for view in VIEWS.values():
        for region in view.regions:
            if not region.key.startswith(("left_", "right_")) or not view.on_our_left:
                continue
            is_on_our_left = region.x < view.width / 2
            side = "R" if region.key.startswith("right_") else "L"
            assert is_on_our_left == (side == view.on_our_left), (view.key, region.key)
            assert view.region_at(region.x, region.y) == region


def test_a_form_without_script_names_parts_and_keeps_the_drawing() -> None:
    data = QueryDict(mutable=True)
    data.update(
        {
            "where": json.dumps([stroke()]),
            "where-part-0": "front.left_knee",
            "where-kind-0": "ache",
            "where-part-1": "",
            "where-kind-1": "pain",
            "where-words": " Stairs \r\n",
        }
    )
    value = ChartWidget().value_from_datadict(data, {}, "where")
    assert clean_chart(USUAL, value) == {
        "strokes": [stroke()],
        "marks": [{"region": "front.left_knee", "kind": "ache"}],
        "words": "Stairs",
    }
    shown = ShownChart(USUAL, value)
    assert json.loads(shown.drawing) == [stroke()]
    assert shown.rows[0] == ("front.left_knee", "ache")
    assert len(shown.rows) == 3
    for broken in ("{", "[" * 100_000):
        data["where"] = broken
        sent = ChartWidget().value_from_datadict(data, {}, "where")
        with pytest.raises(ChartRefused):
            clean_chart(USUAL, sent)
        assert ShownChart(USUAL, sent).drawing == ""
