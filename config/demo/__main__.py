"""`bin/demo`: what can be asked of a demo, and how a refusal is said."""

import argparse
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

from config.demo import processes
from config.demo.home import DEFAULT, Home, NotOurs
from config.demo.servers import ServerError
from config.demo.services import end_leftovers
from config.demo.supervisor import READY_WITHIN, StartFailed, Supervisor, say, short

CLOCK = re.compile(r"[+-]\d+[dhm]")


def main(arguments: list[str]) -> int:
    """Run `bin/demo` and return its exit code."""
    asked = _parser().parse_args(arguments)
    home = Home(Path(os.environ.get("KEEPWELL_HOME") or DEFAULT))
    try:
        if asked.facts:
            return _print_facts(home)
        if asked.clock is not None and not asked.fresh and home.runner():
            return _move_running_clock(home, asked.clock)
        return _run(home, asked)
    except (StartFailed, ServerError, NotOurs) as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _run(home: Home, asked: argparse.Namespace) -> int:
    port = _port()
    home.claim()
    if asked.fresh:
        home.start_over()
    if processes.listens(port) or not processes.is_free(port):
        end_leftovers(home / "children.json")  # it may be our own, orphaned
    if processes.listens(port) or not processes.is_free(port):
        raise StartFailed(
            f"Port {port} is taken by another program. Choose another: PORT={port + 1} bin/demo"
        )
    say(f"Starting Keepwell in {short(home.folder)} …")
    Supervisor(home, port=port, clock=asked.clock or "", small=asked.small).run()
    return 0


def _print_facts(home: Home) -> int:
    if not (home.runner() and home.run().get("ready")):
        raise NotOurs(f"No demo runs in {home.folder}. Start it with bin/demo.")
    print(json.dumps(home.facts(), indent=2, ensure_ascii=False))
    return 0


def _move_running_clock(home: Home, clock: str) -> int:
    """Ask the running demo for a moved clock and wait until it is ready with it, or with a later wish."""
    wish = home.ask_clock(clock)
    os.kill(home.runner(), signal.SIGUSR1)
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and home.runner():
        told = home.run()
        if told.get("ready") and told.get("wish", 0) >= wish:
            stands = f"is moved by {told['clock']}" if told["clock"] else "shows real time"
            say(f"The clock of the demo at {told['url']}/ {stands}.")
            return 0
        time.sleep(0.2)
    raise StartFailed(
        "The running demo did not come back with the moved clock; see where it was started."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Runs all of Keepwell on this machine, with demo data.",
        epilog="PORT (default 8000) is the port, KEEPWELL_HOME (default .local/) that of all data.",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start over: delete this demo's data first"
    )
    parser.add_argument(
        "--small", action="store_true", help="few clients and one month of work: ready sooner"
    )
    parser.add_argument(
        "--clock",
        type=_clock,
        metavar="+31d",
        help="move the clock (d, h, m), also of a running demo; 0 is real time",
    )
    parser.add_argument("--facts", action="store_true", help="print JSON about the running demo")
    return parser


def _clock(text: str) -> str:
    if text in ("", "0"):
        return ""
    if not CLOCK.fullmatch(text):
        raise argparse.ArgumentTypeError("takes +31d, +2h or +90m")
    return text


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isdigit() and 0 < int(text) < 65535):
        raise StartFailed(f"PORT={text} is no port. Choose one between 1024 and 65534.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
