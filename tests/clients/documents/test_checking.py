"""A kept file is shown to the scanner and drawn for the screen; what is found in it harms nobody."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts import objects
from accounts.models import OutboxJob
from accounts.sandbox.running import Failed
from accounts.tenancy import acting_in
from clients.documents import archives, keeping, pictures, scanning, storing
from clients.documents.scanning import NotScanned
from clients.models import Client, Document, Picture
from privacy import sweeping
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.clients.documents.photos import photo, plain
from tests.clients.documents.scanner import EICAR, Scanner, scanner
from tests.clients.practice import Practice, practice, told
from tests.privacy.scene import run_jobs

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def owner() -> Practice:
    return practice()


@pytest.fixture
def clamd(settings: Any) -> Iterator[Scanner]:
    with scanner(settings) as running:
        yield running


def pdf(pages: int = 3) -> bytes:
    out = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(300, 400)
    document.save(out)
    return out.getvalue()


def kept(owner: Practice, content: bytes, name: str = "Scan.pdf") -> Document:
    """Keep a file of a new client, and do what is done with it afterwards."""
    pk = owner.client()
    with acting_in(owner.account.ref):
        upload: Any = SimpleUploadedFile(name, content)
        document = keeping.attach(by=SYSTEM, client=Client.objects.get(pk=pk), upload=upload)
    run_jobs(owner.account)
    return again(owner, document.pk)


def again(owner: Practice, pk: UUID) -> Document:
    with acting_in(owner.account.ref):
        found: Document = Document.objects.select_related("client").get(pk=pk)
        return found


def page(owner: Practice, document: Document, rest: str = "") -> Any:
    return owner.get(f"{document.client_id}/files/{document.pk}/{rest}")


def test_pages_are_drawn_sealed_and_shown(owner: Practice) -> None:
    document = kept(owner, pdf(14))
    assert (document.pictures, document.pages) == ("ready", 14)
    with acting_in(owner.account.ref):
        rows = list(Picture.objects.order_by("page", "look"))
        assert [(row.page, row.look) for row in rows[:2]] == [(1, "large"), (1, "small")]
        assert len(rows) == 2 * pictures.PAGES
        with objects.opened("au-1", rows[0].storage_key) as lying:
            assert b"WEBP" not in lying.read()
    shown = page(owner, document).content.decode()
    assert shown.count("<figure") == pictures.PAGES
    assert "2 more pages in the file itself" in shown
    with told() as actions:
        answer = page(owner, document, "pages/1/large/")
    assert actions == ["record.read"]
    with Image.open(io.BytesIO(answer.content)) as drawn:
        assert drawn.size == (1200, 1600)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert page(owner, document, "pages/99/large/").status_code == 404
    assert (
        f"files/{document.pk}/pages/1/small/"
        in owner.get(f"{document.client_id}/?show=files").content.decode()
    )
    neighbour = practice()
    assert page(neighbour, document, "pages/1/large/").status_code == 404


def test_pictures_end_with_their_days_and_are_drawn_again_when_somebody_looks(
    owner: Practice,
) -> None:
    document = kept(owner, photo(), "Knee.jpg")
    ref = owner.account.ref
    sweeping.sweep_account(ref)
    with acting_in(ref):
        storage_keys = set(Picture.objects.values_list("storage_key", flat=True))
        assert len(storage_keys) == 2
        left = {row.expires_at - clock.now() for row in Picture.objects.all()}
        assert {round(each / timedelta(days=1)) for each in left} == {30}
        Picture.objects.update(expires_at=clock.now())
    sweeping.sweep_account(ref)
    with acting_in(ref):
        assert Picture.objects.count() == 0
        assert storage_keys.isdisjoint(sweeping.named_objects())
    assert "Being got ready" in page(owner, document).content.decode()
    for _ in range(2):
        page(owner, document)
    with acting_in(ref):
        assert OutboxJob.objects.filter(name="document.check", done_at=None).count() == 1
    run_jobs(owner.account)
    assert "<figure" in page(owner, document).content.decode()


def test_what_waits_for_the_scanner_does_not_leave(owner: Practice, clamd: Scanner) -> None:
    clamd.says = b"INSTREAM size limit exceeded. ERROR"
    content = pdf()
    document = kept(owner, content)
    assert document.scan == "waiting"
    assert page(owner, document, "file/").status_code == 302
    assert "Being checked for malware" in page(owner, document).content.decode()
    clamd.says = b""
    with acting_in(owner.account.ref):
        [job] = OutboxJob.objects.filter(name="document.check", done_at=None)
        assert (job.error, job.failed_at) == ("NotScanned", None)
        job.run_at = clock.now()
        job.save()
    with told() as actions:
        run_jobs(owner.account)
    document = again(owner, document.pk)
    assert (document.scan, document.pictures) == ("clean", "ready")
    assert "document.scanned" in actions
    assert clamd.seen[-1] == content
    assert b"".join(page(owner, document, "file/")) == content


def test_what_the_scanner_refuses_never_leaves(owner: Practice, clamd: Scanner) -> None:
    document = kept(owner, b"%PDF-1.4 " + EICAR)
    assert document.scan == "refused"
    shown = page(owner, document).content.decode()
    assert "Malware was found in this file" in shown
    assert "/file/" not in shown
    assert page(owner, document, "file/").status_code == 302
    with acting_in(owner.account.ref):
        assert Picture.objects.count() == 0


def test_without_a_scanner_the_page_says_so_and_one_can_be_asked_later(
    owner: Practice, settings: Any
) -> None:
    document = kept(owner, pdf())
    assert document.scan == "unscanned"
    assert "Not checked for malware" in page(owner, document).content.decode()
    with scanner(settings) as clamd:
        owner.post(f"{document.client_id}/files/{document.pk}/check/")
        run_jobs(owner.account)
        assert again(owner, document.pk).scan == "clean"
        assert len(clamd.seen) == 1


def test_a_scanner_that_nobody_registered_is_not_asked(settings: Any) -> None:
    settings.SCANNERS = {"au": "clamd://scanner.example:3310"}
    with pytest.raises(NotScanned, match="not registered"):
        scanning.scan("au", [b"x"])
    with scanner(settings) as clamd:
        clamd.stop()
        with pytest.raises(NotScanned, match="no connection"):
            scanning.scan("au", [b"x"])


def png_of(width: int, height: int) -> bytes:
    """A picture of very many pixels in very few bytes."""
    data = plain()
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return data[:16] + head + data[24:]


def zipped(names: list[str], content: bytes = b"x") -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return raw.getvalue()


HOSTILE = {
    "pixels.png": png_of(60_000, 60_000),
    "cut.pdf": pdf()[:200],
    "circle.pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj\ntrailer<</Root 1 0 R>>",
    "polyglot.gif": b"GIF89a/*" + bytes([0, 0, 0, 0, 0]) + b";*/=1;alert(1)//",
    "polyglot.pdf": b"%PDF-1.4\n<script>alert(1)</script>" + zipped(["index.html"]),
    "page.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page.html": b"<!doctype html><script>alert(1)</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_fails_its_picture_at_most_and_runs_nowhere(
    owner: Practice, name: str
) -> None:
    document = kept(owner, HOSTILE[name], name)
    assert document.pictures in ("failed", "none")
    shown = page(owner, document)
    assert shown.status_code == 200
    assert "<script>alert" not in shown.content.decode()
    answer = page(owner, document, "file/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox; default-src 'none'",
    )
    assert answer["Content-Type"] not in ("text/html", "image/svg+xml")
    assert b"".join(answer)


@pytest.mark.parametrize(
    "content",
    [
        zipped([f"{number}.txt" for number in range(archives.MOST_ENTRIES + 1)]),
        zipped(["a.txt"], bytes(8 * 2**20)).replace(
            (8 * 2**20).to_bytes(4, "little"), (2**31).to_bytes(4, "little")
        ),
    ],
    ids=["many", "large"],
)
def test_an_archive_that_would_burst_is_refused(owner: Practice, content: bytes) -> None:
    upload = SimpleUploadedFile("a.zip", content)
    answer = owner.post(f"{owner.client()}/files/new/", {"files": [upload]})
    assert answer.status_code == 422
    with acting_in(owner.account.ref):
        assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("claims", "out"),
    [
        ([{"page": 1, "look": "large", "width": 9, "height": 9, "size": 30}], b"<html>" * 5),
        ([{"page": 1, "look": "large", "width": 9, "height": 9, "size": 99}], b"RIFF....WEBP"),
        ([{"page": 1, "look": "huge", "width": 9, "height": 9, "size": 12}], b"RIFF....WEBP"),
        ([{"page": 10**9, "look": "large", "width": 9, "height": 9, "size": 12}], b"RIFF....WEBP"),
        ([{}], b""),
        ("words", b""),
    ],
)
def test_a_sandbox_that_was_taken_over_is_not_believed(
    claims: Any, out: bytes, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "taken_over.py"
    answer = {"pages": 1, "drawn": claims}
    script.write_text(f"def warm(): pass\ndef work(request, payload): return {answer!r}, {out!r}")
    monkeypatch.setattr(pictures, "SCRIPT", script)
    with pytest.raises(Failed):
        pictures.draw("application/pdf", b"%PDF-")


def test_the_list_asks_as_often_for_three_files_as_for_one(owner: Practice) -> None:
    document = kept(owner, plain(), "a.png")
    counts = []
    for more in (0, 2):
        with acting_in(owner.account.ref):
            for _ in range(more):
                upload: Any = SimpleUploadedFile("b.png", plain())
                keeping.attach(by=SYSTEM, client=document.client, upload=upload)
        run_jobs(owner.account)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert owner.get(f"{document.client_id}/?show=files").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_originals_are_kept_only_when_asked_for(owner: Practice) -> None:
    pk, data = owner.client(), photo()
    for keep in ({}, {"keep_original": "on"}):
        upload = SimpleUploadedFile("Knee.jpg", data)
        assert owner.post(f"{pk}/files/new/", {"files": [upload], **keep}).status_code == 302
    with acting_in(owner.account.ref):
        first, second = Document.objects.order_by("created_at")
        assert first.removed == ["camera", "location", "time"]
        assert first.originals.count() == 0
        original = second.originals.get()
        with storing.opened(original) as source:
            assert source.read() == data
    assert page(owner, first, "original/").status_code == 404
    assert b"".join(page(owner, second, "original/")) == data
    assert b"".join(page(owner, second, "file/")) != data
    assert "The original is not kept." in page(owner, first).content.decode()
