"""Which region an Account is placed in: the law its Owner practises under, then the shortest way.

The rule, in order:

1. A legal bloc keeps its data inside. The one bloc is the European Economic Area, where the GDPR is
   the law: its countries go to the closest region standing inside it, however far that is.
2. Everyone else goes to the region closest by great-circle distance, computed from coordinates in
   the `tzdata` package (public domain), so that anyone can check the result.

A country's point is the first zone `zone.tab` lists for it: nearly always its capital or largest
city. Where another zone holds the seat of government, `SEAT_OF_GOVERNMENT` names that zone.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple, cast

from django.utils.formats import number_format
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext, gettext_lazy

from accounts.closest_region import REGIONS, Point, Region, closest
from accounts.subdivisions import SUBDIVISIONS, Subdivision
from accounts.time_zones import table, tzdb_version

# Raise when a rule below changes: the version is kept with each Account beside its reason.
RULES_VERSION: Final = 1

# The EU (27 member states) and the EEA (Iceland, Liechtenstein, Norway). The EU's outermost regions
# (TFEU art. 349) are part of it and have codes of their own: GF, GP, MF, MQ, RE, YT; the Azores,
# Madeira and the Canaries are in PT and ES. Åland (AX) is in by protocol 2 of Finland's accession.
# Left to distance, because they aren't in it: overseas countries and territories (TFEU annex II:
# AW, BL, BQ, CW, GL, NC, PF, PM, SX, TF, WF), Svalbard (SJ; EEA protocol 40), the Faroes (FO), the
# United Kingdom with its dependencies, and Switzerland. The last two have laws of their own, which
# the EU found adequate and which let data go to the EU; distance takes both to Frankfurt.
EUROPEAN_ECONOMIC_AREA: Final = frozenset(
    re.findall(
        r"\w\w",
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "
        "IS LI NO AX GF GP MF MQ RE YT",
    )
)

SEAT_OF_GOVERNMENT: Final[Mapping[str, str]] = {
    "AU": "Australia/Sydney",  # Canberra keeps Sydney's time
    "BR": "America/Sao_Paulo",  # Brasília
    "CA": "America/Toronto",  # Ottawa
    "FM": "Pacific/Pohnpei",  # Palikir
    "PS": "Asia/Hebron",  # Ramallah
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}

# Two uninhabited islands have no time zone. Source: CIA World Factbook (public domain), "Geographic
# coordinates": Bouvet Island 54 26 S, 3 24 E; Heard Island and McDonald Islands 53 06 S, 72 31 E.
WITHOUT_ZONE: Final[Mapping[str, Point]] = {
    "BV": Point(-54.433, 3.4),
    "HM": Point(-53.1, 72.517),
}

# tzdata's names are terse. Where everyday English has another, it is the Unicode CLDR's.
NAMES: Final[Mapping[str, str]] = {
    "AS": "American Samoa",
    "BL": "St Barthélemy",
    "BQ": "Caribbean Netherlands",
    "CD": "Democratic Republic of the Congo",
    "CF": "Central African Republic",
    "CG": "Republic of the Congo",
    "CZ": "Czechia",
    "GB": "United Kingdom",
    "KP": "North Korea",
    "KR": "South Korea",
    "MF": "St Martin",
    "MO": "Macao",
    "PN": "Pitcairn Islands",
    "SX": "Sint Maarten",
    "SZ": "Eswatini",
    "TC": "Turks & Caicos Islands",
    "TF": "French Southern Territories",
    "TL": "Timor-Leste",
    "UM": "US Minor Outlying Islands",
    "VC": "St Vincent & the Grenadines",
    "VG": "British Virgin Islands",
    "VI": "US Virgin Islands",
    "WS": "Samoa",
}
# In a sentence these take an article: "the Netherlands".
WITH_ARTICLE: Final = frozenset(
    re.findall(
        r"\w\w",
        "AE AX BQ BS CC CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH PN SB SC TC TF UM US "
        "VG VI",
    )
)

Rule = Literal["bloc", "distance"]


class Country(NamedTuple):
    """A country or territory: ISO 3166-1 alpha-2 code and its everyday English name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Placement:
    """The region an Account belongs in, the sentence that says why, and what the rule was then."""

    region: str
    reason: Promise
    rule: Rule
    distance_km: float
    version: str


class UnknownJurisdiction(LookupError):
    """The country or subdivision is in none of our tables; `advice` says what to do about it."""

    def __init__(self, code: str, advice: Promise) -> None:
        super().__init__(f"Unknown jurisdiction {code!r}")
        self.code = code
        self.advice = advice


class _Site(NamedTuple):
    """The point distances are measured from and, when it has one, the name of the town there."""

    point: Point
    town: str


