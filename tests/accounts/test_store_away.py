"""The object store is away: a calm page that names it, nothing half-done, and the health check knows (RP-9)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from moto.server import ThreadedMotoServer

from accounts import objects, sequencer
from accounts.tenancy import acting_in
from clients.models import Document
from tests.accounts.test_parts_away import explains
from tests.browser import sign_in
from tests.notes.parts import Practice, practice
from tests.object_store import BUCKET, s3_server

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
PDF = b"%PDF-1.7\n" + b"the planted words of a referral " * 5000


@pytest.fixture
def s3(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    with s3_server(settings, monkeypatch) as server:
        yield server


@pytest.fixture
def p() -> Practice:
    return practice()


@pytest.fixture
def browser(p: Practice) -> Browser:
    """A signed-in browser that shows the page that people get, instead of raising."""
    made = Browser(raise_request_exception=False)
    sign_in(made, p.owner_user, p.account, stepped_up=True)
    return made


def upload(p: Practice, browser: Browser) -> Any:
    address = reverse("document_new", args=[p.account.slug, p.client.pk])
    return browser.post(address, {"files": [SimpleUploadedFile("Referral.pdf", PDF)]})


def documents(p: Practice) -> list[Document]:
    with acting_in(p.account.ref):
        return list(Document.objects.all())


def names_the_store(response: Any) -> bool:
    assert explains(response)
    assert "Waiting for: the file store" in response.content.decode()
    return True


def test_uploading_without_the_store_leaves_nothing(
    p: Practice, browser: Browser, s3: ThreadedMotoServer
) -> None:
    s3.stop()
    assert names_the_store(upload(p, browser))
    assert documents(p) == []


def test_a_file_that_cant_be_fetched_now_is_not_called_lost(
    p: Practice, browser: Browser, s3: ThreadedMotoServer
) -> None:
    assert upload(p, browser).status_code == 302
    [document] = documents(p)
    assert objects.keys_of("au-1", p.account.pk) == [document.storage_key]
    address = reverse("document_file", args=[p.account.slug, p.client.pk, document.pk])
    assert b"".join(browser.get(address)) == PDF
    s3.stop()
    assert names_the_store(browser.get(address))
    assert browser.get(reverse("client", args=[p.account.slug, p.client.pk])).status_code == 200


def test_a_store_that_answers_but_misses_the_file_is_not_away(
    p: Practice, browser: Browser, s3: ThreadedMotoServer
) -> None:
    upload(p, browser)
    [document] = documents(p)
    objects.delete("au-1", document.storage_key)
    address = reverse("document_file", args=[p.account.slug, p.client.pk, document.pk])
    assert browser.get(address).status_code == 302


def test_a_folder_that_is_not_there_as_it_should_be(
    p: Practice, browser: Browser, tmp_path: Path
) -> None:
    root = Path(storages["objects_au"].path(""))
    root.mkdir(parents=True)
    (root / "a").write_text("not a folder")
    assert names_the_store(upload(p, browser))
    assert documents(p) == []
    (root / "a").unlink()
    assert upload(p, browser).status_code == 302


def test_the_health_check_names_each_regions_store(
    client: Browser, s3: ThreadedMotoServer, settings: Any
) -> None:
    def told() -> dict[str, str]:
        parts = client.get("/readyz").json()["parts"]
        return {cell: parts[f"{cell}-1 objects"] for cell in ("au", "eu", "us")}

    assert told() == dict.fromkeys(("au", "eu", "us"), "ok")
    bucket: Any = storages["objects_au"].bucket  # type: ignore[attr-defined]
    bucket.objects.all().delete()
    bucket.delete()
    assert told() == {"au": "ClientError", "eu": "ok", "us": "ok"}
    s3.stop()
    folder = Path(storages["objects_eu"].path(""))
    folder.rmdir()
    folder.write_text("not a folder")
    assert told() == {"au": "EndpointConnectionError", "eu": "FileExistsError", "us": "ok"}


def test_the_chain_is_made_while_anchors_wait_for_the_store(
    p: Practice, s3: ThreadedMotoServer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The sequencer's own loop, asked to end once it has met the store that is away."""
    settings.AUDIT_ANCHOR_SECONDS = -1
    s3.stop()
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    is_over = threading.Event()

    def end_once_it_waits() -> None:
        while not is_over.wait(0.01):
            if "sequencer waits" in caplog.messages:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    ending = threading.Thread(target=end_once_it_waits)
    ending.start()
    try:
        call_command("audit", "sequence")
    finally:
        is_over.set()
        ending.join()
        for name, handler in before.items():
            signal.signal(name, handler)
    assert sequencer.waiting_seconds("au-1") == 0


def test_another_regions_store_is_not_missed(
    p: Practice, browser: Browser, s3: ThreadedMotoServer, settings: Any
) -> None:
    s3.stop()
    settings.STORAGES = {
        **settings.STORAGES,
        "objects_us": settings.STORAGES["objects_au"],
        "objects_au": settings.STORAGES["objects_eu"],
    }
    assert storages["objects_us"].bucket_name == BUCKET  # type: ignore[attr-defined]
    assert upload(p, browser).status_code == 302
