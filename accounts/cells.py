"""Regions and their cells: the data centres of this installation, and the aliases of each cell's parts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.closest_region import REGIONS


@dataclass(frozen=True, slots=True)
class Cell:
    """One region database with its keyring, queue, cache, object store and mail route.

    Every region has one cell to begin with; an account's directory entry names its cell.
    """

    name: str
    region: str
    host: str = ""

    @property
    def database(self) -> str:
        """Alias of the region database, as `keepwell_app`."""
        return f"region_{self.region}"

    @property
    def reader(self) -> str:
        """Alias of the same database as the read-only `keepwell_exporter`."""
        return f"region_{self.region}_reader"

    @property
    def keyring(self) -> str:
        """Alias of the keyring database."""
        return f"keyring_{self.region}"

    @property
    def cache(self) -> str:
        """Alias of the region's cache."""
        return self.region

    @property
    def objects(self) -> str:
        """Alias of the region's object store."""
        return f"objects_{self.region}"

    @property
    def mailer(self) -> str:
        """Alias of the region's mail route."""
        return self.region


def cells() -> dict[str, Cell]:
    """Return the configured cells by name."""
    found: dict[str, Cell] = settings.CELLS
    return found


def cell(name: str) -> Cell:
    """Return one cell; raise `LookupError` for a name that is not configured here."""
    try:
        return cells()[name]
    except KeyError:
        raise LookupError(f"Cell {name!r} is not configured in this process.") from None


def is_here(name: str) -> bool:
    """Tell whether this process serves a cell; of one elsewhere it knows the host and nothing else."""
    return name in cells()


def known_cell(name: str) -> Cell:
    """Return one cell, here or elsewhere, for its host and region alone; raise `LookupError` for an unknown one."""
    return settings.CELLS_ELSEWHERE.get(name) or cell(name)


def hosts_of_cells() -> list[str]:
    """Return the hosts that cells have for themselves, here and elsewhere."""
    every = [*cells().values(), *settings.CELLS_ELSEWHERE.values()]
    return [each.host for each in every if each.host]


def first_cell(region: str) -> Cell:
    """Return the cell where new accounts of a region are placed, here or elsewhere."""
    every = [*cells().values(), *settings.CELLS_ELSEWHERE.values()]
    return next(found for found in every if found.region == region)


def region_name(code: str) -> str:
    """Return the city that people know a region by."""
    return REGIONS[code].city
