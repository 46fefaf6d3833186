"""Web servers as they run in production, and a browser that does no more than send and read."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from config.demo import processes
from config.demo.services import REPOSITORY

PRODUCT, FLOOR = "config.wsgi:application", "config.bench.floor.wsgi:application"
START_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Browser:
    """One kept connection to one server. `headers` go with every request."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, *, source: str = ""):
        where = urlsplit(url)
        self.host = where.netloc
        self.headers = dict(headers or {})
        maker = (
            http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        )
        self.connection = maker(
            self.host, timeout=120, source_address=(source, 0) if source else None
        )

    def get(self, path: str, **headers: str) -> Answer:
        """GET a page and read it to its end."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """POST a form with a valid token and read the answer to its end."""
        token = "x" * 32
        cookies = [self.headers.get("Cookie", ""), f"csrf={token}"]
        more = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(each for each in cookies if each),
            **headers,
        }
        return self._ask("POST", path, urlencode({**fields, "csrfmiddlewaretoken": token}), more)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        self.connection.request(method, path, body, self.headers | dict(headers))
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.read(), dict(answer.headers))


@dataclass(frozen=True, slots=True)
class Server:
    """A running web server."""

    url: str
    pid: int

    def browser(self, headers: Mapping[str, str] | None = None, *, source: str = "") -> Browser:
        """Return a browser that talks to this server alone."""
        return Browser(self.url, headers, source=source)


@contextmanager
def serving(
    application: str,
    log: Path,
    *,
    ready: str,
    env: Mapping[str, str] | None = None,
    workers: int = 1,
    threads: int = 1,
) -> Iterator[Server]:
    """Run an application in granian until the block ends; it answers `ready` with 200 before the block begins."""
    port = processes.free_port()
    command: list[object] = [Path(sys.executable).parent / "granian", "--interface", "wsgi"]
    command += [application, "--host", "127.0.0.1", "--port", port, "--workers", workers]
    command += ["--blocking-threads", threads, "--no-ws", "--log-level", "warning"]
    command += ["--no-access-log", "--backlog", 1024]
    process = processes.spawn(
        [str(word) for word in command],
        log=log,
        env={**os.environ, **(env or {})},
        folder=REPOSITORY,
    )
    server = Server(f"http://127.0.0.1:{port}", process.pid)
    try:
        _wait(server, ready, process, log)
        yield server
    finally:
        processes.end(process, by=signal.SIGTERM, patience=5)
        processes.kill_group(process.pid)


def _wait(server: Server, ready: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_WITHIN
    said = "no answer"
    while time.monotonic() < until and process.poll() is None:
        browser = server.browser()
        try:
            answer = browser.get(ready)
        except OSError as error:
            said = str(error)
        else:
            if answer.status == 200:
                return
            said = f"{answer.status} {answer.body[:300]!r}"
        finally:
            browser.close()
        processes.pause(0.1)
    raise RuntimeError(f"A server did not start ({said}). Its log ends:\n{processes.tail(log)}")
