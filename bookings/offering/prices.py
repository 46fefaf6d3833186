"""Prices as people read and write them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format

SIGNS = {"AUD": "$", "CAD": "$", "NZD": "$", "USD": "$", "SGD": "$", "EUR": "€", "GBP": "£"}
# Currencies whose minor unit is not a hundredth (ISO 4217)
WHOLE = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"),
        *("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def decimals(currency: str) -> int:
    """Return how many digits stand behind the point in amounts of a currency."""
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def amount(minor: int, currency: str) -> Decimal:
    """Return an amount in minor units as people write it: 6750 euro cents are 67.50."""
    return Decimal(minor).scaleb(-decimals(currency))


def minor_units(written: Decimal, currency: str) -> int:
    """Return a written amount in minor units of its currency."""
    return int(written.scaleb(decimals(currency)).to_integral_value())


def price(minor: int, currency: str) -> str:
    """Return "$135", "€67.50" or "CHF 120" for an amount in minor units; "" for nothing."""
    if not minor:
        return ""
    written = amount(minor, currency)
    digits = 0 if written == written.to_integral_value() else decimals(currency)
    figures = number_format(written, decimal_pos=digits, force_grouping=True)
    sign = SIGNS.get(currency)
    return f"{sign}{figures}" if sign else f"{currency} {figures}"
