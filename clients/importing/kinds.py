"""The registry of what can be imported: each app says of its own kinds which fields they have and what becomes of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.utils.functional import Promise

from accounts.permissions import Permission

if TYPE_CHECKING:
    from django.db.models import Model

    from clients.importing.plans import Plan


class Type(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"
    MOMENT = "moment"  # a date with its time of day
    TIME = "time"
    MINUTES = "minutes"
    PHONE = "phone"
    MAIL = "mail"
    CHOICE = "choice"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a column may stand for: what is kept, its name, and other words for it."""

    value: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a column may be.

    `words` are headings under which other systems give it. Several columns may be the same field when it `joins` them.
    `choices` are what a value of the column can stand for; `has_heading`: of several, each begins with its own.
    """

    name: str
    label: str | Promise
    words: tuple[str, ...] = ()
    type: Type = Type.TEXT
    longest: int = 80
    joins: str = ""
    is_needed: bool = False
    has_heading: bool = False
    choices: Callable[[], Sequence[Choice]] | None = None
    help: str | Promise = ""


@dataclass(slots=True)
class Found:
    """Something to say about a row: in which column (None: all of it), what, and whether it keeps the row out."""

    column: int | None
    code: str
    value: str = ""
    is_error: bool = True


@dataclass(slots=True)
class Record:
    """One row as it was understood. `known`: why it is left out without being wrong, such as "already imported"."""

    row: int
    values: dict[str, Any]
    found: list[Found] = field(default_factory=list)
    known: str = ""
    reference: str = ""
    source_hash: str = ""
    row_index: bytes = b""

    @property
    def is_bad(self) -> bool:
        """Whether something keeps it out."""
        return any(each.is_error for each in self.found)

    @property
    def is_taken(self) -> bool:
        """Whether it will be imported."""
        return not self.known and not self.is_bad


@dataclass(frozen=True, slots=True)
class Built:
    """A row of a table to be: its id, under whose key it is sealed, and the values that differ from the defaults."""

    model: type[Model]
    pk: UUID
    client_id: UUID | None
    values: Mapping[str, Any]


class Session(Protocol):
    """What one pass over a file knows; each kind has its own."""

    def look(self, records: Sequence[Record]) -> None:
        """Say of some rows, each understood by itself, what is wrong between them and what is there already."""

    def keys(self, records: Sequence[Record]) -> None:
        """Make or fetch the keys under which the rows of these records will be sealed."""

    def build(self, record: Record) -> Iterable[Built]:
        """Return the rows that a record becomes, its main one first."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file. `main` is the model of the thing itself, `tables` are in the order in which rows can be put there.

    `also`: what somebody must be permitted beside importing.
    """

    name: str
    label: str | Promise
    one: str | Promise
    icon: str
    fields: tuple[Field, ...]
    main: type[Model]
    tables: tuple[type[Model], ...]
    begin: Callable[[Plan], Session]
    sample: tuple[tuple[str, ...], ...]
    position: int = 0
    also: Permission | None = None
    help: str | Promise = ""

    def field(self, name: str) -> Field | None:
        """Return the field of a name."""
        return next((each for each in self.fields if each.name == name), None)


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind to what can be imported."""
    KINDS[kind.name] = kind
    return kind


def all_kinds() -> list[Kind]:
    """Return every kind in the order in which a practice moves: clients first."""
    return sorted(KINDS.values(), key=lambda kind: kind.position)
