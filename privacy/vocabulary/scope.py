"""Which account the running code acts in, for whom and why; everything that touches Client Data asks here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied


class NoAccount(RuntimeError):
    """Account data was asked for while no account is active."""


class NotToBeRead(PermissionDenied):
    """A sensitive value was asked for by a member who sees no more of clients than how to reach them (features A2)."""


class WrongAccount(RuntimeError):
    """Data of one account or region was used while another is active."""


class ActorKind(StrEnum):
    """Who can act: the words written to the audit."""

    MEMBER = "member"
    CLIENT = "client"
    VISITOR = "visitor"
    SUPPORT = "support"
    SYSTEM = "system"


class Purpose(StrEnum):
    """Why records are read; each audit row names one (AU-3, AU-4)."""

    CARE = "care"
    BOOKING = "booking"
    ADMINISTRATION = "administration"
    EXPORT = "export"
    CLOSURE = "closure"
    REQUEST = "request"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or the system itself, who does something: `id` is a member's, client's or user's id."""

    kind: ActorKind
    id: UUID | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
VISITOR = Actor(ActorKind.VISITOR)
READS_ALL = "system"


def reader_of(actor: Actor) -> str:
    """Return the word by which the database knows who reads: a member's id, `READS_ALL` for the product's own work.

    Nobody else reads what is kept for some readers only: for them the word is empty.
    """
    if actor.kind == ActorKind.SYSTEM:
        return READS_ALL
    return str(actor.id) if actor.kind == ActorKind.MEMBER else ""


class Sight(NamedTuple):
    """What a member is kept to: clients of one location, clients of theirs, appointments of theirs; None: to nothing.

    The clients and appointments of a member are named by the member's id (features A2, A5).
    """

    location: UUID | None = None
    clients_of: UUID | None = None
    diary_of: UUID | None = None


WHOLE = Sight()


@dataclass(slots=True)
class Scope:
    """One account, entered by one actor for one purpose, with the aliases where its data lives."""

    account_id: UUID
    region: str
    cell: str
    database: str
    keyring: str
    actor: Actor
    purpose: Purpose
    reading: bool = False
    reader: str = ""  # whose eyes the database reads with, see `reader_of`
    files: bool = False  # whether it reads letters and files
    care: bool = True  # whether it reads what is sensitive
    sight: Sight = WHOLE
    own_sight: Sight = WHOLE  # the same, also while a verb reaches everywhere
    key_epoch: int = 0
    anchor: Any = None  # the account's row as it was at the door; None where it does not live here
    reads: dict[tuple[str, UUID | None], set[UUID]] = field(default_factory=dict)
    unreadable: set[tuple[str, UUID, str]] = field(default_factory=set)
    late: list[Any] = field(default_factory=list)

    @property
    def location(self) -> UUID | None:
        """The location whose clients alone are seen, None for all of them."""
        return self.sight.location

    @property
    def is_confined(self) -> bool:
        """Whether some clients aren't there for whoever looks."""
        return self.sight.location is not None or self.sight.clients_of is not None

    def note_read(self, kind: str, client_id: UUID | None, object_id: UUID) -> None:
        """Remember that a sensitive value was decrypted; `acting_in` turns it into an audit row (AU-3)."""
        self.reads.setdefault((kind, client_id), set()).add(object_id)


_current: ContextVar[Scope | None] = ContextVar("keepwell_scope", default=None)


def current() -> Scope:
    """Return the active scope; raise `NoAccount` when there is none."""
    scope = _current.get()
    if scope is None:
        raise NoAccount("No account is active. Enter one with acting_in(account, by=…).")
    return scope


def active() -> Scope | None:
    """Return the active scope or None; only for code that decides whether to refuse."""
    return _current.get()


def current_account_id() -> UUID | None:
    """Return the active account's id, the default of every `account_id`; None outside a scope."""
    scope = _current.get()
    return scope.account_id if scope else None


@contextmanager
def entered(scope: Scope) -> Iterator[Scope]:
    """Make `scope` the active one; only `accounts.tenancy.acting_in` calls this."""
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
