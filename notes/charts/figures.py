"""The figures of a body chart: their outlines, and where each part of the body lies on them.

Widths, heights and regions are in the units of a figure's own picture; a drawing's points are in tenths of them. In each
figure that faces us, the person's left is on our right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notes.charts import outlines

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the body as an ellipse on a figure."""

    key: str
    label: str | Promise
    x: float
    y: float
    rx: float
    ry: float

    def distance(self, x: float, y: float) -> float:
        """Return how far a point is from the middle: up to 1 within the part."""
        return hypot((x - self.x) / self.rx, (y - self.y) / self.ry)


@dataclass(frozen=True, slots=True)
class View:
    """A figure: its outline as SVG, its size, what lies where, and which side is on our left ("" where one side shows)."""

    key: str
    label: str | Promise
    width: int
    height: int
    outline: str
    regions: tuple[Region, ...]
    on_our_left: str = "R"

    def region_at(self, x: float, y: float) -> Region:
        """Return the part of the body that a point is in, or nearest to."""
        return min(self.regions, key=lambda region: region.distance(x, y))


Part = tuple[str, Promise, float, float, float, float]


def _one(parts: Iterable[Part]) -> tuple[Region, ...]:
    return tuple(Region(*part) for part in parts)


def _pairs(parts: Iterable[Part], width: int, *, facing: bool = True) -> tuple[Region, ...]:
    """Return both sides of parts that are given as they lie on our right."""
    found = []
    for key, label, x, y, rx, ry in parts:
        left, right = (x, width - x) if facing else (width - x, x)
        found.append(Region(f"left_{key}", _sided("left", label), left, y, rx, ry))
        found.append(Region(f"right_{key}", _sided("right", label), right, y, rx, ry))
    return tuple(found)


def _words_of_side(side: str, label: Promise) -> str:
    """Return a part's label with its side."""
    return (gettext("left %(part)s") if side == "left" else gettext("right %(part)s")) % {
        "part": label
    }


_sided = lazy(_words_of_side, str)  # worded when it is shown, in the reader's language

LIMBS: tuple[Part, ...] = (
    ("upper_arm", _("upper arm"), 147, 124, 9, 20),
    ("elbow", _("elbow"), 153, 155, 9, 11),
    ("forearm", _("forearm"), 160, 188, 10, 22),
    ("wrist", _("wrist"), 166, 220, 8, 9),
    ("hand", _("hand"), 170, 248, 12, 20),
    ("thigh", _("thigh"), 119, 268, 17, 40),
    ("knee", _("knee"), 120, 326, 13, 16),
)
FRONT = (
    ("shoulder", _("shoulder"), 141, 94, 14, 14),
    ("chest", _("chest"), 118, 103, 16, 22),
    *LIMBS,
    ("hip", _("hip"), 124, 212, 15, 15),
    ("shin", _("shin"), 122, 372, 12, 30),
    ("ankle", _("ankle"), 120, 418, 9, 12),
    ("foot", _("foot"), 124, 438, 13, 9),
)
BACK = (
    ("shoulder", _("shoulder"), 142, 92, 12, 13),
    ("shoulder_blade", _("shoulder blade"), 122, 103, 11, 20),
    *LIMBS,
    ("buttock", _("buttock"), 118, 219, 18, 18),
    ("calf", _("calf"), 122, 372, 12, 30),
    ("heel", _("heel"), 120, 432, 9, 13),
)
SIDE: tuple[Part, ...] = (
    ("head", _("head"), 100, 28, 24, 22),
    ("neck", _("neck"), 99, 62, 12, 10),
    ("shoulder", _("shoulder"), 95, 94, 12, 14),
    ("upper_arm", _("upper arm"), 96, 130, 12, 22),
    ("elbow", _("elbow"), 100, 160, 10, 12),
    ("forearm", _("forearm"), 105, 194, 10, 22),
    ("hand", _("hand"), 114, 240, 11, 22),
    ("ribs", _("side of the chest"), 118, 118, 10, 28),
    ("waist", _("waist"), 120, 166, 8, 16),
    ("hip", _("hip"), 86, 214, 15, 18),
    ("thigh", _("thigh"), 101, 272, 20, 38),
    ("knee", _("knee"), 104, 328, 16, 16),
    ("lower_leg", _("lower leg"), 98, 376, 14, 30),
    ("ankle", _("ankle"), 100, 418, 11, 10),
    ("foot", _("foot"), 116, 438, 24, 9),
)
SOLES = (
    ("big_toe", _("big toe"), 141, 31, 12, 14),
    ("small_toes", _("small toes"), 175, 37, 22, 14),
    ("ball", _("ball of the foot"), 158, 68, 28, 22),
    ("arch", _("arch"), 152, 118, 18, 26),
    ("outer_edge", _("outer edge of the foot"), 177, 118, 12, 28),
    ("heel", _("heel"), 163, 178, 22, 28),
)
FEET = (
    ("ankle", _("front of the ankle"), 153, 34, 16, 20),
    ("instep", _("top of the foot"), 158, 100, 28, 44),
    ("forefoot", _("forefoot"), 164, 156, 30, 16),
    ("big_toe", _("big toe"), 146, 180, 11, 15),
    ("small_toes", _("small toes"), 180, 180, 22, 14),
)
PALMS = (
    ("wrist", _("wrist"), 184, 200, 22, 14),
    ("palm", _("palm"), 187, 140, 26, 40),
    ("thumb", _("thumb"), 138, 118, 14, 26),
    ("index", _("index finger"), 158, 68, 9, 30),
    ("middle", _("middle finger"), 176, 56, 8, 34),
    ("ring", _("ring finger"), 193, 58, 8, 34),
    ("little", _("little finger"), 210, 72, 8, 30),
)
HANDS = (
    ("wrist", _("wrist"), 190, 200, 22, 14),
    ("back_of_hand", _("back of the hand"), 187, 140, 26, 40),
    ("thumb", _("thumb"), 236, 118, 14, 26),
    ("index", _("index finger"), 216, 68, 9, 30),
    ("middle", _("middle finger"), 198, 56, 8, 34),
    ("ring", _("ring finger"), 181, 58, 8, 34),
    ("little", _("little finger"), 164, 72, 8, 30),
)
FACE = (
    ("temple", _("temple"), 144, 58, 10, 18),
    ("eye", _("eye"), 124, 78, 16, 12),
    ("cheek", _("cheek"), 132, 112, 16, 18),
    ("jaw", _("jaw"), 136, 146, 14, 18),
    ("ear", _("ear"), 159, 98, 8, 20),
)


