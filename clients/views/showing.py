"""How values of a record are shown."""

from __future__ import annotations

from datetime import date

import phonenumbers
from django.template.defaultfilters import linebreaksbr
from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext, pgettext


def birth_day(born: date | None) -> str:
    """Return "3 Feb 1988"; "" when it is not known or can't be read."""
    if not isinstance(born, date):
        return ""
    return format_date(born, pgettext("format of birth dates, see Django's date filter", "j M Y"))


def age(born: date, today: date) -> str:
    """Return the age in whole years, in words."""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


def with_numbers(text: str, country: str) -> str | SafeString:
    """Return a text with its line breaks, in which phone numbers as `country` writes them can be called."""
    found, at = [], 0
    for match in phonenumbers.PhoneNumberMatcher(str(text), country or None):
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        link = format_html('<a href="tel:{}">{}</a>', number, match.raw_string)
        found += [lines(text[at : match.start]), link]
        at = match.end
    return format_html_join("", "{}", ((part,) for part in [*found, lines(text[at:])]))


def lines(text: str) -> str | SafeString:
    """Return a text with its line breaks, escaped."""
    return linebreaksbr(text) if "\n" in text else text
