"""A time goes to one booking: a short lock keeps the queue in front of the exclusion constraints short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from uuid import UUID

from django.db import DatabaseError, connections, transaction

from privacy.vocabulary import scope

EXCLUDED, LOCK_TIMEOUT, DEADLOCK = "23P01", "55P03", "40P01"
LOST = (EXCLUDED, LOCK_TIMEOUT, DEADLOCK)


class Taken(Exception):
    """Somebody else was first, or is still at it after a second."""


@contextmanager
def taking(*held: UUID) -> Iterator[None]:
    """Hold the time of these practitioners, rooms and equipment while appointments of theirs are written.

    Waits a second at most. The lock lasts until the transaction ends; leaving with an error undoes what was written
    here and gives the lock back at once. Raises `Taken` when the exclusion constraint or the wait said no.
    """
    database = scope.current().database
    try:
        with transaction.atomic(using=database):
            with connections[database].cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                for key in sorted({_lock_of(each) for each in held}):
                    cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [key])
            yield
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") in LOST:
            raise Taken from None
        raise


def _lock_of(held: UUID) -> int:
    """Return the number of an advisory lock; two that share one only wait for each other."""
    digest = blake2b(held.bytes, digest_size=8, person=b"practitioner").digest()
    return int.from_bytes(digest, signed=True)
