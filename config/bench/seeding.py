"""The practices of the bench: one with a full diary, one with a crowd of clients, one to race in, and many around them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from accounts import sessions
from accounts.models import Location, Member, Practitioner, Role, User
from accounts.signup import open_account
from accounts.tenancy import AccountRef, acting_in
from accounts.time_zones import zone_info
from bookings.models import Appointment, Attendee, Service, ServiceOffer, WeeklyHours
from clients.models import Client
from config.bench.bulk import Bulk, Sealer, owner_connection
from config.demo.names import FAMILY, GIVEN
from notes import templates
from privacy.vocabulary import clock, keyring

ZONE = "Australia/Sydney"
PRACTITIONERS, DAYS, PER_DAY = 8, 5, 6
FULL_WEEK = 235
WEEKS_AHEAD = 5
EVERY = timedelta(minutes=75)
LENGTH = 45
HISTORY = 10  # how many times longer the second database's history is


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything in the smaller database."""

    accounts: int
    crowd: int
    clients: int
    weeks: int
    per_week: int


FULL = Size(accounts=50, crowd=50_000, clients=1_000, weeks=8, per_week=60)
QUICK = Size(accounts=50, crowd=50_000, clients=300, weeks=4, per_week=12)


@dataclass(frozen=True, slots=True)
class Practice:
    """An account with what a visitor of the bench needs: its ids, and the session of its Owner."""

    account: AccountRef
    user: UUID
    member: UUID
    practitioners: list[UUID]
    location: UUID
    service: UUID
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the Owner's session."""
        return {"Cookie": f"{sessions.cookie_name(self.account.slug)}={self.cookie}"}


@dataclass(frozen=True, slots=True)
class Scene:
    """All that was made: the practices that are measured, and the one whose accounts only fill the tables."""

    diary: Practice
    crowd: Practice
    race: Practice
    others: list[Practice]
    monday: date
    size: Size


def seed(size: Size) -> Scene:
    """Open the accounts with their people, clients and the first tenth of their history."""
    monday = next_monday() - timedelta(days=7)
    diary, crowd, race, *others = (open_practice(number) for number in range(size.accounts))
    scene = Scene(diary, crowd, race, others, monday, size)
    add_clients(crowd, size.crowd)
    add_clients(diary, size.clients)
    for practice in others:
        add_clients(practice, 30)
    add_history(scene, -size.weeks, WEEKS_AHEAD)
    return scene


def grow(scene: Scene) -> None:
    """Add nine times the clients and the history that there were."""
    size = scene.size
    add_clients(scene.diary, size.clients * (HISTORY - 1))
    add_history(scene, -size.weeks * HISTORY, -size.weeks)


def add_history(scene: Scene, first: int, last: int) -> None:
    """Fill the diaries of the weeks from `first` to before `last`, counted from this one."""
    for practice in (scene.diary, *scene.others):
        per_week = FULL_WEEK if practice is scene.diary else scene.size.per_week
        mondays = [scene.monday + timedelta(weeks=week) for week in range(first, last)]
        add_appointments(practice, mondays, per_week)


def next_monday() -> date:
    """Return the Monday after today, the first day of the week that is measured."""
    today = clock.today(ZONE)
    return today + timedelta(days=7 - today.weekday())


def open_practice(number: int) -> Practice:
    """Open an account through the product, with a location, practitioners, hours, a service and a session."""
    user = User(email=f"owner{number}@bench.example", name=f"Owner Number{number}")
    user.set_unusable_password()
    user.save()
    account = open_account(by=user, name=f"Bench {number}", country="AU", slug=f"bench-{number}")
    with acting_in(account.ref):
        member = Member.objects.get(role=Role.OWNER)
        location = Location(name="Rooms", time_zone=ZONE, phone="+61 2 5550 1234")
        location.save(force_insert=True)
        service = Service(name="Follow-up", duration_minutes=LENGTH, notice_minutes=0)
        service.save(force_insert=True)
        people = _people()
        for person in people:
            ServiceOffer(service=service, practitioner=person).save(force_insert=True)
        WeeklyHours.objects.bulk_create(_hours(people, location))
        templates.provide_defaults()
        secret = sessions.start(member, browser="bench", proved_at=clock.now())
    return Practice(
        account=account.ref,
        user=user.pk,
        member=member.pk,
        practitioners=[person.pk for person in people],
        location=location.pk,
        service=service.pk,
        cookie=f"{account.cell}.{account.pk.hex}.{secret}",
    )


def _people() -> list[Practitioner]:
    people = [Practitioner.objects.get()]
    for position in range(1, PRACTITIONERS):
        people.append(Practitioner(name=f"Practitioner Number{position}", position=position))
        people[-1].save(force_insert=True)
    return people


