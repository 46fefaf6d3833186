"""A pgbouncer in transaction mode with one session per database and role, before the test's own server."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

from config.demo import processes
from config.demo.servers import UNPRIVILEGED
from config.parts import database
from tests import parts as parts_module
from tests.conftest import PASSWORDS

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
START_WITHIN = 20.0
SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 1
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
"""


@contextmanager
def pooled(parts: parts_module.Parts, folder: Path) -> Iterator[int]:
    """Start the pooler and lead every alias of this process through it; its port is given."""
    port = processes.free_port()
    folder.chmod(0o755)
    users = folder / "users.txt"
    users.write_text("".join(f'"keepwell_{role}" "{word}"\n' for role, word in PASSWORDS.items()))
    ini = folder / "pgbouncer.ini"
    ini.write_text(SETTINGS.format(server=parts.port, port=port, users=users))
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    log = folder / "pgbouncer.log"
    assert PROGRAM
    running = processes.spawn([PROGRAM, ini], log=log, user=user)
    until = time.monotonic() + START_WITHIN
    while not processes.listens(port):
        assert running.poll() is None, processes.tail(log)
        assert time.monotonic() < until, processes.tail(log)
        processes.pause()
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    try:
        for alias in connections:
            connections[alias].close()
            connections[alias].settings_dict.update(_through(alias, port))
        yield port
    finally:
        for alias, kept in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(kept)
        processes.end(running, by=signal.SIGINT, patience=5)


def _through(alias: str, port: int) -> dict[str, Any]:
    """Return what an installation's settings would say of a database behind the pooler."""
    role = "exporter" if alias.endswith("_reader") else "app"
    made = database(f"postgres://127.0.0.1:{port}?pooler=transaction", "", role)
    return {name: made[name] for name in ("PORT", "OPTIONS", "DISABLE_SERVER_SIDE_CURSORS")}
