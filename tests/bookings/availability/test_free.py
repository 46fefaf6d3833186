"""The slots a practice offers, rule by rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from uuid import UUID

import pytest

from bookings.availability.free import count_per_day, free_ranges, nearest, open_ranges, slots
from bookings.availability.schedule import (
    Absence,
    Busy,
    Cap,
    ExtraHours,
    Place,
    Schedule,
    Slot,
    Terms,
    WeeklyHours,
)

AMARA, BJORN = UUID(int=1), UUID(int=2)
QUAY, HILL = UUID(int=11), UUID(int=12)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUBLIN = "Europe/Dublin"
MONDAY = date(2026, 1, 12)  # an ordinary week in winter: Dublin's clocks show UTC
LONG_AGO = datetime(2025, 12, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(
    weekday: int, starts: str, ends: str, zone: str = DUBLIN, location: UUID = QUAY
) -> WeeklyHours:
    edges = time.fromisoformat(starts), time.fromisoformat(ends)
    return WeeklyHours(AMARA, location, zone, weekday, *edges)


def terms(minutes: int = 60, grid: int = 60, before: int = 0, after: int = 0) -> Terms:
    return Terms(minutes * MINUTE, grid * MINUTE, before * MINUTE, after * MINUTE)


def offered(
    schedule: Schedule, chosen: Terms, day: date = MONDAY, now: datetime = LONG_AGO
) -> list[str]:
    found = slots(schedule, chosen, now=now, first_day=day, last_day=day)
    return [f"{slot.local_start:%H:%M}" for slot in found]


MORNING = Schedule(hours=[hours(1, "09:00", "12:00")])


def test_a_morning_is_offered_hour_by_hour() -> None:
    found = slots(MORNING, terms(), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY)
    assert found[0] == Slot(
        AMARA,
        QUAY,
        DUBLIN,
        at("2026-01-12T09:00"),
        at("2026-01-12T10:00"),
        datetime.fromisoformat("2026-01-12T09:00"),
    )
    assert [slot.starts_at for slot in found] == [
        at("2026-01-12T09:00"),
        at("2026-01-12T10:00"),
        at("2026-01-12T11:00"),
    ]


def test_only_the_weekday_and_the_dates_asked_for_are_offered() -> None:
    found = slots(MORNING, terms(180), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY + 14 * DAY)
    assert [slot.local_start.date() for slot in found] == [
        MONDAY + week * 7 * DAY for week in range(3)
    ]
    assert offered(MORNING, terms(), MONDAY + DAY) == []
    assert slots(MORNING, terms(), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY - DAY) == []


def test_hours_hold_from_and_until_their_dates() -> None:
    only = replace(MORNING.hours[0], effective_from=MONDAY, effective_until=MONDAY)
    schedule = Schedule(hours=[only])
    assert offered(schedule, terms(180)) == ["09:00"]
    assert offered(schedule, terms(180), MONDAY - 7 * DAY) == []
    assert offered(schedule, terms(180), MONDAY + 7 * DAY) == []


def test_starts_step_from_the_opening_and_are_not_shifted_by_a_booking() -> None:
    schedule = replace(MORNING, busy=[Busy(AMARA, at("2026-01-12T09:50"), at("2026-01-12T10:05"))])
    assert offered(MORNING, terms(50, 50)) == ["09:00", "09:50", "10:40"]
    assert offered(schedule, terms(50, 50)) == ["09:00", "10:40"]


def test_buffers_of_both_sides_count() -> None:
    """The booking's own ten minutes are in its range; ten before the new one come on top."""
    schedule = replace(MORNING, busy=[Busy(AMARA, at("2026-01-12T10:00"), at("2026-01-12T10:40"))])
    assert offered(schedule, terms(30, 10, before=10)) == [
        "09:00",
        "09:10",
        "09:20",
        "09:30",
        "10:50",
        "11:00",
        "11:10",
        "11:20",
        "11:30",
    ]
    assert offered(schedule, terms(30, 10, after=20)) == [
        "09:00",
        "09:10",
        "10:40",
        "10:50",
        "11:00",
        "11:10",
        "11:20",
        "11:30",
    ]


def test_buffers_may_reach_outside_hours() -> None:
    assert offered(MORNING, terms(180, 15, before=30, after=30)) == ["09:00"]


def test_a_booking_elsewhere_or_of_a_colleague() -> None:
    both = Schedule(
        hours=[hours(1, "09:00", "11:00"), hours(1, "09:00", "11:00", location=HILL)],
        busy=[
            Busy(AMARA, at("2026-01-12T09:00"), at("2026-01-12T10:00")),
            Busy(BJORN, at("2026-01-12T10:00"), at("2026-01-12T11:00")),
        ],
    )
    found = slots(both, terms(), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY)
    assert [(slot.location, slot.starts_at.hour) for slot in found] == [(QUAY, 10), (HILL, 10)]


