"""Everything that a place holds, as bytes to be searched: rows of databases, keys and values, objects, files of a folder.

Databases are read as `keepwell_backup`, which every row is visible to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.files.storage import storages
from django.db import connections
from psycopg import sql
from psycopg.rows import tuple_row

from accounts import dispatch
from accounts.cells import Cell, cells

CONTROL = "control"
# What a store holds: the region it stands in, its name, bytes
Held = tuple[str, str, bytes]
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1
"""
_PIECE = 2**20


def everything() -> Iterator[Held]:
    """Yield what every store of this process holds, control's and each region's."""
    yield from of_control()
    for cell in cells().values():
        yield from of_cell(cell)


def of_control() -> Iterator[Held]:
    """Yield what control holds."""
    yield from _named(CONTROL, "database", _rows("default"))
    if settings.VALKEY_CONTROL != "local":
        yield from _named(CONTROL, "valkey", valkey(settings.VALKEY_CONTROL))


def of_cell(cell: Cell) -> Iterator[Held]:
    """Yield what the stores of a cell hold."""
    for name, pieces in (
        ("database", _rows(cell.database)),
        ("keyring", _rows(cell.keyring)),
        ("valkey", valkey(settings.VALKEYS[cell.region])),
        ("objects", _objects(cell)),
    ):
        yield from _named(cell.region, name, pieces)


def folder(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file below a folder, or of one file; logs, and what mail servers keep."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file():
            yield str(file), str(file).encode() + b"\n" + file.read_bytes()


def _named(region: str, name: str, pieces: Iterable[tuple[str, bytes]]) -> Iterator[Held]:
    for part, data in pieces:
        yield region, f"{name}: {part}", data


def _rows(alias: str) -> Iterator[tuple[str, bytes]]:
    """Yield each table's rows, value by value as they are stored, some megabytes at a time."""
    connections[alias]  # names an alias that is configured
    with dispatch.connect_to(alias, "backup", autocommit=False) as connection:
        for (table,) in connection.execute(_TABLES).fetchall():
            with connection.cursor("canary", row_factory=tuple_row) as cursor:
                cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
                yield from ((table, piece) for piece in _pieces(map(_value, _flat(cursor))))


def _flat(rows: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    for row in rows:
        yield from row


def _value(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _pieces(values: Iterable[bytes]) -> Iterator[bytes]:
    """Join values to pieces of about a megabyte; a value stays whole."""
    piece: list[bytes] = []
    size = 0
    for value in values:
        piece.append(value)
        size += len(value)
        if size > _PIECE:
            yield b"\n\n".join(piece)
            piece, size = [], 0
    if piece:
        yield b"\n\n".join(piece)


def valkey(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield every key of a Valkey's broker and cache with what it holds."""
    for number in (0, 1):
        with redis.Redis.from_url(f"{url}/{number}") as client:
            for key in client.scan_iter(count=1000):
                name = key.decode(errors="replace")
                yield name, key + b"\n" + b"\n".join(_held(client, key))


def _held(client: Any, key: bytes) -> Iterable[bytes]:
    kind = client.type(key)
    if kind == b"string":
        return [client.get(key) or b""]
    if kind == b"list":
        return list(client.lrange(key, 0, -1))
    if kind == b"hash":
        return [each for pair in client.hgetall(key).items() for each in pair]
    if kind == b"zset":
        return list(client.zrange(key, 0, -1))
    return list(client.smembers(key)) if kind == b"set" else [client.dump(key) or b""]


def _objects(cell: Cell) -> Iterator[tuple[str, bytes]]:
    store: Any = storages[cell.objects]
    if not hasattr(store, "bucket"):
        yield from folder(Path(store.location))
        return
    for item in store.bucket.objects.all():
        yield item.key, item.key.encode() + b"\n" + item.get()["Body"].read()
