"""Invented people of whom some have two records: what is known of the truth, so that the matcher can be measured.

Households share phones, mail and addresses; some have twins, some a father and a son of one name. A second record is
written as receptions and booking pages write them: with slips, short names, swapped fields, without accents, after a
marriage, with half of it missing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from clients.alike import nicknames
from clients.alike.facts import Facts, facts
from clients.words import fold

# Given names, family names, and syllables of rarer ones
_GIVEN, _FAMILY, _SYLLABLES = (
    line.split()
    for line in Path(__file__).with_name("invented.txt").read_text(encoding="utf-8").splitlines()
)
_HOSTS = ("mail.example", "post.example", "inbox.example", "web.example")
_STREETS = ("High Street", "Mill Lane", "Station Road", "Church Street", "Victoria Avenue")


@dataclass(frozen=True, slots=True)
class Written:
    """A record as somebody typed it."""

    given: str
    family: str
    preferred: str = ""
    born: date | None = None
    phone: str = ""
    mail: str = ""
    address: str = ""

    @property
    def facts(self) -> Facts:
        """The record made ready to be compared."""
        phones, mails = (self.phone,) * bool(self.phone), (self.mail,) * bool(self.mail)
        names = (self.given, self.family, self.preferred)
        return facts(*names, self.born, phones, mails, self.address)


@dataclass(frozen=True, slots=True)
class Town:
    """Records in no order, and which pairs of places are one person."""

    records: list[Written]
    truth: set[tuple[int, int]]


def town(people: int, *, seed: int = 1, twice: float = 0.08) -> Town:
    """Return about so many records of a town's people; `twice` is the share of people with a second one."""
    dice = random.Random(seed)
    known: list[tuple[Written, int]] = []
    person = 0
    while len(known) < people:
        for member in _household(dice):
            known.append((member, person))
            for _second in range(1 + (dice.random() < 0.1) if dice.random() < twice else 0):
                known.append((_again(dice, member), person))
            person += 1
    dice.shuffle(known)
    by_person: dict[int, list[int]] = {}
    for place, (_record, who) in enumerate(known):
        by_person.setdefault(who, []).append(place)
    truth = {
        (one, other)
        for places in by_person.values()
        for at, one in enumerate(places)
        for other in places[at + 1 :]
    }
    return Town([record for record, _who in known], truth)


def _household(dice: random.Random) -> list[Written]:
    """Return one to five people who share a roof, and mostly a phone, a mail address and a family name."""
    family = _family(dice)
    phone, mail = _phone(dice), _mail(dice, "family", family)
    address = f"{dice.randrange(1, 400)} {dice.choice(_STREETS)}"
    size = dice.choices((1, 2, 3, 4, 5), (50, 20, 12, 12, 6))[0]
    members: list[Written] = []
    for number in range(size):
        is_child = number > 1
        given = dice.choice(
            [name for name in _GIVEN if name not in {each.given for each in members}]
        )
        born = _day(dice, 2008, 2024) if is_child else _day(dice, 1938, 2006)
        if is_child and number == 3 and dice.random() < 0.25:
            born = members[2].born or born  # twins
        if number == 1 and dice.random() < 0.05:
            given = members[0].given  # a son with the father's name
        own_phone = phone if is_child or dice.random() < 0.35 else _phone(dice)
        own_mail = mail if is_child or dice.random() < 0.25 else _mail(dice, given, family)
        name = family if is_child or dice.random() < 0.8 else _family(dice)
        preferred = _short(dice, given) if dice.random() < 0.1 else ""
        members.append(Written(given, name, preferred, born, own_phone, own_mail, address))
    return [_incomplete(dice, each) for each in members]


def _incomplete(dice: random.Random, record: Written) -> Written:
    for name, share in (("born", 0.15), ("phone", 0.1), ("mail", 0.2), ("address", 0.4)):
        nothing: Any = None if name == "born" else ""
        if dice.random() < share:
            record = replace(record, **{name: nothing})
    return record


