"""How long a text message is: characters and the parts that a phone company counts (GSM 03.38, 3GPP TS 23.040)."""

from __future__ import annotations

from dataclasses import dataclass

_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
GSM, UNICODE = (160, 153), (70, 67)


@dataclass(frozen=True, slots=True)
class Length:
    """A text's length as it is sent; `is_plain` when every sign is in the phones' own alphabet."""

    characters: int
    parts: int
    is_plain: bool


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
