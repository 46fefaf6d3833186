"""A practice with two practitioners, seen from its own desk, for the tests of the diary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Account, Location, Member, Practitioner, Role, User
from accounts.models.practice import current_anchor
from accounts.rights import ROLE_PERMISSIONS
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.diary.page import Page, page
from bookings.diary.query import Asked
from bookings.models import Appointment, Attendee, Service, ServiceOffer
from clients.models import Client
from privacy.vocabulary.scope import Actor
from tests import parts
from tests.bookings.public import NOW as NOW
from tests.bookings.public import TUESDAY as TUESDAY
from tests.bookings.public import at as at
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import make_account, make_client, make_member, make_practice, owner_of


def ten(hour: int = 10, minute: int = 0, day: date = TUESDAY) -> datetime:
    """Return a wall time of the Tuesday that the tests look at."""
    return datetime.combine(day, time(hour, minute))


def utc(wall: datetime) -> datetime:
    """Return the instant of a wall time in Sydney's summer."""
    return (wall - timedelta(hours=11)).replace(tzinfo=UTC)


@dataclass(slots=True)
class Office:
    """An account with its people."""

    account: Account
    owner: Member
    location: Location
    mei: Practitioner
    tom: Practitioner
    service: Service

    @property
    def by(self) -> Actor:
        """The Owner as the one who acts."""
        return self.owner.actor

    def url(self, name: str, *args: object) -> str:
        """Return an address inside the account."""
        return reverse(name, args=[self.account.slug, *args])

    def booked(
        self, starts: datetime, client: Client | None = None, who: Practitioner | None = None
    ) -> Appointment:
        """Return a new appointment; the account must be open."""
        return book(
            by=self.by,
            practitioner=who or self.mei,
            service=self.service,
            location=self.location,
            starts_local=starts,
            client=client or make_client(),
        )

    def browser(self) -> Browser:
        """Return the Owner's browser."""
        return signed_in(self.account, self.owner)

    def diary(self, **asked: Any) -> Page:
        """Return the diary's data as the Owner sees it; the account must be open."""
        return page(
            Asked(**({"day": TUESDAY} | asked)),
            account=current_anchor(),
            member=self.owner,
            can_edit=bool(ROLE_PERMISSIONS[Role.OWNER]),
        )


def open_office(**fields: Any) -> Office:
    """Return a practice of two, with weekday hours of 9 to 17 and a service of an hour."""
    account = make_account(**fields)
    with acting_in(account.ref):
        location, mei, service = make_practice()
        mei.name, mei.profession = "Mei Tanaka", "Physiotherapist"
        mei.save()
        tom = Practitioner(name="Tom Okafor", position=2)
        tom.save(force_insert=True)
        ServiceOffer(service=service, practitioner=tom).save(force_insert=True)
        str(mei.name), str(tom.name)
    return Office(account, owner_of(account), location, mei, tom, service)


def signed_in(account: Account, member: Member) -> Browser:
    """Return a browser with a session of this member."""
    browser = Browser()
    sign_in(browser, User.objects.get(pk=member.user_id), account)
    return browser


def browser_of(account: Account, role: str) -> Browser:
    """Return the browser of a new member with this role."""
    user, _member = make_member(account, role)
    browser = Browser()
    sign_in(browser, user, account)
    return browser


def place_of(appointment: Appointment) -> Attendee:
    """Return the only attendee."""
    attendee: Attendee = appointment.attendees.get()
    return attendee


def audited(action: str) -> list[tuple[Any, ...]]:
    """Return who did it, to what and to whom, of committed events, which the app itself can't read."""
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, dbname=name) as superuser:
        query = "SELECT actor_id, object_id, client_id FROM accounts_auditqueue WHERE action = %s"
        return superuser.execute(query, [action]).fetchall()


def close_connections() -> None:
    """Leave no connection of this thread behind."""
    for connection in connections.all():
        connection.close()
