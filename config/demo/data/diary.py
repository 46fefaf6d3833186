"""Makes a demo practice's diary: months of days inside the working hours, with the gaps that real days have."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import Location, Practitioner
from accounts.time_zones import tzdb_version
from bookings.availability import wall_time
from bookings.models import Appointment, Attendee, Service
from clients.models import Client
from config.demo.data.practice import half_days
from config.demo.data.times import closed_days
from config.demo.practices import Practice
from privacy.vocabulary import clock

BATCH = 500


def add_appointments(
    practice: Practice,
    clients: list[Client],
    people: list[Practitioner],
    places: list[Location],
    services: list[Service],
    chosen: random.Random,
) -> list[tuple[Appointment, Attendee]]:
    """Fill the diary from months back to a month ahead; return what was seen, with who came."""
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
    first, last = -30 * practice.months_back, 30
    closed = closed_days(practice, today + timedelta(days=first), today + timedelta(days=last))
    for offset in range(first, last + 1):
        day = today + timedelta(days=offset)
        if day.isoweekday() > 5 or day in closed:
            continue
        fill = 0.82 if offset < 7 else max(0.15, 0.7 - offset / 50)
        for number, person in enumerate(people):
            place = places[(number + (day.isoweekday() == 4)) % len(places)]
            for starts, ends in half_days(number):
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
