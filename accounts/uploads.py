"""Objects written part by part, so that who takes over from a killed writer sends only what is missing (EX-5)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from botocore.exceptions import ClientError

from accounts.objects import ROOT, store_of

PART = 16 * 1024 * 1024


def begin(cell_name: str, key: str) -> str:
    """Begin an object; return the name of the upload, by which its parts are sent."""
    store = store_of(cell_name)
    if hasattr(store, "bucket"):
        begun = _client(store).create_multipart_upload(**_object(store, key))
        return str(begun["UploadId"])
    path = Path(store.path(key))
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    return "file"


def put(cell_name: str, key: str, upload: str, number: int, data: bytes) -> str:
    """Store part `number`, counted from 1; all but the last have PART bytes. Return what the store calls it."""
    store = store_of(cell_name)
    if hasattr(store, "bucket"):
        sent = _client(store).upload_part(
            **_object(store, key), UploadId=upload, PartNumber=number, Body=data
        )
        return str(sent["ETag"])
    with Path(store.path(key)).open("r+b") as target:
        target.seek((number - 1) * PART)
        target.write(data)
    return str(len(data))


def complete(cell_name: str, key: str, upload: str, names: Sequence[str]) -> None:
    """Make an object of its parts, given what the store calls them, in order; once more does nothing."""
    store = store_of(cell_name)
    if not hasattr(store, "bucket"):
        return
    parts = [{"PartNumber": nth, "ETag": name} for nth, name in enumerate(names, 1)]
    try:
        _client(store).complete_multipart_upload(
            **_object(store, key), UploadId=upload, MultipartUpload={"Parts": parts}
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchUpload" or not store.exists(key):
            raise


def abandon(cell_name: str, prefix: str) -> int:
    """End every upload that was begun and not completed below a prefix, parts included; return how many there were."""
    store = store_of(cell_name)
    if not hasattr(store, "bucket") or not prefix:
        return 0
    begun = _begun(store, prefix)
    for key, upload in begun:
        _client(store).abort_multipart_upload(Bucket=store.bucket.name, Key=key, UploadId=upload)
    return len(begun)


def abandon_all(cell_name: str, account_id: UUID) -> int:
    """The same for everything of an account."""
    return abandon(cell_name, f"{ROOT}/{account_id}/")


def _begun(store: Any, prefix: str) -> list[tuple[str, str]]:
    pages = _client(store).get_paginator("list_multipart_uploads")
    where = {"Bucket": store.bucket.name, "Prefix": store._normalize_name(prefix)}
    return [
        (each["Key"], each["UploadId"])
        for page in pages.paginate(**where)
        for each in page.get("Uploads", [])
    ]


def _object(store: Any, key: str) -> dict[str, str]:
    return {"Bucket": store.bucket.name, "Key": store._normalize_name(key)}


def _client(store: Any) -> Any:
    return store.bucket.meta.client
