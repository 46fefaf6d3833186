"""How loops are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template import Node
from django.template.base import FilterExpression, NodeList, TextNode, Variable
from django.template.defaulttags import ForNode
from django.templatetags.static import StaticNode

from accounts.drawing.making import MAKERS, Add, Draw, Family, drawn, draws
from accounts.drawing.names import value_of
from accounts.terminology import Voice


@draws(ForNode)
def loop(node: Any, family: Family) -> Draw:
    """Draw the body once for each value, counting only where something in it may ask."""
    values_of = value_of(node.sequence, None)
    body, instead = drawn(node.nodelist_loop, family), drawn(node.nodelist_empty, family)
    names = node.loopvars
    only = names[0] if len(names) == 1 else ""
    counts = _knows_its_place(node.nodelist_loop)

    def draw(context: Any, add: Add, voice: Voice) -> None:
        values = values_of(context)
        if values is None:
            values = ()
        if not hasattr(values, "__len__"):
            values = list(values)
        scope: dict[str, Any] = {}
        counters: dict[str, Any] = {"parentloop": context.get("forloop", {}), "length": len(values)}
        depth = len(context.dicts)
        context.dicts.append(scope)
        try:
            if not len(values):
                instead(context, add, voice)
                return
            if counts:
                scope["forloop"] = counters
            for number, item in enumerate(reversed(values) if node.is_reversed else values):
                if counts:
                    _count(counters, number, len(values))
                if only:
                    scope[only] = item
                    body(context, add, voice)
                else:
                    context.dicts.append(_unpacked(names, item))
                    body(context, add, voice)
                    context.dicts.pop()
        finally:
            del context.dicts[depth:]

    return draw


def _knows_its_place(nodes: NodeList) -> bool:
    """Tell whether anything in a loop may ask for `forloop`: by name, or because it knows the whole context."""
    return any(
        _names_forloop(node)
        or type(node) not in {*MAKERS, TextNode, StaticNode}
        or not getattr(node, "isolated_context", True)
        or getattr(node, "takes_context", False)
        for node in nodes.get_nodes_by_type(Node)
    )


def _names_forloop(part: Any) -> bool:
    match part:
        case Variable():
            return part.lookups is not None and part.lookups[0] == "forloop"
        case FilterExpression():
            args = [arg for _filter, given in part.filters for _is_name, arg in given]
            return any(map(_names_forloop, (part.var, *args)))
        case list() | tuple():
            return any(map(_names_forloop, part))
        case dict():
            return any(map(_names_forloop, part.values()))
        case Node():
            return any(map(_names_forloop, vars(part).values()))
    parts = (getattr(part, name, None) for name in ("first", "second", "value"))
    return any(_names_forloop(each) for each in parts if each is not None)


def _count(counters: dict[str, Any], number: int, length: int) -> None:
    counters["counter0"] = number
    counters["counter"] = number + 1
    counters["revcounter"] = length - number
    counters["revcounter0"] = length - number - 1
    counters["first"] = number == 0
    counters["last"] = number == length - 1


def _unpacked(names: Sequence[str], item: Any) -> dict[str, Any]:
    length = len(item) if hasattr(item, "__len__") else 1
    if length != len(names):
        raise ValueError(f"Need {len(names)} values to unpack in for loop; got {length}. ")
    return dict(zip(names, item, strict=True))
