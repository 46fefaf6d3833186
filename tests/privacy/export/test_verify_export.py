"""The verifier accepts what was written and names the place of whatever was changed."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.export import verify_export
from privacy.export.container import Container
from privacy.export.verify_export import (
    DEFLATED,
    MANIFEST,
    MAX_PROBLEMS,
    SIGNATURE,
    STORED,
    TYPES,
    RowSum,
    StoredSum,
    canonical,
    fingerprint,
    main,
    signature_file,
    summary,
    verify,
)

NOTES = "data/notes.note.ndjson"
CLIENTS = "data/clients.client.ndjson"
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def public_hex(signer: Ed25519PrivateKey) -> str:
    return signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


class Forgery:
    """The parts of an archive, to change and to put together again as its writer would have."""

    def __init__(self, data: bytes, signer: Ed25519PrivateKey) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.methods = {i.filename: i.compress_type for i in archive.infolist()}
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.manifest: dict[str, Any] = json.loads(self.parts.pop(MANIFEST))
        self.parts.pop(SIGNATURE)
        self.signer = signer

    def lines(self, name: str) -> list[bytes]:
        return self.parts[name].splitlines(keepends=True)

    def set_lines(self, name: str, lines: list[bytes]) -> None:
        self.parts[name] = b"".join(lines)

    def edit(self, member: str, index: int, /, **changes: object) -> None:
        """Change fields of one row."""
        lines = self.lines(member)
        lines[index] = canonical(json.loads(lines[index]) | changes) + b"\n"
        self.set_lines(member, lines)

    def fix_members(self) -> None:
        """Make the manifest's sizes and hashes those of the changed members."""
        old = self.manifest["members"]
        self.manifest["members"] = {
            name: old.get(name, {"media_type": ""})
            | {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in self.parts.items()
        }

    def fix_rows(self) -> None:
        """Make the manifest's counts and sums those of the changed rows."""
        for facts in self.manifest["kinds"].values():
            total = RowSum()
            for line in self.lines(facts["data"]):
                total.add(line.rstrip(b"\n"))
            facts |= {"rows": total.count, "row_sum": total.hexdigest()}

    def made(self, signed: bytes | None = None, after: bytes = b"") -> bytes:
        """Return the archive made anew; `signed` is signed instead, `after` ends manifest.sig."""
        sink = io.BytesIO()
        container = Container(sink)
        for name, data in self.parts.items():
            container.begin(name, self.methods.get(name, DEFLATED))
            container.write(data)
            container.end()
        self.manifest["container"] = container.facts()
        manifest = json.dumps(self.manifest, sort_keys=True).encode()
        container.whole(MANIFEST, manifest)
        signature = self.signer.sign(signed or manifest).hex()
        container.whole(SIGNATURE, signature_file(public_hex(self.signer), signature) + after)
        container.finish()
        return sink.getvalue()


@pytest.fixture
def forgery(sample: bytes, signer: Ed25519PrivateKey) -> Forgery:
    return Forgery(sample, signer)


def problems(data: bytes, key: str | None = None) -> list[str]:
    return verify(io.BytesIO(data), key).problems


# What is right


def test_a_true_archive_is_verified(sample: bytes, signer: Ed25519PrivateKey) -> None:
    report = verify(io.BytesIO(sample), public_hex(signer))

    assert report.problems == []
    assert report.signature_checked
    assert report.exit_code == 0
    assert report.public_key == public_hex(signer)
    assert report.manifest["kinds"]["notes.note"]["rows"] == 8


def test_a_forgery_without_changes_is_as_good(forgery: Forgery) -> None:
    forgery.fix_members()
    forgery.fix_rows()

    assert problems(forgery.made()) == []


# Any change at all


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_flipped_bit_anywhere_is_found(sample: bytes, data: st.DataObject) -> None:
    changed = bytearray(sample)
    at = data.draw(st.integers(0, len(sample) - 1))
    changed[at] ^= 1 << data.draw(st.integers(0, 7))

    assert problems(bytes(changed)) != []


def test_every_byte_of_the_structure_counts(sample: bytes) -> None:
    """Walk all bytes that aren't a member's data: headers, descriptors, directory, its end."""
    with zipfile.ZipFile(io.BytesIO(sample)) as archive:
        infos = archive.infolist()
    structure = set(range(infos[-1].header_offset, len(sample)))
    for info in infos[:2]:
        data = info.header_offset + 30 + len(info.filename) + 20
        structure |= set(range(info.header_offset, data))
        structure |= set(range(data + info.compress_size, data + info.compress_size + 24))

    changed = bytearray(sample)
    for at in sorted(structure):
        changed[at] ^= 0x20
        assert problems(bytes(changed)) != [], at
        changed[at] ^= 0x20


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_cut_or_addition_is_found(sample: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sample) - 1))
    added = data.draw(st.binary(min_size=1, max_size=40))

    assert problems(sample[:at]) != []
    assert problems(sample[:at] + added + sample[at:]) != []
    assert problems(sample + added) != []
    assert problems(added + sample) != []


