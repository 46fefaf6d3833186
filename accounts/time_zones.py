"""The IANA time-zone database as the tzdata package ships it: version, names, rules and tables.

Nothing here reads the machine's own files. `zoneinfo.ZoneInfo(key)` looks at those first, they may
be years old, and then the database version kept with an appointment would be a lie.
"""

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class UnknownZone(LookupError):
    """The name is no IANA zone; `advice` is a sentence for the person who chose it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown time zone {name!r}")
        self.name = name
        self.advice: Promise = _("Choose a time zone from the list.")
        for near in get_close_matches(name, zone_names(), n=1, cutoff=0.7):
            question = _("There is no time zone “{name}”. Did you mean {near}?")
            self.advice = format_lazy(question, name=name, near=near)


class TzdataZone(ZoneInfo):
    """A zone read from the tzdata package; it pickles by name, which `ZoneInfo.from_file` can't."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return zone_info, (self.key,)


@cache
def tzdb_version() -> str:
    """Return the version of the time-zone database in use, such as "2026a", from its own file."""
    first_line = _text("zoneinfo", "tzdata.zi").partition("\n")[0]
    return first_line.removeprefix("# version ")


@cache
def zone_names() -> tuple[str, ...]:
    """Return every zone name there is, old aliases included, sorted."""
    return tuple(sorted(_text("zones").split()))


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """Return the zones of a country (ISO 3166-1) as `zone.tab` orders them; empty if unknown."""
    return tuple(row[2] for row in table("zone.tab") if row[0] == country)


@cache
def zone_info(zone: str) -> TzdataZone:
    """Return the rules of an IANA zone. Raises UnknownZone for any other name."""
    # The list of names is also what keeps "../../etc/passwd" out of the path below.
    if zone not in zone_names():
        raise UnknownZone(zone)
    with files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as rules:
        return TzdataZone.from_file(rules, key=zone)


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a tab-separated table, such as "zone.tab", without its comments."""
    lines = _text("zoneinfo", name).splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


def _text(*path: str) -> str:
    return files("tzdata").joinpath(*path).read_text("utf-8")
