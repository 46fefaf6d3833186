"""Which given names are said for which: Liz, Betty and Elizabeth may be one woman."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("nicknames.txt")
_NONE: frozenset[int] = frozenset()


def may_be_one(name: str, other: str) -> bool:
    """Tell whether two folded given names are forms of one."""
    groups = _groups()
    return not groups.get(name, _NONE).isdisjoint(groups.get(other, _NONE))


def is_known(name: str) -> bool:
    """Tell whether a folded name is on the list: hardly a slip of another that is on it, too."""
    return name in _groups()


def group(name: str) -> str:
    """Return one name that stands for all of a name's forms: the first on the list that has it, or the name itself."""
    return _heads().get(name, name)


def forms(name: str) -> list[str]:
    """Return the other names on the lines that begin with a folded name."""
    return [form for head, *more in _lines() if head == name for form in more]


def all_forms(name: str) -> list[str]:
    """Return a folded name with all that it may be said for or that may be said for it."""
    lines = _lines()
    found = {form for number in _groups().get(name, _NONE) for form in lines[number]}
    return [name, *sorted(found - {name})]


@cache
def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_lines()):
        for name in line:
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


@cache
def _heads() -> dict[str, str]:
    heads: dict[str, str] = {}
    for line in _lines():
        for name in line:
            heads.setdefault(name, line[0])
    return heads


@cache
def _lines() -> list[list[str]]:
    return [line.split() for line in _LIST.read_text(encoding="utf-8").splitlines()]