def _side(name: str, *, mirrored: bool) -> tuple[Region, ...]:
    return tuple(
        Region(f"{name}_{key}", _sided(name, label), 200 - x if mirrored else x, y, rx, ry)
        for key, label, x, y, rx, ry in SIDE
    )


VIEWS: dict[str, View] = {
    view.key: view
    for view in (
        View(
            "front",
            _("Front"),
            200,
            460,
            outlines.FRONT,
            (
                *_one(
                    (
                        ("head", _("head"), 100, 20, 20, 12),
                        ("face", _("face"), 100, 42, 17, 16),
                        ("throat", _("throat"), 100, 65, 11, 8),
                        ("abdomen", _("abdomen"), 100, 160, 28, 26),
                        ("groin", _("groin"), 100, 222, 12, 14),
                    )
                ),
                *_pairs(FRONT, 200),
            ),
        ),
        View(
            "back",
            _("Back"),
            200,
            460,
            outlines.BACK,
            (
                *_one(
                    (
                        ("back_of_head", _("back of the head"), 100, 30, 20, 24),
                        ("neck", _("neck"), 100, 64, 11, 11),
                        ("upper_back", _("upper back"), 100, 100, 11, 26),
                        ("mid_back", _("middle of the back"), 100, 144, 26, 18),
                        ("lower_back", _("lower back"), 100, 180, 28, 18),
                    )
                ),
                *_pairs(BACK, 200, facing=False),
            ),
            on_our_left="L",
        ),
        View(
            "left",
            _("Left side"),
            200,
            460,
            outlines.mirrored(outlines.SIDE, 200),
            _side("left", mirrored=True),
            on_our_left="",
        ),
        View(
            "right",
            _("Right side"),
            200,
            460,
            outlines.SIDE,
            _side("right", mirrored=False),
            on_our_left="",
        ),
        View("soles", _("Soles"), 240, 220, outlines.SOLES, _pairs(SOLES, 240)),
        View("feet", _("Feet from above"), 240, 220, outlines.FEET, _pairs(FEET, 240)),
        View("palms", _("Palms"), 250, 220, outlines.PALMS, _pairs(PALMS, 250)),
        View("hands", _("Backs of the hands"), 250, 220, outlines.HANDS, _pairs(HANDS, 250)),
        View(
            "face",
            _("Face"),
            200,
            200,
            outlines.FACE,
            (
                *_one(
                    (
                        ("forehead", _("forehead"), 100, 40, 34, 20),
                        ("nose", _("nose"), 100, 96, 12, 20),
                        ("mouth", _("mouth"), 100, 140, 22, 12),
                        ("chin", _("chin"), 100, 163, 18, 10),
                    )
                ),
                *_pairs(FACE, 200),
            ),
        ),
    )
}
USUAL = ("front", "back")
