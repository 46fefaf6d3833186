"""What is known of one record, made ready to be compared with thousands of others."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from clients.words import digits, fold, name_words

# The last digits of a number are the same however the country is written before them
_PHONE_END = 9
_SOUNDS = {
    **dict.fromkeys("bfpvw", "1"),
    **dict.fromkeys("cgjkqsxz", "2"),
    **dict.fromkeys("dt", "3"),
    "l": "4",
    **dict.fromkeys("mn", "5"),
    "r": "6",
}
_SPELLINGS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ph", "f"))


class Facts(NamedTuple):
    """One record in the form in which it is compared: folded words of names, the ends of phones, what is missing empty.

    `given` holds the preferred name's words too; `whole` is the name with everything in its order.
    """

    given: tuple[str, ...]
    family: tuple[str, ...]
    born: date | None
    phones: frozenset[str]
    mails: frozenset[str]
    address: str


def facts(
    given_name: str,
    family_name: str = "",
    preferred_name: str = "",
    born: date | None = None,
    phones: tuple[str, ...] = (),
    mails: tuple[str, ...] = (),
    address: str = "",
) -> Facts:
    """Return the facts of a record as it is written."""
    given = words(given_name)
    more = tuple(word for word in words(preferred_name) if word not in given)
    numbers = frozenset(end for phone in phones if (end := phone_end(phone)))
    return Facts(
        given + more,
        words(family_name),
        born if isinstance(born, date) else None,
        numbers,
        frozenset(fold(mail).strip() for mail in mails if "@" in mail),
        "".join(sign for sign in fold(address) if sign.isalnum()),
    )


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: without accents, O’Neill as one."""
    found = name_words(name)
    if not found:
        return ()
    # name_words gives O’Neill joined first, then its pieces: the joined one is the name
    return tuple(found if "'" not in name and "’" not in name else found[:1])


def phone_end(phone: str) -> str:
    """Return the digits by which two ways of writing a number agree; "" for what is too short to be one."""
    found = digits(phone)
    return found[-_PHONE_END:] if len(found) >= 6 else ""


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return how a word begins to sound: the same for Catherine and Kathryn; other scripts by their first letters."""
    if not word.isascii():
        return word[:3]
    first = _SOUNDS.get(word[0], "0")
    code = [first]
    for sign in word[1:]:
        here = _SOUNDS.get(sign, "")
        if here and here != code[-1]:
            code.append(here)
        elif not here and sign in "aeiouy":
            code.append("")
    return "".join(code)[:4]


@lru_cache(maxsize=65536)
def spelled(word: str) -> str:
    """Return a word as those write it who have no umlauts: Mueller and Müller are one."""
    for pair, single in _SPELLINGS:
        if pair in word:
            word = word.replace(pair, single)
    return word
