"""What runs in the sandbox can compute and nothing else; what it does wrong ends it and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.sandbox import running
from accounts.sandbox.running import Failed, Limits

PROBE = """
import os, resource, signal, socket, subprocess, threading
HERE = os.environ.copy()

def warm():
    pass

def tried(do):
    try:
        do()
    except BaseException as error:
        return type(error).__name__
    return "done"

def work(request, payload):
    parent = os.getppid
    attempts = {
        "read a file": lambda: open("/etc/hostname"),
        "write a file": lambda: open("/tmp/keepwell-was-here", "w"),
        "list a folder": lambda: os.listdir("/"),
        "look at the parent": lambda: open(f"/proc/{1}/environ"),
        "connect": lambda: socket.socket().connect(("127.0.0.1", 1)),
        "connect by a file": lambda: socket.socket(socket.AF_UNIX),
        "make a pipe": os.pipe,
        "fork": os.fork,
        "run a program": lambda: os.execv("/bin/sh", ["sh"]),
        "signal": lambda: os.kill(1, 0),
        "start a thread": lambda: threading.Thread(target=print).start(),
        "take more": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9)),
        "take memory": lambda: bytearray(2**30),
    }
    answer = {name: tried(do) for name, do in attempts.items()}
    answer["told"] = sorted(HERE)
    return answer, payload[::-1]
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


def test_nothing_but_computing_is_left(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGION_KEY_AU", "a secret")
    script.write_text(PROBE)
    answer, payload = running.run(script, {}, b"abc", limits=Limits(megabytes=256))
    assert payload == b"cba"
    told = set(answer.pop("told"))
    assert told <= {*running.ENVIRONMENT, *running.LOADING, "LC_CTYPE"}
    assert {name for name, how in answer.items() if how == "done"} == set()
    assert answer.pop("take memory") == "MemoryError"
    assert answer.pop("take more") in ("PermissionError", "ValueError")
    assert answer.pop("start a thread") == "RuntimeError"
    assert set(answer.values()) <= {"PermissionError", "OSError"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("while True: pass", "ended with"),
        ("return {}, bytes(300_000)", "too large"),
        ("import sys; sys.stdout.buffer.write(bytes(10**7)); return {}, b''", "too large"),
        ("import os; os._exit(0)", "no answer"),
        ("return [], b''", "no answer"),
        ("raise ValueError('words of the file')", "ended with 1"),
    ],
)
def test_what_goes_wrong_is_a_code_and_no_more(script: Path, body: str, reason: str) -> None:
    script.write_text(f"def warm(): pass\ndef work(request, payload):\n    {body}\n")
    with pytest.raises(Failed, match=reason) as failure:
        running.run(script, {}, limits=Limits(seconds=1, most_out=200_000))
    assert "words" not in str(failure.value)
