"""Finds people in memory: one long text per kind of word, walked in the order in which results are shown."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from heapq import nsmallest
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from clients.alike import nicknames
from clients.guessing import Vocabulary
from clients.words import Wanted, digits, fold, is_plain, name_words, readings

_FIRST_IDEOGRAPH = "\u2e80"


class Person(NamedTuple):
    """A client's names, opened. `order` sorts: archived ones last, by family name, then given name."""

    order: str
    id: UUID
    given_name: str
    family_name: str
    preferred_name: str
    is_archived: bool
    is_confirmed: bool
    alias_of: UUID | None = None

    @property
    def name(self) -> str:
        """The name as lists show it, with the preferred one when it differs."""
        full = f"{self.given_name} {self.family_name}".strip()
        if self.preferred_name and self.preferred_name != self.given_name:
            return f"{full} ({self.preferred_name})"
        return full


class Contact(NamedTuple):
    """How a client is reached and told apart, opened; `more` are further phones and addresses."""

    email: str
    phone: str
    birth_date: date | None
    more: tuple[str, ...] = ()


NO_CONTACT = Contact("", "", None)


def order_of(given_name: str, family_name: str, is_archived: bool) -> str:
    """Return the sort key of a person."""
    given, family = fold(given_name), fold(family_name)
    return f"{'~' if is_archived else '!'}{family or given}\t{given}"


class Index:
    """People in the order of their names, with the texts that searches walk; never changed, replaced when stale.

    A merged record is found in the place of the one it stands for. Contacts are asked for at the first search that
    needs them. `lists` is for whoever shows parts of it again and again.
    """

    def __init__(
        self, people: Iterable[Person], contacts: Callable[[], Mapping[UUID, Contact]]
    ) -> None:
        self._merged: dict[UUID, list[Person]] = {}
        left, known = [], list(people)
        seen = {person.id for person in known} if any(each.alias_of for each in known) else set()
        for person in known:
            # whom a confined reader doesn't see has nothing that stands for them
            if person.alias_of is None or person.alias_of not in seen:
                left.append(person)
            else:
                self._merged.setdefault(person.alias_of, []).append(person)
        self.people = sorted(left, key=itemgetter(0))
        self.lists: dict[tuple[str, str], list[Person]] = {}
        self._ask_contacts = contacts

    def search(self, text: str, limit: int) -> list[Person]:
        """Return at most `limit` people whom all words of `text` fit, in the order of names.

        When nobody does, those whose names come close, the closest first.
        """
        return self._exact(text, limit) or self._close(text, limit)

    def fits(self, text: str) -> bool:
        """Tell whether all words fit somebody as they are typed."""
        return bool(self._exact(text, 1))

    def resembling(self, given: str, family: str, limit: int) -> list[Person]:
        """Return people whose name is like this one, whichever part stands first, the closest first."""
        first = [form for word in name_words(given) for form in nicknames.all_forms(word)]
        last = name_words(family)
        parts = [self._vocabulary.whole(each) for each in (first, last) if each]
        return self._closest(parts, limit) if parts else []

    def _exact(self, text: str, limit: int) -> list[Person]:
        places: set[int] = set()
        for wanted in readings(text):
            for found, place in enumerate(self._fitting(wanted), 1):
                places.add(place)
                if found >= limit:
                    break
        return [self.people[place] for place in sorted(places)[:limit]]

    def _close(self, text: str, limit: int) -> list[Person]:
        wanted = next(iter(readings(text)), None)
        if wanted is None or not wanted.names:
            return []
        parts = [self._vocabulary.beginning(word) for word in wanted.names]
        others = Wanted((), wanted.mails, wanted.digits, wanted.births)
        also = set(self._fitting(others)) if others else None
        return self._closest(parts, limit, also)

    def _closest(
        self, parts: list[dict[int, int]], limit: int, among: set[int] | None = None
    ) -> list[Person]:
        """Return the people whom every part fits, by how many slips they take; `among` narrows them down."""
        fewest, *rest = sorted(parts, key=len)
        slips = {
            place: slips + sum(part[place] for part in rest)
            for place, slips in fewest.items()
            if all(place in part for part in rest) and (among is None or place in among)
        }
        best = nsmallest(limit, slips.items(), key=lambda each: (each[1], each[0]))
        return [self.people[place] for place, _slips in best]

    def _fitting(self, wanted: Wanted) -> Iterator[int]:
        """Yield the places of the people who fit. The longest word is the rarest: it is walked, the rest tested."""
        needles = [(_needle(word), self._names) for word in wanted.names]
        needles += [(_mail_needle(word), self._mails) for word in wanted.mails]
        if wanted.digits and not _is_year(wanted.digits):
            needles.append((wanted.digits, self._phones))
        needles.sort(key=lambda each: -len(each[0]))
        walk = needles[0][1].places(needles[0][0]) if needles else iter(range(len(self.people)))
        for place in walk:
            if (
                all(needle in text.lines[place] for needle, text in needles[1:])
                and all(self._was_born(place, meant) for meant in wanted.births)
                and (not _is_year(wanted.digits) or self._has_year(place, wanted.digits))
            ):
                yield place

    def _has_year(self, place: int, wanted: str) -> bool:
        """Four digits that may be a year: of birth, or a part of the phone number."""
        if wanted in self._phones.lines[place]:
            return True
        return any(born and born.year == int(wanted) for born in self._births(place))

    def _was_born(self, place: int, meant: Container[date | None]) -> bool:
        return any(born in meant for born in self._births(place))

    def _births(self, place: int) -> list[date | None]:
        also = self._also.get(place, ())
        return [each.birth_date for each in (self._contacts[place], *also)]

    @cached_property
    def _names(self) -> _Text:
        lines = [_name_line(person[0], person[4]) for person in self.people]
        for place, merged in self._merged_at.items():
            lines[place] += "".join(_name_line(each[0], each[4]) for each in merged)
        return _Text(lines)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._names.lines)

    @cached_property
    def _merged_at(self) -> dict[int, list[Person]]:
        """The records that were merged, by the place of the person they stand for."""
        if not self._merged:
            return {}
        places = {person.id: place for place, person in enumerate(self.people)}
        return {places[pk]: merged for pk, merged in self._merged.items() if pk in places}

    @cached_property
    def _contacts(self) -> list[Contact]:
        known = self._ask_contacts()
        return [known.get(person.id, NO_CONTACT) for person in self.people]

    @cached_property
    def _also(self) -> dict[int, list[Contact]]:
        """The contacts of merged records."""
        known = self._ask_contacts()
        return {
            place: [known.get(each.id, NO_CONTACT) for each in merged]
            for place, merged in self._merged_at.items()
        }

    @cached_property
    def _mails(self) -> _Text:
        return self._contact_text(_mail_line)

    @cached_property
    def _phones(self) -> _Text:
        return self._contact_text(_phone_line)

    def _contact_text(self, line_of: Callable[[Contact], str]) -> _Text:
        """Return the lines of all, those of merged records with the line of whom they stand for."""
        lines = [line_of(contact) for contact in self._contacts]
        for place, also in self._also.items():
            lines[place] = " ".join([lines[place], *map(line_of, also)])
        return _Text(lines)


