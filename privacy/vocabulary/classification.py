"""The class of every field and the policy of every model: one registry that all privacy machinery reads (DC-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal, TypeVar

from django.db import models

FieldT = TypeVar("FieldT", bound="models.Field[Any, Any]")


class DataClass(StrEnum):
    """How much a field says about a person; health information is always sensitive (promise P1)."""

    SENSITIVE = "sensitive"
    PERSONAL = "personal"
    OPERATIONAL = "operational"
    PUBLIC = "public"


class Subject(StrEnum):
    """Whose data a model holds, in the words of the privacy policy."""

    CLIENT = "client"
    CONTACT = "contact"  # third people in an account's records: referrers, relatives, funders
    USER = "user"
    VISITOR = "visitor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class FieldMark:
    """What a field declares: class, category (Fideslang's vocabulary), purpose, and why it may stay unsealed."""

    data_class: DataClass
    category: str
    purpose: str
    unsealed: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Which fields of a row lead to its sealed file in the region's object store."""

    name: str = "name"
    media_type: str = "media_type"
    storage_key: str = "storage_key"
    file_key: str = "file_key"


@dataclass(frozen=True, slots=True)
class ReaderRule:
    """Who may read a row of their own account: a function of the database, asked for each row that is loaded.

    `name` of the function; `asks`: which columns of the row it is asked about, by the names they have in `body`, beside
    the account, `of_account`; `body` in PL/pgSQL, where `app.reader` and its like say who reads. `unless`: a condition
    that holds for most readers and tells without asking that nothing is kept from them; a comparison of settings costs
    a statement nothing.
    """

    name: str
    asks: Mapping[str, str]
    body: str
    unless: str = ""

    @property
    def parameters(self) -> str:
        """The function's parameters."""
        return ", ".join(f"{name} uuid" for name in ("of_account", *self.asks))

    @property
    def condition(self) -> str:
        """What a row has to meet."""
        asked = f"{self.name}({', '.join(('account_id', *self.asks.values()))})"
        return f"({self.unless} OR {asked})" if self.unless else asked


class Because(StrEnum):
    """Why rows that end by themselves are kept until then (RT-10), which `privacy.policy` says in words."""

    COPY = "copy"  # made again when it is needed, or a passing state of something under way
    CONNECTION = "connection"
    SECURITY = "security"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """That rows end by themselves, and when: the one place from which the sweep and every text about it read.

    `ends`: the field, or path, whose date is their end (RT-11); a row where it is empty stays. `days`: how far ahead
    that date is set when a row begins. `after`: how many days beyond the date rows stay (RT-10).
    """

    ends: str
    days: float = 0
    after: int = 0
    because: Because = Because.COPY

    @property
    def whole(self) -> timedelta:
        """How long a row is there, from its beginning or from what `ends` names to its going."""
        return timedelta(days=self.days + self.after)


@dataclass(frozen=True, slots=True)
class Settled:
    """That a row which waits for something waits no more where an archive brings it: nobody is told twice.

    Of `field`, any of `waiting` becomes `done`.
    """

    field: str
    waiting: tuple[str, ...]
    done: str


@dataclass(frozen=True, slots=True)
class DataPolicy:
    """What a model declares about its rows.

    `subject`: whose data. `client`: the attribute that leads to the Client's id ("id" on Client itself), or None for
    data of the account. `export`: True, or the reason why it is left out (EX-1). `erase`: what client erasure does.
    `retain`: how long, in words, where no `lives` says so. `deletable`: the app may delete rows of a living account; for all
    others only the purge of a closing account can (P16). `undoable`: but rows that an import brought, until it was taken
    back; a trigger on the table keeps it to those. `append_only`: rows never change once written. `closing`: rows
    may still be written while the account closes. `file`: each row has a sealed file of its own. `readers`: the SQL
    condition, or the rule where it asks other tables, that a row also has to meet before `keepwell_app` can read it.
    `apart`: the path to a switch; a row under one that is on stands apart from the ordinary record, and an export leaves
    it out unless it was asked for (E9). `arrives`: True, why an archive of a former account doesn't bring these rows to
    another, or what becomes of those that wait (EX-7). `lives`: the sweep deletes rows, and with them their files, when
    their time is over. `record`: True where it belongs into a copy of a client's own record, or the reason why not.
    `work_of`: the path to the Practitioner or Member whose work a row is, or "client" where it goes with each of their
    clients; empty: a practitioner who leaves takes none along. `dated`: the path to the moment by which a choice of
    dates asks for it, where that isn't the moment at which it was made. `while_restricted`: what becomes
    of rows whose client wants their data only stored (DS-8): nobody changes them ("keep"), or reads them either
    ("hide"), but for the ones the database itself works out ("go_on").
    """

    subject: Subject
    client: str | None = None
    export: Literal[True] | str = True
    erase: Literal["delete", "keep", "blank"] = "delete"
    retain: str = "life of the account"
    deletable: bool = False
    undoable: bool = False
    append_only: bool = False
    closing: bool = False
    file: StoredFile | None = None
    readers: str | ReaderRule = ""
    apart: str = ""
    arrives: Literal[True] | str | Settled = True
    lives: Lifetime | None = None
    record: Literal[True] | str = True
    work_of: str = ""
    dated: str = ""
    while_restricted: Literal["keep", "hide", "go_on"] = "keep"

    @property
    def is_held(self) -> bool:
        """Whether the database refuses changes of rows while their client's data are restricted."""
        return bool(self.client) and not self.closing and self.while_restricted != "go_on"


def _mark(field: FieldT, mark: FieldMark) -> FieldT:
    field.data_mark = mark  # type: ignore[attr-defined]
    return field


def sensitive(
    field: FieldT, category: str = "user.health_and_medical", purpose: str = "care"
) -> FieldT:
    """Mark a field as health information, free text about a person, or a file; return the field."""
    return _mark(field, FieldMark(DataClass.SENSITIVE, category, purpose))


def personal(
    field: FieldT, category: str = "user.contact", purpose: str = "care", *, unsealed: str = ""
) -> FieldT:
    """Mark a field as identifying a person; `unsealed` gives the reason when it is not an encrypted field (CR-1)."""
    return _mark(field, FieldMark(DataClass.PERSONAL, category, purpose, unsealed))


def operational(
    field: FieldT, category: str = "system.operations", purpose: str = "operations"
) -> FieldT:
    """Mark a field that runs the product and identifies nobody by itself; return the field."""
    return _mark(field, FieldMark(DataClass.OPERATIONAL, category, purpose))


def public(
    field: FieldT, category: str = "system.reference", purpose: str = "publication"
) -> FieldT:
    """Mark a field that the practice publishes; return the field."""
    return _mark(field, FieldMark(DataClass.PUBLIC, category, purpose))


def mark_of(field: Any) -> FieldMark | None:
    """Return the mark of a model field, or None when it has none."""
    return getattr(field, "data_mark", None)
