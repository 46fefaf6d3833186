"""Who else handles data, in words: the register by which the software calls, as people read it (P10, TP-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from accounts.jurisdiction import countries
from accounts.processors import Processor

PURPOSES: dict[str, Words] = {
    "mail": _("Delivers mail"),
    "sms": _("Delivers text messages"),
    "scan": _("Looks for malware in files"),
    "hosting": _("Runs the servers"),
}
BASES: dict[str, Words] = {
    "inside": _("Stays in the region"),
    "adequacy": _("The country’s law was found to protect as well"),
    "clauses": _("Standard contractual clauses"),
    "consent": _("With consent"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One processor in words."""

    name: str
    purposes: str
    company: str = ""
    country: str = ""
    receives: str = ""
    basis: str = ""
    keeps: str = ""
    contact: str = ""
    is_coming: bool = False
    begins_on: date | None = None
    ends_on: date | None = None


def line(processor: Processor) -> Line:
    """Return a processor in words; one of our own network has no company to name."""
    purposes = ", ".join(str(PURPOSES.get(each, each)) for each in processor.purposes)
    terms = processor.terms
    if terms is None:
        return Line(processor.name, purposes)
    named = {country.code: country.name for country in countries()}
    return Line(
        processor.name,
        purposes,
        terms.company,
        named.get(terms.country, terms.country),
        ", ".join(terms.receives),
        str(BASES.get(terms.basis, terms.basis)),
        terms.keeps,
        terms.contact,
        processor.is_coming,
        terms.begins_on,
        terms.ends_on,
    )
