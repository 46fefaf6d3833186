"""What is drawn by functions is what Django draws, to the byte (accounts.drawing)."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Engine
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from accounts.drawing.loader import Drawing

# One on each line, after its name
TEMPLATES = dict(
    line.split(": ", 1)
    for line in Path(__file__).with_name("templates_to_draw.txt").read_text().splitlines()
    if not line.startswith("= ")
)
Pair = namedtuple("Pair", "one two")


class Made:
    """An object such as pages show."""

    name = "<name>"
    none = None
    template = "part"

    def __str__(self) -> str:
        return "made & shown"

    def method(self) -> str:
        return "method"

    def wants(self, something: object) -> str:
        return f"{something}"

    def alters(self) -> str:
        raise AssertionError

    alters.alters_data = True  # type: ignore[attr-defined]

    def stays(self) -> str:
        raise AssertionError

    stays.do_not_call_in_templates = True  # type: ignore[attr-defined]
    stays.x = "x"  # type: ignore[attr-defined]

    @property
    def gone(self) -> str:
        raise ObjectDoesNotExist

    def gone_way(self) -> str:
        raise ObjectDoesNotExist

    def generator(self) -> Any:
        yield from "ab"


def context() -> dict[str, Any]:
    return {
        "x": "abc",
        "few": [1, 2, 3],
        "no": False,
        "d": {"key": "<v>", 7: "seven", "none": None},
        "pair": Pair("1", 2),
        "made": Made(),
        "call": lambda: "called",
        "unsafe": "<&\"'>",
        "safe": mark_safe("<b>"),
        "lazy": gettext_lazy("Close"),
        "lazy_html": gettext_lazy("<Close>"),
        "id": UUID(int=7),
        "number": 1234567,
        "half": 0.5,
        "at": dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC),
        "day": dt.date(2026, 11, 24),
        "groups": [("a", [1, 2]), ("b", [3])],
        "parent": "eldest",
    }


def engine(loader: str, **more: str) -> Engine:
    known = TEMPLATES | {"components/brand.html": "<brand>"} | more
    return Engine(
        loaders=[(loader, [("django.template.loaders.locmem.Loader", known)])],
        libraries=Engine.get_default().libraries,
    )


LOADERS = ("accounts.drawing.loader.Loader", "django.template.loaders.cached.Loader")
QUICK, PLAIN = map(engine, LOADERS)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", [*TEMPLATES, "parts#two"])
def test_functions_draw_what_django_draws(name: str, language: str) -> None:
    with override(language):
        for _ in range(2):
            drawn, expected = (
                each.get_template(name).render(Context(context(), autoescape=True))
                for each in (QUICK, PLAIN)
            )
            assert drawn == expected


@pytest.mark.parametrize(
    "body",
    [
        "{{ made.broken }}",
        "{{ x|default:nothing }}",
        "{% for a, b in few %}{% endfor %}",
        "{% include 'nowhere' %}",
        "{{ made.typed }}",
    ],
)
def test_what_fails_fails_the_same(body: str) -> None:
    class Broken(Made):
        @property
        def broken(self) -> str:
            raise KeyError("broken")

        def typed(self) -> str:
            return "a" + 1  # type: ignore[operator,no-any-return]

    failures = []
    for loader in LOADERS:
        try:
            failing = engine(loader, failing=body).get_template("failing")
            failing.render(Context({**context(), "made": Broken()}))
        except Exception as error:
            failures.append((type(error), str(error)[:30]))
    assert len(failures) in (0, 2)
    assert len(set(failures)) <= 1


def test_what_does_not_fit_is_left_to_django() -> None:
    """A parent that is only known later, and a tag that would have to know the blocks within it."""

    def is_ours(name: str) -> bool:
        nodes = QUICK.get_template(name).nodelist
        assert isinstance(nodes, Drawing)
        return nodes.draw is not None

    left = {name for name in TEMPLATES if not is_ours(name)}
    assert left == {"by variable", "kept", "young of kept"}


def test_where_errors_are_explained_django_draws() -> None:
    explaining = Engine(
        debug=True,
        loaders=[
            (
                "accounts.drawing.loader.Loader",
                [("django.template.loaders.locmem.Loader", TEMPLATES)],
            )
        ],
    )
    assert not isinstance(explaining.get_template("part").nodelist, Drawing)