class _Text:
    """Lines joined into one string, so that a search for a piece runs at the speed of `str.find`."""

    __slots__ = ("lines", "starts", "whole")

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.whole = "\n".join(lines)
        self.starts = list(accumulate([len(line) + 1 for line in lines], initial=0))

    def places(self, needle: str) -> Iterator[int]:
        """Yield, in order, the number of each line that holds `needle`."""
        find, starts = self.whole.find, self.starts
        at = find(needle)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            yield place
            at = find(needle, starts[place + 1])


def _name_line(order: str, preferred_name: str) -> str:
    # the sort key holds family and given name, folded
    line = f" {order[1:]} {fold(preferred_name)}".replace("\t", " ")
    if is_plain(line.replace(" ", "")):
        return line
    return " " + " ".join(name_words(line))


def _mail_line(contact: Contact) -> str:
    mails = [contact.email, *(each for each in contact.more if "@" in each)]
    return " " + fold(" ".join(mails) if contact.more else contact.email)


def _phone_line(contact: Contact) -> str:
    if not contact.more:
        return digits(contact.phone)
    return " ".join(digits(each) for each in (contact.phone, *contact.more) if "@" not in each)


def _needle(word: str) -> str:
    """Return what to look for: the beginning of a word, or any part of a script that writes no spaces."""
    return word if word[0] >= _FIRST_IDEOGRAPH else " " + word


def _mail_needle(word: str) -> str:
    return word if word.startswith("@") else " " + word


def _is_year(text: str) -> bool:
    return len(text) == 4 and text[:2] in ("18", "19", "20")
