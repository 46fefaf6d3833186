"""Loads templates and makes of each one the function that draws it, parents and children put together."""

from __future__ import annotations

from typing import Any

from django.template import Template
from django.template.base import NodeList, TextNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode, ExtendsNode
from django.template.loaders.cached import Loader as CachedLoader
from django.utils.safestring import SafeString

from accounts.drawing import loops, nodes, templates  # noqa: F401 - they say how each kind of node is drawn
from accounts.drawing.making import ALONE, Draw, Family, Unknown, drawn, is_written_out
from accounts.terminology import voice


class Loader(CachedLoader):
    """Loads each template once, as Django's own cached loader does."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        """Return a template that is drawn by a function made of it; where errors are explained, one of Django's."""
        template = super().get_template(template_name, skip)
        if not (isinstance(template.nodelist, Drawing) or self.engine.debug):
            _prepare(template)
        return template


class Drawing(NodeList):
    """The nodes of a template, which a function draws."""

    draw: Draw | None = None

    def render(self, context: Any) -> SafeString:
        """Draw them; in the midst of a template that Django draws, as Django does."""
        if self.draw is None or BLOCK_CONTEXT_KEY in context.render_context:
            return super().render(context)
        parts: list[str] = []
        self.draw(context, parts.append, voice())
        return SafeString("".join(parts))


def _prepare(template: Template) -> None:
    """Let a template be drawn by a function, and each of its partials."""
    template.nodelist = Drawing(template.nodelist)
    try:
        eldest, family = _family(template)
        template.nodelist.draw = drawn(eldest.nodelist, family)
    except Unknown:
        return
    for partial in template.extra_data.get("partials", {}).values():
        partial.nodelist = Drawing(partial.nodelist)
        partial.nodelist.draw = drawn(partial.nodelist, ALONE)


def _family(template: Template) -> tuple[Template, Family]:
    """Return a template's eldest parent, and the blocks of all in between."""
    blocks: dict[str, list[BlockNode]] = {}
    seen: list[Any] = []
    while True:
        seen.append(template.origin)
        block: Any
        for block in template.nodelist.get_nodes_by_type(BlockNode):
            blocks.setdefault(block.name, []).append(block)
        first = next((node for node in template.nodelist if not isinstance(node, TextNode)), None)
        if not isinstance(first, ExtendsNode):
            return template, Family(blocks)
        name: Any = first.parent_name
        if not is_written_out(name):
            raise Unknown
        template = template.engine.get_template(name.var)
        if template.origin in seen:
            raise Unknown  # a template that extends another one of its own name
