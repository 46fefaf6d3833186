"""A scanner that speaks clamd's protocol on the wire, and finds what the tests call malware."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from accounts.processors import Processor

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner:
    """Listens on a port of its own; `seen` holds the files it was shown, `says` overrides what it answers."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.says = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up for good."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as told:
                line.sendall(self._answer(told) + b"\0")

    def _answer(self, told: Any) -> bytes:
        if told.read(10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND"
        data = b""
        while size := int.from_bytes(told.read(4), "big"):
            data += told.read(size)
        self.seen.append(data)
        found = b"Eicar-Test-Signature FOUND" if EICAR in data else b"OK"
        return self.says or b"stream: " + found


@contextmanager
def scanner(settings: Any) -> Iterator[Scanner]:
    """Give the Australian region a scanner."""
    running = Scanner()
    settings.SCANNERS = {**settings.SCANNERS, "au": f"clamd://127.0.0.1:{running.port}"}
    known = Processor("scanner", ("scan",), ("127.0.0.1",), is_inside=True)
    settings.PROCESSORS = {**settings.PROCESSORS, "au": (*settings.PROCESSORS["au"], known)}
    try:
        yield running
    finally:
        running.stop()