@pytest.mark.parametrize("who", [AMARA, None, BJORN])
@pytest.mark.parametrize("where", [QUAY, None, HILL])
def test_absences_close_for_one_or_all_here_or_everywhere(
    who: UUID | None, where: UUID | None
) -> None:
    absence = Absence(who, where, at("2026-01-12T09:00"), at("2026-01-12T10:00"))
    touched = who in (AMARA, None) and where in (QUAY, None)
    expected = ["10:00", "11:00"] if touched else ["09:00", "10:00", "11:00"]
    assert offered(replace(MORNING, absences=[absence]), terms()) == expected


def test_extra_hours_join_the_weekly_ones() -> None:
    extra = ExtraHours(AMARA, QUAY, DUBLIN, at("2026-01-12T12:00"), at("2026-01-12T13:00"))
    schedule = replace(MORNING, extra=[extra])
    assert offered(schedule, terms(90, 45))[-1] == "11:15"
    assert offered(replace(MORNING, hours=[], extra=[extra]), terms()) == ["12:00"]


def test_overlapping_hours_offer_each_start_once() -> None:
    schedule = Schedule(hours=[hours(1, "09:00", "11:00"), hours(1, "10:00", "12:00")])
    assert offered(schedule, terms()) == ["09:00", "10:00", "11:00"]


def test_one_location_cannot_be_in_two_zones() -> None:
    schedule = Schedule(hours=[hours(1, "09:00", "10:00"), hours(1, "10:00", "11:00", zone="UTC")])
    with pytest.raises(ValueError, match="can't be in both"):
        offered(schedule, terms())


def test_notice_and_horizon_include_their_edges() -> None:
    chosen = replace(terms(), min_notice=2 * HOUR, horizon=3 * HOUR)
    assert offered(MORNING, chosen, now=at("2026-01-12T08:00")) == ["10:00", "11:00"]
    assert offered(MORNING, chosen, now=at("2026-01-12T08:01")) == ["11:00"]
    assert offered(MORNING, chosen, now=at("2026-01-12T07:59")) == ["10:00"]


def test_hours_may_pass_midnight_and_a_slot_belongs_to_the_day_it_starts() -> None:
    night = Schedule(hours=[hours(1, "22:00", "02:00")])
    assert offered(night, terms(90, 30)) == ["22:00", "22:30", "23:00", "23:30"]
    assert offered(night, terms(90, 30), MONDAY + DAY) == ["00:00", "00:30"]


def test_hours_until_midnight_meet_those_of_the_next_day() -> None:
    schedule = Schedule(hours=[hours(1, "22:00", "00:00"), hours(2, "00:00", "01:00")])
    assert offered(schedule, terms(60, 30))[-1] == "23:30"


@pytest.mark.parametrize(
    ("per_day", "per_week", "open_days"),
    [
        (None, None, [12, 13, 14]),
        (2, None, [12, 14]),
        (None, 3, []),
        (None, 4, [12, 13, 14]),
        (0, None, []),
    ],
)
def test_full_days_and_weeks_are_not_offered(
    per_day: int | None, per_week: int | None, open_days: list[int]
) -> None:
    booked = {date(2026, 1, 11): 9, date(2026, 1, 13): 2, date(2026, 1, 18): 1}
    schedule = Schedule(
        hours=[hours(weekday, "09:00", "10:00") for weekday in (1, 2, 3)],
        caps=[Cap(AMARA, per_day, per_week, booked)],
    )
    found = slots(schedule, terms(), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY + 4 * DAY)
    assert [slot.starts_at.day for slot in found] == open_days


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (DUBLIN, date(2026, 3, 29), 23),
        (DUBLIN, date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("America/Vancouver", date(2026, 11, 1), 24),
        (DUBLIN, date(2026, 6, 1), 24),
    ],
)
def test_a_whole_day_is_as_long_as_the_clocks_make_it(zone: str, day: date, length: float) -> None:
    schedule = Schedule(hours=[hours(day.isoweekday(), "00:00", "00:00", zone)])
    opened = open_ranges(schedule, first_day=day, last_day=day)[Place(AMARA, QUAY)]
    assert sum((end - start for start, end in opened), timedelta()) == length * HOUR
    assert len(offered(schedule, terms(30, 30), day)) == 2 * length


def test_the_hour_that_occurs_twice_is_offered_twice_and_marked() -> None:
    day = date(2026, 10, 25)
    schedule = Schedule(hours=[hours(7, "00:00", "03:00")])
    found = slots(schedule, terms(), now=LONG_AGO, first_day=day, last_day=day)
    assert [(slot.local_start.hour, slot.local_start.fold) for slot in found] == [
        (0, 0),
        (1, 0),
        (1, 1),
        (2, 0),
    ]


