"""Dates of a rule: leap days, month ends, fifth weekdays, counts and ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.series.recurrence import (
    MONTHLY_DATE,
    MONTHLY_WEEKDAY,
    MOST,
    WEEKLY,
    Repeat,
    dates,
    words,
)

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("repeat", "found"),
    [
        (
            Repeat(WEEKLY, 2, TUESDAY, 3),
            [TUESDAY, date(2026, 12, 8), date(2026, 12, 22)],
        ),
        (
            Repeat(WEEKLY, 1, TUESDAY, until=date(2026, 12, 8)),
            [TUESDAY, date(2026, 12, 1), date(2026, 12, 8)],
        ),
        (
            Repeat(MONTHLY_DATE, 1, date(2027, 1, 31), 4),
            [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)],
        ),
        (
            Repeat(MONTHLY_DATE, 12, date(2028, 2, 29), 2),
            [date(2028, 2, 29), date(2029, 2, 28)],
        ),
        (
            Repeat(MONTHLY_WEEKDAY, 1, TUESDAY, 3),
            [TUESDAY, date(2026, 12, 22), date(2027, 1, 26)],
        ),
        (
            Repeat(MONTHLY_WEEKDAY, 1, date(2026, 12, 29), 3),
            [date(2026, 12, 29), date(2027, 1, 26), date(2027, 2, 23)],
        ),
        (Repeat(WEEKLY, 1, TUESDAY, until=date(2026, 11, 1)), []),
    ],
)
def test_dates(repeat: Repeat, found: list[date]) -> None:
    assert dates(repeat) == found


@given(
    st.sampled_from([WEEKLY, MONTHLY_DATE, MONTHLY_WEEKDAY]),
    st.integers(1, 52),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, MOST),
)
def test_every_rule_goes_on_in_order(rule: str, every: int, first: date, count: int) -> None:
    found = dates(Repeat(rule, every, first, count))
    assert len(found) == count
    assert found[0] == first
    assert found == sorted(set(found))
    if rule != MONTHLY_DATE:
        assert {each.weekday() for each in found} == {first.weekday()}
    if rule != WEEKLY:
        months = {(each.year * 12 + each.month - first.year * 12 - first.month) for each in found}
        assert months == {every * number for number in range(count)}


def test_it_ends_somewhere() -> None:
    assert len(dates(Repeat(WEEKLY, 1, TUESDAY))) == MOST
    assert dates(Repeat(WEEKLY, 1, TUESDAY))[-1] == TUESDAY + timedelta(weeks=MOST - 1)


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        (Repeat(WEEKLY, 1, TUESDAY), "every week on Tuesday"),
        (Repeat(WEEKLY, 2, TUESDAY), "every 2 weeks on Tuesday"),
        (Repeat(MONTHLY_DATE, 1, TUESDAY), "every month on the 24th"),
        (
            Repeat(MONTHLY_DATE, 3, date(2026, 12, 31)),
            "every 3 months on the 31st, or the month’s last day",
        ),
        (Repeat(MONTHLY_WEEKDAY, 1, TUESDAY), "every month on the fourth Tuesday"),
        (Repeat(MONTHLY_WEEKDAY, 1, date(2026, 12, 29)), "every month on the last Tuesday"),
    ],
)
def test_words(repeat: Repeat, said: str) -> None:
    assert words(repeat) == said
