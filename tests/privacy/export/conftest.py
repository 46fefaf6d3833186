"""A small archive with every shape of member, and its parts to build others from."""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy.export.archive import ArchiveWriter, Field

type Row = Mapping[str, object]


def key(n: int) -> UUID:
    return UUID(int=n)


class Unseekable:
    """A sink that only takes bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)


def field(name: str, kind: str, references: str | None = None) -> Field:
    return Field(name, kind, "personal", "care", f"The {name}", references)


CLIENTS = [field("id", "uuid"), field("name", "text"), field("born_on", "date")]
NOTES = [
    field("id", "uuid"),
    field("client_id", "uuid", "clients.client"),
    field("body", "text"),
    field("fee", "decimal"),
    field("signed_at", "datetime"),
    field("answers", "json"),
]
DOCUMENTS = [
    field("id", "uuid"),
    field("client_id", "uuid", "clients.client"),
    field("author_id", "uuid", "accounts.user"),
    field("path", "file"),
]
CLIENT_ROWS: list[Row] = [
    {"id": key(n), "name": name, "born_on": date(1980, 2, n)}
    for n, name in enumerate(["Zoë Nguyễn", "=HYPERLINK(1)", "Ó Briain, Aoife", "李小龙"], 1)
]
NOTE_ROWS: list[Row] = [
    {
        "id": key(100 + n),
        "client_id": key(1 + n % 4) if n else None,
        "body": f'Line one of {n}\nline "two"\u2028three',
        "fee": Decimal("-12.50"),
        "signed_at": datetime(2026, 3, n + 1, 9, 30, tzinfo=UTC),
        "answers": {"pain": 3, "where": ["knee"], "ratio": 0.1},
    }
    for n in range(8)
]
DOCUMENT_ROWS: list[Row] = [
    {"id": key(200), "client_id": key(1), "author_id": key(9), "path": "files/200/scan.pdf"},
    {"id": key(201), "client_id": key(2), "author_id": key(9), "path": "files/201/gone.pdf"},
]


@pytest.fixture(scope="session")
def signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(scope="session")
def fresh(signer: Ed25519PrivateKey) -> Callable[[], tuple[ArchiveWriter, Unseekable]]:
    """Return a function that opens an empty archive on a new sink."""

    def opened() -> tuple[ArchiveWriter, Unseekable]:
        sink = Unseekable()
        facts = {
            "region": "au",
            "account": "Harbour <Physio>",
            "snapshot_at": datetime(2026, 3, 9, 1, 2, 3, tzinfo=UTC),
            "audit_head": "ab" * 32,
        }
        made = datetime(2026, 3, 9, 1, 3, tzinfo=UTC)
        writer = ArchiveWriter(sink, format_version=1, created_at=made, signer=signer, facts=facts)
        return writer, sink

    return opened


def fill(writer: ArchiveWriter) -> None:
    """Write three kinds, two files, an excluded kind and a gap."""
    writer.write_kind(
        "clients.client", fields=CLIENTS, rows=lambda: CLIENT_ROWS, description="People"
    )
    writer.write_kind("notes.note", fields=NOTES, rows=lambda: NOTE_ROWS)
    writer.write_kind("clients.document", fields=DOCUMENTS, rows=lambda: DOCUMENT_ROWS)
    writer.file("files/200/scan.pdf", [b"%PDF-1.7 ", b"scan" * 50], "application/pdf")
    writer.file("audit/events.ndjson", [b'{"seq":1}\n'], "application/x-ndjson")
    writer.exclude("accounts.user", "lives in the control database")
    writer.gap("files/201/gone.pdf", "the stored file is missing")


@pytest.fixture(scope="session")
def fill_sample() -> Callable[[ArchiveWriter], None]:
    return fill


@pytest.fixture(scope="session")
def sample(fresh: Callable[[], tuple[ArchiveWriter, Unseekable]]) -> bytes:
    """Return the bytes of the small archive."""
    writer, sink = fresh()
    fill(writer)
    writer.close()
    return bytes(sink.data)


@pytest.fixture
def sample_file(sample: bytes) -> io.BytesIO:
    return io.BytesIO(sample)
