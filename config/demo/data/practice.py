"""Makes a demo practice itself: its account, its people, where and when they work, what they offer."""

from __future__ import annotations

from datetime import time

from allauth.account.models import EmailAddress

from accounts.models import Account, AccountAccess, Location, Member, Practitioner, User
from accounts.signup import open_account
from bookings.models import Service, ServiceOffer, WeeklyHours
from config.demo.practices import Practice

PASSWORD = "calm harbour morning"


def open_with_staff(practice: Practice) -> tuple[Account, list[User]]:
    """Open the practice's account with its staff; return it and them, the Owner first."""
    users = []
    for person in practice.staff:
        user = User.objects.create_user(person.mail, PASSWORD, name=person.name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        users.append(user)
    account = open_account(
        by=users[0],
        name=practice.name,
        country=practice.country,
        subdivision=practice.subdivision,
        slug=practice.slug,
    )
    for user in users[1:]:
        AccountAccess.objects.create(user=user, account=account)
    return account, users


def provide_people(practice: Practice, users: list[User]) -> list[Practitioner]:
    """Make the members, and practitioners of those who treat; return the practitioners."""
    found = []
    for position, (person, user) in enumerate(zip(practice.staff, users, strict=True)):
        member = Member.objects.filter(user_id=user.pk).first()
        if member is None:
            member = Member(user_id=user.pk, name=person.name, email=person.mail, role=person.role)
            member.save(force_insert=True)
        if person.profession:
            practitioner = Practitioner.objects.filter(member=member).first() or Practitioner(
                member=member
            )
            practitioner.name, practitioner.profession, practitioner.position = (
                person.name,
                person.profession,
                position,
            )
            practitioner.save()
            found.append(practitioner)
    return found


def provide_places(practice: Practice, people: list[Practitioner]) -> list[Location]:
    """Make the locations and the weekly hours of everybody there; return the locations."""
    places = [
        Location(name=name, address=address, phone=practice.desk_phone, time_zone=practice.zone)
        for name, address in practice.locations
    ]
    for place in places:
        place.save(force_insert=True)
    hours = []
    for number, person in enumerate(people):
        for weekday in range(1, 6):
            place = (
                places[(number + (weekday == 4)) % len(places)] if len(places) > 1 else places[0]
            )
            for starts, ends in half_days(number):
                hours.append(
                    WeeklyHours(
                        practitioner=person,
                        location=place,
                        weekday=weekday,
                        starts=starts,
                        ends=ends,
                    )
                )
    WeeklyHours.objects.bulk_create(hours)
    return places


def half_days(number: int) -> tuple[tuple[time, time], tuple[time, time]]:
    """Return the morning and the afternoon that the nth of the people works."""
    return (time(8 + number % 2), time(12, 30)), (time(13, 15), time(17 + number % 2))


def provide_services(practice: Practice, people: list[Practitioner]) -> list[Service]:
    """Make the services, offered by everybody; return them."""
    services = []
    for position, (name, minutes, price, colour) in enumerate(practice.services):
        service = Service(
            name=name,
            duration_minutes=minutes,
            price_minor=price,
            currency=practice.currency,
            colour=colour,
            position=position,
        )
        service.save(force_insert=True)
        services.append(service)
        ServiceOffer.objects.bulk_create(
            [ServiceOffer(service=service, practitioner=person) for person in people]
        )
    return services
