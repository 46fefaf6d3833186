"""The regions Keepwell can keep an Account in, and which of them is closest to a place on Earth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

# Mean radius R1 of the Earth (IUGG, Moritz 2000). A sphere is within 0.6 % of the ellipsoid.
EARTH_RADIUS_KM: Final = 6371.0088


@dataclass(frozen=True, slots=True)
class Point:
    """A place on Earth in decimal degrees: north and east are positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its code, the city or state its data centre is known by, its country and place."""

    code: str
    city: str
    country: str
    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        """Where the data centre stands."""
        return Point(self.latitude, self.longitude)


# Coordinates: GeoNames (CC BY 4.0) for Sydney, Frankfurt am Main and Boardman, the town in Oregon
# around which the state's data centres stand.
REGIONS: Final[Mapping[str, Region]] = {
    "au": Region("au", "Sydney", "AU", -33.8679, 151.2073),
    "eu": Region("eu", "Frankfurt", "DE", 50.1155, 8.6842),
    "us": Region("us", "Oregon", "US", 45.8399, -119.7006),
}


def distance_km(one: Point, other: Point) -> float:
    """Great-circle distance in kilometres by the haversine formula (Sinnott 1984)."""
    north_1, north_2 = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude)
    chord = sin((north_2 - north_1) / 2) ** 2 + cos(north_1) * cos(north_2) * sin(across / 2) ** 2
    # Rounding can push the value past 1 for points exactly opposite each other.
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def closest(place: Point, regions: Iterable[Region]) -> tuple[Region, float]:
    """Return the region closest to a place and its distance in km; of equals, the first by code.

    Raises ValueError when there is no region to choose from.
    """
    measured = [(distance_km(place, region.point), region) for region in regions]
    if not measured:
        raise ValueError("No region to choose from: pass at least one.")
    distance, region = min(measured, key=lambda pair: (pair[0], pair[1].code))
    return region, distance
