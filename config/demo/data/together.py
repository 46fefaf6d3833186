"""Makes what a demo practice does beside single visits: a weekly class, visits that repeat, and one asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from accounts.models import Location, Practitioner
from bookings.appointments.drafting import draft
from bookings.appointments.expiring import expire_at_its_time
from bookings.models import Appointment, Attendee, Series, Service, ServiceOffer
from clients.models import Client
from config.demo.data.times import closed_days
from config.demo.practices import Practice
from privacy.vocabulary import clock

# Between the morning's and the afternoon's hours, so that nothing else is there
LUNCH = time(12, 30)
MINUTES = 45
WEEKS_BACK, WEEKS_AHEAD = 4, 6
TUESDAY, THURSDAY, FRIDAY = 2, 4, 5
PLACES = 8


@dataclass(frozen=True, slots=True)
class Scene:
    """Who does it, and where."""

    practice: Practice
    people: Sequence[Practitioner]
    place: Location
    clients: Sequence[Client]


def add_together(scene: Scene, services: Sequence[Service]) -> None:
    """Add a class with sessions on Tuesdays, a series on Thursdays and a request for a Friday."""
    first, after = services[0], len(services)
    _sessions(scene, _offered(scene, scene.practice.class_name, after, capacity=PLACES))
    _series(scene, _offered(scene, scene.practice.programme_name, after + 1))
    asked = _offered(
        scene, scene.practice.asked_name, after + 2, by_request=True, price_minor=first.price_minor
    )
    _request(scene, asked)


def _offered(scene: Scene, name: str, position: int, **more: object) -> Service:
    values = {"price_minor": 3500, **more}
    service = Service(
        name=name,
        duration_minutes=MINUTES,
        currency=scene.practice.currency,
        colour=6 + position % 4,
        position=position,
        **values,
    )
    service.save(force_insert=True)
    ServiceOffer(service=service, practitioner=scene.people[1]).save(force_insert=True)
    return service


def _days(scene: Scene, weekday: int, first_week: int, last_week: int) -> list[date]:
    """Return a weekday's dates from some weeks ago until some weeks ahead, without public holidays."""
    today = clock.today(scene.practice.zone)
    monday = today - timedelta(days=today.weekday())
    days = [
        monday + timedelta(weeks=week, days=weekday - 1)
        for week in range(first_week, last_week + 1)
    ]
    closed = closed_days(scene.practice, days[0], days[-1])
    return [day for day in days if day not in closed]


def _made(scene: Scene, service: Service, day: date, **more: object) -> Appointment:
    appointment = draft(
        practitioner=scene.people[1],
        service=service,
        location=scene.place,
        starts_local=datetime.combine(day, LUNCH),
    )
    # Lunch lies outside everybody's hours: these visits are meant to
    appointment.stays_outside_hours = True
    for name, value in more.items():
        setattr(appointment, name, value)
    appointment.save(force_insert=True)
    return appointment


def _comes(appointment: Appointment, client: Client) -> None:
    now = clock.now()
    is_over = appointment.ends_at < now
    Attendee(
        appointment=appointment,
        client=client,
        state=Attendee.State.SEEN if is_over else Attendee.State.EXPECTED,
        state_at=min(appointment.ends_at, now),
    ).save(force_insert=True)


def _sessions(scene: Scene, service: Service) -> None:
    """Fill sessions more or less, and the second one to come wholly: there people wait for a place."""
    for number, day in enumerate(_days(scene, TUESDAY, -WEEKS_BACK, WEEKS_AHEAD)):
        session = _made(scene, service, day)
        many = PLACES if number == WEEKS_BACK + 2 else 3 + number % (PLACES - 3)
        for client in scene.clients[:many]:
            _comes(session, client)


def _series(scene: Scene, service: Service) -> None:
    days = _days(scene, THURSDAY, -2, WEEKS_AHEAD - 1)
    series = Series(
        first_date=days[0], local_time=LUNCH, time_zone=scene.practice.zone, count=len(days)
    )
    series.save(force_insert=True)
    for day in days:
        _comes(_made(scene, service, day, series=series, series_date=day), scene.clients[PLACES])


def _request(scene: Scene, service: Service) -> None:
    day = _days(scene, FRIDAY, 1, 2)[0]
    wanted = _made(
        scene,
        service,
        day,
        state=Appointment.State.REQUESTED,
        answer_by=clock.now() + timedelta(days=2),
        provenance="self_booking",
    )
    _comes(wanted, scene.clients[PLACES + 1])
    expire_at_its_time(wanted)
