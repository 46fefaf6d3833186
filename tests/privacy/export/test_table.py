"""Values have one plain form, and no cell of a table is ever run as a formula."""

import csv
import enum
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.export.table import FORMULA_STARTS, Table, cell, lines, plain


class Colour(enum.StrEnum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (10**30, 10**30),
        (0.1, 0.1),
        ("Zoë\n", "Zoë\n"),
        (Colour.RED, "red"),
        (Size.LARGE, 3),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00000001"), "-0.00000001"),
        (date(2026, 3, 9), "2026-03-09"),
        (time(9, 5), "09:05:00"),
        (time(9, 5, 0, 7), "09:05:00.000007"),
        (datetime(2026, 3, 9, 1, 2, 3, tzinfo=UTC), "2026-03-09T01:02:03.000000Z"),
        (
            datetime(2026, 3, 9, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=11))),
            "2026-03-08T14:02:03.000004Z",
        ),
        (datetime(2026, 3, 9, 1, 2, 3), "2026-03-09T01:02:03.000000"),  # noqa: DTZ001
        (timedelta(minutes=45), "PT2700S"),
        (timedelta(days=2, microseconds=5), "PT172800.000005S"),
        (-timedelta(seconds=1), "-PT1S"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"\x00\xff", "00ff"),
        (memoryview(b"\x01"), "01"),
        ({"b": (1, Decimal(2)), "a": [UUID(int=0)]}, {"b": [1, "2"], "a": [str(UUID(int=0))]}),
    ],
)
def test_each_type_has_one_plain_form(value: object, expected: object) -> None:
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")]
)
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no plain form"):
        plain(value)


@pytest.mark.parametrize("value", [{1, 2}, object(), {1: "a"}, 1j])
def test_a_type_without_an_agreed_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        plain(value)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"

    assert cell(text) == f"'{text}"
    assert cell(f" {text}") == f" {text}"


def test_the_starts_that_asvs_names_are_all_known() -> None:
    assert {"=", "+", "-", "@", "\t", "\r", "\0"} <= set(FORMULA_STARTS)


def test_cells_of_other_types() -> None:
    values = [None, True, 3, -3, 1.5, {"b": 1, "a": "é"}, ["x"], "+61 2 5550 0100"]

    assert [cell(value) for value in values] == [
        "",
        "true",
        "3",
        "'-3",
        "1.5",
        '{"a":"é","b":1}',
        '["x"]',
        "'+61 2 5550 0100",
    ]


def test_a_table_has_a_byte_order_mark_and_the_columns_in_order() -> None:
    rows: list[Mapping[str, object]] = [
        {"b": 'two "2"', "a": "one, 1", "c": 0},
        {"a": "line\nbreak\r", "b": None},
    ]

    assert b"".join(lines(["a", "b"], rows)) == (
        b'\xef\xbb\xbfa,b\r\n"one, 1","two ""2"""\r\n"line\nbreak\r",\r\n'
    )


def test_an_empty_table_has_its_head() -> None:
    assert b"".join(lines(["=a", "b"], [])) == b"\xef\xbb\xbf'=a,b\r\n"


def test_a_missing_column_is_an_error() -> None:
    with pytest.raises(KeyError):
        Table(["a", "b"]).line({"a": 1})


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.text() | st.integers()})))
def test_every_cell_comes_back_and_none_starts_a_formula(rows: list[Mapping[str, object]]) -> None:
    data = b"".join(lines(["a", "b"], rows))

    table = read(data)
    assert data == b"".join(lines(["a", "b"], rows))
    assert len(table) == len(rows) + 1
    for row, found in zip(rows, table[1:], strict=True):
        for value, text in zip((row["a"], row["b"]), found, strict=True):
            assert text.removeprefix("'" if cell(value) != str(value) else "") == str(value)
            assert not text.startswith(FORMULA_STARTS)
