"""Writes the archive of an export: a deterministic ZIP64 stream with a signed manifest.

Same rows, files and facts, same bytes. The sink need not seek, nothing is spooled, and memory holds
one row or one piece of a file, beside a few hundred bytes for each member. `verify_export.py` knows
the layout and checks every byte of it.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privacy.export import verify_export
from privacy.export.container import Container, Sink, safe_name
from privacy.export.readme import readme
from privacy.export.stored import Stored
from privacy.export.table import Table, plain
from privacy.export.verify_export import (
    CHUNK,
    COMPLETE,
    DEFLATED,
    FORMAT,
    FORMAT_VERSIONS,
    MANIFEST,
    MAX_LINE,
    SIGNATURE,
    STORED,
    TYPES,
    WITH_GAPS,
    RowSum,
    canonical,
    is_gap,
    is_safe,
    signature_file,
)

FACTS = ("region", "snapshot_at", "audit_head")  # what every manifest must say
ROOTS = ("audit", "clients", "fhir", "files")  # where `file` may write
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_DEFLATED_TYPES = re.compile(r"text/.*|application/(json|x-ndjson|xml)|image/svg\+xml")

type Row = Mapping[str, object]


@dataclass(frozen=True)
class Field:
    """What the archive says of one field; `type` is a key of `verify_export.TYPES`.

    `references` names the kind whose key the values (or, in a list, each of them) are.
    """

    name: str
    type: str
    data_class: str
    purpose: str
    description: str
    references: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What was written: size in bytes and SHA-256 of the archive, and what is in it."""

    size: int
    sha256: str
    manifest_sha256: str
    public_key: str
    state: str
    rows: Mapping[str, int]
    files: int
    gaps: int


