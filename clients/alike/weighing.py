"""How much each fact says for or against two records being one person, in bits (Fellegi and Sunter 1969).

A weight is about log2 of how much likelier the fact is of two records of one person than of two people who share a
phone, a birth date or a name's sound. What depends on another is not counted twice: households share their contacts
and twins their day of birth and family name, so both say less as soon as the given names differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import log2
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA, JaroWinkler

from clients.alike import nicknames
from clients.alike.facts import Facts, spelled

POSSIBLE, LIKELY = 10.0, 13.0
_CONTACT_AT_MOST = 7.0
_SHORTEST_WITH_SLIP = 3
_DOUBLED = re.compile(r"([a-z])\1+")

WORDS: dict[str, Promise] = {
    "names": _("same name"),
    "swapped": _("names swapped"),
    "given": _("same given name"),
    "given_form": _("forms of one given name"),
    "given_like": _("given names that look alike"),
    "initial": _("same initial"),
    "family": _("same family name"),
    "family_like": _("family names that look alike"),
    "family_part": _("a part of the family name"),
    "born": _("same birth date"),
    "born_near": _("birth dates that look alike"),
    "phone": _("same phone"),
    "mail": _("same e-mail"),
    "mail_like": _("e-mail addresses that look alike"),
    "address": _("same address"),
    "no_given": _("other given name"),
    "no_family": _("other family name"),
    "no_born": _("other birth date"),
}


class Shares(NamedTuple):
    """How common each word of a name is among so many people; one that nobody counted is as the hundredth name."""

    counted: Mapping[str, float]
    people: int

    def of(self, word: str) -> float:
        """Return the share of people who have a word in their name."""
        return self.counted.get(word, 0.002)


UNCOUNTED = Shares({}, 5000)


class Reason(NamedTuple):
    """One fact in a comparison: its code (see `WORDS`) and what it weighs."""

    code: str
    weight: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two records compare: the sum of what the facts weigh, the heaviest first."""

    score: float
    reasons: tuple[Reason, ...]

    @property
    def is_possible(self) -> bool:
        """Whether somebody should look."""
        return self.score >= POSSIBLE

    @property
    def is_likely(self) -> bool:
        """Whether it would be a surprise if they were two people."""
        return self.score >= LIKELY

    @property
    def codes(self) -> list[str]:
        """The facts by their codes: what speaks for it, then what speaks against it."""
        return [reason.code for reason in self.reasons]


def in_words(codes: list[str]) -> str:
    """Return facts as people read them: "Same birth date, names swapped"."""
    said = [str(WORDS[code]) for code in codes if code in WORDS]
    text = ", ".join(said)
    return text[:1].upper() + text[1:]


def compare(one: Facts, other: Facts, shares: Shares = UNCOUNTED) -> Verdict:
    """Return how two records compare; `shares` tells how common each word of a name is in the account."""
    given, family = _names(one, other, shares)
    born = _born(one.born, other.born)
    contact = _contact(one, other)
    if family and family.code == "no_family" and given and given.weight > 1 and contact:
        family = Reason("no_family", -2.5)  # who marries keeps the phone
    differs = given is not None and given.code == "no_given"
    if differs and contact:
        contact = [Reason(each.code, each.weight / 2) for each in contact]
    if differs and born and born.code == "born":
        # Twins, or two who happen to share a day: the day says hardly more than that they were born
        is_family = family is not None and family.weight > 0
        born = Reason("born", 2.0 if is_family or contact else born.weight)
    if born and born.code == "no_born":
        contact = [Reason(each.code, each.weight / 2) for each in contact]
    found = [each for each in (given, family, born, *contact, *_apart(one, other)) if each]
    found.sort(key=lambda each: -each.weight)
    return Verdict(sum(each.weight for each in found), tuple(found))


def _names(one: Facts, other: Facts, shares: Shares) -> tuple[Reason | None, Reason | None]:
    """Return what given and family names say, each in its place or both swapped, whichever says more."""
    straight = _given(one.given, other.given, shares), _family(one.family, other.family, shares)
    if not (one.family and other.family and one.given and other.given):
        return straight
    if all(each and each.weight > 0 for each in straight):
        first, last = straight
        if first and last and (first.code, last.code) == ("given", "family"):
            both = _in_both(one.given, other.given)
            return Reason("names", _namesakes(both[0], one.family[-1], shares)), None
        return straight
    crossed = _family(one.given, other.family, shares), _family(one.family, other.given, shares)
    is_swapped = all(each and each.weight > 0 for each in crossed)
    if is_swapped and _sum(crossed) > _sum(straight):
        return Reason("swapped", _sum(crossed) - 1.0), None
    return straight


def _sum(reasons: tuple[Reason | None, ...]) -> float:
    return sum(each.weight for each in reasons if each)


