"""An archive is a plain ZIP that says what is in it, the same bytes from the same input."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from privacy.export import verify_export
from privacy.export.archive import ArchiveWriter, Field
from privacy.export.container import Container, file_path, safe_name
from privacy.export.verify_export import (
    DEFLATED,
    STORED,
    Member,
    RowSum,
    directory_end,
    is_safe,
    verify,
)
from privacy.vocabulary.streams import SealedReader, SealedWriter


class Sink(Protocol):
    data: bytearray


type Fresh = Callable[[], tuple[ArchiveWriter, Sink]]
type Fill = Callable[[ArchiveWriter], None]

ID = Field("id", "integer", "operational", "identity", "Its number")
TEXT = Field("text", "text", "sensitive", "care", "What was said")


def manifest_of(data: bytes | bytearray) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


def members_of(data: bytes | bytearray) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# What is in it


def test_the_members_come_in_order(sample: bytes) -> None:
    assert list(members_of(sample)) == [
        "data/clients.client.ndjson",
        "csv/clients.client.csv",
        "data/notes.note.ndjson",
        "csv/notes.note.csv",
        "data/clients.document.ndjson",
        "csv/clients.document.csv",
        "files/200/scan.pdf",
        "audit/events.ndjson",
        "schema/clients.client.json",
        "schema/clients.document.json",
        "schema/notes.note.json",
        "README.html",
        "verify_export.py",
        "manifest.json",
        "manifest.sig",
    ]


def test_rows_are_canonical_json_lines(sample: bytes) -> None:
    members = members_of(sample)
    first_client, *_ = members["data/clients.client.ndjson"].decode().split("\n")
    notes = members["data/notes.note.ndjson"].decode().split("\n")

    assert first_client == (
        '{"born_on":"1980-02-01","id":"00000000-0000-0000-0000-000000000001","name":"Zoë Nguyễn"}'
    )
    assert notes[0] == (
        '{"answers":{"pain":3,"ratio":0.1,"where":["knee"]},"body":"Line one of 0\\nline '
        '\\"two\\"\u2028three","client_id":null,"fee":"-12.50",'
        '"id":"00000000-0000-0000-0000-000000000064","signed_at":"2026-03-01T09:30:00.000000Z"}'
    )
    assert len(notes) == 8 + 1
    assert notes[-1] == ""


def test_tables_are_for_people(sample: bytes) -> None:
    table = members_of(sample)["csv/clients.client.csv"].decode("utf-8-sig")

    assert table.split("\r\n")[:3] == [
        "id,name,born_on",
        "00000000-0000-0000-0000-000000000001,Zoë Nguyễn,1980-02-01",
        "00000000-0000-0000-0000-000000000002,'=HYPERLINK(1),1980-02-02",
    ]


def test_the_manifest_says_what_is_there_and_what_is_not(sample: bytes) -> None:
    members = members_of(sample)
    manifest = manifest_of(sample)

    assert (manifest["format"], manifest["format_version"]) == ("keepwell-export", 1)
    assert manifest["created_at"] == "2026-03-09T01:03:00.000000Z"
    assert manifest["state"] == "complete_with_gaps"
    assert manifest["facts"] == {
        "region": "au",
        "account": "Harbour <Physio>",
        "snapshot_at": "2026-03-09T01:02:03.000000Z",
        "audit_head": "ab" * 32,
    }
    assert manifest["excluded"] == {"accounts.user": "lives in the control database"}
    assert manifest["gaps"] == [
        {"id": "files/201/gone.pdf", "reason": "the stored file is missing"}
    ]
    assert {name: facts["rows"] for name, facts in manifest["kinds"].items()} == {
        "clients.client": 4,
        "clients.document": 2,
        "notes.note": 8,
    }
    assert {name: facts["sha256"] for name, facts in manifest["members"].items()} == {
        name: hashlib.sha256(data).hexdigest()
        for name, data in members.items()
        if not name.startswith("manifest")
    }


def test_the_row_sum_is_that_of_the_lines_in_any_order(sample: bytes) -> None:
    total = RowSum()
    for line in reversed(members_of(sample)["data/notes.note.ndjson"].splitlines()):
        total.add(line)

    facts = manifest_of(sample)["kinds"]["notes.note"]
    assert (total.count, total.hexdigest()) == (8, facts["row_sum"])


def test_the_schema_describes_every_field(sample: bytes) -> None:
    schema = json.loads(members_of(sample)["schema/clients.document.json"])

    assert schema["key"] == "id"
    assert schema["references"] == {"client_id": "clients.client", "author_id": "accounts.user"}
    assert [field["name"] for field in schema["fields"]] == ["id", "client_id", "author_id", "path"]
    assert schema["fields"][3] == {
        "name": "path",
        "type": "file",
        "class": "personal",
        "purpose": "care",
        "description": "The path",
    }


def test_the_signature_is_over_the_manifest(sample: bytes, signer: Ed25519PrivateKey) -> None:
    members = members_of(sample)
    fields = json.loads(members["manifest.sig"])

    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(fields["public_key"]))
    public.verify(bytes.fromhex(fields["signature"]), members["manifest.json"])
    assert public == signer.public_key()


def test_the_readme_is_one_page_that_loads_and_runs_nothing(sample: bytes) -> None:
    readme = members_of(sample)["README.html"].decode()

    assert "Harbour &lt;Physio&gt;" in readme
    assert "<Physio>" not in readme
    assert '<a href="data/notes.note.ndjson">rows</a>' in readme
    assert "<td>2026-03-09 01:03:00 UTC</td>" in readme
    assert "lives in the control database" in readme
    assert "files/201/gone.pdf" in readme
    assert "python verify_export.py" in readme
    assert "default-src 'none'" in readme
    assert "<script" not in readme
    assert "http:" not in readme
    assert "https:" not in readme


def test_the_verifier_is_the_one_of_the_product(sample: bytes) -> None:
    assert members_of(sample)["verify_export.py"] == Path(verify_export.__file__).read_bytes()


# Its bytes


def test_the_same_input_gives_the_same_bytes(fresh: Fresh, fill_sample: Fill) -> None:
    results = []
    for _ in range(2):
        writer, sink = fresh()
        fill_sample(writer)
        receipt = writer.close()
        assert receipt.size == len(sink.data)
        assert receipt.sha256 == hashlib.sha256(sink.data).hexdigest()
        results.append(bytes(sink.data))

    assert results[0] == results[1]


@given(st.lists(st.binary(max_size=3000), max_size=8))
def test_how_a_file_is_cut_does_not_change_it(pieces: list[bytes]) -> None:
    class Kept:
        def __init__(self) -> None:
            self.data = b""

        def write(self, data: bytes, /) -> None:
            self.data += data

    whole, cut = Kept(), Kept()
    for sink, parts in ((whole, [b"".join(pieces)]), (cut, pieces)):
        container = Container(sink)
        container.begin("a.txt", DEFLATED)
        for part in parts:
            container.write(part)
        container.end()
        container.finish()

    assert whole.data == cut.data
    assert zipfile.ZipFile(io.BytesIO(cut.data)).read("a.txt") == b"".join(pieces)


def test_times_permissions_and_system_are_fixed(sample: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(sample)) as archive:
        infos = archive.infolist()
        assert archive.testzip() is None

    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.external_attr for info in infos} == {0o100644 << 16}
    assert {info.create_system for info in infos} == {3}
    methods = {info.filename: info.compress_type for info in infos}
    assert methods["files/200/scan.pdf"] == STORED
    assert methods["data/notes.note.ndjson"] == DEFLATED


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_info_zip_reads_it(sample: bytes, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(sample)

    subprocess.run(["unzip", "-qq", path, "-d", tmp_path / "out"], check=True)
    assert (tmp_path / "out/files/200/scan.pdf").read_bytes().startswith(b"%PDF")


def test_members_beyond_4_gib_are_listed_as_zip64(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    big, far = 5 * 2**30, 6 * 2**30
    entries = [
        Member("files/1/big", STORED, 0, 1, big, big),
        Member("files/2/far", STORED, far, 2, 3, 3),
        Member("files/3/packs-well", DEFLATED, far + 99, 3, 4, 2**32 - 1),
    ]
    directory = b"".join(entry.entry() for entry in entries)
    with path.open("wb") as file:  # sparse: nothing is stored of the 6 GiB
        file.seek(far + 1000)
        file.write(directory + directory_end(3, len(directory), far + 1000))

    with zipfile.ZipFile(path) as archive:
        found = [
            (i.filename, i.header_offset, i.compress_size, i.file_size) for i in archive.filelist
        ]
    assert found == [(e.name, e.offset, e.packed, e.size) for e in entries]


def test_more_than_65534_members_are_counted_by_zip64() -> None:
    count = 70_000
    directory = b"".join(Member(f"f/{n}", STORED, 0).entry() for n in range(count))
    end = directory_end(count, len(directory), 0)

    assert struct.unpack("<Q", end[32:40]) == (count,)
    with zipfile.ZipFile(io.BytesIO(directory + end)) as archive:
        assert len(archive.namelist()) == count


def test_memory_stays_constant(fresh: Fresh) -> None:
    def rows() -> Iterator[dict[str, object]]:
        for number in range(3_000):
            yield {"id": number, "text": f"{number} " * 500}

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield os.urandom(1 << 18)

    writer, sink = fresh()
    tracemalloc.start()
    try:
        writer.write_kind("notes.note", fields=[ID, TEXT], rows=rows)
        writer.file("files/1/a.bin", pieces(), "application/octet-stream")
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    receipt = writer.close()

    assert receipt.size > 25 << 20
    assert peak - len(sink.data) < 12 << 20  # the sink itself keeps, and grows by, eighths
    assert held - len(sink.data) < 6 << 20


def test_it_can_be_written_sealed_and_verified_sealed(
    signer: Ed25519PrivateKey, fill_sample: Fill
) -> None:
    sealed, key = io.BytesIO(), os.urandom(32)
    now = datetime(2026, 3, 9, tzinfo=UTC)
    facts = {"region": "au", "snapshot_at": now, "audit_head": ""}
    with (
        SealedWriter(sealed, key, b"export") as target,
        ArchiveWriter(
            target, format_version=1, created_at=now, signer=signer, facts=facts
        ) as writer,
    ):
        fill_sample(writer)
        receipt = writer.close()

    reader = io.BufferedReader(SealedReader(sealed, key, b"export"))
    assert verify(reader, key=receipt.public_key).problems == []
    assert b"Line one" not in sealed.getvalue()


# What is refused


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": 1}, "missing or unknown fields: text"),
        ({"id": 1, "text": "a", "more": 2}, "missing or unknown fields: more"),
        ({"id": "secret", "text": "a"}, "notes.note.id is not of its declared type"),
        ({"id": True, "text": "a"}, "notes.note.id is not of its declared type"),
        ({"id": 1, "text": 5}, "notes.note.text is not of its declared type"),
    ],
)
def test_a_row_that_is_not_as_declared_breaks_the_export_without_showing_it(
    fresh: Fresh, row: dict[str, object], message: str
) -> None:
    writer, _ = fresh()
    with (
        pytest.raises(ValueError, match=message) as caught,
        writer.kind("notes.note", fields=[ID, TEXT]) as rows,
    ):
        rows.add(row)

    assert "secret" not in str(caught.value)
    with pytest.raises(ValueError, match="broken"):
        writer.close()
    with pytest.raises(ValueError, match="broken"):
        writer.file("files/1/a", [b""], "text/plain")


def test_a_table_of_other_rows_is_refused(fresh: Fresh) -> None:
    writer, _ = fresh()
    answers = iter([[{"id": 1, "text": "a"}], [{"id": 1, "text": "b"}]])

    with pytest.raises(ValueError, match="other rows"):
        writer.write_kind("notes.note", fields=[ID, TEXT], rows=lambda: next(answers))
    with pytest.raises(ValueError, match="broken"):
        writer.close()


def test_a_kind_needs_no_table_and_the_order_of_the_table_is_free(fresh: Fresh) -> None:
    writer, sink = fresh()
    rows: list[dict[str, object]] = [{"id": 1, "text": "a"}, {"id": 2, "text": None}]
    with writer.kind("notes.note", fields=[ID, TEXT]) as data:
        for row in rows:
            data.add(row)
    with writer.table("notes.note") as table:
        for row in reversed(rows):
            table.add(row)
    with writer.kind("notes.empty", fields=[ID]):
        pass
    writer.close()

    assert manifest_of(sink.data)["kinds"]["notes.empty"]["csv"] is None
    assert verify(io.BytesIO(bytes(sink.data))).problems == []


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("../escape", [ID]),
        ("Notes.Note", [ID]),
        ("notes.note", [TEXT]),
        ("notes.note", [ID, TEXT, TEXT]),
        ("notes.note", [ID, Field("a", "colour", "", "", "")]),
        ("taken.kind", [ID]),
    ],
)
def test_a_kind_must_be_well_named_and_described(
    fresh: Fresh, name: str, fields: list[Field]
) -> None:
    writer, _ = fresh()
    with writer.kind("taken.kind", fields=[ID]):
        pass

    with pytest.raises(ValueError), writer.kind(name, fields=fields):  # noqa: PT011
        pass
    writer.close()  # refused before a byte was written: nothing is broken


def test_only_one_member_is_open_at_a_time(fresh: Fresh) -> None:
    writer, _ = fresh()
    with (
        writer.kind("notes.note", fields=[ID]),
        pytest.raises(ValueError, match="broken"),
    ):
        writer.file("files/1/a", [b"x"], "text/plain")


def test_a_reference_to_a_kind_that_is_not_here_is_refused(fresh: Fresh) -> None:
    writer, _ = fresh()
    pointing = Field("client_id", "integer", "", "", "", references="clients.client")
    with writer.kind("notes.note", fields=[ID, pointing]):
        pass

    with pytest.raises(ValueError, match=r"notes.note.client_id points at clients.client"):
        writer.close()
    writer.exclude("clients.client", "not asked for")
    assert writer.close().state == "complete"


def test_facts_version_and_time_are_checked(signer: Ed25519PrivateKey) -> None:
    now = datetime(2026, 3, 9, tzinfo=UTC)
    facts = {"region": "au", "snapshot_at": now, "audit_head": ""}

    def opened(**changed: Any) -> None:
        good: dict[str, Any] = {"format_version": 1, "created_at": now, "facts": facts} | changed
        ArchiveWriter(io.BytesIO(), signer=signer, **good)

    with pytest.raises(ValueError, match="audit_head"):
        opened(facts={"region": "au", "snapshot_at": now})
    with pytest.raises(ValueError, match="format 3"):
        opened(format_version=3)
    with pytest.raises(ValueError, match="time zone"):
        opened(created_at=now.replace(tzinfo=None))


def test_leaving_by_an_exception_leaves_nothing_to_close(fresh: Fresh) -> None:
    writer, sink = fresh()
    with contextlib.suppress(RuntimeError), writer:
        writer.file("files/1/a", [b"x"], "text/plain")
        raise RuntimeError

    with pytest.raises(ValueError, match="broken"):
        writer.close()
    with pytest.raises(zipfile.BadZipFile):
        members_of(sink.data)


def test_it_is_closed_once(fresh: Fresh) -> None:
    writer, _ = fresh()
    writer.close()

    with pytest.raises(ValueError, match="closed"):
        writer.close()
    with pytest.raises(ValueError, match="closed"), writer.kind("a.b", fields=[ID]):
        pass


# Files and gaps


def breaking(*pieces: bytes) -> Iterator[bytes]:
    yield from pieces
    raise OSError("the object is gone")


def test_a_file_that_is_missing_leaves_no_trace_but_the_gap(fresh: Fresh) -> None:
    writer, sink = fresh()
    with pytest.raises(OSError, match="gone"):
        writer.file("files/7/a.pdf", breaking(), "application/pdf")
    writer.gap(7, "missing")
    receipt = writer.close()

    assert (receipt.state, receipt.files, receipt.gaps) == ("complete_with_gaps", 0, 1)
    assert "files/7/a.pdf" not in members_of(sink.data)
    assert verify(io.BytesIO(bytes(sink.data))).problems == []


def test_a_file_that_breaks_off_is_marked_and_must_be_a_gap(fresh: Fresh) -> None:
    writer, sink = fresh()
    with pytest.raises(OSError, match="gone"):
        writer.file("files/7/a.pdf", breaking(b"half", b"", b" a page"), "application/pdf")

    with pytest.raises(ValueError, match="no gap"):
        writer.close()
    writer.gap("7", "damaged")
    writer.close()

    assert members_of(sink.data)["files/7/a.pdf"] == b"half a page"
    assert manifest_of(sink.data)["members"]["files/7/a.pdf"]["incomplete"] is True
    assert manifest_of(sink.data)["state"] == "complete_with_gaps"
    assert verify(io.BytesIO(bytes(sink.data))).problems == []


def test_empty_pieces_do_not_end_a_file_and_empty_files_are_files(fresh: Fresh) -> None:
    writer, sink = fresh()
    writer.file("files/1/a.bin", [b"", b"one", b"", b"two"], "application/octet-stream")
    writer.file("files/2/b.bin", [], "application/octet-stream")
    assert writer.close().files == 2

    assert members_of(sink.data)["files/1/a.bin"] == b"onetwo"
    assert members_of(sink.data)["files/2/b.bin"] == b""


def test_a_sink_that_fails_breaks_the_archive(signer: Ed25519PrivateKey) -> None:
    class Full:
        room = 100

        def write(self, data: bytes, /) -> None:
            self.room -= len(data)
            if self.room < 0:
                raise OSError("no space left")

    now = datetime(2026, 3, 9, tzinfo=UTC)
    facts = {"region": "au", "snapshot_at": now, "audit_head": ""}
    writer = ArchiveWriter(Full(), format_version=1, created_at=now, signer=signer, facts=facts)
    with pytest.raises(OSError, match="no space"):
        writer.file("files/1/a.bin", [bytes(200)], "application/octet-stream")
    with pytest.raises(ValueError, match="broken"):
        writer.close()


@pytest.mark.parametrize("path", ["data/x.ndjson", "README.html", "../x", "files", "/etc/passwd"])
def test_a_file_stays_below_its_roots(fresh: Fresh, path: str) -> None:
    writer, _ = fresh()
    with pytest.raises(ValueError, match="goes below"):
        writer.file(path, [b"x"], "text/plain")
    writer.close()


def test_no_two_members_have_one_name_on_any_system(fresh: Fresh) -> None:
    writer, _ = fresh()
    writer.file("files/1/Scan.PDF", [b"x"], "application/pdf")

    with pytest.raises(ValueError, match="there already"):
        writer.file("files/1/scan.pdf", [b"x"], "application/pdf")


@pytest.mark.parametrize("gap", ["", "files"])
def test_a_gap_says_which(fresh: Fresh, gap: str) -> None:
    with pytest.raises(ValueError, match="needs an id"):
        fresh()[0].gap(gap, "why")


# Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scan.pdf", "scan.pdf"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\Users\\me\\x.txt", "C Users me x.txt"),
        ("..", "file"),
        ("", "file"),
        ("a\0b\nc.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("com1 .txt", "_com1.txt"),
        ("caf\u0065\u200d\u0301.jpg", "caf\u00e9.jpg"),
        ("trailing. . ", "trailing"),
        ("caf\u0065\u0301.jpg", "caf\u00e9.jpg"),
        ("体检报告.pdf", "体检报告.pdf"),
        (".htaccess", "htaccess"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    assert safe_name(name) == expected
    assert file_path("7", name) == f"files/7/{expected}"


@given(st.text())
def test_any_name_is_safe_once_made_so(name: str) -> None:
    safe = safe_name(name)

    assert is_safe(safe)
    assert "/" not in safe
    assert len(safe.encode()) <= 120
    assert safe_name(safe) == safe


@given(st.text(min_size=1), st.text(min_size=1))
def test_file_returns_the_path_that_file_path_foretold(owner: str, name: str) -> None:
    path = file_path(owner, name)

    assert "/".join(safe_name(part) for part in path.split("/")) == path
    assert is_safe(path)
