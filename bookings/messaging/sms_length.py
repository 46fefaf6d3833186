"""How long a text message is: characters and the parts that a phone company counts (GSM 03.38, 3GPP TS 23.040).

One sign outside the phones' alphabet makes a message twice as long, so those that have a plain twin are written as that:
"á" as "a", a curly quote as a straight one. A text that needs more than that stays as it is.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
GSM, UNICODE = (160, 153), (70, 67)
_TWINS = str.maketrans(
    {
        **dict.fromkeys("‘’‚′`´", "'"),
        **dict.fromkeys("“”„″«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\t", " "),
        "…": "...",
        "•": "-",
        "·": "-",
        "œ": "oe",
        "Œ": "Oe",
        "ł": "l",
        "Ł": "L",
    }
)


@dataclass(frozen=True, slots=True)
class Length:
    """A text's length as it is sent; `is_plain` when every sign is in the phones' own alphabet."""

    characters: int
    parts: int
    is_plain: bool


def plain(text: str) -> str:
    """Return a text in the phones' own alphabet where plain twins of its signs make it one, else the text itself."""
    found = "".join(
        sign if sign in _PLAIN or sign in _DOUBLE else _without_accent(sign)
        for sign in text.translate(_TWINS)
    )
    return found if all(sign in _PLAIN or sign in _DOUBLE for sign in found) else text


def _without_accent(sign: str) -> str:
    bare = unicodedata.normalize("NFKD", sign)
    return "".join(each for each in bare if not unicodedata.combining(each))


def length_of(text: str) -> Length:
    """Return how long a text message is; one sign outside the plain alphabet halves what fits."""
    is_plain = all(sign in _PLAIN or sign in _DOUBLE for sign in text)
    if is_plain:
        characters = sum(2 if sign in _DOUBLE else 1 for sign in text)
        alone, joined = GSM
    else:
        characters = len(text.encode("utf-16-be")) // 2
        alone, joined = UNICODE
    parts = 1 if characters <= alone else -(-characters // joined)
    return Length(characters, parts, is_plain)
