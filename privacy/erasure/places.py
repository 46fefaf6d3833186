"""Where there is a ledger of erasures: each cell, for its people and accounts, and control, for Users and tombstones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.files.storage import storages

from accounts.cells import cell, cells
from accounts.objects import store_of


@dataclass(frozen=True, slots=True)
class Place:
    """A database with its ledger: the store that it lies in, and who may read and move its head."""

    name: str
    region: str
    database: str
    table: str = "privacy_ledgerhead"
    reader: str = "dispatch"
    writer: str = "purger"

    @property
    def store(self) -> Any:
        """The object store that it lies in."""
        return storages["objects_control"] if self.name == "control" else store_of(self.name)

    @property
    def key(self) -> Ed25519PrivateKey:
        """The key that signs its entries: the one that anchors the region's audit."""
        return Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEYS[self.region])


CONTROL = Place(
    "control",
    "control",
    "default",
    "privacy_controlledgerhead",
    "app",
    "app",
)


def place(name: str) -> Place:
    """Return control, or the place of a cell; raise `LookupError` for a name that is not configured here."""
    if name == CONTROL.name:
        return CONTROL
    found = cell(name)
    return Place(found.name, found.region, found.database)


def places(region: str = "") -> list[Place]:
    """Return every place of this process; `region`: of that one alone, and not control."""
    found = [place(each.name) for each in cells().values() if region in ("", each.region)]
    return found if region else [*found, CONTROL]
