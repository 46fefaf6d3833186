"""Which times find a room of each kind free, against a slow, plain reading minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bookings.availability.fitting import Needs, Use, chosen
from bookings.availability.free import slots
from bookings.availability.schedule import Schedule, Terms, WeeklyHours

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
FIVE = timedelta(minutes=5)
WHO, WHERE = UUID(int=1), UUID(int=2)
HOURS = WeeklyHours(WHO, WHERE, "UTC", 1, time(9), time(12))


def at(step: int) -> datetime:
    """Return the instant so many five minutes after nine."""
    return MONDAY + timedelta(hours=9) + step * FIVE


@st.composite
def uses(draw: st.DrawFn) -> list[Use]:
    """Up to three rooms and two machines, each taken now and then, overlaps and all."""
    found = []
    for kind, most, first in (("room", 3, 10), ("equipment", 2, 20)):
        for number in range(draw(st.integers(0, most))):
            resource = UUID(int=first + number)
            found.append(Use(resource, kind))
            spans = st.tuples(st.integers(-6, 40), st.integers(1, 12))
            for start, length in draw(st.lists(spans, max_size=4)):
                found.append(Use(resource, kind, at(start), at(start + length)))
        for start, length in draw(
            st.lists(st.tuples(st.integers(-6, 40), st.integers(1, 12)), max_size=2)
        ):
            found.append(
                Use(UUID(int=first + 9), kind, at(start), at(start + length), is_hold=True)
            )
    return draw(st.permutations(found))


def plainly_fits(rows: list[Use], first: int, last: int) -> bool:
    """Whether, step by step, one resource of each kind is free from the first to the last."""
    steps = [at(step) for step in range(first, last)]
    for kind in {row.kind for row in rows if not row.is_hold}:
        here = [row for row in rows if row.kind == kind]
        free = 0
        for resource in {row.resource for row in here if not row.is_hold}:
            free += not any(covers(row, steps) for row in here if row.resource == resource)
        if free <= sum(covers(row, steps) for row in here if row.is_hold):
            return False
    return True


def covers(row: Use, steps: list[datetime]) -> bool:
    """Whether a use takes any of some steps."""
    if row.starts_at is None or row.ends_at is None:
        return False
    return any(row.starts_at <= step < row.ends_at for step in steps)


@given(uses(), st.sampled_from([15, 30, 60]), st.integers(0, 3), st.integers(0, 3))
def test_slots_exist_only_where_a_room_of_each_kind_is_free(
    rows: list[Use], minutes: int, before: int, after: int
) -> None:
    terms = Terms(
        duration=timedelta(minutes=minutes),
        grid=FIVE,
        buffer_before=before * FIVE,
        buffer_after=after * FIVE,
    )
    day = MONDAY.date()
    found = {
        slot.starts_at
        for slot in slots(
            Schedule(hours=[HOURS], needs=Needs.of(rows)),
            terms,
            now=MONDAY,
            first_day=day,
            last_day=day,
        )
    }
    length = minutes // 5
    assert found == {
        at(step)
        for step in range(36 - length + 1)
        if plainly_fits(rows, step - before, step + length + after)
    }


def test_half_in_one_room_and_half_in_another_is_no_room() -> None:
    needs = Needs.of(
        [
            Use(UUID(int=10), "room", at(0), at(6)),
            Use(UUID(int=11), "room", at(6), at(12)),
        ]
    )
    assert needs.fit(at(6), at(12))
    assert needs.fit(at(0), at(6))
    assert not needs.fit(at(3), at(9))


class Room:
    """A resource as `chosen` sees it."""

    def __init__(self, number: int, kind: str = "room") -> None:
        self.pk, self.kind = UUID(int=number), kind


def test_the_room_with_the_fewest_uses_is_chosen_and_equals_keep_their_order() -> None:
    one, two, three, machine = Room(1), Room(2), Room(3), Room(4, "equipment")
    asked = (at(0), at(6))
    everything = [one, two, three, machine]
    assert chosen(everything, {}, at=asked, kept=()) == ([one, machine], [])
    busy = {one.pk: [(at(12), at(18))], two.pk: [(at(3), at(9))]}
    assert chosen(everything, busy, at=asked, kept=()) == ([three, machine], [])
    assert chosen(everything, busy, at=asked, kept=[one.pk]) == ([one, machine], [])
    busy = {machine.pk: [(at(5), at(9))]}
    assert chosen(everything, busy, at=asked, kept=()) == ([one], ["equipment"])
