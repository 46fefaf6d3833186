"""Files of other systems: their encoding, delimiter, headings, dates and sums are told by what stands in them."""

from __future__ import annotations

import io
from datetime import date, time

import pytest

from clients.importing.reading import encodings
from clients.importing.reading.amounts import SignEvidence, amount_of
from clients.importing.reading.dates import Evidence, NoDate, clock_of, moment_of
from clients.importing.reading.dialects import delimiter_of, header_of, plain
from clients.importing.reading.surveying import survey
from clients.importing.reading.tables import (
    Misread,
    Writing,
    all_rows,
    guarded,
    rows,
    unguarded,
)

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"name,town\nZoe,Orange\n", encodings.UTF_8),
        ("name,town\nZoë,Köln\n".encode(), encodings.UTF_8),
        (b"\xef\xbb\xbf" + "name,town\nZoë,Köln\n".encode(), encodings.UTF_8),
        ("name,town\nZoë,Köln “€”\n".encode("cp1252"), encodings.WINDOWS),
        ("\ufeffname,town\nZoë,Köln\n".encode("utf-16-le"), encodings.UTF_16),
        ("\ufeffname,town\nZoë,Köln\n".encode("utf-16-be"), encodings.UTF_16_BE),
        ("name,town\nZoe,Orange\n".encode("utf-16-le"), encodings.UTF_16),
    ],
)
def test_the_encoding_is_told_by_all_bytes(data: bytes, encoding: str) -> None:
    looking = encodings.Looking()
    for place in range(0, len(data), 3):  # letters of several bytes are cut in two
        looking.feed(data[place : place + 3])
    assert (looking.found(), looking.other_kind()) == (encoding, "")
    table = list(all_rows(io.BytesIO(data), Writing(encoding)))
    assert [row.number for row in table] == [1, 2]
    assert table[0].cells == ["name", "town"]
    assert table[1].cells == list(csv_cells(data, encoding))


def csv_cells(data: bytes, encoding: str) -> list[str]:
    return data.decode(encoding).lstrip("\ufeff").splitlines()[1].split(",")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\x03\x04xl", "workbook"),
        (b"%PDF-1.7", "pdf"),
        (b"<html><b>", "page"),
        (b'{"a": 1}', "data"),
    ],
)
def test_what_is_no_table_is_named(head: bytes, kind: str) -> None:
    looking = encodings.Looking()
    looking.feed(head)
    assert looking.other_kind() == kind


@pytest.mark.parametrize(
    ("sample", "delimiter", "header"),
    [
        ("First Name,Last Name,DOB\nAna,Vega,1.2.1980\nBo,Li,3.4.1990\n", ",", 1),
        ("First Name;Last Name;Fee\nAna;Vega;1,50\nBo;Li;3,00\n", ";", 1),
        ('Clients as of March\n\n"Last Name"\t"Notes"\n"Li"\t"a, b, c"\n"Vo"\t"d, e"\n', "\t", 3),
        ("Ana,Vega,ana@mail.example\nBo,Li,bo@mail.example\n", ",", 0),
        ("Ana|Vega|0491 570 156\nBo|Li|0491 570 157\n", "|", 0),
    ],
)
def test_delimiter_and_headings_are_told_by_the_first_rows(
    sample: str, delimiter: str, header: int
) -> None:
    known = {plain(word) for word in ("First Name", "Last Name", "Notes", "DOB")}
    assert delimiter_of(sample) == delimiter
    assert header_of(sample, delimiter, known) == header


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["01/02/2020", "23/04/2021"], "dmy"),
        (["01/02/2020", "04/23/2021"], "mdy"),
        (["2020-02-01", "2021-04-23"], "ymd"),
        (["01/02/2020", "03/04/2021"], ""),
        (["23/04/2021", "04/23/2021"], ""),
        (["5/5/2020", "3 Apr 2021"], "ymd"),
    ],
)
def test_the_order_of_dates_is_proven_or_asked(dates: list[str], order: str) -> None:
    evidence = Evidence()
    for number, text in enumerate(dates, 2):
        evidence.look(text, number)
    assert evidence.order == order


@pytest.mark.parametrize(
    ("text", "order", "day", "clock"),
    [
        ("03/04/2021", "dmy", date(2021, 4, 3), None),
        ("03/04/2021", "mdy", date(2021, 3, 4), None),
        ("3.4.21 14:05", "dmy", date(2021, 4, 3), time(14, 5)),
        ("2021-04-03T09:30:00+10:00", "dmy", date(2021, 4, 3), time(9, 30)),
        ("Sat, 3 Apr 2021 2:05 PM", "mdy", date(2021, 4, 3), time(14, 5)),
        ("44289", "serial", date(2021, 4, 3), None),
        ("12/11/30", "dmy", date(1930, 11, 12), None),
    ],
)
def test_dates_mean_what_their_order_says(
    text: str, order: str, day: date, clock: time | None
) -> None:
    found = moment_of(text, order, TODAY)
    assert (found.day, found.clock) == (day, clock)


@pytest.mark.parametrize(
    ("text", "code"),
    [("31/02/2020", "never_was"), ("soon", "no_date"), ("1/2/2020 25:00", "no_time")],
)
def test_what_is_no_date_is_refused(text: str, code: str) -> None:
    with pytest.raises(NoDate) as refused:
        moment_of(text, "dmy", TODAY)
    assert refused.value.code == code
    assert clock_of("9.30 am")[0] == time(9, 30)


def test_sums_are_read_by_the_sign_that_rows_prove() -> None:
    evidence = SignEvidence()
    for text in ("1.234,50", "20,00 €"):
        evidence.look(text, 1)
    assert (evidence.sign, str(amount_of("1.234,50 €", evidence.sign))) == (",", "1234.50")


def test_a_survey_counts_what_columns_hold() -> None:
    table = "Name,Born,Sex\nAna,23/04/1981,F\nBo,01/02/1980,M\nCy,,F\n"
    found = survey(all_rows(io.BytesIO(table.encode()), Writing()), 1)
    name, born, sex = found.columns
    assert (found.rows, name["filled"], born["dates"]["order"], sex["values"]) == (
        3,
        3,
        "dmy",
        {"F": 2, "M": 1},
    )


def test_rows_keep_their_numbers_and_their_quoted_lines() -> None:
    table = b'Name,Note\n\nAna,"two\nlines"\n,\nBo,x\n'
    found = [(row.number, row.cell(1)) for row in rows(io.BytesIO(table), Writing())]
    assert found == [(3, "two\nlines"), (5, "x")]
    for wrong, code in (
        (b"a,b\n\xff\xfe,x\n", "encoding"),
        (b'a,b\n"' + b"x" * 600_000, "quotation"),
    ):
        with pytest.raises(Misread) as refused:
            list(all_rows(io.BytesIO(wrong), Writing()))
        assert refused.value.code == code


def test_no_cell_is_a_formula_on_its_way_out() -> None:
    assert guarded("=1+1") == "'=1+1"
    assert [unguarded(guarded(cell)) for cell in ("=1+1", "+61 2", "O'Neill")] == [
        "=1+1",
        "+61 2",
        "O'Neill",
    ]
