"""The one way out: every call to a server of somebody else's leaves here (TP-2); anything else fails the build.

Two kinds of address. One that the vendor configured: `call` takes it when the register (`accounts.processors`) names
its host for the purpose in that region. One that an Owner typed, such as a calendar: `call_typed` takes any host.
Every other rule holds for both: https, an address that is public (asked once, and connected to as it was checked, so
that a name can't turn inwards in between), no redirect, no more than so many bytes, all within so many seconds.
What is logged: who, what for, the answer's number, bytes and time. Never an address, a header or a body.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket  # noqa: TID251 - this is the client
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import (  # noqa: TID251 - this is the client
    HTTPConnection,
    HTTPException,
    HTTPResponse,
)
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from accounts.processors import Processor, processor

log = logging.getLogger("keepwell.outbound")

SECONDS = 10.0
MOST = 64 * 2**10
REDIRECTS = (300, 301, 302, 303, 305, 307, 308)
# Answers of a gateway in between, which can't know whether the message arrived
IN_BETWEEN = (502, 504)
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


class Refused(Exception):
    """A call that was not made; `reason` is a code and holds no address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Broken(Exception):
    """A call that came to nothing. `is_in_doubt`: what was sent may have arrived, only the answer did not."""

    def __init__(self, reason: str, *, is_in_doubt: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_in_doubt = is_in_doubt


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Call:
    """One call as it was asked for: to whom, for what, and how much may come back."""

    who: str
    purpose: str
    where: SplitResult
    is_inside: bool
    method: str
    body: bytes
    headers: Mapping[str, str]
    most: int
    seconds: float


def call(
    url: str,
    *,
    region: str,
    purpose: str,
    method: str = "POST",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    most: int = MOST,
    seconds: float = SECONDS,
) -> Answer:
    """Call a server of the register and return its answer, whatever its number but a redirect.

    Raises `Refused` when the rules forbid the call, `Broken` when it fails.
    """
    where = _parts(url)
    known = processor(region, purpose, where.hostname or "")
    if known is None:
        _note(purpose, purpose, error="not registered")
        raise Refused("not registered")
    if where.scheme != "https" and not (
        where.scheme == "http" and known.is_inside and not settings.PRODUCTION
    ):
        raise Refused("not https")
    return _made(
        _Call(
            known.name, purpose, where, known.is_inside, method, body, headers or {}, most, seconds
        )
    )


def call_typed(
    url: str,
    *,
    purpose: str,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    most: int = MOST,
    seconds: float = SECONDS,
) -> Answer:
    """Call an address that an Owner typed and return its answer: any host, but public, and by https alone.

    Raises `Refused` (the address breaks a rule, see `check_typed`) or `Broken` (it can't be reached, leads elsewhere,
    says too much or takes too long). Both hold a code for people to be told by, never the address.
    """
    where = check_typed(url)
    return _made(_Call("typed", purpose, where, False, method, body, headers or {}, most, seconds))


def check_typed(url: str) -> SplitResult:
    """Return the parts of an address that an Owner typed; raise `Refused` for one that could never be called.

    For forms: looks at the address alone and asks nobody. The call checks again.
    """
    where = _parts(url)
    if where.scheme != "https":
        raise Refused("not https")
    if where.port not in (None, 443) and int(where.port or 0) < 1024:
        raise Refused("port")
    try:
        literal = ipaddress.ip_address((where.hostname or "").partition("%")[0])
    except ValueError:
        if "." not in (where.hostname or ""):
            raise Refused("not public") from None
    else:
        if not is_public(str(literal)):
            raise Refused("not public")
    return where


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the open internet, also through what is wrapped in it (v4 in v6).

    The networks of `settings.OUTBOUND_NETWORKS` count as open: an installation may let practices point at its own.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if any(found in ipaddress.ip_network(each) for each in settings.OUTBOUND_NETWORKS):
        return True
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour or _translated(found)
        if wrapped is not None:
            return is_public(str(wrapped))
        if found.teredo is not None:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


@contextmanager
def connected(
    host: str, port: int, *, is_inside: bool, seconds: float = SECONDS
) -> Iterator[socket.socket]:
    """Connect to a host by an address that was checked, and cut the line when the time is over.

    The block has `seconds` for everything it does on the socket, however slowly the other side trickles.
    Raises `Refused` for a host with any private address, unless it is inside; `Broken` when none can be reached.
    """
    ends = time.monotonic() + seconds
    line = _dialled(_addresses(host, port, is_inside), ends)
    with line, _cut_after(line, ends):
        yield line


def _addresses(host: str, port: int, is_inside: bool) -> list[tuple[int, tuple[object, ...]]]:
    """Ask for a name's addresses, once; every one of them must be fit, for any could be chosen."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Broken("unknown host") from None
    if not is_inside and not all(is_public(str(each[4][0])) for each in found):
        raise Refused("not public")
    return [(family, address) for family, _kind, _protocol, _name, address in found]


def _dialled(addresses: list[tuple[int, tuple[object, ...]]], ends: float) -> socket.socket:
    """Connect to the first address that answers."""
    reason = "unknown host"
    for family, address in addresses:
        line = socket.socket(family, socket.SOCK_STREAM)
        line.settimeout(max(0.05, ends - time.monotonic()))
        try:
            line.connect(address)
        except OSError as error:
            line.close()
            reason = "timeout" if isinstance(error, TimeoutError) else "no connection"
        else:
            return line
    raise Broken(reason)


@contextmanager
def _cut_after(line: socket.socket, ends: float) -> Iterator[None]:
    """Cut a line at a moment: a timeout per read never ends with a server that sends a byte at a time."""
    other_end = line.dup()

    def cut() -> None:
        try:
            other_end.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    timer = threading.Timer(max(0.0, ends - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        other_end.close()


def _made(asked: _Call) -> Answer:
    """Make a call, log it, return the answer."""
    began = time.monotonic()
    try:
        answer = _exchanged(asked)
    except (Refused, Broken) as failure:
        _note(asked.who, asked.purpose, error=failure.reason, began=began)
        raise
    _note(asked.who, asked.purpose, answer.status, len(answer.body), began=began)
    return answer


def _exchanged(asked: _Call) -> Answer:
    is_safe = asked.method in ("GET", "HEAD")
    host, port = asked.where.hostname or "", asked.where.port
    is_tls = asked.where.scheme == "https"
    ends = time.monotonic() + asked.seconds
    is_sent = False
    with connected(
        host, port or (443 if is_tls else 80), is_inside=asked.is_inside, seconds=asked.seconds
    ) as line:
        try:
            speaking = HTTPConnection(host, port or (443 if is_tls else 80))
            speaking.sock = _secured(line, host) if is_tls else line
            with speaking.sock:
                is_sent = True
                speaking.request(asked.method, _target(asked.where), asked.body, _headers(asked))
                answer = _read(speaking.getresponse(), asked.most, is_safe)
                if time.monotonic() >= ends:  # what a cut line gave is not the whole
                    raise TimeoutError
                return answer
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, ssl.SSLCertVerificationError):
                raise Broken("certificate") from None
            reason = "timeout" if time.monotonic() >= ends - 0.05 else "line broke"
            raise Broken(reason, is_in_doubt=is_sent and not is_safe) from None


def _secured(line: socket.socket, host: str) -> ssl.SSLSocket:
    return _tls(settings.OUTBOUND_CA).wrap_socket(line, server_hostname=host)


@cache
def _tls(authorities: str) -> ssl.SSLContext:
    """Return what a server must prove; `authorities` is a file of more certificate authorities, or ""."""
    context = ssl.create_default_context()
    if authorities:
        context.load_verify_locations(authorities)
    return context


def _headers(asked: _Call) -> dict[str, str]:
    own = {"User-Agent": "Keepwell", "Accept-Encoding": "identity", "Connection": "close"}
    where = asked.where
    netloc = where.netloc.rpartition("@")[2]
    return {**own, "Host": netloc, **asked.headers}


def _target(where: SplitResult) -> str:
    return (where.path or "/") + (f"?{where.query}" if where.query else "")


def _read(answer: HTTPResponse, most: int, is_safe: bool) -> Answer:
    """Read an answer up to its limit."""
    if answer.status in REDIRECTS:
        raise Broken("redirect")
    if int(answer.headers.get("Content-Length") or 0) > most:
        raise Broken("too large", is_in_doubt=not is_safe)
    body = answer.read(most + 1)
    if len(body) > most:
        raise Broken("too large", is_in_doubt=not is_safe)
    if answer.status in IN_BETWEEN and not is_safe:
        raise Broken(f"HTTP {answer.status}", is_in_doubt=True)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status, headers, body)


def _parts(url: str) -> SplitResult:
    """Return the parts of a web address with a host and without a sign-in; raise `Refused`."""
    try:
        where = urlsplit(url.strip())
        host, _port = where.hostname, where.port
        plain = (host or "").encode("idna").decode() if host and ":" not in host else host
    except (ValueError, UnicodeError):
        raise Refused("not an address") from None
    if where.scheme not in ("http", "https") or not plain or where.username is not None:
        raise Refused("not an address")
    if ":" not in plain and not _HOST.fullmatch(plain.lower()):
        raise Refused("not an address")
    if re.search(r"[\x00-\x20\x7f]", url.strip()):
        raise Refused("not an address")
    return where._replace(fragment="")


def _translated(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that a translator (64:ff9b::/96) would reach."""
    if found in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return None


def _note(
    who: str, purpose: str, status: int = 0, count: int = 0, *, error: str = "", began: float = 0.0
) -> None:
    log.info(
        "outbound call",
        extra={
            "processor": who,
            "purpose": purpose,
            "status": status,
            "count": count,
            "error": error,
            "ms": round((time.monotonic() - began) * 1000) if began else 0,
        },
    )


__all__ = [
    "Answer",
    "Broken",
    "Processor",
    "Refused",
    "call",
    "call_typed",
    "check_typed",
    "connected",
    "is_public",
]
