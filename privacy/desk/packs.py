"""What the laws say of time: one pack for each, as data with its version, its source and whether a lawyer checked it.

A request keeps the code and the version it began with, so a changed rule is a new version beside the old one, never an
edit. Where a rule can be read in two ways the earlier date is here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.jurisdiction import EUROPEAN_ECONOMIC_AREA

Unit = Literal["days", "months", "working_days"]
IDENTITY, CLARIFICATION, FEE = "identity", "clarification", "fee"
WAITS: Final[dict[str, Promise]] = {
    IDENTITY: _("proof of who they are"),
    CLARIFICATION: _("what exactly they want"),
    FEE: _("the fee"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """So many days, working days, or months that end on the corresponding date."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Pack:
    """One law's rules. `name` and `authority` are proper names, which nobody translates.

    `extension`: how much is added once, by a notice within the first period; None: there is none. `any_extension`: the
    notice itself says until when. `rolls`: a last day that is no working day moves to the next one. `restarts` and
    `stops`: waiting for these begins the period anew, or stops it. `closed`: days of each year, (month, day) both ends,
    which are no working days beside weekends and holidays.
    """

    code: str
    version: str
    name: str
    respond: Period
    authority: str
    source: str
    extension: Period | None = None
    any_extension: bool = False
    rolls: bool = False
    restarts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    closed: tuple[tuple[int, int], tuple[int, int]] | None = None
    verified: bool = False


_MONTH = Period(1, "months")
_OF_EUROPE: Final = {
    "respond": _MONTH,
    "extension": Period(2, "months"),
    "rolls": True,
    "restarts": (IDENTITY,),
}
PACKS: Final[tuple[Pack, ...]] = (
    Pack(
        "UK",
        "2026-1",
        "UK GDPR",
        authority="Information Commissioner’s Office",
        source="ICO, Right of access: how long do we have to comply",
        stops=(CLARIFICATION, FEE),
        **_OF_EUROPE,  # type: ignore[arg-type]
    ),
    Pack(
        "EU",
        "2026-1",
        "GDPR",
        authority="the data protection authority of your country",
        source="Regulation (EU) 2016/679, article 12(3); Regulation (EEC) 1182/71, article 3",
        **_OF_EUROPE,  # type: ignore[arg-type]
    ),
    Pack(
        "AU",
        "2026-1",
        "Privacy Act 1988 (Australia)",
        Period(30, "days"),
        "Office of the Australian Information Commissioner",
        "OAIC, APP guidelines, chapter 12: a reasonable period, generally 30 calendar days",
    ),
    Pack(
        "AU-NSW",
        "2026-1",
        "Health Records and Information Privacy Act 2002 (NSW)",
        Period(45, "days"),
        "Information and Privacy Commission NSW",
        "IPC NSW, access to health information held by private providers",
    ),
    Pack(
        "AU-VIC",
        "2026-1",
        "Health Records Act 2001 (Vic)",
        Period(45, "days"),
        "Health Complaints Commissioner",
        "Health Records Act 2001 (Vic), not checked against its text",
    ),
    Pack(
        "NZ",
        "2026-1",
        "Privacy Act 2020 (New Zealand)",
        Period(20, "working_days"),
        "Office of the Privacy Commissioner",
        # The Act of 1993 left out the days until 15 January: reading it so would give later dates
        "Privacy Act 2020, sections 7, 44 and 48; the days around the New Year as the shorter reading has them",
        any_extension=True,
        closed=((12, 25), (1, 2)),
    ),
    Pack(
        "US-HIPAA",
        "2026-1",
        "HIPAA Privacy Rule",
        Period(30, "days"),
        "Office for Civil Rights, US Department of Health and Human Services",
        "45 CFR 164.524(b)(2)",
        extension=Period(30, "days"),
    ),
    Pack(
        "CA",
        "2026-1",
        "PIPEDA (Canada)",
        Period(30, "days"),
        "Office of the Privacy Commissioner of Canada",
        "PIPEDA, section 8(3), (4), (5) and (8)",
        extension=Period(30, "days"),
    ),
    Pack(
        "CA-ON",
        "2026-1",
        "PHIPA (Ontario)",
        Period(30, "days"),
        "Information and Privacy Commissioner of Ontario",
        "PHIPA, section 54",
        extension=Period(30, "days"),
    ),
    Pack(
        "OTHER",
        "2026-1",
        "Privacy law of your country",
        Period(30, "days"),
        "the authority for privacy of your country",
        "No pack yet: 30 days, as most laws have it",
    ),
)
_PARTS: Final = {"AU-NSW": "AU-NSW", "AU-VIC": "AU-VIC", "CA-ON": "CA-ON"}
_COUNTRIES: Final = {"GB": "UK", "AU": "AU", "NZ": "NZ", "US": "US-HIPAA", "CA": "CA"}


class UnknownPack(LookupError):
    """No pack has this code and version: a version that a request began with was taken away."""


def pack_of(code: str, version: str, among: Iterable[Pack] = PACKS) -> Pack:
    """Return one version of a pack."""
    for pack in among:
        if (pack.code, pack.version) == (code, version):
            return pack
    raise UnknownPack(f"{code} {version}")


def newest(code: str, among: Iterable[Pack] = PACKS) -> Pack:
    """Return the version of a pack that requests begin with today: the last one listed."""
    found = [pack for pack in among if pack.code == code]
    if not found:
        raise UnknownPack(code)
    return found[-1]


def pack_for(country: str, subdivision: str = "") -> Pack:
    """Return the pack of where a practice works: its part's own law, else its country's."""
    if subdivision in _PARTS:
        return newest(_PARTS[subdivision])
    if country in EUROPEAN_ECONOMIC_AREA:
        return newest("EU")
    return newest(_COUNTRIES.get(country, "OTHER"))
