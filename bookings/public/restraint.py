"""How often one address may book: counted in the region's cache under keyed hashes for an hour (features D8)."""

from __future__ import annotations

import logging

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


def is_too_often(request: HttpRequest, email: str) -> bool:
    """Count one try to book; tell whether this computer or this mail address has had too many in the last hour.

    A cache that is away counts nothing and lets everyone pass: booking matters more than counting.
    """
    try:
        tries = _count("network", network_address(request)), _count("mail", email.casefold())
    except (RedisError, OSError) as error:
        log.warning("booking not counted", extra={"error": type(error).__name__})
        return False
    return tries[0] > PER_NETWORK_ADDRESS or tries[1] > PER_MAIL_ADDRESS


def network_address(request: HttpRequest) -> str:
    """Return where a request came from: behind our proxy the last entry of its list, which the proxy itself wrote."""
    forwarded: str = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _count(kind: str, value: str) -> int:
    active = scope.current()
    cache = caches[cell(active.cell).cache]
    digest = salted_hmac(f"keepwell.restraint.{kind}", value, algorithm="sha256").hexdigest()[:32]
    key = f"{active.account_id}:booking:{digest}"
    cache.add(key, 0, WITHIN_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # expired between the two
        return 1