def test_what_was_flipped_is_named(sample: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(sample)) as archive:
        info = archive.getinfo("files/200/scan.pdf")
    changed = bytearray(sample)
    changed[info.header_offset + 30 + len(info.filename) + 20 + 3] ^= 1

    found = problems(bytes(changed))
    assert found[0].startswith("files/200/scan.pdf: is damaged")
    assert found[-1] == "archive: a byte before manifest.json was changed"


@pytest.mark.parametrize("junk", [b"", b"PK", b"no archive at all", b"PK\5\6" + bytes(18)])
def test_what_is_no_archive_is_not_verified(junk: bytes) -> None:
    assert len(problems(junk)) == 1


def test_a_zip_of_something_else_is_not_verified() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.txt", "a")

    assert problems(sink.getvalue()) == ["manifest.json: is missing or there twice"]


# Rows


def test_a_dropped_row_is_found(forgery: Forgery) -> None:
    lines = forgery.lines(NOTES)
    forgery.set_lines(NOTES, lines[:3] + lines[4:])
    found = problems(forgery.made())

    assert f"{NOTES}: has 7 rows, the manifest says 8" in found
    assert f"{NOTES}: has another SHA-256 than the manifest says" in found


def test_a_dropped_row_is_found_though_all_hashes_of_files_were_made_anew(forgery: Forgery) -> None:
    forgery.set_lines(NOTES, forgery.lines(NOTES)[1:])
    forgery.fix_members()

    assert problems(forgery.made()) == [
        f"{NOTES}: has 7 rows, the manifest says 8",
        f"{NOTES}: has another sum of row hashes than the manifest says",
    ]


def test_a_duplicated_row_is_found(forgery: Forgery) -> None:
    lines = forgery.lines(NOTES)
    forgery.set_lines(NOTES, [*lines, lines[2]])
    forgery.fix_members()
    assert problems(forgery.made()) == [
        f"{NOTES}, line 9: has the id of an earlier line",
        f"{NOTES}: has 9 rows, the manifest says 8",
        f"{NOTES}: has another sum of row hashes than the manifest says",
    ]

    forgery.fix_rows()
    assert problems(forgery.made()) == [f"{NOTES}, line 9: has the id of an earlier line"]


def test_a_row_replaced_by_a_copy_of_another_is_found(forgery: Forgery) -> None:
    lines = forgery.lines(NOTES)
    forgery.set_lines(NOTES, [*lines[:-1], lines[0]])
    forgery.fix_members()

    assert problems(forgery.made()) == [
        f"{NOTES}, line 8: has the id of an earlier line",
        f"{NOTES}: has another sum of row hashes than the manifest says",
    ]


