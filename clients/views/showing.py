"""How values of a record are shown."""

from __future__ import annotations

from datetime import date

from django.template.defaultfilters import linebreaksbr
from django.utils.dateformat import format as format_date
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


def lines(text: str) -> str | SafeString:
    """Return a text with its line breaks, escaped."""
    return linebreaksbr(text) if "\n" in text else text
