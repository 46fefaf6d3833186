"""The only way into an account's data: the router, the guard on every statement, and `acting_in` (RP-3, TI-3, TI-7)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.backends.signals import connection_created
from django.db.models import Model

from accounts.cells import cell, known_cell, region_name
from accounts.whereabouts.declared import WrongPlace
from accounts.whereabouts.proof import require_database
from privacy.vocabulary import scope
from privacy.vocabulary.placement import Placement, columns_of, from_row
from privacy.vocabulary.scope import (
    SYSTEM,
    WHOLE,
    Actor,
    ActorKind,
    NoAccount,
    Purpose,
    Scope,
    Sight,
    WrongAccount,
    reader_of,
)

log = logging.getLogger("keepwell.tenancy")

# Statements about the transaction itself, which read and write no row
_SAVEPOINTS = ("SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ", "SET CONSTRAINTS ALL ")


@dataclass(frozen=True, slots=True)
class AccountRef:
    """What is known of an account before it is entered: its id, its slug and the cell where it lives."""

    id: UUID
    slug: str
    cell: str

    @property
    def region(self) -> str:
        """Code of the region."""
        return known_cell(self.cell).region

    @property
    def city(self) -> str:
        """City of the region, as people know it."""
        return region_name(self.region)


# Models that only migrations still know, by label
GONE = {"clients.binding": Placement.REGION}


def placement_of(model: Any) -> Placement:
    """Return where a model's rows live; models of third-party apps live in control."""
    return getattr(model, "placement", Placement.CONTROL)


class RegionRouter:
    """Reads each model's own declaration of where it lives, and the active scope."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return self._alias(model, hints.get("instance"))

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return self._alias(model, hints.get("instance"))

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        return placement_of(type(first)) == placement_of(type(second))

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        if db.endswith("_reader"):
            return False
        where = hints.get("placement")
        if where is None and model_name is not None:
            gone = GONE.get(f"{app_label}.{model_name.lower()}")
            where = gone or placement_of(apps.get_model(app_label, model_name))
        if where is None and not any(
            hasattr(m, "placement") for m in apps.get_app_config(app_label).get_models()
        ):
            where = Placement.CONTROL  # data migrations of third-party apps
        if where == Placement.CELL:
            where = Placement.REGION
        return where is None or where == _placement_of_alias(db)

    def _alias(self, model: type[Model], instance: Model | None) -> str:
        where = placement_of(model)
        if where == Placement.CONTROL:
            return "default"
        active = scope.current()
        if where == Placement.KEYRING:
            return active.keyring
        loaded_from = instance._state.db if instance is not None else None
        own = (active.database, cell(active.cell).database, cell(active.cell).reader)
        if loaded_from and placement_of(type(instance)) == where and loaded_from not in own:
            raise WrongAccount(
                f"An object of {loaded_from} was used while acting in {active.database}."
            )
        return active.database


def _placement_of_alias(alias: str) -> Placement:
    if alias.startswith("region_"):
        return Placement.REGION
    return Placement.KEYRING if alias.startswith("keyring_") else Placement.CONTROL


def guard(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Refuse any statement on a region or keyring connection outside the scope that it belongs to (RP-3)."""
    connection = context["connection"]
    active = scope.active()
    if active is None:
        if sql.startswith(_SAVEPOINTS):
            return execute(sql, params, many, context)
        raise NoAccount(f"{connection.alias}: a statement outside acting_in().")
    if connection.alias not in (active.database, active.keyring):
        raise WrongAccount(f"{connection.alias}: a statement while acting in {active.database}.")
    if not connection.in_atomic_block:
        raise NoAccount(f"{connection.alias}: a statement outside the account's transaction.")
    return execute(sql, params, many, context)


def install_guard(connection: Any, **kwargs: Any) -> None:
    """Put the guard on a new region or keyring connection of a serving process (not of a migrating one)."""
    guarded = connection.alias.startswith(("region_", "keyring_"))
    if guarded and settings.ROLE == "app" and guard not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, guard)


def prove_place(connection: Any, **kwargs: Any) -> None:
    """Use no database that stands elsewhere than declared (RP-5)."""
    try:
        require_database(connection.alias, connection.connection)
    except WrongPlace:
        connection.close()
        raise


connection_created.connect(install_guard, dispatch_uid="keepwell.guard")
connection_created.connect(prove_place, dispatch_uid="keepwell.place")


class NotServing(RuntimeError):
    """A region serves nobody until something is mended; the text says what."""


class Entry:
    """Hook points that other modules give to `acting_in`: who may stop it, and what is done before it ends."""

    before_entering: list[
        Callable[[str], None]
    ] = []  # each gets the cell, and may raise NotServing
    before_leaving: list[Callable[[Scope], None]] = []  # the audit writes what was read


def is_serving(cell_name: str) -> bool:
    """Tell whether anybody may enter accounts of a cell; workers ask before they take work."""
    try:
        for ask in Entry.before_entering:
            ask(cell_name)
    except NotServing:
        log.critical("serves nobody", extra={"cell": cell_name})
        return False
    return True


