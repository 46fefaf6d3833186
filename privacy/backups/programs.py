"""PostgreSQL's own programs: those of the server's version or newer, fed and read without a file in between."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

PIECE = 256 * 1024


class Failed(RuntimeError):
    """A program isn't there, is too old, or gave up; the text says what it said."""


def dump(alias: str) -> Iterator[bytes]:
    """Yield a whole database as pg_dump's own archive, in one snapshot; raise `Failed`, also at the end."""
    command = [*_command("pg_dump", alias, "backup"), "--format=custom", "--compress=gzip:6"]
    with _started(command, "backup", alias, stdout=subprocess.PIPE) as process:
        while piece := process.stdout.read(PIECE):
            yield piece
        said = process.stderr.read().decode(errors="replace")
    _look_at(process.returncode, "pg_dump", said)


def restore(alias: str, pieces: Iterable[bytes]) -> None:
    """Bring an archive into an empty database in one transaction, as its owner; raise `Failed` and leave it empty."""
    command = [
        *_command("pg_restore", alias, "owner"),
        "--single-transaction",
        "--exit-on-error",
        "--no-comments",
    ]
    # Whatever it says goes beside: a full pipe that nobody reads would stop it
    with _started(command, "owner", alias, stdin=subprocess.PIPE) as process:
        try:
            for piece in pieces:
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:
            pass
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace")
    _look_at(process.returncode, "pg_restore", said)


def connect(alias: str, role: str) -> psycopg.Connection[Any]:
    """Return a connection to a database as a role that no serving process signs in with."""
    where = connections[alias].settings_dict
    return psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        dbname=where["NAME"],
        user=f"keepwell_{role}",
        password=settings.DB_PASSWORDS[role],
        connect_timeout=5,
        autocommit=True,
    )


def _command(program: str, alias: str, role: str) -> list[str]:
    where = connections[alias].settings_dict
    return [
        _found(program, alias, role),
        f"--host={where['HOST']}",
        f"--port={where['PORT']}",
        f"--username=keepwell_{role}",
        f"--dbname={where['NAME']}",
        "--no-password",
    ]


def _found(program: str, alias: str, role: str) -> str:
    """Return the program's path; raise `Failed` when there is none, or one older than the server."""
    path = shutil.which(program, path=settings.POSTGRES_PROGRAMS or None)
    if path is None:
        raise Failed(
            f"{program} isn't here: install PostgreSQL's client, or set POSTGRES_PROGRAMS."
        )
    with connect(alias, role) as connection:
        server = connection.info.server_version // 10_000
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"(\d+)", said.partition(")")[2])
    if version is None or int(version[1]) < server:
        raise Failed(f"{path} is older than the server, which is PostgreSQL {server}.")
    return path


def _started(command: list[str], role: str, alias: str, **pipes: Any) -> Any:
    options = connections[alias].settings_dict["OPTIONS"]
    ssl = {
        f"PG{name.upper()}": str(options[name])
        for name in ("sslmode", "sslrootcert")
        if name in options
    }
    env = {**os.environ, **ssl, "PGPASSWORD": settings.DB_PASSWORDS[role]}
    return subprocess.Popen(command, env=env, stderr=subprocess.PIPE, **pipes)


def _look_at(code: int | None, program: str, said: str) -> None:
    if code != 0:
        raise Failed(f"{program} gave up: {said.strip()[-500:]}")