def _again(dice: random.Random, record: Written) -> Written:
    """Return a second record of somebody, written otherwise in one to three ways."""
    for change in dice.sample(_CHANGES, dice.choices((1, 2, 3), (50, 35, 15))[0]):
        record = change(dice, record)
    return record


def _slip(dice: random.Random, text: str) -> str:
    if len(text) < 4:
        return text
    at = dice.randrange(1, len(text) - 1)
    way = dice.randrange(4)
    if way == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if way == 1:
        return text[:at] + text[at + 1 :]
    letter = dice.choice("aeiounrst")
    return text[:at] + letter + text[at + (way == 2) :]


def _slip_in_family(dice: random.Random, it: Written) -> Written:
    return replace(it, family=_slip(dice, it.family))


def _slip_in_given(dice: random.Random, it: Written) -> Written:
    return replace(it, given=_slip(dice, it.given))


def _swapped(dice: random.Random, it: Written) -> Written:
    return replace(it, given=it.family, family=it.given) if it.family else it


def _shortened(dice: random.Random, it: Written) -> Written:
    return replace(it, given=_short(dice, it.given))


def _plain(dice: random.Random, it: Written) -> Written:
    return replace(it, given=fold(it.given).title(), family=fold(it.family).title())


def _married(dice: random.Random, it: Written) -> Written:
    other = _family(dice)
    return replace(it, family=dice.choice((other, f"{it.family}-{other}")))


def _day_slip(dice: random.Random, it: Written) -> Written:
    if it.born is None:
        return it
    if it.born.day <= 12 and dice.random() < 0.5:
        return replace(it, born=date(it.born.year, it.born.day, it.born.month))
    return replace(it, born=it.born + timedelta(days=dice.choice((-1, 1))))


def _no_day(dice: random.Random, it: Written) -> Written:
    return replace(it, born=None)


def _new_phone(dice: random.Random, it: Written) -> Written:
    return replace(it, phone=_phone(dice))


def _phone_otherwise(dice: random.Random, it: Written) -> Written:
    return replace(it, phone="0" + it.phone.removeprefix("+61")) if it.phone else it


def _no_mail(dice: random.Random, it: Written) -> Written:
    return replace(it, mail="")


def _new_mail(dice: random.Random, it: Written) -> Written:
    return replace(it, mail=_mail(dice, it.given, it.family))


def _moved(dice: random.Random, it: Written) -> Written:
    return replace(it, address=f"{dice.randrange(1, 400)} {dice.choice(_STREETS)}")


_CHANGES: tuple[Callable[[random.Random, Written], Written], ...] = (
    _slip_in_family,
    _slip_in_given,
    _swapped,
    _shortened,
    _plain,
    _married,
    _day_slip,
    _no_day,
    _new_phone,
    _phone_otherwise,
    _no_mail,
    _new_mail,
    _moved,
)


def _short(dice: random.Random, given: str) -> str:
    """Return another form of a given name, the name itself where there is none."""
    plain = fold(given)
    forms = [form for form in nicknames.forms(plain) if form != plain]
    return dice.choice(forms).title() if forms else given


def _family(dice: random.Random) -> str:
    """Return a family name: one in two is common, the others are mostly borne by few."""
    if dice.random() < 0.5:
        return dice.choice(_FAMILY)
    return "".join(dice.choice(_SYLLABLES) for _ in range(dice.choice((2, 3, 3)))).title()


def _phone(dice: random.Random) -> str:
    return f"+614{dice.randrange(10**8):08d}"


def _mail(dice: random.Random, given: str, family: str) -> str:
    box = fold(f"{given}.{family}").replace(" ", "").replace("'", "")
    return f"{box}{dice.randrange(100) if dice.random() < 0.6 else ''}@{dice.choice(_HOSTS)}"


def _day(dice: random.Random, first: int, last: int) -> date:
    return date(first, 1, 1) + timedelta(days=dice.randrange((last - first) * 365))
