"""The parent: starts the child, feeds it, takes its answer or its failure."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from accounts.sandbox import lockdown

CHILD = Path(lockdown.__file__)
# All that a child is told; no secret, no setting, no folder of anybody's
ENVIRONMENT = {"RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}

# How a Python that was built to be shared finds its library
LOADING = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Failed(Exception):
    """The work came to nothing: refused, too long, too large or ended by force. Holds a code, nothing of the bytes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a child may take."""

    seconds: int = 10
    megabytes: int = 1024
    most_out: int = 16 * 2**20


def run(
    script: Path, request: dict[str, Any], payload: bytes = b"", *, limits: Limits | None = None
) -> tuple[dict[str, Any], bytes]:
    """Have `script` work on bytes that nobody trusts; return its answer. Raises `Failed`.

    The answer is only as trustworthy as the bytes were: check what it claims.
    """
    limits = limits or Limits()
    command = [sys.executable, "-I", "-B", str(CHILD), str(script)]
    with subprocess.Popen(
        [*command, str(limits.seconds), str(limits.megabytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT | {name: os.environ[name] for name in LOADING if name in os.environ},
        cwd="/",
        start_new_session=True,
    ) as child:
        out = _exchanged(child, _told(request, payload), limits)
    if len(out) > limits.most_out:
        raise Failed("too large")
    if child.returncode:
        raise Failed(f"ended with {child.returncode}")
    return _answer(out)


def _told(request: dict[str, Any], payload: bytes) -> list[bytes]:
    asked = json.dumps(request).encode()
    return [lockdown.length_of(asked), asked, lockdown.length_of(payload), payload]


def _exchanged(child: subprocess.Popen[bytes], told: list[bytes], limits: Limits) -> bytes:
    """Feed the child and take what it says, no more than fits; whatever happens, it is gone afterwards."""
    assert child.stdin is not None  # both are pipes, see above
    assert child.stdout is not None
    ending = threading.Timer(2 * limits.seconds, child.kill)
    feeding = threading.Thread(target=_feed, args=(child.stdin, told), daemon=True)
    ending.start()
    feeding.start()
    try:
        return child.stdout.read(limits.most_out + 1)
    finally:
        if child.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                child.wait(1)  # it has closed its pipe and is leaving, unless it said too much
        child.kill()
        ending.cancel()
        feeding.join()


def _feed(pipe: IO[bytes], told: list[bytes]) -> None:
    with suppress(OSError), pipe:  # a child that is gone reads no more
        for piece in told:
            pipe.write(piece)


def _answer(out: bytes) -> tuple[dict[str, Any], bytes]:
    told = io.BytesIO(out)
    try:
        answer = json.loads(lockdown.read_frame(told))
        payload = lockdown.read_frame(told)
    except (EOFError, ValueError, OverflowError, MemoryError):
        raise Failed("no answer") from None
    if not isinstance(answer, dict):
        raise Failed("no answer")
    return answer, payload
