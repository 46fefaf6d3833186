#!/usr/bin/env python3
"""Checks a Keepwell export: signature, hashes, counts, rows and references.

    python verify_export.py EXPORT.zip [--key HEX]

Runs on Python 3.9 or newer by itself. The package "cryptography" is needed for the signature only.
Exit codes: 0 verified; 1 not verified; 2 wrong arguments; 3 all verified but the signature, because
"cryptography" is missing. --key names the signer's public key you were told by another way than
this archive: without it, the signature proves that nothing changed since somebody signed.
"""

# This file is part of the product and a member of every archive it makes, so it stands alone.
# Messages name the member, line and field, and never show what is written there.

from __future__ import annotations

import argparse
import hashlib
import json
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

FORMAT = "keepwell-export"
FORMAT_VERSIONS = (1, 2)  # 2: what was asked for, and sums by the database
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
COMPLETE, WITH_GAPS = "complete", "complete_with_gaps"
CHUNK = 1024 * 1024
MAX_LINE = 64 * CHUNK
MAX_PROBLEMS = 25

# The container: a ZIP64 file (PKWARE APPNOTE 6.3.3) of which every byte is determined by the
# members' names, methods and contents, so that an archive has one shape and no byte is unchecked.

STORED, DEFLATED = 0, 8
_UNIX_V45 = 3 << 8 | 45
_FLAGS = 0x0808  # sizes follow the data; names are UTF-8
_DATE = 0x0021  # 1980-01-01, the zero of ZIP's calendar
_MODE = 0o100644 << 16
_MAX32 = 0xFFFFFFFF


@dataclass
class Member:
    """A file inside the archive: what stands before it, after it, and in the directory."""

    name: str
    method: int
    offset: int
    crc: int = 0
    packed: int = 0
    size: int = 0

    def header(self) -> bytes:
        """Return what stands before the data; crc and sizes follow it."""
        raw = self.name.encode()
        numbers = (45, _FLAGS, self.method, 0, _DATE, 0, _MAX32, _MAX32, len(raw), 20)
        extra = struct.pack("<2H2Q", 1, 16, 0, 0)
        return struct.pack("<4s5H3L2H", b"PK\3\4", *numbers) + raw + extra

    def descriptor(self) -> bytes:
        """Return what stands after the data."""
        return struct.pack("<4sL2Q", b"PK\7\10", self.crc, self.packed, self.size)

    def entry(self) -> bytes:
        """Return the directory's entry; numbers too wide for it go to its ZIP64 field."""
        raw, places = self.name.encode(), (self.size, self.packed, self.offset)
        wide = [number for number in places if number >= _MAX32]
        extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        size, packed, offset = (min(number, _MAX32) for number in places)
        start = (_UNIX_V45, 45, _FLAGS, self.method, 0, _DATE, self.crc, packed, size)
        numbers = (*start, len(raw), len(extra), 0, 0, 0, _MODE, offset)
        return struct.pack("<4s6H3L5H2L", b"PK\1\2", *numbers) + raw + extra


def directory_end(count: int, size: int, offset: int) -> bytes:
    """Return the end of the archive: `count` entries of `size` bytes begin at `offset`."""
    end = b""
    if count >= 0xFFFF or size >= _MAX32 or offset >= _MAX32:
        numbers = (44, _UNIX_V45, 45, 0, 0, count, count, size, offset)
        end += struct.pack("<4sQ2H2L4Q", b"PK\6\6", *numbers)
        end += struct.pack("<4sLQL", b"PK\6\7", 0, offset + size, 1)
    few = min(count, 0xFFFF)
    place = (min(size, _MAX32), min(offset, _MAX32))
    return end + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, *place, 0)


# Rows


