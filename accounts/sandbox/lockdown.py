"""The child: loads a script, locks itself in, works on what comes by the pipe. It runs by its path, with nothing of ours.

    python -I lockdown.py SCRIPT SECONDS MEGABYTES

SCRIPT defines `warm()`, which imports and opens all it will ever need, and `work(request, payload)`, which returns
(answer, payload). Frames on both pipes: length (8 bytes, big-endian), JSON, length, bytes.
"""

from __future__ import annotations

import ctypes
import json
import platform
import resource
import runpy
import struct
import sys
from typing import Any, BinaryIO

# The calls that computing needs, by kernel architecture: memory, threads that exist, time, the pipes that are open
_CALLS = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11,
            "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17,
            "sched_yield": 24, "mremap": 25, "madvise": 28, "getpid": 39, "exit": 60, "getcwd": 79,
            "sigaltstack": 131, "gettid": 186, "futex": 202, "clock_gettime": 228, "exit_group": 231,
            "clock_nanosleep": 230, "getrandom": 318,
        },
        317,
    ),
    "aarch64": (
        0xC00000B7,
        {
            "getcwd": 17, "close": 57, "lseek": 62, "read": 63, "write": 64, "pread64": 67, "fstat": 80,
            "exit": 93, "exit_group": 94, "futex": 98, "clock_gettime": 113, "clock_nanosleep": 115,
            "sched_yield": 124, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135,
            "rt_sigreturn": 139, "getpid": 172, "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216,
            "mmap": 222, "mprotect": 226, "madvise": 233, "getrandom": 278,
        },
        277,
    ),
}  # fmt: skip
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_NO_NEW_PRIVILEGES, _SET_FILTER, _ALL_THREADS = 38, 1, 1


class Unlockable(RuntimeError):
    """This machine can't lock a process in, so nothing is worked on."""


def lock(seconds: int, megabytes: int) -> None:
    """Give up everything but computing, for all threads and for good."""
    nothing = ("NOFILE", "FSIZE", "CORE", "NPROC")
    limits = dict.fromkeys(nothing, 0) | {"CPU": seconds, "AS": megabytes * 2**20}
    for name, most in limits.items():
        if name == "AS" and sys.platform != "linux":
            continue
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    if sys.platform == "linux":
        _filter_calls()


def _filter_calls() -> None:
    if platform.machine() not in _CALLS:
        raise Unlockable(platform.machine())
    architecture, calls, seccomp = _CALLS[platform.machine()]
    program = _program(architecture, sorted(calls.values()))
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program, len(program))
    told = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.syscall(
        seccomp, _SET_FILTER, _ALL_THREADS, told
    ):
        raise Unlockable(f"errno {ctypes.get_errno()}")


def _program(architecture: int, calls: list[int]) -> bytes:
    """Return the filter: another architecture's calls kill, ours pass when listed, the rest fail with EPERM."""
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    steps += [(_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def read_frame(pipe: BinaryIO) -> bytes:
    """Return the next frame; raise `EOFError` when the pipe ends first."""
    length = int.from_bytes(_exactly(pipe, 8), "big")
    return _exactly(pipe, length)


def write_frame(pipe: BinaryIO, data: bytes) -> None:
    """Write a frame."""
    pipe.write(length_of(data))
    pipe.write(data)


def length_of(data: bytes) -> bytes:
    """Return what stands before the bytes of a frame."""
    return len(data).to_bytes(8, "big")


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise EOFError
    return data


def main(script: str, seconds: str, megabytes: str) -> None:
    """Load, lock, work, answer."""
    found: dict[str, Any] = runpy.run_path(script)
    found["warm"]()
    lock(int(seconds), int(megabytes))
    request = json.loads(read_frame(sys.stdin.buffer))
    answer, payload = found["work"](request, read_frame(sys.stdin.buffer))
    write_frame(sys.stdout.buffer, json.dumps(answer).encode())
    write_frame(sys.stdout.buffer, payload)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
