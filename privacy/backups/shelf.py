"""Where backups lie: each in a folder of its sort, a sealed body and beside it, written last, what it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.storage import storages

from accounts import objects
from privacy.backups.sorts import Sort
from privacy.vocabulary import streams

FORMAT = "keepwell-backup-1"


@dataclass(slots=True)
class Manifest:
    """What a backup is: whose, when it was begun and done, how large, how far it knows the ledger of erasures.

    `files`: of objects, each name with the size and SHA-256 of what lies in the backup.
    """

    id: str
    sort: str
    place: str
    begun_at: str
    done_at: str
    size: int
    sha256: str
    erasures: int = 0
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: str = FORMAT


def put(sort: Sort, name: str, plain: Iterable[bytes]) -> tuple[int, str]:
    """Seal bytes into an object, holding little in memory; return the sealed size and SHA-256."""
    size, digest = 0, sha256()
    with objects.writing_to(storages[sort.storage], name) as target:
        for piece in streams.seal(plain, sort.key(name), name.encode()):
            target.write(piece)
            size += len(piece)
            digest.update(piece)
    return size, digest.hexdigest()


def get(sort: Sort, name: str) -> Iterator[bytes]:
    """Yield what was sealed, each piece authenticated; raise `streams.Unreadable` or `FileNotFoundError`."""
    with objects.opened_from(storages[sort.storage], name) as source:
        yield from streams.open_sealed(source, sort.key(name), name.encode())


def finish(sort: Sort, manifest: Manifest) -> None:
    """Say what a backup is; without this it isn't one. Sealed too: names of files say whose they are."""
    text = json.dumps(asdict(manifest), sort_keys=True, separators=(",", ":")).encode()
    put(sort, f"{folder(sort)}/{manifest.id}.manifest", [text])


def manifest(sort: Sort, name: str) -> Manifest:
    """Return what a backup is."""
    said: dict[str, Any] = json.loads(b"".join(get(sort, f"{folder(sort)}/{name}.manifest")))
    said["files"] = {key: (size, digest) for key, (size, digest) in said["files"].items()}
    return Manifest(**said)


def folder(sort: Sort) -> str:
    """Return where backups of a sort lie."""
    return f"{sort.place}/{sort.name}"


def body(sort: Sort, name: str) -> str:
    """Return where what was backed up lies."""
    return f"{folder(sort)}/{name}.body"


def ids(sort: Sort) -> list[str]:
    """Return the ids of finished backups, oldest first."""
    return sorted(
        name.removesuffix(".manifest") for name in names(sort) if name.endswith(".manifest")
    )


def names(sort: Sort, below: str = "") -> list[str]:
    """Return what lies in a sort's folder, or in one below it."""
    try:
        return list(storages[sort.storage].listdir(folder(sort) + below)[1])
    except FileNotFoundError:
        return []


def made_at(name: str) -> datetime:
    """Return when a backup was begun: its id is a UUIDv7, which starts with the time."""
    return datetime.fromtimestamp((UUID(name).int >> 80) / 1000, UTC)


def delete(sort: Sort, name: str) -> None:
    """Delete an object of the backups."""
    storages[sort.storage].delete(name)
