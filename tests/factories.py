"""Rows for tests, made through the product's own verbs where one exists."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from accounts.models import Account, Location, Member, Practitioner, Role, User
from accounts.signup import open_account
from accounts.tenancy import acting_in
from bookings.models import Appointment, Attendee, Service, ServiceOffer, WeeklyHours
from clients.models import Client
from privacy.vocabulary import keyring

_numbers = count(1)
PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A User with a verified address."""

    class Meta:
        model = User

    email = Sequence(lambda n: f"user{n}@practice.example")
    name = Sequence(lambda n: f"Member Number{n}")


def make_user(**fields: Any) -> User:
    """Return a saved User whose address is verified and whose password is PASSWORD."""
    user: User = UserFactory.build(**fields)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_account(*, country: str = "AU", owner: User | None = None, name: str = "") -> Account:
    """Return an open account with its Owner, who is a practitioner too."""
    return open_account(
        by=owner or make_user(), name=name or f"Practice {next(_numbers)}", country=country
    )


def owner_of(account: Account) -> Member:
    """Return the Owner as a member, from its region."""
    with acting_in(account.ref):
        member: Member = Member.objects.get(role=Role.OWNER)
        str(member.name)
        return member


def make_member(account: Account, role: str = Role.RECEPTION, **fields: Any) -> tuple[User, Member]:
    """Return a new User with a place in the account."""
    user = make_user(**fields)
    user.accesses.create(account=account)
    with acting_in(account.ref):
        member = Member(user_id=user.pk, name=user.name, email=user.email, role=role)
        member.save(force_insert=True)
        str(member.name)
    return user, member


def make_client(**fields: Any) -> Client:
    """Return a saved client of the active account."""
    number = next(_numbers)
    values = {
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "email": f"c{number}@mail.example",
    }
    client = Client(**{**values, **fields})
    keyring.create_client_keys([client.pk])
    client.save(force_insert=True)
    return client


def make_practice(**hours: Any) -> tuple[Location, Practitioner, Service]:
    """Return a location, its practitioner with weekday hours of 9 to 17, and a service, in the active account."""
    location = Location(name=f"Rooms {next(_numbers)}", time_zone="Australia/Sydney")
    location.save(force_insert=True)
    practitioner = Practitioner.objects.first() or Practitioner(name="Mei Tanaka")
    practitioner.save()
    service = Service(name="First visit", duration_minutes=60, notice_minutes=0)
    service.save(force_insert=True)
    ServiceOffer(service=service, practitioner=practitioner).save(force_insert=True)
    for weekday in range(1, 6):
        WeeklyHours(
            practitioner=practitioner,
            location=location,
            weekday=weekday,
            starts=time(9),
            ends=time(17),
        ).save(force_insert=True)
    return location, practitioner, service


def make_appointment(
    client: Client, *, starts_at: datetime | None = None, **fields: Any
) -> Appointment:
    """Return a saved appointment of one hour with its attendee, in the active account."""
    location = Location.objects.first()
    practitioner = Practitioner.objects.first()
    service = Service.objects.first()
    if not (location and practitioner and service):
        location, practitioner, service = make_practice()
    starts = starts_at or datetime(2026, 12, 1, 0, 0, tzinfo=UTC) + timedelta(hours=next(_numbers))
    appointment = Appointment(
        **{
            "practitioner": practitioner,
            "location": location,
            "service": service,
            "service_name": service.name,
            "duration_minutes": 60,
            "local_date": date(2026, 12, 1),
            "local_time": time(11),
            "time_zone": "Australia/Sydney",
            "tzdb_version": "2026b",
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=1),
            "busy_from": starts,
            "busy_until": starts + timedelta(hours=1),
            **fields,
        }
    )
    appointment.save(force_insert=True)
    Attendee(appointment=appointment, client=client).save(force_insert=True)
    return appointment