@contextmanager
def acting_in(
    account: AccountRef,
    *,
    by: Actor = SYSTEM,
    purpose: Purpose = Purpose.ADMINISTRATION,
    reading: bool = False,
) -> Iterator[Scope]:
    """Enter an account: one transaction in its region, tied to it by row-level security.

    `reading` uses the read-only role in one REPEATABLE READ snapshot (exports, audit pages). Entering another account
    while one is open in the same database raises `WrongAccount`; entering the same one again nests.
    """
    where = cell(account.cell)
    outer = scope.active()
    _may_enter(account, outer)
    database = where.reader if reading else where.database
    active = Scope(
        account.id,
        where.region,
        where.name,
        database,
        where.keyring,
        by,
        purpose,
        reading,
        reader_of(by),
        by.kind in (ActorKind.SYSTEM, ActorKind.MEMBER),
    )
    inside = False
    try:
        with ExitStack() as stack:
            stack.enter_context(scope.entered(active))
            nested = connections[database].in_atomic_block
            stack.enter_context(transaction.atomic(using=database))
            if nested and outer is not None and _eyes(outer) != _eyes(active):
                stack.enter_context(_given_back(database, outer))
            active.anchor = _open_door(active, snapshot=reading and not nested)
            active.key_epoch = active.anchor.key_epoch if active.anchor else 0
            inside = True
            yield active
            inside = False
            if not connections[database].needs_rollback:
                for leave in Entry.before_leaving:
                    leave(active)
                if nested and outer is None:
                    _close_door(database)
    except Exception:
        if inside:
            _keep_reads(account, active, outer)
        raise
    if active.late:
        with acting_in(account, by=by, purpose=purpose):
            for row in active.late:
                row.save(force_insert=True)


def _may_enter(account: AccountRef, outer: Scope | None) -> None:
    """Raise `WrongAccount` inside another one, and `NotServing` when somebody stops it who has been given the say."""
    if outer is not None and outer.account_id != account.id:
        raise WrongAccount("Another account is open. Leave it first.")
    for ask in Entry.before_entering if outer is None else ():
        ask(account.cell)


def _open_door(active: Scope, *, snapshot: bool) -> Any:
    """Tie the open transaction to the account; return its anchor, None where the account has none here."""
    model = apps.get_model("accounts", "AccountAnchor")
    with connections[active.database].cursor() as cursor:
        if snapshot:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(
            f"SELECT set_config('app.account_id', %s, true), {_EYES}",
            [str(active.account_id), *_eyes(active)],
        )
        cursor.execute(
            f"SELECT {columns_of(model, 'a')} FROM accounts_accountanchor a WHERE account_id = %s",
            [active.account_id],
        )
        row = cursor.fetchone()
    return from_row(model, active.database, row) if row else None


@contextmanager
def everywhere() -> Iterator[None]:
    """Let a verb reach the rows of every client, whoever asked for it: also of those its member may not see (A2, A5).

    A session that is moved tells everybody who comes, and a full one is full, whoever sits in it. Verbs wear it as
    `@everywhere()`; what they find goes to nobody's page. Costs nothing for a member who is confined to nothing.
    """
    active = scope.current()
    if active.sight == WHOLE:
        yield
        return
    confined, active.sight = active.sight, WHOLE
    look(active)
    try:
        yield
    finally:
        active.sight = confined
        with suppress(
            DatabaseError
        ):  # in a failed transaction, whose savepoint takes the setting back
            look(active)


def confine(active: Scope, sight: Sight) -> None:
    """Show the scope's member from here on what they are kept to alone."""
    before, active.sight, active.own_sight = active.sight, sight, sight
    if sight != before:
        look(active)


SETTINGS = ("reader", "files", "location", "clients_of", "diary_of")
_EYES = ", ".join(f"set_config('app.{name}', %s, true)" for name in SETTINGS)


def _eyes(active: Scope) -> list[str]:
    """Return whose eyes the database reads with, and what they are kept to: the values of `SETTINGS`."""
    return [
        active.reader,
        "yes" if active.files else "",
        *("" if each is None else str(each) for each in active.sight),
    ]


def look(active: Scope) -> None:
    """Tell the database whose eyes it reads with from here on."""
    with connections[active.database].cursor() as cursor:
        cursor.execute(f"SELECT {_EYES}", _eyes(active))


@contextmanager
def _given_back(database: str, outer: Scope) -> Iterator[None]:
    """Let the scope around this one read with its own eyes again; where this one fails, its savepoint does so."""
    yield
    if not connections[database].needs_rollback:
        with connections[database].cursor() as cursor:
            cursor.execute(f"SELECT {_EYES}", _eyes(outer))


def _keep_reads(account: AccountRef, active: Scope, outer: Scope | None) -> None:
    """Tell the audit what was opened although the transaction came to nothing: it was seen all the same (AU-3)."""
    if outer is not None:
        for mark, ids in active.reads.items():
            outer.reads.setdefault(mark, set()).update(ids)
        outer.unreadable |= active.unreadable
    elif active.reads or active.unreadable:
        with (
            suppress(DatabaseError),  # the failure that came first is the one to tell of
            acting_in(account, by=active.actor, purpose=active.purpose) as again,
        ):
            again.reads |= active.reads
            again.unreadable |= active.unreadable


def _close_door(database: str) -> None:
    """Inside somebody else's transaction (tests), leave no account behind: the next statement must fail."""
    with connections[database].cursor() as cursor:
        cursor.execute(
            f"SELECT set_config('app.account_id', '', true), {_EYES}", [""] * len(SETTINGS)
        )