def _given(one: tuple[str, ...], other: tuple[str, ...], shares: Shares) -> Reason | None:
    if not one or not other:
        return None
    both = _in_both(one, other)
    if both:
        return Reason("given", max(_rare(word, shares, 2.0, 6.5) for word in both))
    pairs = [(a, b) for a in one for b in other]
    if any(nicknames.may_be_one(a, b) for a, b in pairs):
        return Reason("given_form", 3.0)
    if any(_is_slip(a, b) for a, b in pairs):
        return Reason("given_like", 2.5)
    if any(a[0] == b[0] and 1 in (len(a), len(b)) for a, b in pairs):
        return Reason("initial", 1.0)
    return Reason("no_given", -6.0)


def _family(one: tuple[str, ...], other: tuple[str, ...], shares: Shares) -> Reason | None:
    if not one or not other:
        return None
    if spelled("".join(one)) == spelled("".join(other)):
        return Reason("family", _rare(one[-1], shares, 2.5, 8.0))
    both = [word for word in _in_both(one, other) if len(word) > 2]
    if both:
        return Reason("family_part", max(_rare(word, shares, 2.0, 5.0) for word in both))
    if any(_is_slip(a, b) for a in one for b in other):
        return Reason("family_like", 3.0)
    return Reason("no_family", -4.0)


def _in_both(one: tuple[str, ...], other: tuple[str, ...]) -> list[str]:
    theirs = {spelled(word) for word in other}
    return [word for word in one if spelled(word) in theirs]


def _rare(word: str, shares: Shares, least: float, most: float) -> float:
    """Return what it says that two have a word in common: little for Smith, much for a name that nobody else has."""
    return min(max(log2(0.9 / shares.of(word)) * 0.65, least), most)


def _namesakes(given: str, family: str, shares: Shares) -> float:
    """Return what it says that two have the whole name in common.

    Ten bits when among so many people about as many pairs of namesakes are one person as are two.
    """
    by_chance = log2(0.81 / (shares.of(given) * shares.of(family))) - log2(5 * shares.people)
    return min(max(10.0 + by_chance * 0.65, 5.0), 13.0)


@lru_cache(maxsize=65536)
def _is_slip(one: str, other: str) -> bool:
    """Tell whether one word is the other with a slip of the hand or ear; two names that people have are none."""
    if _DOUBLED.sub(r"\1", one) == _DOUBLED.sub(r"\1", other):
        return True  # Ana and Anna
    if min(len(one), len(other)) < _SHORTEST_WITH_SLIP or len(one) == len(other) == 3:
        return False
    if nicknames.is_known(one) and nicknames.is_known(other):
        return False
    longest = max(len(one), len(other))
    slips = OSA.distance(one, other, score_cutoff=2)
    if slips == 1:
        return True
    return slips == 2 and longest >= 7 and JaroWinkler.similarity(one, other) >= 0.9


def _born(one: date | None, other: date | None) -> Reason | None:
    if one is None or other is None:
        return None
    if one == other:
        return Reason("born", 8.5)
    return Reason("born_near", 2.5) if _is_near(one, other) else Reason("no_born", -8.0)


def _is_near(one: date, other: date) -> bool:
    """Tell whether two dates are one with a slip: a digit, two neighbours exchanged, day and month exchanged."""
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return True
    if abs((one - other).days) == 1:
        return True
    a, b = f"{one:%Y%m%d}", f"{other:%Y%m%d}"
    return OSA.distance(a, b, score_cutoff=1) == 1


def _contact(one: Facts, other: Facts) -> list[Reason]:
    """Return what phones, mails and address say, together at most as much as a household leaves them to say."""
    found = []
    if one.phones & other.phones:
        found.append(Reason("phone", 5.0))
    if one.mails & other.mails:
        found.append(Reason("mail", 5.0))
    elif any(_is_same_box(a, b) for a in one.mails for b in other.mails):
        found.append(Reason("mail_like", 2.5))
    if one.address and one.address == other.address:
        found.append(Reason("address", 2.0))
    total = sum(each.weight for each in found)
    scale = min(1.0, _CONTACT_AT_MOST / total) if total else 1.0
    return [Reason(each.code, each.weight * scale) for each in found]


def _apart(one: Facts, other: Facts) -> list[Reason]:
    """Return what it says that two are reached by other ways: little, because people change them."""
    found = []
    if one.phones and other.phones and not one.phones & other.phones:
        found.append(Reason("no_phone", -1.0))
    if one.mails and other.mails and not one.mails & other.mails:
        found.append(Reason("no_mail", -0.7))
    return found


@lru_cache(maxsize=16384)
def _is_same_box(one: str, other: str) -> bool:
    """Tell whether two mail addresses are one with a slip, or the same name at another provider."""
    box, its = one.partition("@")[0], other.partition("@")[0]
    if box == its:
        return len(box) >= 6
    # ana.lee12 and ana.lee13 are two people
    is_letter = _letters(box) != _letters(its)
    return is_letter and OSA.distance(one, other, score_cutoff=1) == 1


def _letters(text: str) -> str:
    return "".join(sign for sign in text if not sign.isdigit())
