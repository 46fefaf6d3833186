"""What a hostile hand makes of an archive is refused by the check, which writes nothing (EX-8)."""

from __future__ import annotations

import copy
import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connections

from accounts import objects, outbox
from accounts.models import Account, AccountAnchor
from accounts.tenancy import acting_in
from privacy.arrival import archive as archives
from privacy.arrival import bringing, checking, keeping
from privacy.export.archive import ArchiveWriter, Field
from tests.conftest import superuser_of
from tests.factories import make_account, make_client, owner_of
from tests.privacy import scene
from tests.privacy.arrival import parts

Zip = zipfile.ZipFile
Rows = dict[str, list[dict[str, Any]]]


def tiny(name: str = "x", data: bytes = b"1", **about: Any) -> bytes:
    out = io.BytesIO()
    with Zip(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for field, value in about.items():
            setattr(info, field, value)
        archive.writestr(info, data)
    return out.getvalue()


def twice() -> bytes:
    out = io.BytesIO()
    with Zip(out, "w") as archive:
        archive.writestr("data/a.ndjson", "1")
        archive.writestr("DATA/A.ndjson", "2")
    return out.getvalue()


def with_directory_of(count: int) -> bytes:
    """A file whose last bytes claim a directory that nobody could hold in memory."""
    return b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 0xFFFE, count, 0xFFFFFFF0, 0, 0)


