"""How the smaller nodes are drawn: variables, conditions, words, tags."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.template import VariableDoesNotExist
from django.template.base import VariableNode
from django.template.defaulttags import AutoEscapeControlNode, FirstOfNode, IfNode, WithNode
from django.template.library import SimpleNode
from django.templatetags.i18n import TranslateNode

from accounts.drawing.making import (
    Add,
    Draw,
    Family,
    drawn,
    draws,
    is_elder,
    is_written_out,
    itself,
    within,
)
from accounts.drawing.names import condition_of, safe, shown, value_of
from accounts.terminology import Voice


@draws(VariableNode)
def variable(node: VariableNode, family: Family) -> Draw:
    """Draw a value."""
    if is_elder(node):
        return _elder(family)
    value = value_of(node.filter_expression)

    def draw(context: Any, add: Add, voice: Voice) -> None:
        add(shown(value(context), context))

    return draw


def _elder(family: Family) -> Draw:
    """Draw the block that this one took the place of."""
    if not family.elders:
        return lambda context, add, voice: None
    first, *rest = family.elders
    return drawn(first.nodelist, replace(family, elders=rest))


@draws(IfNode)
def condition(node: IfNode, family: Family) -> Draw:
    """Draw the first branch whose condition holds."""
    branches = [
        (_otherwise if condition is None else condition_of(condition), drawn(nodes, family))
        for condition, nodes in node.conditions_nodelists
    ]

    def draw(context: Any, add: Add, voice: Voice) -> None:
        for holds, branch in branches:
            try:
                chosen = holds(context)
            except VariableDoesNotExist:
                continue
            if chosen:
                branch(context, add, voice)
                return

    return draw


def _otherwise(context: Any) -> bool:
    return True


@draws(WithNode)
def names(node: WithNode, family: Family) -> Draw:
    """Draw with some more names."""
    given = {name: value_of(value) for name, value in node.extra_context.items()}
    body = drawn(node.nodelist, family)

    def draw(context: Any, add: Add, voice: Voice) -> None:
        within({name: value(context) for name, value in given.items()}, body, context, add, voice)

    return draw


@draws(AutoEscapeControlNode)
def escaping(node: AutoEscapeControlNode, family: Family) -> Draw:
    """Draw with or without escaping."""
    body = drawn(node.nodelist, family)

    def draw(context: Any, add: Add, voice: Voice) -> None:
        before, context.autoescape = context.autoescape, node.setting
        body(context, add, voice)
        context.autoescape = before

    return draw


@draws(FirstOfNode)
def first_of(node: FirstOfNode, family: Family) -> Draw:
    """Draw the first value that there is."""
    values = [value_of(each, None) for each in node.vars]

    def draw(context: Any, add: Add, voice: Voice) -> None:
        found = next((each for value in values if (each := value(context))), None)
        text = "" if found is None else shown(found, context)
        if node.asvar:
            context[node.asvar] = text
        else:
            add(text)

    return draw


@draws(TranslateNode)
def words(node: TranslateNode, family: Family) -> Draw:
    """Draw words that are kept under a name: written out, they are the same in one voice."""
    known: dict[Voice, str] = {}
    if not is_written_out(node.filter_expression) or node.message_context:
        return itself(node)

    def draw(context: Any, add: Add, voice: Voice) -> None:
        if voice not in known:
            node.render(context)
            known[voice] = context[node.asvar]
        context[node.asvar] = known[voice]

    return draw


@draws(SimpleNode)
def tag(node: SimpleNode, family: Family) -> Draw:
    """Draw what a function gives, or keep it under a name."""
    func, name = node.func, node.target_var
    args = [value_of(each) for each in node.args]
    kwargs = {key: value_of(each) for key, each in node.kwargs.items()}

    def draw(context: Any, add: Add, voice: Voice) -> None:
        given = [each(context) for each in args]
        if node.takes_context:
            given.insert(0, context)
        found = func(*given, **{key: each(context) for key, each in kwargs.items()})
        if name is not None:
            context[name] = found
        else:
            add(safe(found, context))

    return draw
