"""Who is a client already, kept as hashes of names with what tells people of one name apart: in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from clients import opening
from clients.alike.facts import phone_end, words
from clients.words import fold

_NAME, _BORN, _MAIL, _PHONE = "n", "b", "m", "p"
Keys = Iterator[int]


class Known:
    """The people of the account by their names with birth date, mail or phone, and by the name alone."""

    def __init__(self) -> None:
        self._one: dict[int, UUID] = {}
        self._several: set[int] = set()

    @classmethod
    def open(cls) -> Known:
        """Return those who are clients now; merged records lead to whom they stand for."""
        known = cls()
        with opening.no_collection():
            people = {each.id: each for each in opening.people(None)}
            for pk, contact in opening.contacts(None):
                person = people[pk]
                mails = [one for one in (contact.email, *contact.more) if "@" in one]
                phones = [one for one in (contact.phone, *contact.more) if "@" not in one]
                names = (person.given_name, person.family_name)
                for key in keys(*names, contact.birth_date, mails, phones):
                    known._add(key, person.alias_of or pk)
                if person.preferred_name:
                    called = (person.preferred_name, person.family_name)
                    for key in keys(*called, contact.birth_date, mails, phones):
                        known._add(key, person.alias_of or pk)
        return known

    def like(self, values: Mapping[str, Any]) -> UUID | None:
        """Return somebody with this name and birth date, mail address or phone."""
        for key in _told_apart(values):
            found = self._one.get(key)
            if found is not None:
                return found
        return None

    def named(self, values: Mapping[str, Any]) -> tuple[UUID | None, bool]:
        """Return the only one of this name, told apart by whatever else is said, and whether there are several."""
        is_told = bool(values.get("birth_date") or values.get("email") or values.get("phone"))
        for key in _told_apart(values):
            if key in self._one and key not in self._several:
                return self._one[key], False
        key = hash((_NAME, *_names(values.get("given_name"), values.get("family_name"))))
        if key in self._several:
            return None, True
        # A name alone is enough only where nothing else was said that contradicts it
        return (None if is_told and values.get("birth_date") else self._one.get(key)), False

    def _add(self, key: int, pk: UUID) -> None:
        if self._one.setdefault(key, pk) != pk:
            self._several.add(key)


class Rows:
    """The people of one file so far: which row had the same name with the same birth date, mail address or phone."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}

    def like(self, values: Mapping[str, Any], row: int) -> int | None:
        """Return an earlier row of the same person; the row is remembered."""
        found = None
        for key in _told_apart(values):
            first = self._rows.setdefault(key, row)
            found = first if first != row else found
        return found


def keys(
    given: str, family: str, born: date | None, mails: Collection[str], phones: Collection[str]
) -> Keys:
    """Yield the hashes by which somebody is known: the name with each thing that tells apart, the name alone."""
    yield from _with(given, family, born, mails, phones)
    names = _names(given, family)
    if names != ("", ""):
        yield hash((_NAME, *names))


def _told_apart(values: Mapping[str, Any]) -> Keys:
    mails = [values["email"]] if values.get("email") else []
    phones = [
        values[name]
        for name in ("phone", "more_phone", "home_phone", "work_phone")
        if values.get(name)
    ]
    for called in {values.get("given_name") or "", values.get("preferred_name") or ""} - {""}:
        family = values.get("family_name") or ""
        yield from _with(called, family, values.get("birth_date"), mails, phones)


def _with(
    given: str, family: str, born: date | None, mails: Iterable[str], phones: Iterable[str]
) -> Keys:
    names = _names(given, family)
    if names == ("", ""):
        return
    if born:
        yield hash((_BORN, *names, born.toordinal()))
    for mail in mails:
        yield hash((_MAIL, *names, fold(mail).strip()))
    for phone in phones:
        end = phone_end(phone)
        if end:
            yield hash((_PHONE, *names, end))


def _names(given: str | None, family: str | None) -> tuple[str, str]:
    return " ".join(words(given or "")), " ".join(words(family or ""))
