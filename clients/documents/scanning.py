"""Asks the region's own scanner whether a file holds malware: clamd's INSTREAM, over a line that `outbound` connects.

A region without a scanner keeps files unscanned and says so on the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from accounts import outbound
from accounts.processors import processor
from clients.disclosures.outward import stays
from clients.models import Document
from privacy.vocabulary import scope

PURPOSE = "scan"
SECONDS = 40.0  # less than the lease of the job that asks
PORT = 3310
_MOST_SAID = 4096


class NotScanned(Exception):
    """The scanner could not be asked or gave no verdict; holds a code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner found: "" is nothing."""

    found: str = ""


def first_state() -> str:
    """Return how a new file stands: waiting where there is a scanner, else unscanned."""
    has_one = bool(settings.SCANNERS.get(scope.current().region))
    return Document.Scan.WAITING if has_one else Document.Scan.UNSCANNED


@stays("to the installation's own scanner, which answers and keeps nothing")
def scan(region: str, pieces: Iterable[bytes]) -> Verdict:
    """Show a file to the region's scanner; raise `NotScanned`."""
    where = urlsplit(settings.SCANNERS.get(region, ""))
    known = processor(region, PURPOSE, where.hostname or "")
    if known is None or not known.is_inside:
        raise NotScanned("not registered")
    try:
        with outbound.connected(
            str(where.hostname), where.port or PORT, is_inside=True, seconds=SECONDS
        ) as line:
            line.sendall(b"zINSTREAM\0")
            for piece in pieces:
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            said = b""
            while b"\0" not in said and len(said) < _MOST_SAID and (more := line.recv(1024)):
                said += more
    except (outbound.Refused, outbound.Broken) as failure:
        raise NotScanned(failure.reason) from None
    except OSError:
        raise NotScanned("line broke") from None
    return _verdict(said)


def _verdict(said: bytes) -> Verdict:
    """Read `stream: OK`, `stream: Name FOUND`, or whatever else, which is no verdict."""
    words = said.partition(b"\0")[0].decode("ascii", "replace").strip()
    if words == "stream: OK":
        return Verdict()
    if words.startswith("stream: ") and words.endswith(" FOUND"):
        return Verdict(words.removeprefix("stream: ").removesuffix(" FOUND")[:80] or "?")
    raise NotScanned("no verdict")
