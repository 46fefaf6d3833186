"""Prices as people read them."""

from __future__ import annotations

from django.utils.formats import number_format

SIGNS = {"AUD": "$", "CAD": "$", "NZD": "$", "USD": "$", "SGD": "$", "EUR": "€", "GBP": "£"}
# Currencies without minor units (ISO 4217)
WHOLE = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "XPF", "PYG", "RWF"})


def price(minor: int, currency: str) -> str:
    """Return "$135", "€67.50" or "CHF 120" for an amount in minor units; "" for nothing."""
    if not minor:
        return ""
    amount, rest = (minor, 0) if currency in WHOLE else divmod(minor, 100)
    figures = number_format(amount, force_grouping=True)
    if rest:
        figures = number_format(minor / 100, decimal_pos=2, force_grouping=True)
    sign = SIGNS.get(currency)
    return f"{sign}{figures}" if sign else f"{currency} {figures}"