def test_two_values_swapped_between_files_are_found(forgery: Forgery) -> None:
    name = json.loads(forgery.lines(CLIENTS)[0])["name"]
    body = json.loads(forgery.lines(NOTES)[0])["body"]
    forgery.edit(CLIENTS, 0, name=body)
    forgery.edit(NOTES, 0, body=name)
    found = problems(forgery.made())
    assert f"{CLIENTS}: has another SHA-256 than the manifest says" in found
    assert f"{NOTES}: has another SHA-256 than the manifest says" in found

    forgery.fix_members()
    assert problems(forgery.made()) == [
        f"{CLIENTS}: has another sum of row hashes than the manifest says",
        f"{NOTES}: has another sum of row hashes than the manifest says",
    ]


def test_two_rows_in_another_order_are_found_by_the_hash_alone(forgery: Forgery) -> None:
    lines = forgery.lines(NOTES)
    forgery.set_lines(NOTES, [lines[1], lines[0], *lines[2:]])

    assert problems(forgery.made()) == [f"{NOTES}: has another SHA-256 than the manifest says"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"{\n", "isn't a row in the canonical form"),
        (b"[]\n", "isn't a row in the canonical form"),
        (b"\n", "isn't a row in the canonical form"),
        (b"\xff\n", "isn't a row in the canonical form"),
        (b"[" * 100_000 + b"\n", "isn't a row in the canonical form"),
        (b'{"id":NaN}\n', "isn't a row in the canonical form"),
        (b'{"id":"\\ud800"}\n', "isn't a row in the canonical form"),
        (b'{"id":1,"id":2}\n', "isn't a row in the canonical form"),
        (b'{"id": 1}\n', "isn't a row in the canonical form"),
        (
            b'{"id":1,"more":1,"name":"a"}\n',
            "has missing or unknown fields: born_on, more",
        ),
        (b'{"born_on":null,"id":1,"name":"a"}\n', "id is not of the type uuid"),
        (b'{"born_on":"soon","id":null,"name":"a"}\n', "born_on is not of the type date"),
    ],
)
def test_a_line_that_is_no_row_of_its_kind_is_named(
    forgery: Forgery, line: bytes, what: str
) -> None:
    lines = forgery.lines(CLIENTS)
    forgery.set_lines(CLIENTS, [*lines, line])
    forgery.fix_members()
    forgery.fix_rows()

    assert problems(forgery.made()) == [f"{CLIENTS}, line 5: {what}"]


def test_a_last_line_without_its_end_is_named(forgery: Forgery) -> None:
    forgery.parts[CLIENTS] = forgery.parts[CLIENTS][:-1]
    forgery.fix_members()

    assert f"{CLIENTS}, line 4: isn't a row in the canonical form" in problems(forgery.made())


def test_values_are_never_shown(forgery: Forgery) -> None:
    forgery.edit(CLIENTS, 0, born_on="Nadia Achterberg")
    forgery.edit(NOTES, 1, client_id="Nadia Achterberg")
    report = verify(io.BytesIO(forgery.made()))

    assert len(report.problems) > 2
    assert "Nadia" not in summary(report)


def test_a_long_list_of_problems_is_cut(forgery: Forgery) -> None:
    forgery.set_lines(NOTES, [b"x\n"] * 1000)
    report = verify(io.BytesIO(forgery.made()))

    assert len(report.problems) == MAX_PROBLEMS
    assert summary(report).endswith("(and perhaps more)")


# References, files and gaps


def test_a_reference_to_a_missing_row_is_named(forgery: Forgery) -> None:
    forgery.edit(NOTES, 4, client_id="00000000-0000-0000-0000-0000000000ff")
    forgery.fix_members()
    forgery.fix_rows()

    assert problems(forgery.made()) == [f"{NOTES}, line 5: client_id points at what isn't here"]


def test_a_part_of_an_account_may_point_at_what_was_left_out(forgery: Forgery) -> None:
    forgery.edit(NOTES, 4, client_id="00000000-0000-0000-0000-0000000000ff")
    forgery.manifest["scope"] = {"kind": "client", "whole": False}
    forgery.fix_members()
    forgery.fix_rows()

    assert problems(forgery.made()) == []


