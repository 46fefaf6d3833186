"""Prices keep their minor units, whatever the currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bookings.offering.prices import amount, minor_units, price


@pytest.mark.parametrize(
    ("minor", "currency", "shown", "written"),
    [
        (13500, "AUD", "$135", "135"),
        (6750, "EUR", "€67.50", "67.50"),
        (12000, "CHF", "CHF 120", "120"),
        (123456, "USD", "$1,234.56", "1234.56"),
        (8000, "JPY", "JPY 8,000", "8000"),
        (12500, "KWD", "KWD 12.500", "12.5"),
        (0, "AUD", "", "0"),
    ],
)
def test_a_price_is_shown_and_written(minor: int, currency: str, shown: str, written: str) -> None:
    assert price(minor, currency) == shown
    assert amount(minor, currency) == Decimal(written)
    assert minor_units(Decimal(written), currency) == minor
