"""Bringing a backup back: into an empty database, or beside the objects that are there; whoever was erased stays so."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.storage import storages

from accounts import objects
from accounts.wall_report import faults
from privacy import catalog
from privacy.backups import making, programs, shelf
from privacy.backups.shelf import Manifest
from privacy.backups.sorts import DATA, KEYRING, OBJECTS, Sort
from privacy.erasure import ledger
from privacy.erasure.places import place

# The ledger knows of a deletion before the keys go
ENTERED_BEFORE = timedelta(hours=1)
_KEYS = "DELETE FROM vocabulary_clientkey"
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


class Refused(RuntimeError):
    """The backup can't be brought back here; the text says why."""


def restore(sort: Sort, name: str = "") -> Manifest:
    """Bring back a backup, the newest when none is named; return what it is."""
    names = shelf.ids(sort)
    if not names or (name and name not in names):
        raise Refused(f"There is no such backup of {sort.name} of {sort.place}.")
    found = shelf.manifest(sort, name or names[-1])
    if sort.name == OBJECTS:
        _objects(sort, found)
        return found
    _into_an_empty_database(sort, found)
    if sort.name == KEYRING:
        _destroy_again(sort, found)
    if sort.name == DATA:
        _look_at_the_wall(sort)
    return found


def _into_an_empty_database(sort: Sort, found: Manifest) -> None:
    with programs.connect(sort.database, "owner") as connection:
        row = connection.execute(_TABLES).fetchone()
    if row != (0,):
        raise Refused(
            f"The database of {sort.place} isn't empty. Make a new one: bin/migrate --empty."
        )
    programs.restore(sort.database, shelf.get(sort, shelf.body(sort, found.id)))


def _destroy_again(sort: Sort, found: Manifest) -> None:
    """Destroy the keys that came back of whoever was erased since: first thing, before anybody can use them.

    An account that was deleted before the backup may have come back since, with keys of its own.
    """
    since = datetime.fromisoformat(found.begun_at) - ENTERED_BEFORE
    with programs.connect(sort.database, "owner") as connection:
        for entry, _document in ledger.entered(place(sort.place)):
            with connection.transaction():
                catalog.enter(connection, entry.account)
                if entry.records:
                    gone = [list(entry.records)]
                    connection.execute(f"{_KEYS} WHERE client_id = ANY(%s)", gone)
                elif datetime.fromisoformat(entry.at) > since:
                    connection.execute(_KEYS)
                    connection.execute("DELETE FROM vocabulary_accountkey")


def _look_at_the_wall(sort: Sort) -> None:
    with programs.connect(sort.database, "owner") as connection:
        wrong = faults(connection)
    if wrong:
        raise Refused(f"The wall of the restored database has faults: {'; '.join(wrong[:5])}")


def _objects(sort: Sort, found: Manifest) -> None:
    """Bring back the objects that are missing; those of whoever was erased go again with `erasures apply`."""
    store = storages[sort.source]
    for key in found.files:
        if not store.exists(key):
            with objects.writing_to(store, key) as target:
                for piece in shelf.get(sort, making.kept_at(sort, key)):
                    target.write(piece)
