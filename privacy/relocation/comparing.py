"""Compares both copies of an account before one of them goes: rows by count and hash, files by hash, the audit's chain."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from accounts.tenancy import AccountRef
from privacy.export.verify_export import RowSum
from privacy.inventory import Kind
from privacy.relocation import carrying, chain
from privacy.relocation.carrying import carried
from privacy.relocation.copying import plain_file
from privacy.relocation.leasing import Move
from privacy.vocabulary import keyring
from privacy.vocabulary.streams import Unreadable

MISSING = "missing"


class Different(RuntimeError):
    """The copy isn't what it was copied from: the move ends, and the account stays where it is."""


def compare(move: Move) -> None:
    """Write down what both copies hold, the same; raise `Different`."""
    rows: dict[str, list[Any]] = {}
    files: dict[str, Any] = {"count": 0, "sum": RowSum()}
    move.done = 0
    for kind in carried():
        here = _sum(move, move.old, kind, files)
        there = _sum(
            move, move.new, kind, {"count": 0, "sum": RowSum()} if kind.declared.file else {}
        )
        if here != there:
            raise Different(f"{kind.name}: {here[0]} rows here, {there[0]} there, or others")
        if here[0]:
            rows[kind.name] = list(here[:2])
        keyring.forget()
    try:
        head = chain.proved(move)
    except ValueError as error:
        raise Different(str(error)) from error
    told = {"rows": rows, "files": [files["count"], files["sum"].hexdigest()], "audit": head}
    move.remember(compared=told)


def _sum(
    move: Move, account: AccountRef, kind: Kind, files: dict[str, Any]
) -> tuple[int, str, int, str]:
    """Return count and sum of hashes of a kind's rows, and of their files; add the files to `files`."""
    total, own, after = RowSum(), RowSum(), None
    while chunk := carrying.read(account, kind, after=after):
        for row in chunk:
            total.add(carrying.line(kind, row))
            if kind.declared.file and row[kind.declared.file.storage_key]:
                digest = _digest(move, account, kind, row)
                own.add(digest)
                files["sum"].add(digest)
                files["count"] += 1
        after = chunk[-1]["id"]
        move.done += len(chunk) if account is move.new else 0
        move.beat()
    return total.count, total.hexdigest(), own.count, own.hexdigest()


def _digest(move: Move, account: AccountRef, kind: Kind, row: carrying.Values) -> bytes:
    stored, found = kind.declared.file, sha256()
    assert stored is not None  # asked of kinds with files alone
    try:
        for piece in plain_file(account, kind, row, row[stored.storage_key], row[stored.file_key]):
            found.update(piece)
            move.beat()
    except (FileNotFoundError, Unreadable, ValueError):
        return f"{row['id']} {MISSING}".encode()
    return f"{row['id']} {found.hexdigest()}".encode()
