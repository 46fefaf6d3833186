"""Defaults by country cover every country and every subdivision that sign-up asks for."""

from __future__ import annotations

import pytest

from accounts.country_defaults import currency_of, likely_zone, working_days
from accounts.jurisdiction import countries
from accounts.subdivisions import SUBDIVISIONS
from accounts.time_zones import zones_of


@pytest.mark.parametrize(
    ("country", "subdivision", "zone", "currency"),
    [
        ("AU", "AU-WA", "Australia/Perth", "AUD"),
        ("AU", "", "Australia/Sydney", "AUD"),
        ("IE", "", "Europe/Dublin", "EUR"),
        ("BR", "", "America/Sao_Paulo", "BRL"),
        ("CA", "CA-NL", "America/St_Johns", "CAD"),
        ("US", "US-NE", "America/Chicago", "USD"),
        ("CH", "", "Europe/Zurich", "CHF"),
        ("GG", "", "Europe/Guernsey", "GBP"),
        ("BV", "", "", "NOK"),
    ],
)
def test_a_practice_begins_with_its_countrys_zone_and_currency(
    country: str, subdivision: str, zone: str, currency: str
) -> None:
    assert likely_zone(country, subdivision) == zone
    assert currency_of(country) == currency


def test_every_likely_zone_is_one_of_the_country() -> None:
    places = [(country.code, "") for country in countries() if zones_of(country.code)]
    places += [(country, part.code) for country, parts in SUBDIVISIONS.items() for part in parts]
    wrong = [place for place in places if likely_zone(*place) not in zones_of(place[0])]
    assert wrong == []


def test_every_country_has_a_currency() -> None:
    dollars = {country.code for country in countries() if currency_of(country.code) == "USD"}
    assert {"US", "EC", "PR", "GU"} <= dollars
    assert not {"DE", "NZ", "JP", "NG", "IN", "BG", "CW"} & dollars
    assert len(dollars) < 25


def test_the_week_of_most_begins_on_monday() -> None:
    assert working_days("AU") == (1, 2, 3, 4, 5)
    assert working_days("IL") == (7, 1, 2, 3, 4)
