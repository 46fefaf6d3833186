"""Public holidays by country and part, from the data of the `holidays` package; nothing is asked of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays
from django.utils.translation import get_language

from accounts.jurisdiction import subdivisions

# As long as `HolidayCalendar.subdivision`
CODE_LENGTH = 10


def countries() -> frozenset[str]:
    """Return the countries (ISO 3166-1) whose holidays are known."""
    return frozenset(_parts())


def parts(country: str) -> list[tuple[str, str]]:
    """Return the parts of a country with holidays of their own as (ISO 3166-2 code, name), by name."""
    known = {each.code: each.name for each in subdivisions(country)}
    named = {f"{country}-{code}": name for name, code in _aliases(country)}
    codes = [f"{country}-{part}" for part in _parts().get(country, ())]
    found = [
        (code, known.get(code) or named.get(code) or code.removeprefix(f"{country}-"))
        for code in codes
        if len(code) <= CODE_LENGTH and code.isascii() and " " not in code
    ]
    return sorted(found, key=lambda part: part[1])


def between(country: str, subdivision: str, first: date, last: date) -> dict[date, str]:
    """Return the public holidays of local dates, both included, with their names; none for a country unknown here."""
    if country not in _parts():
        return {}
    language = _language(country, get_language() or "en")
    found = [
        holiday
        for year in range(first.year, last.year + 1)
        for holiday in _year(country, subdivision, year, language)
    ]
    return {day: name for day, name in found if first <= day <= last}


@lru_cache(maxsize=512)
def _year(
    country: str, subdivision: str, year: int, language: str | None
) -> tuple[tuple[date, str], ...]:
    part = subdivision.removeprefix(f"{country}-") or None
    if part not in (None, *_parts()[country]):
        part = None
    found = holidays.country_holidays(country, subdiv=part, years=year, language=language)
    return tuple(sorted(found.items()))


@lru_cache(maxsize=512)
def _language(country: str, wanted: str) -> str | None:
    """Return the package's language nearest to the reader's, or None: the country's own."""
    given = holidays.country_holidays(country)
    languages: Iterable[str] = given.supported_languages or ()
    exact = wanted.replace("-", "_").lower()
    for language in (given.default_language, *languages):
        if language and language.lower() == exact:
            return language
    for language in (given.default_language, *languages):
        if language and language.split("_")[0].lower() == exact.split("_")[0]:
            return language
    return None


@lru_cache(maxsize=1)
def _parts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return {code: parts for code, parts in found.items() if len(code) == 2}


@lru_cache(maxsize=512)
def _aliases(country: str) -> tuple[tuple[str, str], ...]:
    if country not in _parts():
        return ()
    return tuple(holidays.country_holidays(country).subdivisions_aliases.items())
