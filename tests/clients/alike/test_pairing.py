"""Pairs are found without comparing all with all; how many, and how rightly, is held to a floor."""

from __future__ import annotations

from datetime import date

from clients.alike import pairing
from clients.alike.facts import facts
from clients.alike.measuring import measure
from clients.alike.pairing import PASSES, SHARED_BY_MANY, pairs


def test_recall_and_precision_on_invented_people() -> None:
    found = measure(8000, seed=3)
    print(found)
    assert found.recall >= 0.95
    assert found.precision >= 0.95
    assert found.likely_precision >= 0.98


def test_each_pair_once_with_progress() -> None:
    beats: list[int] = []
    leila = facts("Leila", "Haddad", born=date(1988, 2, 3), phones=("0412000101",))
    swapped = leila._replace(given=leila.family, family=leila.given)
    other = facts("Grace", "Whitlam")
    found = list(pairs([leila, other, swapped], beats.append))
    assert [(each.one, each.other) for each in found] == [(0, 2)]
    assert beats == list(range(1, len(PASSES) + 1))


def test_what_many_share_says_nothing_and_costs_little() -> None:
    """The practice's own number for everybody and 1 January 1900 make no duplicates, nor a square of comparisons."""
    many = 20 * SHARED_BY_MANY
    records = [
        facts(f"Given{n}", f"Family{n}", born=date(1900, 1, 1), phones=("0290000000",))
        for n in range(many)
    ]
    records.append(records[7]._replace(family=("famliy7",)))
    assert list(pairs(records)) == []
    crowd = [facts("Ana", "Lee", born=date(1900 + n % 99, 1, 1)) for n in range(many)]
    assert sum(1 for _pair in pairing._together(crowd, PASSES[3])) < many * 12