def version() -> str:
    """Return the version of the rules and of the coordinates they are computed from."""
    return f"rules-{RULES_VERSION}+tzdata-{tzdb_version()}"


@cache
def countries() -> tuple[Country, ...]:
    """Return every ISO 3166-1 country, sorted by its English name, accents ignored."""
    listed = (Country(code, NAMES.get(code, name)) for code, name in table("iso3166.tab"))
    return tuple(sorted(listed, key=lambda country: _sorting_key(country.name)))


def subdivisions(country: str) -> tuple[Subdivision, ...]:
    """Return the states, provinces and territories of a country; empty where none are asked for."""
    return SUBDIVISIONS.get(_clean(country), ())


def home_region(
    country: str,
    subdivision: str | None = None,
    *,
    regions: Mapping[str, Region] = REGIONS,
) -> Placement:
    """Return the region for a practice in a country (and, in AU, CA and US, a subdivision).

    Takes ISO 3166-1 alpha-2 and ISO 3166-2 codes ("CA", "CA-NL") in any case.
    Raises UnknownJurisdiction for a code in no table, ValueError when no region may take it.
    """
    name, site = _place(_clean(country), _clean(subdivision or ""))
    if _clean(country) in EUROPEAN_ECONOMIC_AREA:
        rule: Rule = "bloc"
        candidates = [r for r in regions.values() if r.country in EUROPEAN_ECONOMIC_AREA]
    else:
        rule = "distance"
        candidates = list(regions.values())
    region, distance = closest(site.point, candidates)
    reason = _reason(rule, region.city, name, site.town, distance)
    return Placement(region.code, reason, rule, round(distance, 1), version())


def _place(country: str, subdivision: str) -> tuple[str, _Site]:
    """Return the name to use in a sentence and the site of a country or subdivision."""
    names = {listed.code: listed.name for listed in countries()}
    if country not in names:
        raise UnknownJurisdiction(
            country, gettext_lazy("Choose the country your practice works in from the list.")
        )
    if not subdivision:
        article = "the " if country in WITH_ARTICLE else ""
        return article + names[country], _sites()[country]
    for part in subdivisions(country):
        if part.code == subdivision:
            article = "the " if part.name.endswith("Territories") else ""
            site = _Site(Point(part.latitude, part.longitude), part.capital)
            return article + part.name, site
    raise UnknownJurisdiction(
        subdivision, gettext_lazy("Choose a state, province or territory of that country.")
    )


def _reason_now(rule: Rule, city: str, place: str, town: str, distance: float) -> str:
    """Return the reason as a sentence in the active language; the distance is in kilometres."""
    if rule == "bloc":
        return gettext(
            "%(place)s is in the European Economic Area, so your data stays inside it, in %(city)s."
        ) % {"place": _capital(place), "city": city}
    values = {"city": city, "place": place, "town": town}
    if distance < 50:
        return gettext("%(city)s is the closest of our data centres to %(place)s.") % values
    values["distance"] = number_format(int(round(distance, -1)), force_grouping=True)
    if not town or town in place:
        template = gettext(
            "%(city)s is the closest of our data centres to %(place)s, about %(distance)s km away."
        )
    else:
        template = gettext(
            "%(city)s is the closest of our data centres to %(place)s, "
            "about %(distance)s km from %(town)s."
        )
    return template % values


_reason = cast("Callable[[Rule, str, str, str, float], Promise]", lazy(_reason_now, str))


@cache
def _sites() -> Mapping[str, _Site]:
    """Return the site of every country: the zone of its seat of government or its first zone."""
    sites = {code: _Site(point, "") for code, point in WITHOUT_ZONE.items()}
    for code, coordinates, zone, *_comment in table("zone.tab"):
        if code not in sites or zone == SEAT_OF_GOVERNMENT.get(code):
            town = zone.rpartition("/")[2].replace("_", " ")
            sites[code] = _Site(_parse_iso6709(coordinates), town)
    return sites


def _parse_iso6709(text: str) -> Point:
    """Return the point of `±DDMM±DDDMM` or `±DDMMSS±DDDMMSS`, the two forms of zone.tab."""
    match = re.fullmatch(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?", text)
    if match is None:
        raise ValueError(f"Not an ISO 6709 place: {text!r}")
    signs, parts = match.group(1, 5), match.group(2, 3, 4, 6, 7, 8)
    degrees = [int(part or 0) / 60**power for part, power in zip(parts, (0, 1, 2) * 2, strict=True)]
    north, east = sum(degrees[:3]), sum(degrees[3:])
    return Point(-north if signs[0] == "-" else north, -east if signs[1] == "-" else east)


def _clean(code: str) -> str:
    return code.strip().upper()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sorting_key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(mark for mark in plain if not unicodedata.combining(mark)).casefold()
