"""Postal addresses: kept in parts, written as the country of the address writes them."""

from __future__ import annotations

from typing import Any, Protocol

from accounts.jurisdiction import countries

# Where the postcode stands before the town; elsewhere it comes last
CODE_FIRST = frozenset(
    {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IL"}
    | {
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "MC",
        "MX",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "TR",
    }
)


class Addressed(Protocol):
    """What has an address in parts."""

    address: Any
    city: Any
    state: Any
    post_code: Any
    country: Any


def lines(of: Addressed, home: str) -> list[str]:
    """Return an address line by line; its country is named when it is not `home`, the practice's."""
    street = [line.strip() for line in str(of.address).splitlines() if line.strip()]
    where = str(of.country) or home
    parts = (
        (of.post_code, of.city, of.state)
        if where in CODE_FIRST
        else (of.city, of.state, of.post_code)
    )
    town = " ".join(str(part) for part in parts if part)
    abroad = [name_of(where)] if of.country and where != home else []
    return [*street, *([town] if town else []), *abroad]


def name_of(code: str) -> str:
    """Return a country's name, or the code where no country has it."""
    return next((each.name for each in countries() if each.code == code), code)