def test_rows_are_held_against_what_the_database_summed_up(forgery: Forgery) -> None:
    """Whoever writes file, counts and sums anew is found by the sum that was made where the rows came from."""
    fields = ["id", "client_id", "body"]
    total = StoredSum(fields)
    for line in forgery.lines(NOTES):
        total.add(json.loads(line))
    stored = {"rows": 8, "fields": fields, "sum": total.hexdigest()}
    forgery.manifest["kinds"]["notes.note"]["stored"] = stored
    assert problems(forgery.made()) == []

    forgery.edit(NOTES, 3, body="something else")
    forgery.fix_members()
    forgery.fix_rows()
    assert problems(forgery.made()) == [
        f"{NOTES}: has other rows than the database counted and summed up"
    ]


def test_references_in_a_list_are_followed(forgery: Forgery) -> None:
    known = json.loads(forgery.lines(CLIENTS)[0])["id"]
    schema = json.loads(forgery.parts["schema/notes.note.json"])
    schema["references"]["answers"] = "clients.client"
    forgery.parts["schema/notes.note.json"] = canonical(schema)
    for index in range(8):
        forgery.edit(NOTES, index, answers=[known, "nobody"] if index == 2 else [known])
    forgery.fix_members()
    forgery.fix_rows()

    assert problems(forgery.made()) == [f"{NOTES}, line 3: answers points at what isn't here"]


def test_a_reference_to_a_kind_that_is_neither_here_nor_left_out_is_named(forgery: Forgery) -> None:
    forgery.manifest["excluded"] = {}

    assert problems(forgery.made()) == [
        "data/clients.document.ndjson: author_id points at accounts.user, which isn't here"
    ]


def test_a_missing_file_that_is_no_gap_is_named(forgery: Forgery) -> None:
    forgery.manifest |= {"gaps": [], "state": "complete"}

    assert problems(forgery.made()) == [
        "data/clients.document.ndjson, line 2: path points at what isn't here"
    ]


def test_gaps_and_state_must_agree(forgery: Forgery) -> None:
    forgery.manifest["state"] = "complete"

    assert problems(forgery.made()) == [
        "manifest.json: its state and its list of gaps contradict each other"
    ]


def test_an_incomplete_file_must_be_a_gap(forgery: Forgery) -> None:
    forgery.manifest["members"]["files/200/scan.pdf"]["incomplete"] = True

    assert problems(forgery.made()) == [
        "files/200/scan.pdf: is incomplete and the manifest lists no gap for it"
    ]


# Members


@pytest.mark.parametrize("name", ["files/200/scan.pdf", NOTES, "schema/notes.note.json"])
def test_a_removed_member_is_named(forgery: Forgery, name: str) -> None:
    del forgery.parts[name]

    assert f"{name}: is missing" in problems(forgery.made())


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_a_removed_manifest_or_signature_is_named(sample: bytes, name: str) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample)) as old, zipfile.ZipFile(sink, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))

    assert problems(sink.getvalue()) == [f"{name}: is missing or there twice"]


def test_an_added_member_is_named(forgery: Forgery) -> None:
    forgery.parts["files/9/added.txt"] = b"added"

    assert "files/9/added.txt: isn't in the manifest" in problems(forgery.made())


def test_an_added_member_is_named_when_a_tool_added_it(sample: bytes) -> None:
    copy = io.BytesIO(sample)
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr("added.txt", "added")

    found = problems(copy.getvalue())
    assert "added.txt: isn't in the manifest" in found
    assert "archive: a byte of its table of contents was changed" in found


def test_a_member_there_twice_is_named(forgery: Forgery) -> None:
    forgery.parts["FILES/200/scan.pdf"] = b"another"
    forgery.fix_members()

    assert problems(forgery.made()) == ["FILES/200/scan.pdf: is there twice"]