class ArchiveWriter:
    """Writes one archive: kinds of rows, then files, then `close()`.

    `created_at` is aware; `facts` holds at least region, snapshot_at and audit_head, and whatever
    else the manifest should say; `scope` says what was asked for, and by `whole` whether every
    reference is answered inside. An exception inside a member leaves an archive that can't be
    closed, as does leaving a `with` block of the writer by one.
    """

    def __init__(
        self,
        target: Sink,
        *,
        format_version: int,
        created_at: datetime,
        signer: Ed25519PrivateKey,
        facts: Row,
        scope: Row | None = None,
    ) -> None:
        missing = [name for name in FACTS if name not in facts]
        if missing:
            raise ValueError(f"the facts lack {', '.join(missing)}")
        if format_version not in FORMAT_VERSIONS:
            raise ValueError(f"format {format_version} is unknown to verify_export.py")
        if created_at.tzinfo is None:
            raise ValueError("created_at needs a time zone")
        self._zip = Container(target)
        self._signer = signer
        self._about = {"format": FORMAT, "format_version": format_version}
        self._about |= {"created_at": plain(created_at), "facts": plain(facts)}
        if scope is not None:
            self._about["scope"] = plain(scope)
        self._kinds: dict[str, dict[str, object]] = {}
        self._fields: dict[str, tuple[str, str, tuple[Field, ...]]] = {}
        self._members: dict[str, dict[str, object]] = {}
        self._excluded: dict[str, str] = {}
        self._gaps: dict[str, str] = {}
        self._paths: set[str] = set()
        self._state = "open"

    @contextmanager
    def kind(
        self,
        name: str,
        *,
        fields: Sequence[Field],
        key: str = "id",
        description: str = "",
        stored: Stored | None = None,
    ) -> Iterator["Rows"]:
        """Open data/<name>.ndjson; every row added has exactly `fields`, and its own `key`.

        `stored`: what the database counts and sums up of them; raises ValueError at the end if it counted others.
        """
        known = [field.name for field in fields]
        if not _KIND.fullmatch(name) or name in self._kinds:
            raise ValueError(f"{name} is no name of a kind, or is there already")
        if key not in known or len(set(known)) < len(known):
            raise ValueError(f"the fields of {name} lack {key} or name one twice")
        unknown = [field.type for field in fields if field.type not in TYPES]
        if unknown:
            raise ValueError(f"{name} has fields of unknown types: {', '.join(unknown)}")
        path = f"data/{name}.ndjson"
        with self._member(path, DEFLATED, "application/x-ndjson") as write:
            rows = Rows(name, fields, lambda _, line: write(line + b"\n"))
            yield rows
            if stored is not None and stored.rows != rows.sum.count:
                raise ValueError(f"{name} has other rows than the database counted")
        self._fields[name] = (key, description, tuple(fields))
        self._kinds[name] = {
            "rows": rows.sum.count,
            "row_sum": rows.sum.hexdigest(),
            "data": path,
            "csv": None,
            "schema": f"schema/{name}.json",
        }
        if stored is not None:
            about = {"rows": stored.rows, "fields": list(stored.fields), "sum": stored.sum}
            self._kinds[name]["stored"] = about

    def state(self) -> dict[str, Any]:
        """Return what was written so far, as JSON has it, so that `resumed` goes on behind it; no member is open."""
        if self._state != "open":
            raise ValueError(f"the archive is {self._state}")
        fields = {
            name: [key, words, [asdict(field) for field in some]]
            for name, (key, words, some) in self._fields.items()
        }
        return {
            "about": self._about,
            "kinds": self._kinds,
            "fields": fields,
            "members": self._members,
            "excluded": self._excluded,
            "gaps": self._gaps,
            "container": self._zip.state(),
        }

    @classmethod
    def resumed(
        cls,
        target: Sink,
        *,
        signer: Ed25519PrivateKey,
        state: Mapping[str, Any],
        before: Iterable[bytes],
    ) -> Self:
        """Return a writer that stands where the one of `state` stood; `before` is what that one had written."""
        about = state["about"]
        writer = cls(
            target,
            format_version=about["format_version"],
            created_at=datetime.fromisoformat(about["created_at"]),
            signer=signer,
            facts=about["facts"],
            scope=about.get("scope"),
        )
        writer._kinds, writer._members = dict(state["kinds"]), dict(state["members"])
        writer._excluded, writer._gaps = dict(state["excluded"]), dict(state["gaps"])
        writer._paths = {path.casefold() for path in writer._members}
        for name, (key, words, fields) in state["fields"].items():
            writer._fields[name] = (key, words, tuple(Field(**field) for field in fields))
        writer._zip.replay(before, state["container"])
        return writer

    @contextmanager
    def table(self, name: str) -> Iterator["Rows"]:
        """Open csv/<name>.csv of a kind already written; the same rows must be added again.

        Raises ValueError at the end if they weren't the same (in whatever order).
        """
        facts, fields = self._kinds[name], self._fields[name][2]
        table = Table([field.name for field in fields])
        path = f"csv/{name}.csv"
        with self._member(path, DEFLATED, "text/csv") as write:
            write(table.head())
            rows = Rows(name, fields, lambda row, _: write(table.line(row)))
            yield rows
            if (rows.sum.count, rows.sum.hexdigest()) != (facts["rows"], facts["row_sum"]):
                raise ValueError(f"the table of {name} has other rows than its data")
        facts["csv"] = path

    def write_kind(
        self,
        name: str,
        *,
        fields: Sequence[Field],
        rows: Callable[[], Iterable[Row]],
        key: str = "id",
        description: str = "",
        stored: Stored | None = None,
    ) -> int:
        """Write the data and the table of a kind; `rows` is called twice; return their number.

        Both calls must see the same snapshot. Twice is cheaper than a spool: nothing plain on disk,
        nothing that grows with the account.
        """
        about = {"fields": fields, "key": key, "description": description, "stored": stored}
        with self.kind(name, **about) as data:  # type: ignore[arg-type]
            for row in rows():
                data.add(row)
        with self.table(name) as table:
            for row in rows():
                table.add(row)
        return data.sum.count

    def file(self, path: str, chunks: Iterable[bytes], media_type: str) -> str:
        """Write a file below one of ROOTS and return its path, each part of it made safe.

        An error of `chunks` before the first byte is passed on and leaves no trace. A later one is
        passed on too, and leaves an incomplete member: the caller answers either with `gap(id, …)`,
        where the id is the path or a part of it, and goes on. Without that, `close()` refuses.
        """
        path = "/".join(safe_name(part) for part in path.split("/"))
        if path.split("/")[0] not in ROOTS or "/" not in path:
            raise ValueError(f"a file goes below one of {', '.join(ROOTS)}")
        pieces = (piece for piece in chunks if piece)
        piece = next(pieces, b"")
        broken: Exception | None = None
        method = DEFLATED if _DEFLATED_TYPES.fullmatch(media_type) else STORED
        with self._member(path, method, media_type) as write:
            while piece:
                write(piece)
                try:
                    piece = next(pieces, b"")
                except Exception as error:  # the source may fail in any way
                    broken = error
                    break
        if broken is not None:
            self._members[path]["incomplete"] = True
            raise broken
        return path

    def gap(self, gap_id: object, reason: str) -> None:
        """Admit that something is missing: the id of a file's row, or its path, and why."""
        if not str(gap_id) or str(gap_id) in ROOTS:
            raise ValueError("a gap needs an id")
        self._gaps[str(gap_id)] = reason

    def exclude(self, kind: str, reason: str) -> None:
        """Say that a kind is left out, and why."""
        self._excluded[kind] = reason

    def close(self) -> Receipt:
        """Write schemas, README, verifier, manifest and signature; return what was written.

        Raises ValueError if a member broke off, a gap is not admitted, or a field points at a kind
        that is neither here nor excluded.
        """
        self._check_whole()
        state = WITH_GAPS if self._gaps else COMPLETE
        for name in sorted(self._kinds):
            self._text(f"schema/{name}.json", _json(self._schema(name)), "application/json")
        self._text("README.html", self._readme(state), "text/html")
        script = Path(verify_export.__file__).read_bytes()
        self._text("verify_export.py", script, "text/x-python")
        manifest = _json(
            {
                **self._about,
                "state": state,
                "kinds": self._kinds,
                "excluded": self._excluded,
                "gaps": [{"id": one, "reason": why} for one, why in sorted(self._gaps.items())],
                "members": self._members,
                "container": self._zip.facts(),
            }
        )
        public = self._signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        self._zip.whole(MANIFEST, manifest)
        self._zip.whole(SIGNATURE, signature_file(public, self._signer.sign(manifest).hex()))
        size, sha256 = self._zip.finish()
        self._state = "closed"
        return Receipt(
            size=size,
            sha256=sha256,
            manifest_sha256=hashlib.sha256(manifest).hexdigest(),
            public_key=public,
            state=state,
            rows={name: int(str(facts["rows"])) for name, facts in self._kinds.items()},
            files=sum(path.split("/")[0] in ROOTS for path in self._members),
            gaps=len(self._gaps),
        )

    def _check_whole(self) -> None:
        if self._state != "open":
            raise ValueError(f"the archive is {self._state}")
        for path, facts in self._members.items():
            if "incomplete" in facts and not is_gap(path, self._gaps):
                raise ValueError("a file is incomplete and no gap was recorded for it")
        for name, (_, _, fields) in self._fields.items():
            for field in fields:
                target = field.references
                if target and target not in self._kinds and target not in self._excluded:
                    raise ValueError(f"{name}.{field.name} points at {target}, which isn't here")

    @contextmanager
    def _member(self, path: str, method: int, media_type: str) -> Iterator[Callable[[bytes], None]]:
        """Open the next member; leaving it by an exception breaks the archive for good."""
        if self._state != "open":
            raise ValueError(f"the archive is {self._state}")
        if path.casefold() in self._paths or not is_safe(path):
            raise ValueError("a member of this path is there already, or the path isn't safe")
        self._state = "broken"  # until this member has ended
        self._paths.add(path.casefold())
        self._zip.begin(path, method)
        yield self._zip.write
        size, sha256 = self._zip.end()
        self._members[path] = {"bytes": size, "sha256": sha256, "media_type": media_type}
        self._state = "open"

    def _text(self, path: str, data: bytes, media_type: str) -> None:
        with self._member(path, DEFLATED, media_type) as write:
            write(data)

    def _schema(self, name: str) -> dict[str, object]:
        key, description, fields = self._fields[name]
        described = [
            {
                "name": field.name,
                "type": field.type,
                "class": field.data_class,
                "purpose": field.purpose,
                "description": field.description,
            }
            for field in fields
        ]
        points = {field.name: field.references for field in fields if field.references}
        schema = {"kind": name, "key": key, "description": description}
        return {**schema, "fields": described, "references": points}

    def _readme(self, state: str) -> bytes:
        kinds = [self._schema(name) | self._kinds[name] for name in sorted(self._kinds)]
        about = {**self._about, "state": state}
        return readme(about, kinds, self._excluded, self._gaps).encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None and self._state == "open":
            self._state = "broken"


