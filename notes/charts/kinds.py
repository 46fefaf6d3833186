"""What a mark on a body chart means: each meaning has a colour and a line of its own, so that neither alone tells it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ChartKind:
    """A meaning: its words, the colour on white paper, and the dashes of its line in tenths ("" for a whole line)."""

    key: str
    label: Promise
    colour: str
    dashes: str = ""


KINDS: dict[str, ChartKind] = {
    kind.key: kind
    for kind in (
        ChartKind("pain", _("Pain"), "#C62828"),
        ChartKind("ache", _("Ache"), "#8A5A00", "90 30"),
        ChartKind("burning", _("Burning"), "#D9480F", "30 26"),
        ChartKind("numb", _("Numbness"), "#1F5FA8", "1 34"),
        ChartKind("tingling", _("Pins and needles"), "#7B3FA0", "50 30 1 30"),
        ChartKind("stiff", _("Stiffness, weakness"), "#0F6B5C", "140 34"),
        ChartKind("skin", _("Skin: scar, wound, swelling"), "#495057", "12 22"),
    )
}
