"""Making a backup: a database in one snapshot, or every object that isn't backed up yet; sealed on its way out."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.storage import storages
from uuid_utils.compat import uuid7

from accounts import objects
from privacy.backups import programs, shelf
from privacy.backups.shelf import Manifest
from privacy.backups.sorts import DATA, OBJECTS, Sort
from privacy.vocabulary import clock
from privacy.vocabulary.streams import SEGMENT

_HEAD = "SELECT seq FROM privacy_ledgerhead WHERE id = 1"
FILES = "/files"


def make(sort: Sort) -> Manifest:
    """Make one backup; return what it is. Without its end it counts for nothing, and the next expiry takes it away."""
    now = clock.now()
    begun, name = now.isoformat(), str(uuid7(nanoseconds=int(now.timestamp() * 1e9)))
    made = _files(sort, name) if sort.name == OBJECTS else _database(sort, name)
    made.begun_at, made.done_at = begun, clock.now().isoformat()
    shelf.finish(sort, made)
    return made


def _database(sort: Sort, name: str) -> Manifest:
    erasures = 0
    if sort.name == DATA:  # asked before the snapshot: it knows as many, or more
        with programs.connect(sort.database, "backup") as connection:
            row = connection.execute(_HEAD).fetchone()
            erasures = row[0] if row else 0
    size, digest = shelf.put(sort, shelf.body(sort, name), programs.dump(sort.database))
    return Manifest(name, sort.name, sort.place, "", "", size, digest, erasures)


def _files(sort: Sort, name: str) -> Manifest:
    """Back up the accounts' objects, which never change: those that lie there already are named again, not copied.

    The ledger of erasures is in no backup: it is what backups are held against.
    """
    shelf.put(sort, shelf.body(sort, name), [])  # says that one is being made
    known: dict[str, tuple[int, str]] = {}
    for before in reversed(shelf.ids(sort)[-1:]):
        known = shelf.manifest(sort, before).files
    there = set(shelf.names(sort, FILES))
    files: dict[str, tuple[int, str]] = {}
    for key in _keys(sort.source):
        at = key.replace("/", "_")
        if key in known and at in there:
            files[key] = known[key]
        else:
            try:
                files[key] = shelf.put(sort, kept_at(sort, key), _pieces(sort.source, key))
            except FileNotFoundError:
                continue  # deleted since it was listed
    size = sum(size for size, _digest in files.values())
    return Manifest(name, sort.name, sort.place, "", "", size, "", 0, files)


def kept_at(sort: Sort, key: str) -> str:
    """Return where an account's object lies in the backups."""
    return f"{shelf.folder(sort)}{FILES}/{key.replace('/', '_')}"


def _keys(source: str) -> Iterator[str]:
    store = storages[source]
    try:
        accounts = store.listdir(objects.ROOT)[0]
    except FileNotFoundError:
        return
    for account in accounts:
        for name in store.listdir(f"{objects.ROOT}/{account}")[1]:
            yield f"{objects.ROOT}/{account}/{name}"


def _pieces(source: str, key: str) -> Iterator[bytes]:
    with objects.opened_from(storages[source], key) as handle:
        while piece := handle.read(SEGMENT):
            yield piece
