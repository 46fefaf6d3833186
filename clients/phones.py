"""Phone numbers: kept in E.164, shown as people of the practice's country write them."""

from __future__ import annotations

import phonenumbers


def normalised(text: str, country: str) -> str:
    """Return a typed number in E.164, read as one of `country` when it has no country code.

    Raises `ValueError` for what no phone has; an empty text stays empty.
    """
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("no such phone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def kept(text: str, country: str) -> str:
    """Return a number in E.164 where it can be read as one, else as it was typed (imports, bookings by others)."""
    try:
        return normalised(text, country)
    except ValueError:
        return text.strip()


def shown(text: str, country: str) -> str:
    """Return a kept number the way `country` writes it: its own numbers without the country code."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return text
    at_home = number.country_code == phonenumbers.country_code_for_region(country)
    look = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if at_home
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(number, look))