def _hours(people: Sequence[Practitioner], location: Location) -> Iterator[WeeklyHours]:
    for person in people:
        for weekday in range(1, DAYS + 1):
            yield WeeklyHours(
                practitioner=person,
                location=location,
                weekday=weekday,
                starts=time(8),
                ends=time(18),
            )


def add_clients(practice: Practice, count: int) -> None:
    """Add clients whose every field is sealed under a key of their own."""
    dice = dice_of(practice, count)
    long_ago = clock.now() - timedelta(days=100)
    with acting_in(practice.account), owner_connection() as connection:
        ids = [uuid7() for _ in range(count)]
        keyring.create_client_keys(ids)
        sealer = Sealer(Client)
        email_index = Client._meta.get_field("email_index").index_of
        phone_index = Client._meta.get_field("phone_index").index_of
        bulk = Bulk(connection)

        def rows() -> Iterator[list[object]]:
            for number, pk in enumerate(ids):
                values = person(dice, number)
                indexes = [email_index(values["email"]), phone_index(values["phone"])]
                yield [pk, *indexes, *sealer.row(pk, pk, values)]

        types = ["uuid", "bytea", "bytea", *["bytea"] * len(sealer.fields)]
        columns = ["id", "email_index", "phone_index", *sealer.fields]
        bulk.stage(dict(zip(columns, types, strict=True)), rows())
        bulk.insert(
            Client(created_at=long_ago, updated_at=long_ago), {name: name for name in columns}
        )


def dice_of(practice: Practice, count: int) -> random.Random:
    """Return the dice by which the same people are invented each time."""
    return random.Random(f"{practice.account.slug} {count}")


def person(dice: random.Random, number: int) -> dict[str, str]:
    """Return an invented person's details."""
    given, family = dice.choice(GIVEN), f"{dice.choice(FAMILY)}{number % 97 or ''}"
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": f"{1930 + number % 80}-{1 + number % 12:02}-{1 + number % 28:02}",
        "email": f"{given}.{family}.{number}@mail.example".lower(),
        "phone": f"+6141{number:07}",
        "address": f"{1 + number % 200} Wattle Street",
    }


def add_appointments(practice: Practice, mondays: Sequence[date], per_week: int) -> None:
    """Add booked appointments with one client each to every one of these weeks."""
    with acting_in(practice.account), owner_connection() as connection:
        clients = list(Client.objects.order_by("pk").values_list("pk", flat=True)[:2000])
        sealer = Sealer(Attendee)

        def rows() -> Iterator[list[object]]:
            for number, (who, starts) in enumerate(times(practice, mondays, per_week)):
                attendee, client = uuid7(), clients[number % len(clients)]
                sealed = sealer.row(client, attendee, {})
                yield [uuid7(), attendee, who, client, starts, *sealed]

        bulk = Bulk(connection)
        columns = {
            "id": "uuid",
            "attendee_id": "uuid",
            "practitioner_id": "uuid",
            "client_id": "uuid",
            "starts_at": "timestamptz",
            **dict.fromkeys(sealer.fields, "bytea"),
        }
        bulk.stage(columns, rows())
        _insert_appointments(bulk, practice)
        attendee_row = Attendee(appointment_id=uuid7(), client_id=clients[0])
        bulk.insert(
            attendee_row,
            {
                "id": "attendee_id",
                "appointment_id": "id",
                "client_id": "client_id",
                **{name: name for name in sealer.fields},
            },
        )


def _insert_appointments(bulk: Bulk, practice: Practice) -> None:
    ends = f"starts_at + interval '{LENGTH} minutes'"
    local = f"starts_at AT TIME ZONE '{ZONE}'"
    bulk.insert(
        Appointment(
            location_id=practice.location,
            service_id=practice.service,
            service_name="Follow-up",
            duration_minutes=LENGTH,
            time_zone=ZONE,
            tzdb_version="2026.2",
        ),
        {
            "id": "id",
            "practitioner_id": "practitioner_id",
            "starts_at": "starts_at",
            "busy_from": "starts_at",
            "ends_at": ends,
            "busy_until": ends,
            "local_date": f"({local})::date",
            "local_time": f"({local})::time",
        },
    )


def times(
    practice: Practice, mondays: Sequence[date], per_week: int
) -> Iterator[tuple[UUID, datetime]]:
    """Yield who is booked when: one after the other with half an hour between, day by day."""
    zone = zone_info(ZONE)
    for monday in mondays:
        for number in range(per_week):
            day, rest = divmod(number, PRACTITIONERS * PER_DAY)
            who, place = divmod(rest, PER_DAY)
            wall = datetime.combine(monday + timedelta(days=day), time(8)) + place * EVERY
            yield practice.practitioners[who], wall.replace(tzinfo=zone)
