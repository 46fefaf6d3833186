"""Files are sealed on their way in, opened on their way out, and told by their content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Member, Role
from accounts.tenancy import acting_in
from clients import identity
from clients.documents import keeping, storing
from clients.documents.media_types import sniffed
from clients.documents.timeline import timeline_entries
from clients.models import Document
from privacy.vocabulary import keyring
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import Practice, practice, told
from tests.factories import make_account, make_client
from tests.object_store import s3_server

pytestmark = pytest.mark.django_db(databases="__all__")
PDF = b"%PDF-1.7\n" + b"the planted words of a referral " * 5000


def upload(name: str = "Referral.pdf", content: bytes = PDF) -> Any:
    return SimpleUploadedFile(name, content, content_type="text/html")


@pytest.fixture
def owner() -> Practice:
    return practice()


def added(owner: Practice, pk: UUID, **more: Any) -> Document:
    assert owner.post(f"{pk}/files/new/", {"files": [upload(**more)]}).status_code == 302
    with acting_in(owner.account.ref):
        found: Document = Document.objects.latest("created_at")
        return found


def stored(document: Document) -> bytes:
    with storages["objects_au"].open(document.storage_key) as file:
        return bytes(file.read())


def status(owner: Practice, rest: str) -> int:
    answer = owner.get(rest)
    b"".join(answer)
    return int(answer.status_code)


def test_a_file_comes_back_byte_by_byte_and_lies_sealed(owner: Practice, tmp_path: Path) -> None:
    pk = owner.client()
    with told() as actions:
        document = added(owner, pk)
    assert actions == ["document.added"]
    assert document.storage_key.startswith(f"a/{owner.account.pk}/")
    assert b"planted words" not in stored(document)
    assert len(stored(document)) > len(PDF)
    with told() as actions:
        answer = owner.get(f"{pk}/files/{document.pk}/file/")
    assert b"".join(answer) == PDF
    assert actions == ["document.downloaded", "record.read"]
    assert (answer["Content-Type"], answer["Content-Length"]) == ("application/pdf", str(len(PDF)))
    assert answer["Content-Disposition"] == 'attachment; filename="Referral.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")


def test_the_row_keeps_hash_size_and_who(owner: Practice) -> None:
    import hashlib

    document = added(owner, owner.client(), content=PDF)
    with acting_in(owner.account.ref):
        again = Document.objects.select_related("uploaded_by").get(pk=document.pk)
        assert (again.sha256, again.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
        assert again.uploaded_by.role == Role.OWNER


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"MZ\x90\x00" + bytes(200), "can&#x27;t be kept here"),
        ("a.pdf", b"PK\x03\x04broken", "can&#x27;t be kept here"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(3 * 2**20), "2.0 MB at most"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(6 * 2**20), "2.0 MB at most"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(200), "is damaged"),
    ],
)
def test_what_cant_be_kept_is_refused_with_the_reason(
    owner: Practice,
    name: str,
    content: bytes,
    words: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.FILE_LARGEST, settings.FORM_LARGEST = 2 * 2**20, 5 * 2**20
    monkeypatch.setattr(keeping, "LARGEST", 2 * 2**20)
    pk = owner.client()
    answer = owner.post(f"{pk}/files/new/", {"files": [upload(name, content)]})
    assert answer.status_code == 422
    page = answer.content.decode().replace("\xa0", " ")
    assert words in page
    with acting_in(owner.account.ref):
        assert Document.objects.count() == 0


def test_no_file_chosen_says_so(owner: Practice) -> None:
    answer = owner.post(f"{owner.client()}/files/new/")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["files"])


def test_a_name_is_only_a_name(owner: Practice) -> None:
    pk = owner.client()
    for given, kept in (
        ("..\\..\\evil\r\n.pdf", "evil.pdf"),
        ("Überweisung „neu“.pdf", "Überweisung „neu“.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ):
        file = upload("a.pdf")
        file._name = given
        assert keeping.name_of(file) == kept
    document = added(owner, pk, name="Überweisung.pdf")
    answer = owner.get(f"{pk}/files/{document.pk}/file/")
    b"".join(answer)
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cberweisung.pdf"


def test_a_withdrawn_file_is_no_longer_listed_or_given_out(owner: Practice) -> None:
    pk = owner.client()
    document = added(owner, pk)
    assert "Referral.pdf" in owner.get(f"{pk}/?show=files").content.decode()
    owner.post(f"{pk}/files/{document.pk}/withdrawal/")
    assert status(owner, f"{pk}/files/{document.pk}/file/") == 404
    assert "Referral.pdf" not in owner.get(f"{pk}/").content.decode()
    with acting_in(owner.account.ref):
        assert Document.objects.get(pk=document.pk).withdrawn_at is not None


def test_an_altered_or_lost_file_is_told_and_alarmed(owner: Practice) -> None:
    pk = owner.client()
    store = storages["objects_au"]
    document = added(owner, pk)
    whole = stored(document)
    for damaged in (whole[:-1], whole[:-20] + bytes(20), None):
        store.delete(document.storage_key)
        if damaged is not None:
            store.save(document.storage_key, io.BytesIO(damaged))
        with told() as actions:
            answer = owner.get(f"{pk}/files/{document.pk}/file/")
        assert answer.status_code == 302
        assert "integrity.unreadable" in actions


def test_a_file_can_be_opened_in_its_place_only() -> None:
    with acting_in(make_account().ref):
        first, second = make_client(), make_client()
        document = keeping.attach(by=SYSTEM, client=first, upload=upload())
        other = keeping.attach(by=SYSTEM, client=second, upload=upload())
        document.storage_key = other.storage_key
        with pytest.raises(storing.Unavailable):
            storing.opened(document)


def test_a_shredded_clients_file_stays_shut() -> None:
    with acting_in(make_account().ref):
        client = make_client()
        pk = keeping.attach(by=SYSTEM, client=client, upload=upload()).pk
        keyring.destroy_client_keys([client.pk])
        with pytest.raises(storing.Unavailable):
            storing.opened(Document.objects.get(pk=pk))


def test_each_file_is_there_for_those_whom_it_names(owner: Practice) -> None:
    pk, account = owner.client(), owner.account
    desk, clinic, other = (
        practice(role, account) for role in (Role.RECEPTION, Role.PRACTITIONER, Role.PRACTITIONER)
    )
    assert status(desk, f"{pk}/files/new/") == 403
    with acting_in(account.ref):
        Member.objects.filter(role=Role.RECEPTION).update(rights={"files": "all"})
    files = {
        "everyone": add(desk, pk, "Letter from the GP.pdf", visibility="everyone"),
        "clinicians": add(owner, pk, "Result.pdf"),
        "own": add(clinic, pk, "Supervision.pdf", visibility="own"),
        "scanned": add(desk, pk, "Scanned.pdf", visibility="clinicians"),
    }
    sees = {
        name: [kind for kind, file in files.items() if status(who, f"{pk}/files/{file}/") == 200]
        for name, who in {"owner": owner, "desk": desk, "clinic": clinic, "other": other}.items()
    }
    assert sees == {
        "owner": list(files),
        "desk": ["everyone"],
        "clinic": list(files),
        "other": ["everyone", "clinicians", "scanned"],
    }
    for rest in (f"{pk}/", f"{pk}/?show=files"):
        shown = desk.get(rest).content.decode()
        assert "Letter from the GP.pdf" in shown
        assert "Result.pdf" not in shown
    for rest in ("file/", "details/"):
        assert status(desk, f"{pk}/files/{files['clinicians']}/{rest}") == 404
    assert desk.post(f"{pk}/files/{files['own']}/withdrawal/").status_code == 404
    # Whoever opens a file may correct it; who sees it say the Owner and whoever added it
    file = files["clinicians"]
    assert "visibility" not in other.get(f"{pk}/files/{file}/details/").context["form"].fields
    said = {"name": "Result", "visibility": "own"}
    other.post(f"{pk}/files/{file}/details/", said)
    assert status(clinic, f"{pk}/files/{file}/") == 200
    owner.post(f"{pk}/files/{file}/details/", said | {"visibility": "everyone"})
    assert status(desk, f"{pk}/files/{file}/") == 200
    assert desk.post(f"{pk}/files/{file}/withdrawal/").status_code == 302


def add(who: Practice, pk: UUID, name: str, **said: str) -> UUID:
    assert who.post(f"{pk}/files/new/", {"files": [upload(name)], **said}).status_code == 302
    with acting_in(who.account.ref):
        found: UUID = Document.objects.latest("created_at").pk
        return found


def test_a_file_belongs_to_one_client_of_one_account(owner: Practice) -> None:
    pk = owner.client()
    document = added(owner, pk)
    assert status(owner, f"{owner.client()}/files/{document.pk}/file/") == 404
    neighbour = practice()
    assert status(neighbour, f"{pk}/files/{document.pk}/file/") == 404
    assert status(neighbour, f"{neighbour.client()}/files/{document.pk}/file/") == 404


def test_the_timeline_asks_once_for_all_files() -> None:
    counts = []
    with acting_in(make_account().ref):
        client = identity.find(make_client().pk)
        for more in (1, 2):
            for _ in range(more):
                keeping.attach(by=SYSTEM, client=client, upload=upload())
            with CaptureQueriesContext(connections["region_au"]) as queries:
                list(timeline_entries(client))
            counts.append(len(queries))
    assert counts == [1, 1]


def office(entry: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr(entry, "")
    return raw.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4 x", "application/pdf"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (bytes(128) + b"DICM", "application/dicom"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        ("Grüße\n".encode(), "text/plain"),
        ("ü".encode() * 3000, "text/plain"),
        (b"\x7fELF\x02", None),
        (b"RIFF\x00\x00\x00\x00EVIL", None),
        (b"\xff\xfe\xff", None),
        (b"", None),
        (
            office("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (office("readme.txt"), "application/zip"),
    ],
)
def test_the_content_says_what_a_file_is(content: bytes, media_type: str | None) -> None:
    file = io.BytesIO(content)
    assert sniffed(file) == media_type
    assert file.read() == content


def test_an_empty_upload_is_refused_by_the_verb_too() -> None:
    with acting_in(make_account().ref):
        client = make_client()
        with pytest.raises(ValidationError):
            keeping.attach(by=SYSTEM, client=client, upload=upload(content=b""))
        assert Document.objects.count() == 0


@pytest.fixture
def s3(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with s3_server(settings, monkeypatch):
        yield


def test_a_file_comes_back_from_an_s3_store(owner: Practice, s3: None) -> None:
    pk = owner.client()
    content = b"%PDF-1.7\n" + bytes(range(256)) * 40_000
    document = added(owner, pk, content=content)
    assert b"".join(owner.get(f"{pk}/files/{document.pk}/file/")) == content
