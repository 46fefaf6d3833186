"""Archives to bring back: made by an account, given to another, changed by hand on the way."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.models import Account
from accounts.tenancy import acting_in
from privacy import exporting
from privacy.arrival import bringing, keeping
from privacy.models import ArchiveImport, Export
from tests.factories import owner_of
from tests.privacy import scene

WHEN = datetime(2026, 11, 1, 9, tzinfo=UTC)
FORGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SOME_ID = "0199d7a0-0000-7000-8000-000000000000"


def exported(account: Account, *, whole: bool = True) -> bytes:
    """Return the bytes of a new export of an account."""
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        export = exporting.request(by=owner.actor, member=owner, whole=whole)
    scene.run_jobs(account, "export.build")
    with acting_in(account.ref), exporting.opened(Export.objects.get(pk=export.pk)) as source:
        data = source.read()
    assert data is not None
    return data


def given(account: Account, data: bytes) -> ArchiveImport:
    """Give an archive to an account and return what its check found."""
    owner = owner_of(account)
    keeping.take(by=owner.actor, member=owner, account=account.ref, pieces=[data])
    scene.run_jobs(account, keeping.CHECK)
    return found(account)


def found(account: Account) -> ArchiveImport:
    """Return the account's last archive."""
    with acting_in(account.ref):
        archive = keeping.present()
        assert archive is not None
        assert archive.people is not None
        return archive


def begun(account: Account, *, was: str | None = None) -> None:
    """Begin to bring a checked archive; the Owner was `was`, by default the archive's first member."""
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        archive = keeping.present()
        assert archive is not None
        assert archive.state == "checked", archive.problems
        first = archive.people["members"][0]["id"]
        bringing.begin(by=owner.actor, was=first if was is None else was, knows_signer=True)


def brought(account: Account, data: bytes, *, was: str | None = None) -> ArchiveImport:
    """Give an archive to an account, bring it in, return what came of it."""
    given(account, data)
    begun(account, was=was)
    scene.run_jobs(account, keeping.BRING)
    return found(account)


def rows(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of an archive by kind."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        kinds = json.loads(archive.read("manifest.json"))["kinds"]
        return {
            name: [json.loads(line) for line in archive.read(facts["data"]).splitlines()]
            for name, facts in kinds.items()
        }


def files(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive by path."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: archive.read(n) for n in archive.namelist() if n.startswith("files/")}


def rewritten(data: bytes, change: Callable[[zipfile.ZipFile, zipfile.ZipFile], None]) -> bytes:
    """Return an archive that somebody made anew out of another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        change(old, new)
    return out.getvalue()


def copied(old: zipfile.ZipFile, new: zipfile.ZipFile, *, but: Iterable[str] = ()) -> None:
    """Copy all members but some."""
    left = set(but)
    for info in old.infolist():
        if info.filename not in left:
            new.writestr(info, old.read(info), info.compress_type)
