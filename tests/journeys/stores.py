"""What stands in a demo's databases and files, looked at from outside: as a superuser, by pg_dump, on disk."""

from __future__ import annotations

import base64
import mmap
import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql
from redis import Redis

from config.demo.servers import POSTGRES_PROGRAMS
from tests.journeys.running import Demo

_COLUMNS = """
    SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name = 'account_id' ORDER BY 1
"""

# The mail catcher stands outside: it is the world that got the mails. The facts and the program that
# made the demo's clients tell of them on purpose.
_OUTSIDE = ("mail", "pycache", "facts.json")


def rows_of(demo: Demo, database: str, account_id: str) -> dict[str, int]:
    """Return how many rows of an account each table of a database has that names accounts."""
    with psycopg.connect(demo.facts["databases"][database]) as connection:
        tables = [name for (name,) in connection.execute(_COLUMNS)]
        counts = {}
        for table in tables:
            count = sql.SQL("SELECT count(*) FROM {} WHERE account_id = %s").format(
                sql.Identifier(table)
            )
            row = connection.execute(count, [account_id]).fetchone()
            counts[table] = row[0] if row else 0
    return counts


def files_of(demo: Demo, account_id: str) -> list[str]:
    """Return the files that any region's object store has of an account."""
    places = (demo.home / "objects").rglob(f"a/{account_id}")
    return [str(path) for place in places for path in place.rglob("*") if path.is_file()]


def cached_of(demo: Demo, account_id: str) -> list[bytes]:
    """Return the keys of the Sydney region's Valkey that name an account, those of the broker and of the cache."""
    url = (demo.home / "secrets" / "VALKEY_AU").read_text()
    names = (account_id, account_id.replace("-", ""))
    found: list[bytes] = []
    for number in (0, 1):
        with Redis.from_url(f"{url}/{number}") as valkey:
            for name in names:
                found += valkey.scan_iter(match=f"*{name}*", count=1000)
    return found


def lying_open(demo: Demo, words: list[str]) -> set[tuple[str, str]]:
    """Return each file of the demo that holds one of these words, and the word: databases, logs, caches, uploads."""
    hits = set()
    for path in _inside(demo.home.folder):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue  # the server took it away after it was listed, so it holds nothing
        with file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
            hits |= {(str(path), word) for word in words if data.find(word.encode()) >= 0}
    return hits


def _inside(home: Path) -> list[Path]:
    kept = [path for path in home.iterdir() if path.name not in _OUTSIDE]
    every = [path for each in kept for path in (each.rglob("*") if each.is_dir() else [each])]
    return [path for path in every if path.is_file() and path.stat().st_size]


def dump(url: str) -> bytes:
    """Return a database as pg_dump writes it, in lower case."""
    where = urlsplit(url)
    command = [str(POSTGRES_PROGRAMS / "pg_dump"), f"--host={where.hostname}"]
    command += [f"--port={where.port}", f"--username={where.username}", where.path.lstrip("/")]
    env = {**os.environ, "PGPASSWORD": unquote(where.password or "")}
    return subprocess.run(command, env=env, capture_output=True, check=True).stdout.lower()


def found(words: list[str], text: bytes) -> set[str]:
    """Return the words that a dump holds: as they are, in hexadecimal (bytea), or in base64."""
    hits = set()
    for word in words:
        raw = word.encode()
        shapes = (raw.lower(), raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1].lower())
        if any(shape in text for shape in shapes):
            hits.add(word)
    return hits
