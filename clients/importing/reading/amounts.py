"""Sums of money as they are written in other countries: which sign parts the cents is proven by rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

POINT, COMMA = ".", ","
_PROOFS = 3
_NUMBER = re.compile(r"-?\d[\d.,'’\s]*")
_GROUPS = " '’\u00a0\u202f"


class NoAmount(ValueError):
    """A text is no sum of money."""


def amount_of(text: str, sign: str) -> Decimal:
    """Return the sum that a text means, a currency left out. Raises `NoAmount`."""
    found = _NUMBER.search(text)
    if found is None:
        raise NoAmount
    other = COMMA if sign == POINT else POINT
    plain = found.group().translate({ord(each): None for each in _GROUPS + other}).strip()
    try:
        amount = Decimal(plain.replace(sign, POINT))
    except InvalidOperation:
        raise NoAmount from None
    is_bracketed = text.strip().startswith("(") and text.strip().endswith(")")
    return -amount if is_bracketed else amount


@dataclass(slots=True)
class SignEvidence:
    """What the sums of a column say about the sign that parts the cents."""

    rows: dict[str, list[int]] = field(default_factory=dict)

    def look(self, text: str, row: int) -> None:
        """Look at one more cell that is not empty."""
        sign = _proven(text)
        if sign:
            rows = self.rows.setdefault(sign, [])
            if len(rows) < _PROOFS:
                rows.append(row)

    @property
    def sign(self) -> str:
        """The only sign that all sums allow; "" where none is proven or the rows contradict each other."""
        return next(iter(self.rows)) if len(self.rows) == 1 else ""

    def as_json(self) -> dict[str, Any]:
        """Return it for keeping."""
        return {"rows": self.rows, "sign": self.sign}


def _proven(text: str) -> str:
    """Return the sign that parts the cents of a sum, "" where both readings are possible."""
    found = _NUMBER.search(text)
    if found is None:
        return ""
    number = found.group().strip()
    last = max(number.rfind(POINT), number.rfind(COMMA))
    if last < 0:
        return ""
    sign = number[last]
    other = COMMA if sign == POINT else POINT
    if other in number:
        return sign
    if number.count(sign) > 1:
        return other
    digits = len(number) - last - 1
    return sign if digits != 3 else ""
