"""What a service is, in a line: name, length, with whom, for how much."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import BookingPage, Service
from bookings.offering.prices import price
from bookings.public.offers import Choice


def minutes(length: int) -> str:
    """Return "45 min"."""
    return ngettext("%d min", "%d min", length) % length


def cost(minor: int, service: Service, wishes: BookingPage) -> str:
    """Return a price as the practice wants it shown, "" when it doesn't."""
    return price(minor, service.currency) if wishes.shows_prices else ""


def about(service: Service, wishes: BookingPage) -> str:
    """Return "First visit · 60 min · $135"."""
    parts = (
        service.name,
        minutes(service.duration_minutes),
        cost(service.price_minor, service, wishes),
    )
    return " · ".join(part for part in parts if part)


def summary(choice: Choice, wishes: BookingPage) -> str:
    """Return "First visit · 60 min · with Mei Tanaka · $135", as that practitioner does it."""
    person, service = choice.practitioner, choice.service
    if person is None or choice.is_group:
        return about(service, wishes)
    terms = choice.terms[person.pk]
    parts = (
        service.name,
        minutes(terms.minutes),
        _("with %(name)s") % {"name": person.name},
        cost(terms.price_minor, service, wishes),
    )
    return " · ".join(part for part in parts if part)
