"""Weekly hours: overlaps are refused whatever the dates, and bookings that would be left out are known before."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Location, Practitioner
from accounts.tenancy import acting_in
from bookings.hours import weekly
from bookings.hours.stranded.finding import HoursTo, stranded
from bookings.hours.weekly import Change, HoursClash, Kept, Period, Stretch
from bookings.models import WeeklyHours
from privacy.vocabulary import clock
from tests.clients.practice import told
from tests.factories import make_account, make_appointment, make_client, make_practice, owner_of

database = pytest.mark.django_db(databases="__all__")

FIRST = date(2026, 11, 1)
MORNING = Stretch(1, time(9), time(12, 30))
AFTERNOON = Stretch(1, time(13, 15), time(17))

days = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
walls = st.integers(0, 24).map(lambda n: time(n // 4 + 8, n % 4 * 15))


@st.composite
def some_hours(draw: st.DrawFn) -> Kept:
    """Hours on one of two weekdays, in some quarter hours, for some dates or always."""
    starts, ends = sorted(draw(st.lists(walls, min_size=2, max_size=2, unique=True)))
    since, until = draw(st.none() | days), draw(st.none() | days)
    if since and until and until < since:
        since, until = until, since
    return Kept(Stretch(draw(st.integers(1, 2)), starts, ends), Period(since, until))


def covers(each: Kept, day: date, quarter: time) -> bool:
    return (
        each.stretch.weekday == day.isoweekday()
        and each.period.has(day)
        and each.stretch.starts <= quarter < each.stretch.ends
    )


@given(st.lists(some_hours(), max_size=5))
def test_hours_clash_exactly_when_some_moment_is_kept_twice(found: list[Kept]) -> None:
    # A month and a week on either side: every open-ended period reaches a date in here
    dates = [FIRST + timedelta(days=n) for n in range(-14, 45)]
    quarters = [time(n // 4 + 8, n % 4 * 15) for n in range(25)]
    twice = any(
        sum(covers(each, day, quarter) for each in found) > 1
        for day in dates
        if day.isoweekday() in (1, 2)
        for quarter in quarters
    )
    assert (weekly.clash(found) is not None) == twice


@given(st.lists(some_hours(), max_size=5), days, walls, st.integers(1, 8))
def test_a_time_is_within_hours_when_each_of_its_quarters_is(
    found: list[Kept], day: date, starts: time, quarters: int
) -> None:
    if weekly.clash(found):
        return
    at = datetime.combine(day, starts)
    parts = [(at + timedelta(minutes=15 * n)).time() for n in range(quarters)]
    wanted = all(any(covers(each, day, part) for each in found) for part in parts)
    assert weekly.within(found, day, starts, 15 * quarters) == wanted


@pytest.mark.parametrize(
    ("first", "second", "clashes"),
    [
        (Kept(MORNING, Period()), Kept(AFTERNOON, Period()), False),
        (Kept(MORNING, Period()), Kept(Stretch(1, time(12), time(13)), Period()), True),
        (Kept(MORNING, Period()), Kept(Stretch(1, time(12, 30), time(13)), Period()), False),
        (Kept(MORNING, Period()), Kept(Stretch(2, time(9), time(12)), Period()), False),
        (
            Kept(MORNING, Period(None, date(2026, 12, 31))),
            Kept(MORNING, Period(date(2027, 1, 1))),
            False,
        ),
        # The periods share Tuesday to Sunday only: no Monday is kept twice
        (
            Kept(MORNING, Period(None, date(2026, 11, 29))),
            Kept(MORNING, Period(date(2026, 11, 24))),
            False,
        ),
    ],
)
def test_hours_touch_without_clashing(first: Kept, second: Kept, clashes: bool) -> None:
    assert bool(weekly.clash([first, second])) is clashes
    assert bool(weekly.clash([second, first])) is clashes


def test_hours_before_end_the_day_before_new_ones_begin() -> None:
    begin = date(2027, 1, 4)
    now = [Kept(MORNING, Period()), Kept(AFTERNOON, Period(date(2026, 1, 1), date(2026, 6, 1)))]
    change = Change([AFTERNOON], Period(begin), ends_earlier=True)
    assert weekly.changed(now, change) == [
        Kept(MORNING, Period(None, date(2027, 1, 3))),
        now[1],
        Kept(AFTERNOON, Period(begin)),
    ]


@database
def test_a_week_replaces_the_week_of_its_period_and_is_recorded_once() -> None:
    account = make_account()
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        location, practitioner, _service = make_practice()
        kept = {row.pk for row in WeeklyHours.objects.filter(weekday=2)}
        week = [MORNING, Stretch(2, time(9), time(17))]
        change = Change(week, replacing=Period())
        with told() as events:
            wanted = weekly.set_week(
                by=owner.actor, practitioner=practitioner, location=location, change=change
            )
        assert events == ["hours.changed"]
        assert sorted(each.stretch for each in wanted) == week
        assert [each.stretch for each in weekly.kept(practitioner, location)] == week
        assert {row.pk for row in WeeklyHours.objects.filter(weekday=2)} == kept, (
            "untouched rows stay"
        )
        with told() as events:
            weekly.set_week(
                by=owner.actor, practitioner=practitioner, location=location, change=change
            )
        assert events == []


@database
def test_overlapping_hours_are_refused_and_nothing_is_changed() -> None:
    account = make_account()
    with acting_in(account.ref, by=owner_of(account).actor) as scope:
        location, practitioner, _service = make_practice()
        change = Change([Stretch(3, time(16), time(18))], Period(date(2027, 1, 1)))
        with pytest.raises(HoursClash) as refused:
            weekly.set_week(
                by=scope.actor, practitioner=practitioner, location=location, change=change
            )
        assert refused.value.first.stretch == Stretch(3, time(9), time(17))
        assert WeeklyHours.objects.count() == 5


@database
def test_the_same_hours_may_be_kept_at_two_places() -> None:
    account = make_account()
    with acting_in(account.ref, by=owner_of(account).actor) as scope:
        _location, practitioner, _service = make_practice()
        video = Location(name="Video", time_zone="Australia/Sydney")
        video.save(force_insert=True)
        weekly.set_week(
            by=scope.actor, practitioner=practitioner, location=video, change=Change([MORNING])
        )
        assert [each.stretch for each in weekly.kept(practitioner, video)] == [MORNING]


@database
def test_only_coming_bookings_that_were_inside_are_left_out() -> None:
    account = make_account()
    with acting_in(account.ref, by=owner_of(account).actor):
        location, practitioner, _service = make_practice()
        day = clock.today("Australia/Sydney") + timedelta(days=7)
        while day.isoweekday() != 2:
            day += timedelta(days=1)

        def booked(at: time, on: date = day, **fields: object) -> object:
            starts = datetime.combine(on, at, UTC) - timedelta(hours=11)
            made = {"starts_at": starts, "local_date": on, "local_time": at, **fields}
            return make_appointment(make_client(), **made).pk  # type: ignore[arg-type]

        afternoon = booked(time(16))
        booked(time(9))
        booked(time(19))  # outside already: known, no news
        booked(time(15), state="cancelled")
        booked(time(16), day - timedelta(days=28))
        week = [Stretch(day, time(9), time(12)) for day in range(1, 6)]
        found = stranded(HoursTo(practitioner, location, Change(week, replacing=Period())))
        assert [each.pk for each in found] == [afternoon]
        other = Practitioner(name="Tom Okafor", position=2)
        other.save(force_insert=True)
        assert stranded(HoursTo(other, location, Change([MORNING]))) == []