@pytest.mark.parametrize(
    "name",
    ["../up.txt", "/abs.txt", "C:x.txt", "a\\b.txt", "files/ /x", "files//x", "a/./b", "x\n"],
)
def test_an_unsafe_name_is_named(forgery: Forgery, name: str) -> None:
    forgery.parts[name] = b"x"
    forgery.fix_members()

    assert problems(forgery.made()) == [f"{name}: is no safe file name"]


def test_control_characters_of_names_are_not_printed(forgery: Forgery) -> None:
    forgery.parts["\x1b[2J\nVERIFIED"] = b"x"
    report = verify(io.BytesIO(forgery.made()))

    assert "\x1b" not in summary(report)
    assert "\nVERIFIED" not in summary(report)


def test_another_packing_of_the_same_content_is_found(forgery: Forgery) -> None:
    made = forgery.made()
    facts = dict(forgery.manifest["container"])
    forgery.methods[NOTES] = STORED
    forgery.made()

    assert problems(made) == []
    assert forgery.manifest["container"]["sha256"] != facts["sha256"]


# The signature


def test_another_signer_is_found_by_the_pinned_key_only(
    forgery: Forgery, signer: Ed25519PrivateKey
) -> None:
    forgery.edit(CLIENTS, 0, name="Somebody Else")
    forgery.fix_members()
    forgery.fix_rows()
    forgery.signer = OTHER_KEY
    made = forgery.made()

    assert problems(made) == []  # whoever signs can write anything: hence the pin
    assert problems(made, public_hex(signer)) == [
        "manifest.sig: is by another key than the one you named"
    ]
    assert problems(made, public_hex(OTHER_KEY).upper() + "\n") == []


def test_the_fingerprint_that_keepwell_shows_pins_the_signer_too(
    forgery: Forgery, signer: Ed25519PrivateKey
) -> None:
    made = forgery.made()
    shown = fingerprint(public_hex(signer))
    assert problems(made, shown) == problems(made, shown.replace(" ", "").upper()) == []
    for wrong in (fingerprint(public_hex(OTHER_KEY)), shown[:-1], ""):
        assert problems(made, wrong) == ["manifest.sig: is by another key than the one you named"]


def test_a_signature_of_something_else_is_found(forgery: Forgery) -> None:
    assert problems(forgery.made(signed=b"{}")) == ["manifest.sig: doesn't match manifest.json"]


def test_a_signature_written_in_another_way_is_found(forgery: Forgery) -> None:
    assert problems(forgery.made(after=b"\n")) == ["manifest.sig: isn't written as it should be"]


@pytest.mark.parametrize(
    "signature",
    [
        b"{}",
        b"[]",
        b"not JSON",
        signature_file("00" * 31, "00" * 64),
        signature_file("AA" * 32, "00" * 64),
        signature_file("00" * 32, "00" * 64),
        signature_file("ff" * 32, "ff" * 64),
    ],
)
def test_a_signature_that_is_none_is_found(sample: bytes, signature: bytes) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            new.writestr(name, signature if name == SIGNATURE else old.read(name))

    assert problems(sink.getvalue()) != []


def test_an_unknown_format_says_so(forgery: Forgery) -> None:
    forgery.manifest["format_version"] = 99

    assert problems(forgery.made()) == ["manifest.json: is of a format this script doesn't know"]


def test_the_fingerprint_can_be_read_aloud(signer: Ed25519PrivateKey) -> None:
    assert re.fullmatch(r"([0-9a-f]{4} ){7}[0-9a-f]{4}", fingerprint(public_hex(signer)))


