"""A country changes its law: wall times stay, instants follow, and nobody is lost on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Location, Practitioner
from accounts.tenancy import acting_in
from bookings.availability.free import slots
from bookings.availability.repeat import Repeat, Spell, instants
from bookings.availability.schedule import Absence, Schedule, Terms, WeeklyHours
from bookings.availability.wall_time import local, resolve, tzdb_version
from bookings.hours.reresolving import meant_now, reresolve
from bookings.models import Appointment, Message, Move, Resource, ResourceUse
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.availability.laws import installed
from tests.bookings.availability.test_free_properties import AMARA, QUAY
from tests.bookings.public import NOW, Practice, at, open_practice
from tests.factories import make_appointment, make_client

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SYDNEY, BRISBANE = "Australia/Sydney", "Australia/Brisbane"
MONDAY = date(2026, 12, 7)
walls = st.datetimes(
    datetime.combine(date(2026, 11, 1), time()), datetime.combine(date(2028, 11, 1), time())
).map(lambda wall: wall.replace(minute=wall.minute // 5 * 5, second=0, microsecond=0))
# A law that is given up, one that is taken on, a half hour, midnight, and another offset altogether
LAWS = {
    "Australia__Sydney": BRISBANE,
    "Australia__Brisbane": SYDNEY,
    "Australia__Lord_Howe": SYDNEY,
    "Africa__Cairo": "Africa/Johannesburg",
    "Europe__Dublin": "Africa/Cairo",
    "America__New_York": "America/Halifax",
}
zones = st.sampled_from([name.replace("__", "/") for name in LAWS])


def test_another_database_is_really_installed(tmp_path: Path) -> None:
    noon, before = datetime.combine(date(2027, 1, 5), time(12)), tzdb_version()
    old = resolve(noon, SYDNEY)
    with installed(tmp_path, "2099z", Australia__Sydney=BRISBANE):
        new = resolve(noon, SYDNEY)
    assert (new.instant - old.instant, new.tzdb_version) == (HOUR, "2099z")
    assert (resolve(noon, SYDNEY), tzdb_version()) == (old, before)


def test_wall_times_stay_whatever_the_law_becomes(tmp_path: Path) -> None:
    kept: list[tuple[str, datetime, datetime]] = []

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.tuples(zones, walls, st.integers(0, 1)), min_size=1, max_size=5))
    def remember(times: list[tuple[str, datetime, int]]) -> None:
        for zone, wall, fold in times:
            instant = resolve(wall.replace(fold=fold), zone, allow_shift=True).instant
            kept.append((zone, local(instant, zone).replace(tzinfo=None, fold=0), instant))

    remember()
    for zone, wall, instant in kept:
        assert meant_now(wall, zone, instant).instant == instant, "the law is as it was"
    with installed(tmp_path, "2099z", **LAWS):
        for zone, wall, instant in kept:
            now = meant_now(wall, zone, instant)
            shown = local(now.instant, zone).replace(tzinfo=None, fold=0)
            assert shown == now.wall
            # Only a time that the new clocks jump over is shown as another, later by the jump
            assert timedelta() <= now.wall - wall <= HOUR
            if now.wall != wall:
                assert resolve(wall, zone, allow_shift=True).note == "gap"
            assert meant_now(now.wall, zone, now.instant) == now, "a second look changes nothing"


@given(zones, st.dates(date(2026, 12, 1), date(2027, 12, 1)), st.integers(1, 3))
def wall_hours(zone: str, day: date, every: int) -> None:
    """Nine to five with a break at noon that comes again, asked for on its day some weeks on."""
    later = day + timedelta(weeks=3 * every)
    spell = Spell(zone, day, day, time(12), time(13), Repeat(every, None))
    schedule = Schedule(
        hours=[WeeklyHours(AMARA, QUAY, zone, day.isoweekday(), time(9), time(17))],
        absences=[Absence(AMARA, None, *span) for span in instants(spell, later, later)],
    )
    terms = Terms(HOUR, HOUR, horizon=timedelta(days=9000))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found = slots(schedule, terms, now=now, first_day=later, last_day=later)
    assert [slot.local_start.hour for slot in found] == [9, 10, 11, 13, 14, 15, 16]
    assert {local(slot.starts_at, zone).replace(tzinfo=None) for slot in found} == {
        slot.local_start for slot in found
    }


def test_hours_and_breaks_stay_on_the_wall_under_any_law(tmp_path: Path) -> None:
    check = settings(max_examples=150, deadline=None)(wall_hours)
    check()
    with installed(tmp_path, "2099z", **LAWS):
        check()


pytest_database = pytest.mark.django_db(databases="__all__")


def booked(practice: Practice, day: date, hour: int, **fields: Any) -> Any:
    """Return an appointment as it was made under the law of today."""
    zone = fields.get("time_zone", SYDNEY)
    starts = resolve(datetime.combine(day, time(hour)), zone).instant
    values = {
        "starts_at": starts,
        "local_date": day,
        "local_time": time(hour),
        "tzdb_version": tzdb_version(),
        **fields,
    }
    return make_appointment(make_client(), **values)


@pytest_database
def test_appointments_follow_and_keep_their_past(settings: Any, tmp_path: Path) -> None:
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        # Back to back: whoever moves first must not stand in the other's way
        rows = [booked(practice, MONDAY, hour) for hour in (9, 10, 11)]
        winter = booked(practice, date(2027, 6, 7), 9)
        gone = booked(practice, MONDAY, 14, state="cancelled")
    with installed(tmp_path, "2099z", Australia__Sydney=BRISBANE):
        with acting_in(practice.account.ref):
            would = reresolve(by=SYSTEM, dry_run=True)
            assert Appointment.objects.filter(tzdb_version="2099z").count() == 0
        with acting_in(practice.account.ref):
            found = reresolve(by=SYSTEM)
        with acting_in(practice.account.ref):
            assert reresolve(by=SYSTEM) == []
    assert found == would
    assert {each.appointment for each in found} == {row.pk for row in rows}
    with acting_in(practice.account.ref):
        for row in rows:
            fresh = Appointment.objects.get(pk=row.pk)
            assert (fresh.local_date, fresh.local_time) == (row.local_date, row.local_time)
            assert fresh.starts_at - row.starts_at == fresh.ends_at - row.ends_at == HOUR
            assert fresh.busy_from - row.busy_from == fresh.busy_until - row.busy_until == HOUR
            assert (fresh.sequence, fresh.tzdb_version) == (1, "2099z")
            assert fresh.is_overbooked is False
            move = Move.objects.get(appointment=row)
            assert (move.from_starts_at, move.to_starts_at) == (row.starts_at, fresh.starts_at)
        same = Appointment.objects.get(pk=winter.pk)
        assert (same.starts_at, same.sequence, same.tzdb_version) == (winter.starts_at, 0, "2099z")
        assert Appointment.objects.get(pk=gone.pk).starts_at == gone.starts_at
        # On the wall nothing changed, so nobody is told
        assert not Message.objects.filter(category="change", state="queued").exists()


@pytest_database
def test_rooms_move_along_with_their_appointments(settings: Any, tmp_path: Path) -> None:
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        room = Resource(location=practice.location, name="Gym")
        room.save(force_insert=True)
        rows = [booked(practice, MONDAY, hour) for hour in (9, 10)]
        for row in rows:
            ResourceUse(
                appointment=row, resource=room, busy_from=row.busy_from, busy_until=row.busy_until
            ).save(force_insert=True)
    with installed(tmp_path, "2099z", Australia__Sydney=BRISBANE), acting_in(practice.account.ref):
        assert len(reresolve(by=SYSTEM)) == 2
    with acting_in(practice.account.ref):
        uses = ResourceUse.objects.order_by("busy_from")
        assert [
            (use.appointment_id, use.busy_from, use.busy_until, use.is_live) for use in uses
        ] == [(row.pk, row.busy_from + HOUR, row.busy_until + HOUR, True) for row in rows]


@pytest_database
def test_who_meets_another_across_zones_is_kept_and_named(settings: Any, tmp_path: Path) -> None:
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        place = Location(name="Brisbane", time_zone=BRISBANE)
        place.save(force_insert=True)
        moves = booked(practice, MONDAY, 9)  # 22:00 UTC, then 23:00 UTC
        stays = booked(practice, MONDAY, 9, time_zone=BRISBANE, location=place)  # 23:00 UTC
    with installed(tmp_path, "2099z", Australia__Sydney=BRISBANE), acting_in(practice.account.ref):
        (found,) = reresolve(by=SYSTEM)
    assert (found.appointment, found.is_overbooked) == (moves.pk, True)
    with acting_in(practice.account.ref):
        assert Appointment.objects.get(pk=moves.pk).is_overbooked
        assert not Appointment.objects.get(pk=stays.pk).is_overbooked


@pytest_database
def test_who_stood_beside_another_still_does(settings: Any, tmp_path: Path) -> None:
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        booked(practice, MONDAY, 9)
        beside = booked(practice, MONDAY, 9, is_overbooked=True)
    with installed(tmp_path, "2099z", Australia__Sydney=BRISBANE), acting_in(practice.account.ref):
        found = reresolve(by=SYSTEM)
    assert [each.is_overbooked for each in found] == [False, False], "that is no news"
    with acting_in(practice.account.ref):
        assert Appointment.objects.get(pk=beside.pk).is_overbooked


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_command_walks_every_account_and_says_what_changed(
    settings: Any, tmp_path: Path
) -> None:
    at(NOW, settings)
    practices = [open_practice(), open_practice()]
    for practice in practices:
        with acting_in(practice.account.ref):
            booked(practice, MONDAY, 9)
            assert Practitioner.objects.count() == 1

    def told(*options: str) -> list[str]:
        out = StringIO()
        call_command("tzdata", "reresolve", *options, stdout=out)
        return out.getvalue().splitlines()

    assert told() == [f"Time-zone database {tzdb_version()}: 0 appointments changed."]
    with installed(tmp_path, "2099z", Australia__Sydney=BRISBANE):
        would, did, again = told("--dry-run"), told(), told()
    assert would[-1] == "Time-zone database 2099z: 2 appointments would change."
    assert did[:-1] == would[:-1]
    assert all("2026-12-07 09:00 Australia/Sydney: 2026-12-06 22:00Z" in line for line in did[:-1])
    assert did[-1] == "Time-zone database 2099z: 2 appointments changed."
    assert again == ["Time-zone database 2099z: 0 appointments changed."]
    with acting_in(practices[0].account.ref):
        assert Appointment.objects.get().starts_at == datetime(2026, 12, 6, 23, tzinfo=UTC)
