"""Words are compared without case, accents, spaces or order."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from clients.finding import Contact, Index, Person, order_of
from clients.words import Wanted, dates, digits, fold, name_words, readings

NAMES = st.text(
    alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Mn"], codec="utf-8"),
    min_size=1,
    max_size=12,
).filter(lambda name: name_words(name) != [])
LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéüñçåøłßÉÜÑ", min_size=1, max_size=12)


def person(given_name: str, family_name: str = "", **more: bool) -> Person:
    archived = more.get("archived", False)
    order = order_of(given_name, family_name, archived)
    return Person(order, uuid7(), given_name, family_name, "", archived, True)


def finds(
    people: list[Person], words: str, contacts: dict[object, Contact] | None = None
) -> list[str]:
    index = Index(people, lambda: contacts or {})  # type: ignore[arg-type,return-value]
    return [each.given_name for each in index.search(words, 20)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Leïla", "leila"),
        ("ŁUKASZ", "lukasz"),
        ("Søren", "soren"),
        ("Groß", "gross"),
        ("Æsa", "aesa"),
        ("İpek", "ipek"),
        ("Nguyễn", "nguyen"),
        ("王小明", "王小明"),
        ("Ｗｅｉ", "wei"),
    ],
)
def test_letters_lose_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_apostrophes_and_hyphens_can_be_left_out() -> None:
    assert name_words("O’Neill") == ["oneill", "o", "neill"]
    assert name_words("Anne-Marie") == ["anne", "marie"]
    assert name_words("—") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1988-02-03", {date(1988, 2, 3)}),
        ("3.2.1988", {date(1988, 2, 3), date(1988, 3, 2)}),
        ("25/12/1988", {date(1988, 12, 25)}),
        ("25/12/88", {date(1988, 12, 25), date(2088, 12, 25)}),
        ("31.2.1988", set()),
        ("3.2/1988", set()),
        ("0/0/0", set()),
    ],
)
def test_dates_are_read_as_people_write_them(typed: str, meant: set[date]) -> None:
    assert {each for each in dates(typed) if each.year > 1925} == meant


def test_digits_that_stand_apart_are_one_number() -> None:
    assert readings("leila 0412 000-101") == [Wanted(names=("leila",), digits="412000101")]
    assert readings("+61 (412) 000") == [Wanted(digits="61412000")]
    assert digits("٠٤١٢") == "0412"


def test_a_word_with_signs_may_begin_an_address() -> None:
    assert readings("leila.h@mail") == [Wanted(mails=("leila.h@mail",))]
    assert Wanted(mails=("leila.h",)) in readings("leila.h")
    assert readings(" , ; ") == []


def test_four_digits_may_be_a_year_or_a_part_of_a_number() -> None:
    old, other = person("Old"), person("Other")
    contacts: dict[object, Contact] = {
        old.id: Contact("", "+61400000000", date(1988, 2, 3)),
        other.id: Contact("", "+61400198800", None),
    }
    assert finds([old, other], "1988", contacts) == ["Old", "Other"]
    assert finds([old, other], "old 1988", contacts) == ["Old"]


def test_scripts_without_spaces_are_found_inside() -> None:
    assert finds([person("小明", "王")], "明") == ["小明"]
    assert not Index([person("Maria")], dict).fits("aria")


def test_active_people_come_first() -> None:
    people = [person("Old", "Aa", archived=True), person("New", "Zz")]
    assert finds(people, "") == []
    assert [each.given_name for each in Index(people, dict).people] == ["New", "Old"]


def test_the_limit_keeps_the_first() -> None:
    people = [person("Ana", f"F{n:02}") for n in range(30)]
    found = Index(people, dict).search("ana", 5)
    assert [each.family_name for each in found] == ["F00", "F01", "F02", "F03", "F04"]


@given(NAMES, NAMES)
@example("Ŀ", "ŉ")
@example("Kaʻiulani", "Мар’яна")
def test_a_person_is_found_by_their_own_names_in_any_order(first: str, second: str) -> None:
    someone = person(first, second)
    assert finds([someone], f"{first} {second}") == [first]
    assert finds([someone], f"{second} {first}") == [first]


@given(LATIN, st.integers(1, 12))
def test_every_beginning_of_a_name_finds_it(name: str, length: int) -> None:
    assert finds([person("Xx", name)], name[:length]) == ["Xx"]
    assert finds([person("Xx", name)], fold(name[:length]).upper()) == ["Xx"]


@given(st.text(max_size=40))
def test_folding_settles(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_nothing_that_can_be_typed_fails(text: str) -> None:
    finds([person("Ana", "Vega")], text)


@given(st.lists(LATIN, min_size=1, max_size=8), LATIN)
def test_the_index_finds_what_a_plain_walk_finds(names: list[str], word: str) -> None:
    people = [person(name, str(number)) for number, name in enumerate(names)]
    plain = sorted(
        (
            each
            for each in people
            if any(w.startswith(fold(word)) for w in name_words(each.given_name))
        ),
        key=lambda each: each.order,
    )
    index = Index(people, dict)
    assert index.fits(word) == bool(plain)
    if plain:
        assert index.search(word, 20) == plain


PEOPLE = [
    person("Leila", "Haddad"),
    person("Katherine", "O’Neill"),
    person("Jürgen", "Müller-Brandt"),
    person("Mei", "Wu"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lela hadad", ["Leila"]),
        ("haddda l", ["Leila"]),
        ("hada", ["Leila"]),
        ("catherine oneil", ["Katherine"]),
        ("kathrine", ["Katherine"]),
        ("jurgn mulelr", ["Jürgen"]),
        ("leila whitlam", []),
        ("meo", []),
        ("xyzzyx", []),
    ],
)
def test_slips_are_forgiven_when_nobody_fits(typed: str, found: list[str]) -> None:
    assert finds(PEOPLE, typed) == found


def test_who_fits_stands_before_who_comes_close() -> None:
    people = [*PEOPLE, person("Lela", "Haddad")]
    assert finds(people, "lela haddad") == ["Lela"]
    index = Index(people, dict)
    assert (index.fits("lela"), index.fits("leela")) == (True, False)
    swapped = index.resembling("Hadad", "Leila", 5)
    assert [each.given_name for each in swapped] == ["Leila", "Lela"]
    assert [each.given_name for each in index.resembling("Kate", "ONeill", 5)] == ["Katherine"]


@pytest.mark.parametrize(
    "typed",
    [
        "3.2.1988",
        "1988-02-03",
        "03/02/88",
        "3 Feb 1988",
        "3rd February 1988",
        "Feb 3, 1988",
        "3. Februar 1988",
        "3 février 1988",
        "3 de febrero de 1988",
        "03021988",
        "19880203",
        "leila 3 feb 1988",
    ],
)
def test_birth_dates_are_found_in_any_usual_form(typed: str) -> None:
    leila, other = PEOPLE[0], PEOPLE[1]
    born = {
        leila.id: Contact("", "", date(1988, 2, 3)),
        other.id: Contact("", "", date(1988, 5, 3)),
    }
    assert finds([leila, other], typed, born) == ["Leila"]  # type: ignore[arg-type]