SHAPES: dict[str, tuple[bytes, str]] = {
    "no zip": (b"%PDF-1.7 ...", "can't be read"),
    "nothing": (b"", "can't be read"),
    "path": (tiny("../../etc/passwd"), "no safe name"),
    "absolute": (tiny("/etc/passwd"), "no safe name"),
    "windows": (tiny("C:\\x"), "no safe name"),
    "symlink": (
        tiny(data=b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16),
        "is no file",
    ),
    "folder": (tiny("files/", b""), "no safe name"),
    "twice": (twice(), "there twice"),
    "bomb": (tiny("data/a.ndjson", b"0" * 2**21), "far more than it is"),
    "manifest": (tiny("manifest.json", b" " * (2**20 + 1)), "too large"),
    "schema": (tiny("schema/a.json", b" " * (2**20 + 1)), "too large"),
    "directory": (with_directory_of(0xFFFE), "too many members"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_refused_before_anything_is_unpacked(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, words = SHAPES[shape]
    monkeypatch.setattr(archives, "ROOM", 2**20)
    monkeypatch.setattr(archives, "LARGEST_MANIFEST", 2**20)
    assert words in " ".join(archives.refusals(io.BytesIO(data)))


def test_packing_that_exports_never_use_is_refused() -> None:
    out = io.BytesIO()
    with Zip(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x", "1")
    assert "packed in a way" in " ".join(archives.refusals(io.BytesIO(out.getvalue())))


def resigned(data: bytes, change: Callable[[Rows, dict[str, list[dict[str, Any]]]], None]) -> bytes:
    """Return an archive with other rows or fields, whole and signed by a key of the forger's own."""
    rows = copy.deepcopy(parts.rows(data))
    with Zip(io.BytesIO(data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        schemas = {
            name: json.loads(archive.read(f["schema"])) for name, f in manifest["kinds"].items()
        }
    fields = {
        name: [{**field, "references": s["references"].get(field["name"])} for field in s["fields"]]
        for name, s in schemas.items()
    }
    change(rows, fields)
    out = io.BytesIO()
    writer = ArchiveWriter(
        out,
        format_version=1,
        created_at=parts.WHEN,
        signer=parts.FORGER,
        facts=manifest["facts"],
    )
    for name in rows:
        described = [
            Field(f["name"], f["type"], f["class"], f["purpose"], f["description"], f["references"])
            for f in fields[name]
        ]
        key = schemas[name]["key"] if name in schemas else "id"
        writer.write_kind(name, fields=described, rows=lambda name=name: rows[name], key=key)  # type: ignore[misc]
    for name, why in manifest["excluded"].items():
        writer.exclude(name, why)
    for path, content in parts.files(data).items():
        writer.file(path, [content], "text/plain")
    for path in manifest["members"]:
        if path.startswith("files/") and path not in parts.files(data):
            writer.gap(path, "gone")
    writer.close()
    return out.getvalue()


def _field(name: str, kind: str) -> dict[str, Any]:
    about = {"class": "operational", "purpose": "x", "description": "x", "references": None}
    return {"name": name, "type": kind, **about}


def unknown_kind(rows: Rows, fields: Rows) -> None:
    rows["accounts.user"] = [{"id": parts.SOME_ID}]
    fields["accounts.user"] = [_field("id", "uuid")]


def unknown_field(rows: Rows, fields: Rows) -> None:
    fields["clients.alert"].append(_field("is_superuser", "boolean"))
    for row in rows["clients.alert"]:
        row["is_superuser"] = True


def other_type(rows: Rows, fields: Rows) -> None:
    next(f for f in fields["clients.alert"] if f["name"] == "kind")["type"] = "json"
    rows["clients.alert"][0]["kind"] = {"a": 1}


def hidden_reference(rows: Rows, fields: Rows) -> None:
    next(f for f in fields["clients.alert"] if f["name"] == "client_id")["references"] = None
    rows["clients.alert"][0]["client_id"] = parts.SOME_ID


def reference_out(rows: Rows, fields: Rows) -> None:
    rows["clients.alert"][0]["client_id"] = parts.SOME_ID


def strange_word(rows: Rows, fields: Rows) -> None:
    rows["notes.note"][0]["state"] = "blessed"


def too_long(rows: Rows, fields: Rows) -> None:
    rows["notes.note"][0]["provenance"] = "x" * 100


def no_date(rows: Rows, fields: Rows) -> None:
    rows["notes.note"][0]["signed_at"] = "2026-13-45T99:99:99.000000Z"


def out_of_range(rows: Rows, fields: Rows) -> None:
    rows["notes.note"][0]["version"] = -5


def nul(rows: Rows, fields: Rows) -> None:
    rows["bookings.message"][0]["reason"] = "\x00"


FORGED = {
    unknown_kind: "isn't known here",
    unknown_field: "field that isn't known here",
    other_type: "another type or points elsewhere",
    hidden_reference: "another type or points elsewhere",
    reference_out: "points at what isn't here",
    strange_word: "none of the words",
    too_long: "too long",
    no_date: "not of its type",
    out_of_range: "out of range",
    nul: "what no text holds",
}


def rows_of(account: Account) -> dict[str, int]:
    """Return table → rows of an account, as a superuser counts them."""
    database = superuser_of(connections["region_eu"].settings_dict["NAME"])
    tables = database.execute(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'account_id'"
        " AND table_schema = 'public' AND table_name NOT IN"
        " ('accounts_auditqueue', 'accounts_outboxjob', 'privacy_archiveimport')"
    ).fetchall()
    counted = {}
    for (table,) in tables:
        query = f"SELECT count(*) FROM {table} WHERE account_id = %s"
        counted[table] = database.execute(query, [account.pk]).fetchone()[0]  # type: ignore[index]
    return counted


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_forged_and_damaged_archives_are_refused_and_nothing_is_written() -> None:
    source = make_account(name="Harbour Physio")
    scene.fill(source, given_name="Leila")
    good = parts.exported(source)
    account = make_account(country="DE")
    before = rows_of(account)
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    corpus = {
        **{change.__name__: (resigned(good, change), words) for change, words in FORGED.items()},
        "flipped": (bytes(flipped), ""),
        "cut": (good[:-40], "can't be read"),
        "something after it": (good + b"\0" * 30, "can't be read"),
        "a member more": (parts.rewritten(good, _one_more), "isn't in the manifest"),
        "path": SHAPES["path"],
    }
    pulse = checking.Pulse(outbox.Work(account.ref, account.pk, account.pk, {}))
    for name, (data, words) in corpus.items():
        problems, told, people = checking.looked_through(io.BytesIO(data), pulse)
        assert (bool(problems), told, people) == (True, {}, []), name
        assert words in " ".join(problems), (name, problems)
        assert "Leila" not in str(problems)
    refused = parts.given(account, resigned(good, strange_word))
    assert (refused.state, refused.storage_key) == ("refused", "")
    assert refused.problems == ["notes.note, line 1: state is none of the words it knows"]
    assert rows_of(account) == before
    assert objects.keys_of("eu-1", account.pk) == []

    unknown = parts.given(account, resigned(good, lambda rows, fields: None))
    assert (unknown.state, unknown.found["signed_by"]) == ("checked", "")
    with acting_in(account.ref, by=owner_of(account).actor):
        with pytest.raises(keeping.NotTaken, match="who signed"):
            bringing.begin(by=owner_of(account).actor, was="")
        with pytest.raises(keeping.NotTaken, match="here already"):
            parts.given(account, good)
        keeping.drop(unknown)
        make_client()
    with pytest.raises(keeping.NotTaken, match="nothing in it"):
        parts.given(account, good)
    with acting_in(account.ref), pytest.raises(DatabaseError, match="only an empty account"):
        AccountAnchor.objects.update(state="arriving")


def _one_more(old: Zip, new: Zip) -> None:
    parts.copied(old, new)
    new.writestr("files/extra.txt", "boo")
