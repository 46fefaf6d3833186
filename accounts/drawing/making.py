"""How functions are made of nodes: each node's own, those of a list one after the other, what never changes as one text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template import Node
from django.template.base import FilterExpression, TextNode, Variable, VariableNode
from django.template.defaulttags import CommentNode, LoadNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode

from accounts.terminology import Voice

type Add = Callable[[str], None]
# Draws with a context, adding texts in a voice: a language, and what the practice calls its clients
type Draw = Callable[[Any, Add, Voice], None]
type Maker = Callable[[Any, Family], Draw]
type Chain = Sequence[BlockNode]

# Tags of ours that say the same each time when all their arguments are written out (see templatetags)
CONSTANT_TAGS = {"icon", "fixed"}
MAKERS: dict[type[Node], Maker] = {}


class Unknown(Exception):
    """A template can't be drawn here: Django draws it."""


@dataclass(frozen=True, slots=True)
class Family:
    """Templates that extend each other: the nodes of each block, the youngest template's first.

    Within a block, `elders` are those that it took the place of.
    """

    blocks: Mapping[str, Chain] = field(default_factory=dict)
    elders: Chain = ()

    def of(self, block: BlockNode) -> Chain:
        """Return all blocks of one name."""
        return self.blocks.get(block.name) or [block]


ALONE = Family()


def draws[Made: Maker](kind: type[Node]) -> Callable[[Made], Made]:
    """Register what makes the function that draws a kind of node."""

    def register(maker: Made) -> Made:
        MAKERS[kind] = maker
        return maker

    return register


def drawn(nodes: Iterable[Node], family: Family) -> Draw:
    """Return a function that draws nodes one after the other."""
    draws = list(_joined(_inlined(nodes, family), family))
    if len(draws) == 1:
        return draws[0]

    def draw(context: Any, add: Add, voice: Voice) -> None:
        for each in draws:
            each(context, add, voice)

    return draw


def _inlined(nodes: Iterable[Node], family: Family) -> Iterator[Node]:
    """Yield nodes, blocks that are nothing but constants replaced by these."""
    for node in nodes:
        if isinstance(node, BlockNode):
            within = list(_inlined(family.of(node)[0].nodelist, family))
            if all(map(_is_constant, within)):
                yield from within
                continue
        if not isinstance(node, CommentNode | LoadNode):
            yield node


def _joined(nodes: Iterable[Node], family: Family) -> Iterator[Draw]:
    """Yield what draws each node, and each stretch of constant ones together."""
    stretch: list[Node] = []
    for node in nodes:
        if _is_constant(node):
            stretch.append(node)
            continue
        if stretch:
            yield _constant(stretch)
            stretch = []
        yield _draw_of(node, family)
    if stretch:
        yield _constant(stretch)


def _is_constant(node: Node) -> bool:
    """Tell whether a node says the same on every page in one voice."""
    match node:
        case TextNode():
            return True
        case TranslateNode(asvar=None, message_context=words, filter_expression=expression):
            return is_written_out(expression) and (words is None or is_written_out(words))
        case StaticNode(varname=None, path=path):
            return is_written_out(path)
        case SimpleNode(target_var=None, takes_context=False):
            given = (*node.args, *node.kwargs.values())
            return node.func.__name__ in CONSTANT_TAGS and all(map(is_written_out, given))
    return False


def is_written_out(expression: FilterExpression) -> bool:
    """Tell whether an expression is a text in the template."""
    var = expression.var
    return not expression.filters and (not isinstance(var, Variable) or var.lookups is None)


def _constant(nodes: list[Node]) -> Draw:
    known: dict[Voice, str] = {}
    if all(isinstance(node, TextNode) for node in nodes):
        text = "".join(node.s for node in nodes)  # type: ignore[attr-defined]
        return lambda context, add, voice: add(text)

    def draw(context: Any, add: Add, voice: Voice) -> None:
        if voice not in known:
            known[voice] = "".join(node.render(context) for node in nodes)
        add(known[voice])

    return draw


def _draw_of(node: Node, family: Family) -> Draw:
    """Return what draws a node: of one without blocks, the same in every template that shows it."""
    if node.get_nodes_by_type(BlockNode) or any(
        map(is_elder, node.get_nodes_by_type(VariableNode))
    ):
        return _make(node, family)
    made: Draw | None = getattr(node, "draw", None)
    if made is None:
        made = node.draw = _make(node, ALONE)  # type: ignore[attr-defined]
    return made


def _make(node: Node, family: Family) -> Draw:
    maker = MAKERS.get(type(node))
    if maker is not None:
        return maker(node, family)
    if node.get_nodes_by_type(BlockNode):
        raise Unknown  # it would draw the blocks by itself, and only its own template's
    return itself(node)


def itself(node: Node) -> Draw:
    """Let a node draw itself, as Django wrote it."""
    render: Any = node.render_annotated
    return lambda context, add, voice: add(render(context))


def is_elder(node: Node) -> bool:
    """Tell whether a node stands for the block that the one around it took the place of."""
    return isinstance(node, VariableNode) and node.filter_expression.token == "block.super"


def within(scope: dict[str, Any], body: Draw, context: Any, add: Add, voice: Voice) -> None:
    """Draw with some names that are known there alone."""
    context.dicts.append(scope)
    try:
        body(context, add, voice)
    finally:
        context.dicts.pop()
