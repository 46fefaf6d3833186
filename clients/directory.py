"""The directory: who the account's clients are, opened in this process's memory and nowhere else (privacy.md 4).

Names can't be searched or sorted where they lie sealed. So each process opens them once, keeps them while they are
used, and before every answer asks the database which rows changed. Nothing of it reaches a shared cache.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import connections
from django.utils.translation import gettext as _

from accounts.tenancy import everywhere
from clients import opening
from clients.finding import NO_CONTACT, Contact, Index, Person
from clients.words import fold
from privacy.vocabulary import clock, scope

UNUSED_SECONDS = 60
OLDEST_SECONDS = 600
OVERLAP = timedelta(minutes=2)
PEOPLE_IN_MEMORY = 200_000
PAGE_SIZE = 50
# Whom a member looks after who sees only their own clients: few, while the wall would be asked about everybody
_LOOKED_AFTER = """
SELECT id FROM clients_client WHERE account_id = %(account)s AND id = ANY(ARRAY(
    SELECT c.client_id FROM clients_caring c
    JOIN accounts_practitioner p ON p.account_id = c.account_id AND p.id = c.practitioner_id
    WHERE c.account_id = %(account)s AND c.ended_at IS NULL AND p.member_id = %(member)s))
"""
_CHANGED = "SELECT id, updated_at FROM clients_client WHERE account_id = %s AND updated_at >= %s"


class State(StrEnum):
    """Which clients a list shows."""

    ACTIVE = "active"
    UNCONFIRMED = "unconfirmed"
    ARCHIVED = "archived"


class Sort(StrEnum):
    """How a list is ordered."""

    NAME = "name"
    GIVEN = "given"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Entry:
    """One search result: `detail` tells people of one name apart."""

    id: UUID
    name: str
    detail: str


@dataclass(slots=True)
class _Opened:
    """The opened directory of one account at one key epoch."""

    epoch: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    people: dict[UUID, Person] = field(default_factory=dict)
    contacts: dict[UUID, Contact] | None = None
    recent: dict[UUID, datetime] = field(default_factory=dict)
    checked_at: datetime | None = None
    opened: float = 0.0
    used: float = 0.0
    index: Index | None = None


# By account, and by what whoever looks is confined to: what they may not see is not opened for them
_Whose = tuple[UUID, UUID | None, UUID | None]
_memory: OrderedDict[_Whose, _Opened] = OrderedDict()
_memory_lock = threading.Lock()
_looked: ContextVar[dict[_Whose, _Opened] | None] = ContextVar("keepwell_looked", default=None)


@contextmanager
def look() -> Iterator[None]:
    """Ask the database once what changed, for all that is asked of the directory inside: for a page that only shows."""
    token = _looked.set({})
    try:
        yield
    finally:
        _looked.reset(token)


def search(words: str, limit: int = 20) -> list[Entry]:
    """Return the clients whom all words fit: parts of names in any order, phone digits, e-mail or birth date.

    Active ones come first, in the order of family names.
    """
    people = find(words, limit)
    reached = contacts(person.id for person in people)
    return [Entry(each.id, each.name, detail(each, reached.get(each.id))) for each in people]


def find(words: str, limit: int) -> list[Person]:
    """Return the same people as `search`, as the directory knows them."""
    return _index().search(words, limit)


def names(client_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of these clients of the active account; ids that it does not have are left out.

    A merged record has the name of the client it stands for. While the directory is not open, only these rows are
    opened, not all.
    """
    return {pk: person.name for pk, person in known(client_ids).items()}


def people(client_ids: Iterable[UUID]) -> list[Person]:
    """Return these clients, in no order, from the open directory or by opening their rows alone."""
    return list({person.id: person for person in known(client_ids).values()}.values())


