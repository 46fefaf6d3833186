"""Starting, finding and ending the demo's own processes, also those a killed run left behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped]

TETHER = Path(__file__).with_name("tether.py")


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own with its output appended to `log`.

    It gets `last_signal` when the starting thread ends (Linux), even by SIGKILL, so call this from
    the main thread. `user` names whom to run as when we are root.
    """
    tether = [sys.executable, "-I", "-S", str(TETHER)]
    tether += ["--parent", str(os.getpid()), "--signal", str(int(last_signal))]
    tether += ["--user", user] if user else []
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [*tether, "--", *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=folder,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], *, by: signal.Signals, patience: float) -> bool:
    """Ask `process` to end and after `patience` seconds kill its group; True if it obeyed."""
    if process.poll() is not None:
        return True
    process.send_signal(by)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        kill_group(process.pid)
        process.wait()
        return False
    return True


def kill_group(leader: int) -> None:
    """SIGKILL the whole process group of `leader`; no error when it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def identity(pid: int) -> str:
    """Return what tells process `pid` from a later one of the same number, "" if it is gone."""
    try:
        return f"{pid} {psutil.Process(pid).create_time():.2f}"
    except psutil.Error:
        return ""


def is_alive(known: str) -> bool:
    """Whether the process that `identity` described still runs."""
    pid, _, _ = known.partition(" ")
    return pid.isdigit() and identity(int(pid)) == known


def end_leftover(known: str, *, patience: float = 5) -> None:
    """End what is left of the session whose leader `identity` described, and nobody else's.

    While a session has members its number is given to no new process, so a living leader with
    another identity means that ours is gone altogether.
    """
    leader = int(known.partition(" ")[0] or 0)
    if not leader or identity(leader) not in ("", known):
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        left = [process for process in psutil.process_iter() if _session(process.pid) == leader]
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.send_signal(sign)
        psutil.wait_procs(left, timeout=patience)


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def end_all_in(folder: Path, name: str, *, by: signal.Signals, patience: float) -> None:
    """End every process called `name` whose working folder is `folder`, at last by SIGKILL."""
    for sign in (by, signal.SIGKILL):
        left = _processes_in(folder, name)
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.send_signal(sign)
        psutil.wait_procs(left, timeout=patience)


def _processes_in(folder: Path, name: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):  # another user's, or just gone
            if process.info["name"] == name and Path(process.cwd()) == folder:
                found.append(process)
    return found


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nothing listens on `port`."""
    with socket.socket() as probe:
        # What servers set: a port whose last connection just closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something takes connections on `port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def free_port(preferred: int | None = None) -> int:
    """Return `preferred` if it is free, else another free port of the loopback interface."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def free_ports(number: int) -> list[int]:
    """Return that many different free ports of the loopback interface."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for a message about a program that would not start."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def pause(seconds: float = 0.03) -> None:
    """Wait a moment between two looks."""
    time.sleep(seconds)
