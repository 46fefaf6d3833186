"""Draws templates a second time, by Django's own nodes, and compares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Template
from django.template.context import RenderContext
from django.template.engine import Engine
from django.test.signals import template_rendered


@cache
def plain_engine() -> Engine:
    """Django's engine with the product's templates and its own loader."""
    ours: dict[str, Any] = settings.TEMPLATES[0]
    loaders = ours["OPTIONS"]["loaders"][0][1]
    return Engine(
        dirs=ours["DIRS"],
        loaders=[("django.template.loaders.cached.Loader", loaders)],
        libraries=Engine.get_default().libraries,
    )


def drawn_by(template: Any, context: Context) -> str:
    """Draw a template with a copy of a context, so that nothing of it is left behind."""
    again = copy(context)
    again.dicts = [copy(each) for each in context.dicts]
    again.render_context = RenderContext()
    again.template = template
    with again.render_context.push_state(template):
        return str(template.nodelist.render(again))


@contextmanager
def both_ways() -> Iterator[list[str]]:
    """Compare whatever is drawn meanwhile; give the names of what was, each time it was."""
    names: list[str] = []

    def compare(sender: Any, template: Any, context: Context, **kwargs: Any) -> None:
        template_rendered.disconnect(compare)  # what the comparison draws is not compared
        try:
            name = template.origin.template_name
            if not isinstance(template, Template):
                name += f"#{template.name}"
            plain = plain_engine().get_template(name)
            assert drawn_by(template, context) == drawn_by(plain, context), name
            names.append(name)
        finally:
            template_rendered.connect(compare)

    template_rendered.connect(compare)
    try:
        yield names
    finally:
        template_rendered.disconnect(compare)
