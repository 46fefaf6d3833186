"""Marks a file store as its region's, once: of files by `bin/migrate`, of backups by the first of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import storages

from accounts.cells import cells
from accounts.whereabouts.declared import CONTROL, WrongPlace

MARK = "keepwell-region"
_MISSING = ("404", "NoSuchKey", "NotFound")


def mark_stores(only: str = "") -> None:
    """Mark every file store of this process, or of one place; raise `WrongPlace` for one with another's mark."""
    for place in (CONTROL, *sorted({each.region for each in cells().values()})):
        if only not in ("", place):
            continue
        try:
            told = mark(storages[f"objects_{place}"], place)
        except (ClientError, BotoCoreError) as error:
            raise WrongPlace(f"OBJECTS_{place.upper()} can't be marked: {error}") from None
        if told != place:
            raise WrongPlace(f"OBJECTS_{place.upper()} is marked {told}: give each its own.")


def mark(store: Any, place: str) -> str:
    """Mark a store unless it is, and return its mark."""
    return _in_bucket(store, place) if hasattr(store, "bucket_name") else _in_folder(store, place)


def _in_folder(store: Any, place: str) -> str:
    mark = Path(store.location) / MARK
    mark.parent.mkdir(parents=True, exist_ok=True)
    if not mark.exists():
        mark.write_text(place)
    return mark.read_text()


def _in_bucket(store: Any, place: str) -> str:
    client = client_of(store)
    try:
        answer = client.get_object(Bucket=store.bucket_name, Key=MARK)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _MISSING:
            raise
        client.put_object(Bucket=store.bucket_name, Key=MARK, Body=place.encode())
        return place
    return str(answer["Body"].read(100).decode(errors="replace"))


def client_of(store: Any) -> Any:
    """Return a client of a bucket's service that waits two seconds at most and asks once, for questions of health."""
    return _client(store.endpoint_url, store.region_name, store.access_key, store.secret_key)


@cache
def _client(
    endpoint: str | None, region: str | None, access: str | None, secret: str | None
) -> Any:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        config=Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 1}),
    )
