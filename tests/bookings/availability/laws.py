"""Another time-zone database, installed for a test: the real package with the rules of some zones exchanged."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from accounts import time_zones


@contextmanager
def installed(folder: Path, version: str, **rules: str) -> Iterator[None]:
    """Install a database of this version in which a zone (`America__Vancouver`) has the rules of another one."""
    source = Path(str(files("tzdata")))
    copy = folder / version / "tzdata"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    names = copy / "zoneinfo" / "tzdata.zi"
    rest = names.read_text().partition("\n")[2]
    names.write_text(f"# version {version}\n{rest}")
    for zone, other in rules.items():
        target = copy.joinpath("zoneinfo", *zone.split("__"))
        target.write_bytes(source.joinpath("zoneinfo", *other.split("/")).read_bytes())
    sys.path.insert(0, str(copy.parent))
    _forget()
    try:
        yield
    finally:
        sys.path.remove(str(copy.parent))
        _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "tzdata"]:
        del sys.modules[name]
    for each in (time_zones.tzdb_version, time_zones.zone_info):
        each.cache_clear()
