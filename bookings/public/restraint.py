"""How often one address may book: counted in the region's cache under keyed hashes for an hour (features D8)."""

from __future__ import annotations

import logging
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from accounts.cells import cell
from privacy.vocabulary import scope

log = logging.getLogger("keepwell.bookings")

WITHIN_SECONDS = 3600
PER_NETWORK_ADDRESS = 20
PER_MAIL_ADDRESS = 5
# Times held from one network address within the life of a hold; whoever has more goes on without
HOLDS_PER_NETWORK_ADDRESS = 6
HELD_SECONDS = 600
# Booking codes tried from one network address, and in the whole practice, within an hour
CODES_PER_NETWORK_ADDRESS = 8
CODES_PER_PRACTICE = 200
# Links that lead nowhere, and tries to prove whose a form is, from one network address within an hour
STRANGE_LINKS_PER_NETWORK_ADDRESS = 60
PROOFS_PER_NETWORK_ADDRESS = 30


def is_too_often(request: HttpRequest, email: str) -> bool:
    """Count one try to book; tell whether this computer or this mail address has had too many in the last hour.

    A cache that is away counts nothing and lets everyone pass: booking matters more than counting.
    """
    counted = (("network", network_address(request)), ("mail", email.casefold()))
    return _any_over(counted, (PER_NETWORK_ADDRESS, PER_MAIL_ADDRESS))


def holds_too_much(request: HttpRequest) -> bool:
    """Count one time held; tell whether this computer holds more than a person needs."""
    counted = (("hold", network_address(request)),)
    return _any_over(counted, (HOLDS_PER_NETWORK_ADDRESS,), HELD_SECONDS)


def guesses_codes(request: HttpRequest) -> bool:
    """Count one booking code tried, right or wrong; tell whether this looks like guessing."""
    counted = (("code", network_address(request)), ("code", "all"))
    return _any_over(counted, (CODES_PER_NETWORK_ADDRESS, CODES_PER_PRACTICE))


def opens_strange_links(request: HttpRequest) -> bool:
    """Count one link that leads nowhere; tell whether this looks like guessing."""
    counted = (("link", network_address(request)),)
    return _any_over(counted, (STRANGE_LINKS_PER_NETWORK_ADDRESS,))


def proves_too_often(request: HttpRequest) -> bool:
    """Count one try to prove whose a form is, from one computer, whatever form."""
    counted = (("proof", network_address(request)),)
    return _any_over(counted, (PROOFS_PER_NETWORK_ADDRESS,))


def _any_over(
    counted: tuple[tuple[str, str], ...], most: tuple[int, ...], seconds: int = WITHIN_SECONDS
) -> bool:
    try:
        tries = [_count(kind, value, seconds) for kind, value in counted]
    except (RedisError, OSError) as error:
        log.warning("booking not counted", extra={"error": type(error).__name__})
        return False
    return any(count > limit for count, limit in zip(tries, most, strict=True))


def truncated(address: str) -> str:
    """Return the network that an address is in, /24 or /48: enough to tell a pattern, too little to tell a person."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def network_address(request: HttpRequest) -> str:
    """Return where a request came from: behind our proxy the last entry of its list, which the proxy itself wrote."""
    forwarded: str = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _count(kind: str, value: str, seconds: int) -> int:
    active = scope.current()
    cache = caches[cell(active.cell).cache]
    digest = salted_hmac(f"keepwell.restraint.{kind}", value, algorithm="sha256").hexdigest()[:32]
    key = f"{active.account_id}:booking:{digest}"
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # expired between the two
        return 1
