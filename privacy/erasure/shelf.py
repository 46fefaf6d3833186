"""Where entries lie: one object each, added and never replaced, locked where the store can, beside no backup (RT-8)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from accounts import objects
from privacy.closure import DATA_BACKUP_DAYS
from privacy.vocabulary import clock

# No backup lives long enough to need an older entry, and nobody can take one away before
LOCKED = timedelta(days=2 * DATA_BACKUP_DAYS)
_MISSING = ("404", "NoSuchKey", "NotFound")
_THERE = ("PreconditionFailed", "ConditionalRequestConflict", "412")


def read(store: Any, seq: int) -> bytes | None:
    """Return a document, None when there is none with this number."""
    if not hasattr(store, "bucket"):
        path = Path(store.path(_name(seq)))
        return path.read_bytes() if path.exists() else None
    try:
        body: bytes = _object(store, seq).get()["Body"].read()
    except ClientError as error:
        if _code(error) in _MISSING:
            return None
        raise
    return body


def add(store: Any, seq: int, document: bytes) -> None:
    """Put a document away; raise `FileExistsError` when its number is taken."""
    if not hasattr(store, "bucket"):
        _link(Path(store.path(_name(seq))), document)
        return
    lock: dict[str, Any] = {}
    if _locks(store):
        until = clock.now() + LOCKED
        lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until}
    try:
        _object(store, seq).put(Body=document, IfNoneMatch="*", **lock)
    except ClientError as error:
        if _code(error) in _THERE:
            raise FileExistsError(_name(seq)) from error
        raise


def _link(path: Path, document: bytes) -> None:
    """Write beside the place and link to it: the name appears with all of its bytes, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400), "wb") as out:
            out.write(document)
            out.flush()
            os.fsync(out.fileno())
        os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _locks(store: Any) -> bool:
    """Whether the bucket locks objects; one that doesn't know the question doesn't."""
    try:
        answer = store.bucket.meta.client.get_object_lock_configuration(Bucket=store.bucket.name)
    except ClientError:
        return False
    return bool(answer["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")


def _object(store: Any, seq: int) -> Any:
    return store.bucket.Object(store._normalize_name(_name(seq)))


def _name(seq: int) -> str:
    return f"{objects.ERASURES}/{seq:09d}.json"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
