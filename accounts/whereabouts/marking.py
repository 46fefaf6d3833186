"""Marks the file store of each region as its own, once (`bin/migrate`); databases are marked as they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import storages

from accounts.cells import cells
from accounts.whereabouts.asking import MARK, client_of
from accounts.whereabouts.proof import WrongPlace

_MISSING = ("404", "NoSuchKey", "NotFound")


def mark_stores() -> None:
    """Mark every file store of this process; raise `WrongPlace` for one that is marked as another region's."""
    for region in sorted({each.region for each in cells().values()}):
        store: Any = storages[f"objects_{region}"]
        mark = _in_bucket if hasattr(store, "bucket_name") else _in_folder
        try:
            told = mark(store, region)
        except (ClientError, BotoCoreError) as error:
            raise WrongPlace(f"OBJECTS_{region.upper()} can't be marked: {error}") from None
        if told != region:
            raise WrongPlace(
                f"OBJECTS_{region.upper()} is marked {told}: give each region its own."
            )


def _in_folder(store: Any, region: str) -> str:
    mark = Path(store.location) / MARK
    mark.parent.mkdir(parents=True, exist_ok=True)
    if not mark.exists():
        mark.write_text(region)
    return mark.read_text()


def _in_bucket(store: Any, region: str) -> str:
    client = client_of(store)
    try:
        answer = client.get_object(Bucket=store.bucket_name, Key=MARK)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _MISSING:
            raise
        client.put_object(Bucket=store.bucket_name, Key=MARK, Body=region.encode())
        return region
    return str(answer["Body"].read(100).decode(errors="replace"))
