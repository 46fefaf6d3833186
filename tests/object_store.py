"""A real S3 server for the Australian store, which a test may switch off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from config.parts import object_store

BUCKET = "keepwell-objects"


@contextmanager
def s3_server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    """Put the Australian store on an S3 server that answers real HTTP; `stop()` makes it go away."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    url = f"s3://{BUCKET}?endpoint={endpoint}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "objects_au": object_store(url)}
    yield server
    server.stop()