def canonical(value: object) -> bytes:
    """Return the one JSON form of a value: sorted keys, no spaces, UTF-8; NaN is refused."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


class RowSum:
    """Counts rows and adds up their SHA-256 modulo 2^256: the same in whatever order they come."""

    def __init__(self) -> None:
        self.count = 0
        self._total = 0

    def add(self, line: bytes) -> None:
        """Take a row's canonical JSON, without the line end."""
        self.count += 1
        self._total += int.from_bytes(hashlib.sha256(line).digest(), "big")

    def hexdigest(self) -> str:
        """Return the sum as 64 hexadecimal digits."""
        return f"{self._total % 2**256:064x}"


def _text_like(pattern: str) -> Callable[[object], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


_DAY, _HOUR = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d(\.\d{6})?"

# What a field of each type looks like in a row; every field may also be null.
TYPES: dict[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "decimal": _text_like(r"-?\d+(\.\d+)?"),
    "date": _text_like(_DAY),
    "time": _text_like(_HOUR),
    "datetime": _text_like(rf"{_DAY}T{_HOUR}Z"),
    "local_datetime": _text_like(rf"{_DAY}T{_HOUR}"),
    "duration": _text_like(r"-?PT\d+(\.\d{6})?S"),
    "uuid": _text_like(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "hex": _text_like(r"([0-9a-f]{2})*"),
    "file": lambda value: isinstance(value, str),  # the path of a member
    "json": lambda _: True,
}


class StoredSum:
    """Adds up the hashes of what of each row the database could read, as its own sum was made."""

    def __init__(self, fields: Iterable[str]) -> None:
        self._fields = tuple(fields)
        self._total = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Take a row."""
        parts = [_written(row.get(name)) for name in self._fields]
        joined = "\x1f".join(parts).encode()
        self._total += int.from_bytes(hashlib.sha256(joined).digest(), "big")

    def hexdigest(self) -> str:
        """Return the sum as 64 hexadecimal digits."""
        return f"{self._total % 2**256:064x}"


def _written(value: object) -> str:
    if value is None:
        return "\x1e"
    return str(value).lower() if isinstance(value, bool) else str(value)


# The signature


def signature_file(public_key: str, signature: str) -> bytes:
    """Return the bytes of manifest.sig; both arguments are lower-case hexadecimal."""
    fields = {"algorithm": "Ed25519", "public_key": public_key, "signature": signature}
    return json.dumps(fields, indent=1).encode() + b"\n"


def fingerprint(public_key: str) -> str:
    """Return a short form of a public key (hexadecimal) that two people can compare by voice."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def names_key(named: str, public_key: str) -> bool:
    """Return whether a person named this key: by itself or, as Keepwell shows it, its fingerprint."""
    typed = "".join(named.lower().split())
    return typed in (public_key, fingerprint(public_key).replace(" ", ""))


# The check


@dataclass
class Report:
    """What was found in an archive; `problems` is empty when all that was checked is right."""

    problems: list[str] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)
    public_key: str = ""
    signature_checked: bool = False

    @property
    def exit_code(self) -> int:
        """0 verified, 1 not verified, 3 verified but for the signature."""
        if self.problems:
            return 1
        return 0 if self.signature_checked else 3

    def problem(self, where: str, what: str, line: int = 0) -> None:
        """Note what is wrong, at a member and, counted from 1, a line of it."""
        if len(self.problems) < MAX_PROBLEMS:
            place = where + (f", line {line}" if line else "")
            self.problems.append(f"{place}: {what}")


def verify(source: str | BinaryIO, key: str | None = None) -> Report:
    """Check the archive at a path or in a seekable file; `key` pins the signer."""
    report = Report()
    if isinstance(source, str):
        try:
            with Path(source).open("rb") as opened:
                return verify(opened, key)
        except OSError as error:
            report.problem(source, f"can't be opened ({error.strerror})")
            return report
    try:
        with zipfile.ZipFile(source) as archive:
            _Check(archive, source, report).run(key)
    except Exception as error:  # a damaged file can fail in any way
        report.problem("archive", f"can't be read as an export ({type(error).__name__})")
    return report


class _Check:
    """One run over one archive."""

    def __init__(self, archive: zipfile.ZipFile, raw: BinaryIO, report: Report) -> None:
        self.archive = archive
        self.raw = raw
        self.report = report
        self.keys: dict[str, set[str]] = {}
        self.gaps: set[str] = set()

    def run(self, key: str | None) -> None:
        names = self.archive.namelist()
        for required in (MANIFEST, SIGNATURE):
            if names.count(required) != 1:
                self.report.problem(required, "is missing or there twice")
                return
        manifest_bytes = self.archive.read(MANIFEST)
        signature_bytes = self.archive.read(SIGNATURE)
        self._signature(manifest_bytes, signature_bytes, key)
        self.report.manifest = manifest = json.loads(manifest_bytes)
        if manifest["format"] != FORMAT or manifest["format_version"] not in FORMAT_VERSIONS:
            self.report.problem(MANIFEST, "is of a format this script doesn't know")
            return
        self.gaps = {gap["id"] for gap in manifest["gaps"]}
        self._names(names, manifest)
        self._rows(manifest)
        self._container(manifest, manifest_bytes, signature_bytes)

    def _signature(self, manifest: bytes, signature: bytes, pinned: str | None) -> None:
        fields = json.loads(signature)
        public_key, signed = fields["public_key"], fields["signature"]
        if signature_file(public_key, signed) != signature:
            self.report.problem(SIGNATURE, "isn't written as it should be")
        if not (re.fullmatch("[0-9a-f]{64}", public_key) and re.fullmatch("[0-9a-f]{128}", signed)):
            self.report.problem(SIGNATURE, "holds no Ed25519 key and signature")
            return
        self.report.public_key = public_key
        if pinned is not None and not names_key(pinned, public_key):
            self.report.problem(SIGNATURE, "is by another key than the one you named")
        if Ed25519PublicKey is None:
            return
        try:
            signer = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            signer.verify(bytes.fromhex(signed), manifest)
        except (InvalidSignature, ValueError):
            self.report.problem(SIGNATURE, "doesn't match manifest.json")
        self.report.signature_checked = True

    def _names(self, names: list[str], manifest: Mapping[str, Any]) -> None:
        """Check that the members are the manifest's, once each, and that it admits the gaps."""
        members, present = manifest["members"], set(names)
        seen: set[str] = set()
        for name in names:
            if name.casefold() in seen:
                self.report.problem(name, "is there twice")
            seen.add(name.casefold())
            if name not in members and name not in (MANIFEST, SIGNATURE):
                self.report.problem(name, "isn't in the manifest")
            if not is_safe(name):
                self.report.problem(name, "is no safe file name")
        for name, facts in members.items():
            if name not in present:
                self.report.problem(name, "is missing")
            if facts.get("incomplete") and not is_gap(name, self.gaps):
                self.report.problem(name, "is incomplete and the manifest lists no gap for it")
        if manifest["state"] != (WITH_GAPS if self.gaps else COMPLETE):
            self.report.problem(MANIFEST, "its state and its list of gaps contradict each other")

    def _rows(self, manifest: Mapping[str, Any]) -> None:
        """Read every member: data row by row, the rest for its hash; then follow the references."""
        kinds, members = manifest["kinds"], manifest["members"]
        present = members.keys() & set(self.archive.namelist())
        schemas = {
            facts["data"]: json.loads(self.archive.read(facts["schema"]))
            for facts in kinds.values()
            if facts["schema"] in present and facts["data"] in present
        }
        if len(schemas) < len(kinds):
            self.report.problem(MANIFEST, "names a kind whose data or schema is missing")
        wanted = {target for schema in schemas.values() for target in schema["references"].values()}
        for name in members:
            if name in schemas:
                schema = schemas[name]
                kept = schema["kind"] in wanted
                self._data(name, members[name], kinds[schema["kind"]], schema, keep=kept)
            elif name in present:
                for _ in self._pieces(name, members[name]):
                    pass
        for name, schema in schemas.items():
            self._links(name, schema, manifest)

    def _pieces(
        self, name: str, facts: Mapping[str, Any] | None, *, lines: bool = False
    ) -> Iterator[bytes]:
        """Yield a member's data, by line if asked, and check its size and SHA-256 at the end."""
        digest, size = hashlib.sha256(), 0
        try:
            with self.archive.open(name) as member:
                read = member.readline if lines else member.read
                while piece := read(MAX_LINE if lines else CHUNK):
                    digest.update(piece)
                    size += len(piece)
                    yield piece
        except Exception as error:  # damaged data can fail in any way
            self.report.problem(name, f"is damaged ({type(error).__name__})")
            return
        if facts and size != facts["bytes"]:
            self.report.problem(name, f"has {size} bytes, the manifest says {facts['bytes']}")
        if facts and digest.hexdigest() != facts["sha256"]:
            self.report.problem(name, "has another SHA-256 than the manifest says")

    def _data(
        self,
        name: str,
        member: Mapping[str, Any],
        facts: Mapping[str, Any],
        schema: Mapping[str, Any],
        *,
        keep: bool,
    ) -> None:
        """Check the rows of a kind against its schema, count, sum and key."""
        types = {one["name"]: one["type"] for one in schema["fields"]}
        total, keys = RowSum(), set()
        stored = facts.get("stored")  # from format 2 on
        stored_sum = StoredSum(stored["fields"] if stored else ())
        for number, line in enumerate(self._pieces(name, member, lines=True), 1):
            row, what = _row(line, types)
            total.add(line.rstrip(b"\n"))
            stored_sum.add(row)
            key = str(row.get(schema["key"]))
            if not what and key in keys:
                what = f"has the {schema['key']} of an earlier line"
            keys.add(key)
            if what:
                self.report.problem(name, what, number)
        if total.count != facts["rows"]:
            self.report.problem(name, f"has {total.count} rows, the manifest says {facts['rows']}")
        if total.hexdigest() != facts["row_sum"]:
            self.report.problem(name, "has another sum of row hashes than the manifest says")
        if stored and (stored["rows"], stored["sum"]) != (total.count, stored_sum.hexdigest()):
            self.report.problem(name, "has other rows than the database counted and summed up")
        if keep:
            self.keys[schema["kind"]] = keys

    def _links(self, name: str, schema: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
        """Check that the rows and files a kind's rows point at are here, or admittedly not."""
        known: dict[str, Callable[[str], bool]] = {}
        whole = manifest.get("scope", {}).get("whole", True)
        for field_name, target in schema["references"].items():
            if target in manifest["kinds"] and not whole:
                continue  # a part of an account: what it leads to may have been left out
            if target in manifest["kinds"]:
                known[field_name] = self.keys.get(target, set()).__contains__
            elif target not in manifest["excluded"]:
                self.report.problem(name, f"{field_name} points at {target}, which isn't here")
        members = manifest["members"]
        for one in schema["fields"]:
            if one["type"] == "file":
                known[one["name"]] = lambda path: path in members or is_gap(path, self.gaps)
        if not known:
            return
        for number, line in enumerate(self._pieces(name, None, lines=True), 1):
            row = _parse(line)
            for field_name, is_known in known.items():
                value = row.get(field_name)
                values = value if isinstance(value, list) else [value]
                if not all(each is None or is_known(str(each)) for each in values):
                    self.report.problem(name, f"{field_name} points at what isn't here", number)

    def _container(self, manifest: Mapping[str, Any], data: bytes, signature: bytes) -> None:
        """Check every byte of the file: those before the manifest by hash, the rest one by one."""
        facts = manifest["container"]
        start, directory_size = facts["bytes"], facts["directory_bytes"]
        self.raw.seek(0)
        digest = hashlib.sha256()
        for left in range(start, 0, -CHUNK):
            digest.update(self.raw.read(min(CHUNK, left)))
        if digest.hexdigest() != facts["sha256"]:
            self.report.problem("archive", "a byte before manifest.json was changed")
        one, first = _stored(MANIFEST, data, start)
        two, second = _stored(SIGNATURE, signature, start + len(one))
        ok = self.raw.read(len(one + two)) == one + two
        directory = self.raw.read(directory_size)
        ok = ok and hashlib.sha256(directory).hexdigest() == facts["directory_sha256"]
        size = directory_size + len(first) + len(second)
        count = len(manifest["members"]) + 2
        end = first + second + directory_end(count, size, start + len(one) + len(two))
        if not ok or self.raw.read(len(end) + 1) != end:
            self.report.problem("archive", "a byte of its table of contents was changed")


def _stored(name: str, data: bytes, offset: int) -> tuple[bytes, bytes]:
    """Return an uncompressed member as it stands at `offset`, and its entry in the directory."""
    member = Member(name, STORED, offset, zlib.crc32(data), len(data), len(data))
    return member.header() + data + member.descriptor(), member.entry()


def _parse(line: bytes) -> dict[str, Any]:
    """Return the row that a line holds in the canonical form, else an empty one."""
    try:
        row = json.loads(line)
        return row if isinstance(row, dict) and canonical(row) + b"\n" == line else {}
    except (ValueError, RecursionError):
        return {}


def _row(line: bytes, types: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Return a line's row, and what is wrong with it or ""."""
    row = _parse(line)
    if not row:
        return row, "isn't a row in the canonical form"
    if row.keys() != types.keys():
        odd = ", ".join(sorted(row.keys() ^ types.keys()))
        return row, f"has missing or unknown fields: {odd}"
    for name, value in row.items():
        if value is not None and not TYPES[types[name]](value):
            return row, f"{name} is not of the type {types[name]}"
    return row, ""


def is_gap(path: str, gaps: Iterable[str]) -> bool:
    """Tell whether the gaps admit that the file at `path` is missing: by path or a part of it."""
    return not {path, *path.split("/")}.isdisjoint(gaps)


def is_safe(name: str) -> bool:
    """Tell whether unpacking a member of this name stays inside the folder on every system."""
    parts = name.split("/")
    bad = re.search(r'[\x00-\x1f\x7f\\:*?"<>|]', name)
    return not bad and all(part.strip(". ") for part in parts)


# The command


def summary(report: Report) -> str:
    """Return the report in words."""
    if report.problems:
        more = ["(and perhaps more)"] if len(report.problems) == MAX_PROBLEMS else []
        lines = ["NOT VERIFIED", *(f"- {one}" for one in report.problems), *more]
    else:
        lines = _good_news(report, report.manifest)
    return "\n".join("".join(c if c.isprintable() else "?" for c in line) for line in lines)


def _good_news(report: Report, manifest: Mapping[str, Any]) -> list[str]:
    kinds, members = manifest["kinds"], manifest["members"]
    rows = sum(facts["rows"] for facts in kinds.values())
    return [
        f"Keepwell export of {manifest['created_at']}, region {manifest['facts'].get('region')}.",
        f"{len(kinds)} kinds of record, {rows} rows, {len(members)} members.",
        "Every hash, count, row and reference is right.",
        *(f"Left out: {kind} ({why})" for kind, why in sorted(manifest["excluded"].items())),
        *(f"Gap: {gap['id']} ({gap['reason']})" for gap in manifest["gaps"]),
        f"Signer's key: {report.public_key}",
        f"Fingerprint:  {fingerprint(report.public_key)}",
        "The signature is right. VERIFIED"
        if report.signature_checked
        else "THE SIGNATURE WAS NOT CHECKED: install the Python package cryptography.",
    ]


def main(arguments: list[str] | None = None) -> int:
    """Check the archive named on the command line, print what was found, return the exit code."""
    parser = argparse.ArgumentParser(description="Checks a Keepwell export.")
    parser.add_argument("archive", help="the exported .zip file")
    parser.add_argument(
        "--key", metavar="HEX", help="the public key the signer must have, or its fingerprint"
    )
    options = parser.parse_args(arguments)
    report = verify(options.archive, options.key)
    sys.stdout.buffer.write(summary(report).encode() + b"\n")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
