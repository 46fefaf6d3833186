"""Files that come in parts: resumed after a broken line, refused at the first part, kept once, forgotten in time."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from accounts import objects
from accounts.models import Role
from accounts.tenancy import acting_in
from clients.documents import arrivals, keeping
from clients.models import Arrival, ArrivalPart, Document
from privacy import sweeping
from privacy.vocabulary import clock
from privacy.vocabulary.arriving import IN_MEMORY, Spool
from tests.clients.practice import Practice, practice, told

pytestmark = pytest.mark.django_db(databases="__all__")
CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 20_000  # three parts


@pytest.fixture
def owner() -> Practice:
    return practice()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(arrivals, "PART", 2_000_000)
    return 2_000_000


def begun(owner: Practice, pk: UUID, **more: Any) -> Any:
    told = {"name": "Gait.pdf", "size": len(CONTENT), "mark": "1700000000", **more}
    return owner.post(f"{pk}/files/arrivals/", told)


def sent(owner: Practice, url: str, offset: int, data: bytes) -> Any:
    return owner.browser.post(
        url,
        data,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def test_a_file_comes_in_parts_and_goes_on_where_it_broke_off(
    owner: Practice, small_parts: int
) -> None:
    pk = owner.client()
    answer = begun(owner, pk)
    assert (answer.status_code, answer.json()["received"]) == (201, 0)
    url = answer.json()["url"]
    assert sent(owner, url, 0, CONTENT[:small_parts]).json() == {"received": small_parts}
    with acting_in(owner.account.ref):
        part = ArrivalPart.objects.get()
        with objects.opened("au-1", part.storage_key) as lying:
            assert CONTENT[:100] not in lying.read()
    # The answer was lost, and the page was loaded anew: the same file goes on
    again = begun(owner, pk).json()
    assert again == {"url": url, "received": small_parts}
    assert sent(owner, url, 0, CONTENT[:small_parts]).status_code == 409
    assert owner.browser.get(url).json() == {"received": small_parts}
    assert owner.browser.post(f"{url}end/").status_code == 409
    for at in range(small_parts, len(CONTENT), small_parts):
        assert sent(owner, url, at, CONTENT[at : at + small_parts]).status_code == 200
    with told() as actions:
        about = {"category": "report", "description": "Gait", "dated_on": "2026-11-20"}
        kept = owner.browser.post(f"{url}end/", about)
    assert (kept.status_code, actions[0]) == (201, "document.added")
    assert b"".join(owner.browser.get(f"{kept.json()['url']}file/")) == CONTENT
    with acting_in(owner.account.ref):
        document = Document.objects.get()
        assert (document.name, document.description) == ("Gait.pdf", "Gait")
        assert (document.category, str(document.dated_on)) == ("report", "2026-11-20")
        assert Arrival.objects.count() == ArrivalPart.objects.count() == 0
    assert owner.browser.post(f"{url}end/", about).status_code == 404


def test_another_file_of_the_same_name_is_another(owner: Practice) -> None:
    pk = owner.client()
    urls = {begun(owner, pk, mark=mark).json()["url"] for mark in ("1", "2", "2")}
    assert len(urls) == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"size": 0}, "is empty"),
        ({"size": keeping.LARGEST + 1}, "at most"),
        ({"size": ""}, "has no size"),
        ({"name": ""}, "has no name"),
    ],
)
def test_what_cant_be_kept_is_refused_before_it_is_sent(
    owner: Practice, said: dict[str, Any], words: str
) -> None:
    answer = begun(owner, owner.client(), **said)
    assert answer.status_code == 422
    assert words in answer.json()["error"]


def test_the_first_part_shows_an_unwanted_kind(owner: Practice) -> None:
    url = begun(owner, owner.client(), size=200).json()["url"]
    answer = sent(owner, url, 0, b"MZ\x90\x00" + bytes(100))
    assert (answer.status_code, answer.json()["error"][:17]) == (422, "This kind of file")
    # What only its whole shows is refused at its end, and nothing is kept
    url = begun(owner, owner.client(), size=9).json()["url"]
    assert sent(owner, url, 0, b"PK\x03\x04broke").status_code == 200
    assert owner.browser.post(f"{url}end/").status_code == 422
    with acting_in(owner.account.ref):
        assert Document.objects.count() == 0


def test_a_part_out_of_place_or_too_large_is_not_taken(owner: Practice) -> None:
    url = begun(owner, owner.client(), size=100).json()["url"]
    for offset, data in ((50, b"%PDF"), (0, b"%PDF" + bytes(100)), (0, b"")):
        assert sent(owner, url, offset, data).status_code == 409
    assert sent(owner, url, 0, bytes(arrivals.PART + 1)).status_code == 409
    assert owner.browser.post(url, b"x", content_type="application/octet-stream").status_code == 409


def test_a_file_on_its_way_is_its_senders_alone(owner: Practice) -> None:
    pk = owner.client()
    url = begun(owner, pk).json()["url"]
    colleague = practice(Role.PRACTITIONER, owner.account)
    assert colleague.browser.get(url).status_code == 404
    assert begun(colleague, pk).json()["url"] != url
    assert begun(practice(Role.RECEPTION, owner.account), pk).status_code == 403
    assert begun(practice(), pk).status_code == 404
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = owner.browser.cookies
    answer = strict.post(
        url, b"x", content_type="application/octet-stream", headers={"Upload-Offset": "0"}
    )
    assert answer.status_code == 403


def test_what_never_came_whole_is_forgotten_with_its_parts(owner: Practice) -> None:
    url = begun(owner, owner.client()).json()["url"]
    sent(owner, url, 0, CONTENT[:1000])
    ref = owner.account.ref
    with acting_in(ref):
        Arrival.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert owner.browser.get(url).status_code == 404
    sweeping.sweep_account(ref)
    with acting_in(ref):
        assert Arrival.objects.count() == ArrivalPart.objects.count() == 0
        assert list(sweeping.named_objects()) == []


def test_too_many_on_their_way_and_a_full_room_are_told(
    owner: Practice, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = owner.client()
    monkeypatch.setattr(arrivals, "MOST_AT_ONCE", 2)
    answers = [begun(owner, pk, mark=str(number)).status_code for number in range(3)]
    assert answers == [201, 201, 422]
    settings.FILES_PER_ACCOUNT = 300
    for content, status in ((b"words " * 40, 302), (b"words " * 40, 422)):
        upload = SimpleUploadedFile("a.txt", content)
        answer = owner.post(f"{pk}/files/new/", {"files": [upload]})
        assert answer.status_code == status
    assert "room for files is full" in answer.content.decode()


def test_several_files_are_kept_together_or_not_at_all(owner: Practice) -> None:
    pk = owner.client()

    def good() -> list[SimpleUploadedFile]:
        return [SimpleUploadedFile(f"{number}.txt", b"words") for number in range(3)]

    bad = SimpleUploadedFile("b.exe", b"MZ\x90\x00")
    answer = owner.post(f"{pk}/files/new/", {"files": [*good(), bad]})
    assert answer.status_code == 422
    assert "b.exe: This kind of file" in answer.content.decode()
    with acting_in(owner.account.ref):
        assert Document.objects.count() == 0
    assert owner.post(f"{pk}/files/new/", {"files": good(), "category": "form"}).status_code == 302
    with acting_in(owner.account.ref):
        assert {each.category for each in Document.objects.all()} == {"form"}


def test_memory_stays_small_however_large_a_file_is() -> None:
    spool = Spool()
    tracemalloc.start()
    for _ in range(64):
        spool.write(bytes(2**18))
    with spool.opened() as source:
        size = sum(len(piece) for piece in iter(lambda: source.read(2**16), b""))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 2**24
    assert peak < 3 * IN_MEMORY


def test_a_spilled_upload_is_sealed_on_the_disk() -> None:
    spool = Spool()
    spool.write(b"the planted words " * 100_000)
    with spool.opened() as source:
        assert source.read(17) == b"the planted words"
        disk = spool._disk
        assert disk is not None
        disk.seek(0)
        assert b"planted" not in disk.read()


def test_details_are_changed_and_the_bytes_stay(owner: Practice) -> None:
    pk = owner.client()
    owner.post(f"{pk}/files/new/", {"files": [SimpleUploadedFile("scan 1.txt", b"words")]})
    with acting_in(owner.account.ref):
        document = Document.objects.get()
    here = f"{pk}/files/{document.pk}/"
    said = {"name": "Referral", "category": "referral", "dated_on": "2026-11-01", "description": ""}
    with told() as actions:
        assert owner.post(f"{here}details/", said).status_code == 302
    assert "document.described" in actions
    shown = owner.get(here).content.decode()
    assert "Referral.txt" in shown
    assert "1 Nov 2026" in shown
    assert b"".join(owner.get(f"{here}file/")) == b"words"
    owner.post(f"{here}withdrawal/")
    assert "Referral.txt" in owner.get(f"{pk}/files/withdrawn/").content.decode()
    assert owner.post(f"{here}return/").status_code == 302
    assert owner.get(here).status_code == 200
