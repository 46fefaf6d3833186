"""What speaks for two records being one person, and what must not."""

from __future__ import annotations

from datetime import date

import pytest

from clients.alike.facts import Facts, facts, phone_end, sound, words
from clients.alike.weighing import compare, in_words

BORN = date(1988, 2, 3)
PHONE, MAIL, HOME = ("+61412000101",), ("leila@mail.example",), "4 Mill Lane"


def person(given: str = "Leila", family: str = "Haddad", **more: object) -> Facts:
    return facts(given, family, **more)  # type: ignore[arg-type]


ONE = [
    (person(born=BORN), person(born=BORN), "Same name, same birth date"),
    (person(born=BORN), person("Haddad", "Leila", born=BORN), "Names swapped, same birth date"),
    (
        person("Elizabeth", born=BORN),
        person("Betty", born=BORN),
        "Same birth date, same family name, forms of one given name",
    ),
    (
        person("Zoë", "Müller", born=BORN),
        person("Zoe", "Mueller", born=BORN),
        "Same name, same birth date",
    ),
    (
        person(born=BORN, phones=PHONE),
        person(family="Whitlam", born=BORN, phones=("0412 000 101",)),
        "Same birth date, same given name, same phone, other family name",
    ),
    (
        person("Leila", "Haddad-Marsh", mails=MAIL),
        person(mails=MAIL),
        "Same given name, a part of the family name, same e-mail",
    ),
    (
        person(family="Hadad", born=BORN),
        person(born=BORN),
        "Same birth date, same given name, family names that look alike",
    ),
    (
        person(born=date(1988, 2, 3), phones=PHONE),
        person(born=date(1988, 3, 2), phones=PHONE),
        "Same name, same phone, birth dates that look alike",
    ),
    (
        person("Ngozi", "Anyadike"),
        person("Ngozi", "Anyadike", phones=PHONE),
        "Same name",
    ),
    (
        person("Grcae", "Anderson", mails=MAIL, phones=PHONE),
        person("Grace", "Anderson", mails=MAIL, phones=PHONE),
        "Same family name, same phone, same e-mail, given names that look alike",
    ),
]
TWO = {
    "sisters at one phone": (
        person(born=BORN, phones=PHONE, mails=MAIL, address=HOME),
        person("Samira", born=date(1990, 7, 1), phones=PHONE, mails=MAIL, address=HOME),
    ),
    "twins": (
        person("Tim", born=BORN, phones=PHONE, mails=MAIL, address=HOME),
        person("Tom", born=BORN, phones=PHONE, mails=MAIL, address=HOME),
    ),
    "twins whose names look alike": (
        person("Daniel", born=BORN, phones=PHONE),
        person("Daniela", born=BORN, phones=PHONE),
    ),
    "father and son": (
        person("John", "Smith", born=date(1950, 1, 9), phones=PHONE, mails=MAIL, address=HOME),
        person("John", "Smith", born=date(1981, 6, 4), phones=PHONE, mails=MAIL, address=HOME),
    ),
    "a couple whose day nobody typed": (
        person("Omar", phones=PHONE, address=HOME),
        person("Samira", phones=PHONE, address=HOME),
    ),
    "born on one day": (person(born=BORN), person("Grace", "Whitlam", born=BORN)),
    "nothing in common": (person(), person("Grace", "Whitlam")),
    "no names at all": (facts(""), facts("")),
}


@pytest.mark.parametrize(("one", "other", "why"), ONE, ids=[why for *_pair, why in ONE])
def test_one_person(one: Facts, other: Facts, why: str) -> None:
    verdict = compare(one, other)
    assert verdict.is_possible, verdict
    assert in_words(verdict.codes) == why
    assert compare(other, one).score == verdict.score


@pytest.mark.parametrize("case", TWO)
def test_two_people(case: str) -> None:
    assert not compare(*TWO[case]).is_possible, compare(*TWO[case])


def test_words_phones_and_sounds() -> None:
    assert words("O’Neill") == ("oneill",)
    assert words("Mary-Jane") == ("mary", "jane")
    assert phone_end("+61 412 000 101") == phone_end("0412 000 101") == "412000101"
    assert phone_end("12") == ""
    assert sound("catherine") == sound("kathryn")
    assert sound("schmidt") == sound("smit")
    assert sound("мария") == "мар"
