"""What is backed up, where to, sealed with which key, and for how long: data, keys and files apart from each other."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from accounts.cells import cells
from privacy.closure import DATA_BACKUP_DAYS, KEYRING_BACKUP_DAYS

DATA, KEYRING, OBJECTS, CONTROL = "data", "keyring", "objects", "control"
SORTS = (DATA, KEYRING, OBJECTS, CONTROL)


class NotConfigured(RuntimeError):
    """This process isn't told where backups go, or how they are sealed; the text names what to set."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of backup of one place (a cell, or control)."""

    name: str
    place: str
    region: str
    database: str = ""
    source: str = ""  # of objects: the store they lie in

    @property
    def code(self) -> str:
        """What the names of its settings end in."""
        return self.region.upper()

    @property
    def storage(self) -> str:
        """Alias of the store that it goes to; keys never lie in the one that data lies in (CR-5)."""
        alias = f"{'keyring_backups' if self.name == KEYRING else 'backups'}_{self.region}"
        if alias not in settings.STORAGES:
            raise NotConfigured(f"Set {alias.upper()}: where backups of {self.place} go.")
        return alias

    @property
    def days(self) -> int:
        """How many days it lives at most: what the pages on closing an account promise."""
        return KEYRING_BACKUP_DAYS if self.name == KEYRING else DATA_BACKUP_DAYS

    def key(self, name: str) -> bytes:
        """Return the key that seals one object of it, and no other."""
        raw = settings.BACKUP_KEYS.get(self.region)
        if not raw:
            raise NotConfigured(f"Set BACKUP_KEY_{self.code}: it seals backups.")
        info = f"keepwell|backup|{self.place}|{name}".encode()
        return HKDF(hashes.SHA256(), 32, None, info).derive(raw)


def sorts(names: tuple[str, ...] = SORTS, region: str = "") -> list[Sort]:
    """Return what is backed up; `region`: of that one alone, and not of control."""
    found = [
        sort
        for cell in cells().values()
        if region in ("", cell.region)
        for sort in (
            Sort(DATA, cell.name, cell.region, cell.database),
            Sort(KEYRING, cell.name, cell.region, cell.keyring),
            Sort(OBJECTS, cell.name, cell.region, source=cell.objects),
        )
    ]
    if not region:
        found.append(Sort(CONTROL, "control", "control", "default"))
    return [sort for sort in found if sort.name in names]
