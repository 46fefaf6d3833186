"""The slots a practice offers, against a slow, plain reading of the rules, around clock changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability.free import count_per_day, slots
from bookings.availability.schedule import Absence, Busy, ExtraHours, Schedule, Terms, WeeklyHours
from bookings.availability.wall_time import day_bounds, first_instant, local

AMARA, BJORN = UUID(int=1), UUID(int=2)
QUAY, HILL = UUID(int=11), UUID(int=12)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUBLIN = "Europe/Dublin"

# Days around every kind of change, and an ordinary one.
CHANGES = [
    (DUBLIN, date(2026, 3, 28)),
    (DUBLIN, date(2026, 10, 24)),
    ("Australia/Sydney", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Africa/Cairo", date(2026, 4, 23)),
    ("America/Vancouver", date(2026, 10, 31)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]
five_minutes = st.integers(0, 287).map(lambda step: 5 * step)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Schedule, Terms, datetime, date, date]:
    """A few days around a change of the clocks with hours, absences and bookings at random."""
    zone, first = draw(st.sampled_from(CHANGES))
    last = first + draw(st.integers(0, 2)) * DAY
    midnight = day_bounds(first, zone).starts_at
    moments = five_minutes.map(lambda minutes: midnight + (minutes * 3 - 240) * MINUTE)
    lengths = st.integers(1, 60).map(lambda step: step * 5 * MINUTE)
    people, places = st.sampled_from([AMARA, BJORN]), st.sampled_from([QUAY, HILL])
    clock = five_minutes.map(lambda minutes: time(minutes // 60, minutes % 60))
    edges = st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1])
    spans = st.tuples(moments, lengths).map(lambda pair: (pair[0], pair[0] + pair[1]))

    weekly = st.builds(
        lambda who, where, day, pair: WeeklyHours(who, where, zone, day, *pair),
        people,
        places,
        st.sampled_from([(first + ahead * DAY).isoweekday() for ahead in range(-1, 4)]),
        edges,
    )
    extra = st.builds(
        lambda who, where, span: ExtraHours(who, where, zone, *span), people, places, spans
    )
    away = st.builds(
        lambda who, where, span: Absence(who, where, *span),
        st.none() | people,
        st.none() | places,
        spans,
    )
    busy = st.builds(lambda who, span: Busy(who, *span), people, spans)
    schedule = Schedule(
        hours=draw(st.lists(weekly, min_size=1, max_size=5)),
        extra=draw(st.lists(extra, max_size=2)),
        absences=draw(st.lists(away, max_size=3)),
        busy=draw(st.lists(busy, max_size=8)),
    )
    chosen = Terms(
        duration=draw(st.sampled_from([15, 50, 60, 90])) * MINUTE,
        grid=draw(st.sampled_from([10, 15, 50, 60])) * MINUTE,
        buffer_before=draw(st.sampled_from([0, 5, 15])) * MINUTE,
        buffer_after=draw(st.sampled_from([0, 10])) * MINUTE,
        min_notice=draw(st.sampled_from([0, 120])) * MINUTE,
        horizon=draw(st.sampled_from([24, 1000])) * HOUR,
    )
    now = midnight + draw(st.integers(-300, 300)) * MINUTE
    return schedule, chosen, now, first, last


def plainly(
    schedule: Schedule, chosen: Terms, now: datetime, first: date, last: date
) -> set[tuple[UUID, UUID, datetime]]:
    """The rules read slowly: walk every grid and look at every five minutes of every candidate."""
    windows: list[tuple[UUID, UUID, str, datetime, datetime]] = [
        (extra.practitioner, extra.location, extra.zone, extra.starts_at, extra.ends_at)
        for extra in schedule.extra
    ]
    for rule in schedule.hours:
        for ahead in range(-3, 6):
            day = first + ahead * DAY
            if day.isoweekday() == rule.weekday:
                end = day if rule.ends > rule.starts else day + DAY
                opens = first_instant(datetime.combine(day, rule.starts), rule.zone)
                closes = first_instant(datetime.combine(end, rule.ends), rule.zone)
                windows.append((rule.practitioner, rule.location, rule.zone, opens, closes))

    def is_open(who: UUID, where: UUID, moment: datetime) -> bool:
        return any(
            (person, place) == (who, where) and opens <= moment < closes
            for person, place, _, opens, closes in windows
        ) and not any(
            absence.practitioner in (None, who)
            and absence.location in (None, where)
            and absence.starts_at <= moment < absence.ends_at
            for absence in schedule.absences
        )

    def fits(who: UUID, where: UUID, start: datetime) -> bool:
        end = start + chosen.duration
        steps = range(0, chosen.duration // MINUTE, 5)
        return all(is_open(who, where, start + step * MINUTE) for step in steps) and not any(
            booking.practitioner == who
            and booking.starts_at < end + chosen.buffer_after
            and start - chosen.buffer_before < booking.ends_at
            for booking in schedule.busy
        )

    return {
        (who, where, start)
        for who, where, zone, opens, closes in windows
        for start in (opens + step * chosen.grid for step in range(200))
        if start < closes
        and first <= local(start, zone).date() <= last
        and now + chosen.min_notice <= start <= now + chosen.horizon
        and fits(who, where, start)
    }


@settings(max_examples=150, deadline=None)
@given(cases())
def test_exactly_the_slots_that_the_rules_allow_are_offered(
    case: tuple[Schedule, Terms, datetime, date, date],
) -> None:
    schedule, chosen, now, first, last = case
    found = slots(schedule, chosen, now=now, first_day=first, last_day=last)
    offers = [(slot.practitioner, slot.location, slot.starts_at) for slot in found]
    assert len(set(offers)) == len(offers)
    assert set(offers) == plainly(schedule, chosen, now, first, last)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_every_slot_is_sound(case: tuple[Schedule, Terms, datetime, date, date]) -> None:
    schedule, chosen, now, first, last = case
    found = slots(schedule, chosen, now=now, first_day=first, last_day=last)
    assert found == sorted(found, key=lambda s: (s.starts_at, s.practitioner, s.location))
    for slot in found:
        assert slot.ends_at - slot.starts_at == chosen.duration
        assert slot.starts_at.tzinfo is UTC
        shown = local(slot.starts_at, slot.zone)
        assert (slot.local_start, slot.local_start.fold) == (shown.replace(tzinfo=None), shown.fold)
        kept = (slot.starts_at - chosen.buffer_before, slot.ends_at + chosen.buffer_after)
        for booking in schedule.busy:
            if booking.practitioner == slot.practitioner:
                assert booking.ends_at <= kept[0] or kept[1] <= booking.starts_at


@settings(max_examples=60, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    case: tuple[Schedule, Terms, datetime, date, date], random: Random
) -> None:
    schedule, chosen, now, first, last = case

    def shuffled[T](rows: Sequence[T]) -> list[T]:
        return random.sample(list(rows), len(rows))

    mixed = Schedule(
        hours=shuffled(schedule.hours),
        extra=shuffled(schedule.extra),
        absences=shuffled(schedule.absences),
        busy=shuffled(schedule.busy),
    )
    expected = slots(schedule, chosen, now=now, first_day=first, last_day=last)
    assert slots(mixed, chosen, now=now, first_day=first, last_day=last) == expected


@settings(max_examples=60, deadline=None)
@given(cases())
def test_days_asked_one_by_one_give_the_same_as_together(
    case: tuple[Schedule, Terms, datetime, date, date],
) -> None:
    schedule, chosen, now, first, last = case
    together = slots(schedule, chosen, now=now, first_day=first, last_day=last)
    one_by_one = [
        slot
        for ahead in range((last - first).days + 1)
        for slot in slots(
            schedule,
            chosen,
            now=now,
            first_day=first + ahead * DAY,
            last_day=first + ahead * DAY,
        )
    ]
    assert one_by_one == together
    assert sum(count_per_day(together).values()) == len(together)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_a_slot_that_was_booked_is_gone_and_nothing_overlaps_it(
    case: tuple[Schedule, Terms, datetime, date, date],
) -> None:
    schedule, chosen, now, first, last = case
    found = slots(schedule, chosen, now=now, first_day=first, last_day=last)
    for slot in found[:1]:
        widened = (slot.starts_at - chosen.buffer_before, slot.ends_at + chosen.buffer_after)
        booked = replace(schedule, busy=[*schedule.busy, Busy(slot.practitioner, *widened)])
        after = slots(booked, chosen, now=now, first_day=first, last_day=last)
        assert set(after) < set(found)
        for other in after:
            if other.practitioner == slot.practitioner:
                starts = other.starts_at - chosen.buffer_before
                ends = other.ends_at + chosen.buffer_after
                assert ends <= widened[0] or widened[1] <= starts
