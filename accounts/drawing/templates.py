"""How templates draw each other: includes, components, partials, and the blocks of a family."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.template import Template
from django.template.defaulttags import PartialDefNode
from django.template.library import InclusionNode
from django.template.loader_tags import BlockNode, IncludeNode, construct_relative_path

from accounts.drawing.making import Add, Draw, Family, drawn, draws, itself, within
from accounts.drawing.names import value_of
from accounts.terminology import Voice

BUILTINS = {"True": True, "False": False, "None": None}


@draws(BlockNode)
def block(node: BlockNode, family: Family) -> Draw:
    """Draw the youngest template's block of this name."""
    youngest, *elders = family.of(node)
    body = drawn(youngest.nodelist, replace(family, elders=elders))
    return lambda context, add, voice: within({}, body, context, add, voice)


@draws(InclusionNode)
def component(node: InclusionNode, family: Family) -> Draw:
    """Draw a component of ours whose context a function makes."""
    if node.takes_context:
        return itself(node)
    args = [value_of(each) for each in node.args]
    kwargs = {key: value_of(each) for key, each in node.kwargs.items()}
    find = partial(_found, node, node.filename)

    def draw(context: Any, add: Add, voice: Voice) -> None:
        given = {key: each(context) for key, each in kwargs.items()}
        made = node.func(*[each(context) for each in args], **given)
        token = context.get("csrf_token")
        if token is not None:
            made = {**made, "csrf_token": token}
        _isolated(find(context), made, context, add, voice)

    return draw


@draws(IncludeNode)
def include(node: IncludeNode, family: Family) -> Draw:
    """Draw another template, with all names or `only` those that are given."""
    name_of = value_of(node.template)
    given = {name: value_of(value) for name, value in node.extra_context.items()}

    def draw(context: Any, add: Add, voice: Voice) -> None:
        template = _found(node, name_of(context), context)
        values = {name: value(context) for name, value in given.items()}
        if node.isolated_context:
            _isolated(template, values, context, add, voice)
        else:
            within(values, partial(_drawn_template, template), context, add, voice)

    return draw


def _found(node: Any, name: Any, context: Any) -> Template:
    """Return the template of this name, remembered for as long as templates are."""
    if not isinstance(name, str):
        template = getattr(name, "template", name)
        if callable(getattr(template, "render", None)):
            return template  # type: ignore[no-any-return]
        return context.template.engine.select_template(name or ())  # type: ignore[no-any-return]
    known: dict[str, Template] = node.__dict__.setdefault("templates", {})
    if name not in known:
        path = construct_relative_path(node.origin.template_name, name)
        known[name] = context.template.engine.get_template(path)
    return known[name]


def _isolated(
    template: Template,
    values: dict[str, Any],
    context: Any,
    add: Add,
    voice: Voice,
) -> None:
    """Draw a template that knows `values` and nothing else."""
    outer, context.dicts = context.dicts, [BUILTINS, values]
    try:
        _drawn_template(template, context, add, voice)
    finally:
        context.dicts = outer


def _drawn_template(template: Template, context: Any, add: Add, voice: Voice) -> None:
    draw: Draw | None = getattr(template.nodelist, "draw", None)
    if draw is None:
        add(template.render(context))
        return
    state = context.render_context
    outer, state.template = state.template, template
    state.dicts.append({})
    try:
        draw(context, add, voice)
    finally:
        state.dicts.pop()
        state.template = outer


@draws(PartialDefNode)
def partial_of_page(node: PartialDefNode, family: Family) -> Draw:
    """Draw a part that can also be asked for by itself."""
    if not node.inline:
        return lambda context, add, voice: None
    return drawn(node.nodelist, family)