# Types and sums


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("text", "a", 1),
        ("integer", 1, True),
        ("boolean", False, 0),
        ("decimal", "-1.50", 1.5),
        ("date", "2026-03-09", "2026-3-9"),
        ("time", "09:05:00", "9:05"),
        ("datetime", "2026-03-09T01:02:03.000004Z", "2026-03-09T01:02:03"),
        ("local_datetime", "2026-03-09T01:02:03", "2026-03-09T01:02:03Z"),
        ("duration", "-PT90.000001S", "1:30"),
        ("uuid", "00000000-0000-0000-0000-00000000000a", "A" * 32),
        ("hex", "00ff", "0"),
        ("file", "files/1/a", 1),
    ],
)
def test_types_tell_right_from_wrong(name: str, right: object, wrong: object) -> None:
    assert TYPES[name](right)
    assert not TYPES[name](wrong)
    assert TYPES["json"](wrong)


@given(st.lists(st.binary(max_size=20), max_size=6), st.randoms())
def test_the_sum_ignores_order_and_nothing_else(lines: list[bytes], random: Any) -> None:
    def total(some: list[bytes]) -> tuple[int, str]:
        result = RowSum()
        for line in some:
            result.add(line)
        return result.count, result.hexdigest()

    mixed = random.sample(lines, len(lines))
    assert total(mixed) == total(lines)
    assert total([*lines, b"x"]) != total(lines)


# The command


def run(*arguments: str | Path, flags: tuple[str, ...] = ()) -> tuple[int, str]:
    command = [sys.executable, "-I", *flags, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode()


@pytest.fixture
def unpacked(sample: bytes, tmp_path: Path) -> tuple[Path, Path]:
    """Return the script as the archive carries it, and the archive."""
    archive = tmp_path / "export.zip"
    archive.write_bytes(sample)
    with zipfile.ZipFile(archive) as opened:
        opened.extract("verify_export.py", tmp_path)
    return tmp_path / "verify_export.py", archive


def test_the_script_of_the_archive_verifies_it(
    unpacked: tuple[Path, Path], signer: Ed25519PrivateKey
) -> None:
    script, archive = unpacked
    code, text = run(script, archive, "--key", public_hex(signer))

    assert code == 0
    assert text.splitlines() == [
        "Keepwell export of 2026-03-09T01:03:00.000000Z, region au.",
        "3 kinds of record, 14 rows, 13 members.",
        "Every hash, count, row and reference is right.",
        "Left out: accounts.user (lives in the control database)",
        "Gap: files/201/gone.pdf (the stored file is missing)",
        f"Signer's key: {public_hex(signer)}",
        f"Fingerprint:  {fingerprint(public_hex(signer))}",
        "The signature is right. VERIFIED",
    ]


def test_the_script_says_what_is_wrong(unpacked: tuple[Path, Path], forgery: Forgery) -> None:
    script, archive = unpacked
    forgery.set_lines(NOTES, forgery.lines(NOTES)[1:])
    forgery.fix_members()
    archive.write_bytes(forgery.made())

    assert run(script, archive) == (
        1,
        f"NOT VERIFIED\n- {NOTES}: has 7 rows, the manifest says 8\n"
        f"- {NOTES}: has another sum of row hashes than the manifest says\n",
    )


def test_without_cryptography_all_but_the_signature_is_checked(
    unpacked: tuple[Path, Path], forgery: Forgery
) -> None:
    script, archive = unpacked
    code, text = run(script, archive, flags=("-S",))
    assert code == 3
    assert text.splitlines()[-1].startswith("THE SIGNATURE WAS NOT CHECKED")

    assert run(script, archive, "--key", "00" * 32, flags=("-S",))[0] == 1
    forgery.set_lines(NOTES, forgery.lines(NOTES)[1:])
    archive.write_bytes(forgery.made())
    assert run(script, archive, flags=("-S",))[0] == 1


def test_a_file_that_cannot_be_opened_is_not_verified(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main([str(tmp_path / "none.zip")]) == 1
    assert b"can't be opened" in capsysbinary.readouterr().out


def test_wrong_arguments_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])

    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_it_needs_the_standard_library_only() -> None:
    source = Path(verify_export.__file__).read_text()
    imported = set(re.findall(r"^ *(?:import|from) (\w+)", source, re.MULTILINE))

    assert imported - sys.stdlib_module_names == {"cryptography"}
