"""A practice that takes bookings online, for the tests of self-booking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Account, Location, Practitioner, PrivacyNotice
from accounts.tenancy import acting_in
from bookings.models import Service
from privacy.vocabulary import clock
from tests.factories import make_account, make_practice

# A Monday in Sydney's summer, 9 am
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
TEN = datetime.combine(TUESDAY, time(10))


@dataclass(slots=True)
class Practice:
    """An account with what is offered online."""

    account: Account
    location: Location
    practitioner: Practitioner
    service: Service
    notice: PrivacyNotice

    def url(self, name: str, *args: object) -> str:
        """Return an address of the practice's booking pages."""
        return reverse(name, args=[self.account.slug, *args])

    def details(self, start: datetime = TEN, **more: str) -> str:
        """Return the address of the details step for a wall time in Sydney's summer."""
        query = {"start": f"{start:%Y-%m-%dT%H:%M}%2B11:00", **more}
        return f"{self.url('book_details', self.service.pk)}?" + "&".join(
            f"{name}={value}" for name, value in query.items()
        )


def open_practice(**fields: Any) -> Practice:
    """Return a practice with weekday hours of 9 to 17 and one service of an hour."""
    account = make_account(**fields)
    with acting_in(account.ref):
        location, practitioner, service = make_practice()
        location.phone, location.address = "+61 2 5550 1234", "1 Alfred St"
        location.save()
        service.grid_minutes = 60
        service.save()
        notice = PrivacyNotice(version=3, text="We keep your details in Sydney.")
        notice.save(force_insert=True)
        str(practitioner.name)
    return Practice(account, location, practitioner, service, notice)


def at(moment: datetime, settings: Any) -> None:
    """Move the product's clock to a moment (it then runs on)."""
    settings.CLOCK_OFFSET = timedelta()
    settings.CLOCK_OFFSET = moment - clock.now()


TYPED = {
    "given_name": "Anaïs",
    "family_name": "Ó Súilleabháin",
    "email": "anais@mail.example",
    "phone": "0491 570 006",
    "comment": "Left knee, since Sunday",
}


def fill(browser: Browser, address: str, **changes: str) -> Any:
    """Open the details page as a person does, then send it with its hidden fields."""
    page = browser.get(address)
    form = page.context["form"]
    hidden = {name: str(form.initial[name]) for name in ("key", "notice", "policy")}
    return browser.post(address, {**TYPED, **hidden, **changes})