def lines_of(source: BinaryIO, place: Sequence[int]) -> Iterator[bytes]:
    """Yield the lines of a deflated member, where an archive has it: the number of its first byte, and how many."""
    start, left = place
    inflate, rest = zlib.decompressobj(-15), b""
    source.seek(start)
    while left and (piece := source.read(min(left, CHUNK // 4))):
        left -= len(piece)
        *whole, rest = (rest + inflate.decompress(piece)).split(b"\n")
        yield from whole


class Rows:
    """Takes the rows of one kind, counts them and adds up their hashes."""

    def __init__(
        self, kind: str, fields: Sequence[Field], write: Callable[[dict[str, object], bytes], None]
    ) -> None:
        self.sum = RowSum()
        self._kind = kind
        self._types = {field.name: TYPES[field.type] for field in fields}
        self._write = write

    def add(self, row: Row) -> None:
        """Write one row; ValueError if its fields aren't those declared, or not of their types.

        The messages name the kind and field, never the value.
        """
        if row.keys() != self._types.keys():
            odd = ", ".join(sorted(row.keys() ^ self._types.keys()))
            raise ValueError(f"a row of {self._kind} has missing or unknown fields: {odd}")
        simple = {name: plain(value) for name, value in row.items()}
        for name, is_right in self._types.items():
            if simple[name] is not None and not is_right(simple[name]):
                raise ValueError(f"{self._kind}.{name} is not of its declared type")
        line = canonical(simple)
        if len(line) >= MAX_LINE:
            raise ValueError(f"a row of {self._kind} is too long")
        self._write(simple, line)
        self.sum.add(line)

    def add_line(self, line: bytes) -> None:
        """Write a row that was written before, given its line: it is right, or the sum at the end isn't."""
        self._write(json.loads(line), line)
        self.sum.add(line)


def _json(value: object) -> bytes:
    """Return JSON for people and programs: sorted, one name a line."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"
