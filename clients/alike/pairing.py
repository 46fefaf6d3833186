"""Finds the pairs worth comparing among many records: those that share a key of some kind, never all with all.

Each pass sorts the records by one kind of key; who shares a key is compared. A key that many share tells nobody apart
(the practice's own number typed for everyone, 1 January 1900): as a fact it counts for nothing, and within it only
neighbours are compared. So the work grows with the records, not with their square.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from clients.alike import nicknames
from clients.alike.facts import Facts, sound
from clients.alike.weighing import Shares, Verdict, compare

# So many may share a phone, a mail address or a day before it stops telling people apart
SHARED_BY_MANY = 30
# Within a larger group each is compared with so many neighbours
_NEIGHBOURS = 12

Keys = tuple[str, ...]


class Pair(NamedTuple):
    """Two records, by their places, and how they compare."""

    one: int
    other: int
    verdict: Verdict


def pairs(records: Sequence[Facts], beat: Callable[[int], None] | None = None) -> Iterator[Pair]:
    """Yield the pairs that could be one person, each once; `beat` is told of passes done, of `len(PASSES)`."""
    records = _without_the_common(records)
    shares = _shares(records)
    for number, keys_of in enumerate(PASSES):
        earlier = PASSES[:number]
        for one, other in _together(records, keys_of):
            if any(_share(before(records[one]), before(records[other])) for before in earlier):
                continue
            verdict = compare(records[one], records[other], shares)
            if verdict.is_possible:
                yield Pair(one, other, verdict)
        if beat is not None:
            beat(number + 1)


def _phones(facts: Facts) -> Keys:
    return tuple(facts.phones)


def _mails(facts: Facts) -> Keys:
    return tuple(facts.mails)


def _days(facts: Facts) -> Keys:
    return (facts.born.isoformat(),) if facts.born else ()


def _sounds(facts: Facts) -> Keys:
    """The sounds of given and family name, in whichever place they stand."""
    return tuple(
        "|".join(sorted((sound(nicknames.group(given)), sound(family))))
        for given in facts.given[:3]
        for family in facts.family[:2]
    )


def _calls(facts: Facts) -> Keys:
    """The given name with the year of birth: finds who changed the family name and mistyped a day."""
    if facts.born is None:
        return ()
    return tuple(
        f"{nicknames.group(given)}|{facts.born.year}|{facts.born.month}" for given in facts.given
    )


def _lone_names(facts: Facts) -> Keys:
    """The name of those who have only one."""
    return facts.given if not facts.family else ()


PASSES: tuple[Callable[[Facts], Keys], ...] = (
    _phones,
    _mails,
    _days,
    _sounds,
    _calls,
    _lone_names,
)


def _together(
    records: Sequence[Facts], keys_of: Callable[[Facts], Keys]
) -> Iterator[tuple[int, int]]:
    """Yield the places of records that share a key; in a large group only neighbours by name and birth."""
    groups: dict[str, list[int]] = {}
    for place, facts in enumerate(records):
        for key in set(keys_of(facts)):
            groups.setdefault(key, []).append(place)
    met: dict[int, set[int]] = {}
    for group in groups.values():
        if len(group) < 2:
            continue
        reach = len(group)
        if reach > SHARED_BY_MANY:
            group.sort(key=lambda place: _order(records[place]))
            reach = _NEIGHBOURS
        for at, one in enumerate(group):
            for other in group[at + 1 : at + reach]:
                low, high = min(one, other), max(one, other)
                if high not in met.setdefault(low, set()):
                    met[low].add(high)
                    yield low, high


def _order(facts: Facts) -> tuple[str, ...]:
    born = facts.born.isoformat() if facts.born else ""
    return (*facts.given[:1], *facts.family, born)


def _share(keys: Keys, others: Keys) -> bool:
    return any(key in others for key in keys)


def _shares(records: Sequence[Facts]) -> Shares:
    """Return how common each word of a name is; one that only a pair has is as rare as can be."""
    counts = Counter(word for facts in records for word in (*facts.given, *facts.family))
    total = max(len(records), 500)
    return Shares({word: max(count - 1, 1) / total for word, count in counts.items()}, total)


def _without_the_common(records: Sequence[Facts]) -> list[Facts]:
    """Return the records without phones, mail addresses and birth dates that too many share to mean anything."""
    phones = _common(phone for facts in records for phone in facts.phones)
    mails = _common(mail for facts in records for mail in facts.mails)
    days = _common(facts.born for facts in records if facts.born)
    if not (phones or mails or days):
        return list(records)
    return [
        facts._replace(
            phones=facts.phones - phones,
            mails=facts.mails - mails,
            born=None if facts.born in days else facts.born,
        )
        for facts in records
    ]


def _common[Value](values: Iterator[Value]) -> set[Value]:
    return {value for value, count in Counter(values).items() if count > SHARED_BY_MANY}
