"""What the number is called by which a country's health insurance or service knows a person."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LABELS = {
    "AT": gettext_lazy("SVNR"),
    "AU": gettext_lazy("Medicare number"),
    "BE": gettext_lazy("INSZ or NISS number"),
    "CA": gettext_lazy("Health card number"),
    "CH": gettext_lazy("AHV number"),
    "DE": gettext_lazy("Health insurance number"),
    "ES": gettext_lazy("CIP number"),
    "FR": gettext_lazy("Social security number"),
    "GB": gettext_lazy("NHS number"),
    "IE": gettext_lazy("PPS number"),
    "NL": gettext_lazy("BSN"),
    "NZ": gettext_lazy("NHI number"),
    "US": gettext_lazy("Insurance member ID"),
}


def label(country: str) -> str:
    """Return what people of a country call the number."""
    return str(LABELS[country]) if country in LABELS else _("Health insurance number")
