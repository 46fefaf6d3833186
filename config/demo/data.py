"""The demo's two practices, the same on every machine: invented people, nine months of work, told by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import audit
from accounts.models import (
    Account,
    AccountAccess,
    Location,
    Member,
    Practitioner,
    PrivacyNotice,
    Role,
    User,
)
from accounts.signup import open_account
from accounts.tenancy import acting_in
from accounts.time_zones import tzdb_version
from bookings import wall_time
from bookings.models import Appointment, Attendee, Service, ServiceOffer, WeeklyHours
from clients import documents
from clients.models import Alert, Client
from config.demo import names
from config.demo.practices import HARBOUR, LIFFEY, NOTICE, Practice
from notes import templates
from notes.models import Note, NoteTemplate, NoteVersion
from notes.proof import note_hash
from privacy.vocabulary import clock, keyring

__all__ = ["HARBOUR", "LIFFEY", "PASSWORD", "Practice", "load"]

PASSWORD = "calm harbour morning"
BATCH = 500


def load(practice: Practice) -> dict[str, Any]:
    """Make one practice with all its data; return what `bin/demo --facts` tells of it."""
    account, users = _open(practice)
    owner = users[0]
    with acting_in(account.ref):
        people = _people(practice, users)
        places = _places(practice, people)
        offered = _services(practice, people)
        templates.provide_defaults()
        PrivacyNotice(
            version=1, text=NOTICE.format(practice=practice.name, city=account.ref.city)
        ).save(force_insert=True)
    chosen = random.Random(practice.slug)
    with acting_in(account.ref):
        clients = _clients(practice, chosen)
    with acting_in(account.ref):
        _alerts_and_files(clients, chosen)
        seen = _appointments(practice, clients, people, places, offered, chosen)
    with acting_in(account.ref):
        _notes(practice, seen, people, chosen)
        audit.record(
            "demo.loaded", by=Member.objects.get(role=Role.OWNER).actor, count=len(clients)
        )
    known = practice.known
    return {
        "slug": account.slug,
        "region": account.home_region,
        "name": account.name,
        "owner_email": owner.email,
        "owner_password": PASSWORD,
        "known_client": {
            "given_name": known.given_name,
            "family_name": known.family_name,
            "email": known.email,
            "phone": known.phone,
        },
        "note_phrase": known.note_phrase,
    }


def _open(practice: Practice) -> tuple[Account, list[User]]:
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


def _people(practice: Practice, users: list[User]) -> list[Practitioner]:
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


def _places(practice: Practice, people: list[Practitioner]) -> list[Location]:
    places = [
        Location(name=name, address=address, time_zone=practice.zone)
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
            for starts, ends in (
                (time(8 + number % 2), time(12, 30)),
                (time(13, 15), time(17 + number % 2)),
            ):
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


def _services(practice: Practice, people: list[Practitioner]) -> list[Service]:
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


def _clients(practice: Practice, chosen: random.Random) -> list[Client]:
    pairs = [(given, family) for given in names.GIVEN for family in names.FAMILY]
    found = []
    for number, (given, family) in enumerate(chosen.sample(pairs, practice.clients - 1)):
        found.append(
            Client(
                given_name=given,
                family_name=family.replace("OBrien", "O’Brien"),
                email=f"{given}.{family}.{number}@mail.example".lower(),
                phone=f"{practice.phone}{number:05d}",
                birth_date=date(
                    chosen.randint(1938, 2019), chosen.randint(1, 12), chosen.randint(1, 28)
                ),
                address=f"{chosen.randint(1, 180)} {chosen.choice(names.STREETS)}",
                reminders=chosen.choice(["email", "email", "sms", "both", "none"]),
                created_at=clock.now() - timedelta(days=chosen.randint(1, 900)),
            )
        )
    known = practice.known
    found.append(
        Client(
            given_name=known.given_name,
            family_name=known.family_name,
            email=known.email,
            phone=known.phone,
            birth_date=date(1988, 3, 9),
            address="31 Fern Crescent",
            created_at=clock.now() - timedelta(days=400),
        )
    )
    keyring.create_client_keys([client.pk for client in found])
    Client.objects.bulk_create(found, batch_size=BATCH)
    return found


def _alerts_and_files(clients: list[Client], chosen: random.Random) -> None:
    alerts = []
    for client in chosen.sample(clients, len(clients) // 12):
        kind, severity, text = chosen.choice(names.ALERTS)
        alerts.append(Alert(client=client, kind=kind, severity=severity, text=text))
    Alert.objects.bulk_create(alerts)
    owner = Member.objects.get(role=Role.OWNER)
    for number, client in enumerate([*clients[:11], clients[-1]]):
        text = f"Referral\n\nDear colleague,\nthank you for seeing {client.full_name}.\n{names.COMPLAINTS[number % 8]}\n"
        letter = SimpleUploadedFile("Referral letter.txt", text.encode(), content_type="text/plain")
        documents.attach(by=owner.actor, client=client, upload=letter)


def _appointments(
    practice: Practice,
    clients: list[Client],
    people: list[Practitioner],
    places: list[Location],
    services: list[Service],
    chosen: random.Random,
) -> list[tuple[Appointment, Attendee]]:
    made: list[Appointment] = []
    attending: list[Attendee] = []
    now = clock.now()
    for local, minutes, service, person, place in _times(
        practice, people, places, services, chosen
    ):
        appointment = _appointment(practice, local, minutes, service, person, place)
        appointment.provenance = chosen.choice(["staff", "staff", "self_booking"])
        appointment.created_at = appointment.starts_at - timedelta(days=chosen.randint(1, 20))
        is_known = len(made) == 40
        client = clients[-1] if is_known else chosen.choice(clients)
        states = (
            ["seen"] * 14 + ["no_show"] * (not is_known)
            if appointment.ends_at < now
            else ["expected"]
        )
        made.append(appointment)
        attending.append(
            Attendee(
                appointment=appointment,
                client=client,
                state=chosen.choice(states),
                state_at=min(appointment.ends_at, now),
            )
        )
    Appointment.objects.bulk_create(made, batch_size=BATCH)
    Attendee.objects.bulk_create(attending, batch_size=BATCH)
    pairs = zip(made, attending, strict=True)
    return [(appointment, attendee) for appointment, attendee in pairs if attendee.state == "seen"]


def _appointment(
    practice: Practice,
    local: datetime,
    minutes: int,
    service: Service,
    person: Practitioner,
    place: Location,
) -> Appointment:
    resolved = wall_time.resolve(local, practice.zone, allow_shift=True)
    ends = resolved.instant + timedelta(minutes=minutes)
    return Appointment(
        practitioner=person,
        location=place,
        service=service,
        service_name=service.name,
        colour=service.colour,
        duration_minutes=minutes,
        price_minor=service.price_minor,
        currency=service.currency,
        local_date=local.date(),
        local_time=local.time(),
        time_zone=practice.zone,
        tzdb_version=tzdb_version(),
        starts_at=resolved.instant,
        ends_at=ends,
        busy_from=resolved.instant,
        busy_until=ends,
    )


def _times(
    practice: Practice,
    people: list[Practitioner],
    places: list[Location],
    services: list[Service],
    chosen: random.Random,
) -> Iterator[tuple[datetime, int, Service, Practitioner, Location]]:
    """Yield wall times of appointments inside the working hours, day by day, with the gaps that real days have."""
    today = clock.today(practice.zone)
    for offset in range(-30 * practice.months_back, 31):
        day = today + timedelta(days=offset)
        if day.isoweekday() > 5:
            continue
        fill = 0.82 if offset < 7 else max(0.15, 0.7 - offset / 50)
        for number, person in enumerate(people):
            place = places[(number + (day.isoweekday() == 4)) % len(places)]
            for starts, ends in (
                (time(8 + number % 2), time(12, 30)),
                (time(13, 15), time(17 + number % 2)),
            ):
                at, end = datetime.combine(day, starts), datetime.combine(day, ends)
                while True:
                    service = chosen.choice(services)
                    if at + timedelta(minutes=service.duration_minutes) > end:
                        break
                    if chosen.random() < fill:
                        yield at, service.duration_minutes, service, person, place
                        at += timedelta(minutes=-(-service.duration_minutes // 15) * 15)
                    else:
                        at += timedelta(minutes=30)


def _notes(
    practice: Practice,
    seen: list[tuple[Appointment, Attendee]],
    people: list[Practitioner],
    chosen: random.Random,
) -> None:
    template = NoteTemplate.objects.get(name=practice.template)
    authors = {person.pk: person.name for person in people}
    notes: list[Note] = []
    known = _known_among(seen, practice)
    known_told = False
    for appointment, attendee in seen:
        is_known = not known_told and attendee.client_id == known
        is_recent = clock.now() - appointment.ends_at < timedelta(days=5)
        if is_recent and not is_known and chosen.random() > 0.85:
            continue
        known_told = known_told or is_known
        plan = f"{practice.known.note_phrase}." if is_known else chosen.choice(names.PLANS)
        notes.append(_note(template, appointment, attendee, authors, plan, chosen))
    Note.objects.bulk_create(notes, batch_size=BATCH)
    NoteVersion.objects.bulk_create(
        [
            NoteVersion(
                note=note,
                client_id=note.client_id,
                version=1,
                title=note.title,
                content=note.content,
                saved_at=note.updated_at,
            )
            for note in notes
        ],
        batch_size=BATCH,
    )


def _known_among(seen: list[tuple[Appointment, Attendee]], practice: Practice) -> Any:
    """Return the id of the known client among those who were seen."""
    for _, attendee in seen:
        if attendee.client.family_name == practice.known.family_name:
            return attendee.client_id
    return None


def _note(
    template: NoteTemplate,
    appointment: Appointment,
    attendee: Attendee,
    authors: dict[Any, str],
    plan: str,
    chosen: random.Random,
) -> Note:
    answers: dict[str, list[Any]] = {
        "paragraph": [chosen.choice(names.COMPLAINTS), chosen.choice(names.FINDINGS), plan],
        "scale": [chosen.randint(0, 8)],
    }
    content: dict[str, Any] = {}
    for section in template.sections:
        for question in section["questions"]:
            waiting = answers.get(question["type"], [])
            if waiting:
                content[question["key"]] = waiting.pop(0)
    signed = appointment.ends_at + timedelta(minutes=chosen.randint(2, 90))
    note = Note(
        client_id=attendee.client_id,
        appointment=appointment,
        author_id=appointment.practitioner_id,
        author_name=authors[appointment.practitioner_id],
        template=template,
        template_version=template.version,
        sections=template.sections,
        title=template.name,
        content=content,
        state=Note.State.FINAL,
        created_at=appointment.starts_at,
        updated_at=signed,
        signed_at=signed,
        signed_zone=appointment.time_zone,
    )
    note.content_hash = note_hash(note)
    return note