def known(client_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return for each of these records the client: for a merged one whom it stands for."""
    wanted = set(client_ids)
    if not wanted:
        return {}
    opened = _current().people if _is_open() else {each.id: each for each in opening.people(wanted)}
    found = {pk: opened[pk] for pk in wanted if pk in opened}
    return {pk: opened.get(each.alias_of or pk, each) for pk, each in found.items()}


def resembling(given_name: str, family_name: str, limit: int) -> list[Person]:
    """Return the clients whose name is like this one: slips, short forms, accents and order put aside."""
    return _index().resembling(given_name, family_name, limit)


def fits(words: str) -> bool:
    """Tell whether what was typed fits somebody as it is; else `search` gives those who come close."""
    return _index().fits(words)


def contacts(client_ids: Iterable[UUID]) -> dict[UUID, Contact]:
    """Return how these clients are reached; opens their rows alone."""
    wanted = set(client_ids)
    return dict(opening.contacts(wanted)) if wanted else {}


def listing(
    sort: str = Sort.NAME, page: int | str = 1, *, state: State = State.ACTIVE
) -> Page[Person]:
    """Return one page of the clients in a state; a page that does not exist gives the nearest one."""
    return Paginator(_listed(_index(), state, sort), PAGE_SIZE).get_page(page)


def counts() -> Counter[State]:
    """Return how many clients are in each state."""
    index = _index()
    return +Counter({state: len(_listed(index, state, Sort.NAME)) for state in State})


def state_of(person: Person) -> State:
    """Return the list to which a client belongs."""
    if person.is_archived:
        return State.ARCHIVED
    return State.ACTIVE if person.is_confirmed else State.UNCONFIRMED


def detail(person: Person, contact: Contact | None) -> str:
    """Return the words that tell a person from others of the same name."""
    email, phone, born, _more = contact or NO_CONTACT
    words = [str(born.year)] if born else []
    words += [email or phone] if email or phone else []
    if person.is_archived:
        words.append(_("archived"))
    elif not person.is_confirmed:
        words.append(_("to confirm"))
    return " · ".join(words)


def forget() -> None:
    """Drop everything that this process has opened."""
    with _memory_lock:
        _memory.clear()


def _index() -> Index:
    opened = _current()
    index = opened.index
    if index is None:
        index = opened.index = Index(opened.people.values(), lambda: _all_contacts(opened))
    return index


def _listed(index: Index, state: State, sort: str) -> list[Person]:
    """Return the people in a state, in order; remembered with the index, so that a page costs no walk over all."""
    chosen = index.lists.get((state, sort))
    if chosen is None:
        chosen = [person for person in index.people if state_of(person) is state]
        if sort == Sort.GIVEN:
            chosen.sort(key=lambda person: fold(person.given_name))
        elif sort == Sort.NEWEST:
            chosen.sort(key=lambda person: person.id, reverse=True)  # UUIDv7: ids grow with time
        index.lists[state, sort] = chosen
    return chosen


def _is_open() -> bool:
    active = scope.current()
    opened = _memory.get(_whose(active))
    return opened is not None and opened.epoch == active.key_epoch and not _is_old(opened)


def _is_old(opened: _Opened) -> bool:
    now = time.monotonic()
    return now - opened.used > UNUSED_SECONDS or now - opened.opened > OLDEST_SECONDS


def _current() -> _Opened:
    """Return the active account's directory as of now."""
    active, looked = scope.current(), _looked.get()
    if looked and (seen := looked.get(_whose(active))) is not None:
        return seen
    with _memory_lock:
        for known, each in list(_memory.items()):
            if (each.opened and _is_old(each)) or (
                known[0] == active.account_id and each.epoch != active.key_epoch
            ):
                del _memory[known]
        whose = _whose(active)
        opened = _memory.setdefault(whose, _Opened(active.key_epoch))
        _memory.move_to_end(whose)
        _make_room()
    with opened.lock:
        _refresh(opened) if opened.checked_at else _open(opened)
        opened.used = time.monotonic()
    if looked is not None:
        looked[whose] = opened
    return opened


def _whose(active: scope.Scope) -> _Whose:
    return active.account_id, active.sight.location, active.sight.clients_of


def _make_room() -> None:
    while (
        len(_memory) > 1 and sum(len(each.people) for each in _memory.values()) > PEOPLE_IN_MEMORY
    ):
        _memory.popitem(last=False)


def _open(opened: _Opened) -> None:
    now = clock.now()
    opened.recent = _changed_since(now - OVERLAP)
    with opening.no_collection():
        opened.people = {person.id: person for person in opening.people(_seen())}
    opened.checked_at = now
    opened.opened = time.monotonic()


def _all_contacts(opened: _Opened) -> dict[UUID, Contact]:
    if opened.contacts is None:
        with opening.no_collection():
            everybody = opened.people if scope.current().sight.clients_of else None
            opened.contacts = dict(opening.contacts(everybody))
    return opened.contacts


def _refresh(opened: _Opened) -> None:
    """Take over what changed since the last look.

    The overlap catches transactions that were still open then; a row that we saw and that is no longer among the
    recent ones was rolled back, and is read again.
    """
    assert opened.checked_at is not None
    now = clock.now()
    since = opened.checked_at - OVERLAP
    found = _changed_since(since)
    stale = {pk for pk, at in found.items() if opened.recent.get(pk) != at}
    stale |= {pk for pk, at in opened.recent.items() if at >= since and pk not in found}
    if (seen := _seen()) is not None:
        # Who came to them, or went, without a change of the record
        stale |= seen ^ opened.people.keys()
    if stale:
        kept = {pk: each for pk, each in opened.people.items() if pk not in stale}
        opened.people = kept | {person.id: person for person in opening.people(stale)}
        if opened.contacts is not None:
            opened.contacts = opened.contacts | dict(opening.contacts(stale))
        opened.index = None
    opened.recent = {pk: at for pk, at in found.items() if at >= now - OVERLAP}
    opened.checked_at = now


def _seen() -> set[UUID] | None:
    """Return the ids of whom somebody sees who sees only their own clients; None: everybody that the wall shows."""
    active = scope.current()
    if active.sight.clients_of is None:
        return None
    with connections[active.database].cursor() as cursor:
        asked = {"account": active.account_id, "member": active.sight.clients_of}
        cursor.execute(_LOOKED_AFTER, asked)
        return {pk for (pk,) in cursor.fetchall()}


def _changed_since(since: datetime) -> dict[UUID, datetime]:
    active = scope.current()
    # Also of those out of sight: who was moved to another location is seen no more
    with everywhere(), connections[active.database].cursor() as cursor:
        cursor.execute(_CHANGED, [active.account_id, since])
        return dict(cursor.fetchall())