def test_hours_inside_the_hour_that_is_skipped_are_empty() -> None:
    schedule = Schedule(hours=[hours(7, "01:00", "02:00"), hours(7, "01:30", "03:00")])
    assert offered(schedule, terms(30, 30), date(2026, 3, 29)) == ["02:00", "02:30"]


@pytest.mark.parametrize(("day", "hour"), [(date(2025, 12, 5), 17), (date(2026, 12, 4), 16)])
def test_nine_o_clock_stays_nine_o_clock_when_the_law_changes(day: date, hour: int) -> None:
    schedule = Schedule(hours=[hours(5, "09:00", "10:00", "America/Vancouver")])
    now = datetime(day.year, 11, 1, tzinfo=UTC)
    (slot,) = slots(schedule, terms(), now=now, first_day=day, last_day=day)
    assert (slot.local_start.hour, slot.starts_at.hour) == (9, hour)


def test_free_ranges_are_open_ranges_without_bookings() -> None:
    schedule = replace(
        MORNING,
        busy=[Busy(AMARA, at("2026-01-12T10:00"), at("2026-01-12T10:30"))],
        absences=[Absence(AMARA, None, at("2026-01-12T11:30"), at("2026-01-12T18:00"))],
    )
    place = Place(AMARA, QUAY)
    assert open_ranges(schedule, first_day=MONDAY, last_day=MONDAY) == {
        place: [(at("2026-01-12T09:00"), at("2026-01-12T11:30"))]
    }
    assert free_ranges(schedule, first_day=MONDAY, last_day=MONDAY) == {
        place: [
            (at("2026-01-12T09:00"), at("2026-01-12T10:00")),
            (at("2026-01-12T10:30"), at("2026-01-12T11:30")),
        ]
    }


def test_the_nearest_are_the_closest_in_time_one_per_start() -> None:
    found = slots(MORNING, terms(30, 30), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY)
    twice = [slot for each in found for slot in (each, each._replace(practitioner=BJORN))]
    near = nearest(twice, at("2026-01-12T10:00"))
    assert [f"{slot.starts_at:%H:%M}" for slot in near] == ["09:30", "10:00", "10:30"]
    assert [f"{s.starts_at:%H:%M}" for s in nearest(found, at("2026-01-12T09:15"), 1)] == ["09:00"]
    assert nearest([], at("2026-01-12T10:00")) == []
    assert len(nearest(found, at("2026-02-01T10:00"), 99)) == len(found)


def test_days_are_counted_by_the_date_on_the_wall() -> None:
    schedule = Schedule(hours=[hours(1, "08:00", "10:00", "Pacific/Auckland")])
    found = slots(schedule, terms(), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY + 7 * DAY)
    assert {slot.starts_at.date() for slot in found} == {MONDAY - DAY, MONDAY + 6 * DAY}
    assert count_per_day(reversed(found)) == {MONDAY: 2, MONDAY + 7 * DAY: 2}


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (lambda: hours(0, "09:00", "10:00"), "Weekdays"),
        (lambda: hours(8, "09:00", "10:00"), "Weekdays"),
        (lambda: hours(1, "09:00", "09:00"), "empty"),
        (lambda: terms(0), "duration"),
        (lambda: terms(30, 0), "grid"),
        (lambda: terms(before=-1), "negative"),
    ],
)
def test_nonsense_is_refused(broken: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        broken()


def test_naive_and_backward_ranges_are_refused() -> None:
    naive = datetime.fromisoformat("2026-01-12T09:00")
    with pytest.raises(ValueError, match="aware"):
        offered(MORNING, terms(), now=naive)
    with pytest.raises(ValueError, match="aware"):
        offered(replace(MORNING, busy=[Busy(AMARA, naive, naive + HOUR)]), terms())
    backwards = Busy(AMARA, at("2026-01-12T10:00"), at("2026-01-12T09:00"))
    with pytest.raises(ValueError, match="can't end"):
        offered(replace(MORNING, busy=[backwards]), terms())


def test_a_month_with_three_hundred_bookings_takes_milliseconds() -> None:
    """About 1 ms on an idle machine; the bound is loose so that a busy one doesn't fail it."""
    week = [hours(weekday, "09:00", "17:30") for weekday in range(1, 6)]
    busy = [
        Busy(AMARA, start, start + 20 * MINUTE)
        for start in (at("2026-01-12T09:00") + step * 140 * MINUTE for step in range(300))
    ]
    schedule = Schedule(hours=week, busy=busy)
    took = []
    for _ in range(10):
        started = perf_counter()
        found = slots(
            schedule, terms(30, 15), now=LONG_AGO, first_day=MONDAY, last_day=MONDAY + 29 * DAY
        )
        took.append(perf_counter() - started)
    assert len(found) > 300
    assert min(took) < 0.02
