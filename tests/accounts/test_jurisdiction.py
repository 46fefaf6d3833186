"""Which region an Account is placed in, for every country there is."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts import jurisdiction
from accounts.closest_region import EARTH_RADIUS_KM, REGIONS, Point, Region, closest, distance_km
from accounts.jurisdiction import (
    EUROPEAN_ECONOMIC_AREA,
    SEAT_OF_GOVERNMENT,
    WITHOUT_ZONE,
    Country,
    UnknownJurisdiction,
    countries,
    home_region,
    subdivisions,
)
from accounts.time_zones import table, tzdb_version

HALF_WAY_ROUND = 3.141592653589793 * EARTH_RADIUS_KM
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def iso_3166_codes() -> set[str]:
    return {row[0] for row in table("iso3166.tab")}


def test_every_iso_country_is_listed_and_has_a_region() -> None:
    listed = [country.code for country in countries()]
    assert len(listed) == 249
    assert set(listed) == iso_3166_codes()
    assert {home_region(code).region for code in listed} == {"au", "eu", "us"}


def test_countries_are_sorted_by_everyday_name_with_accents_ignored() -> None:
    names = [country.name for country in countries()]
    assert names[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert Country("GB", "United Kingdom") in countries()
    assert len(set(names)) == len(names)
    assert not {"Britain (UK)", "Korea (South)", "Samoa (American)"} & set(names)


@pytest.mark.parametrize("code", sorted(EUROPEAN_ECONOMIC_AREA))
def test_the_european_economic_area_stays_inside_it(code: str) -> None:
    placement = home_region(code)
    assert (placement.region, placement.rule) == ("eu", "bloc")


def test_the_european_economic_area_has_thirty_states_and_seven_parts_with_own_codes() -> None:
    own_codes = {"AX", "GF", "GP", "MF", "MQ", "RE", "YT"}
    assert own_codes < EUROPEAN_ECONOMIC_AREA
    assert len(EUROPEAN_ECONOMIC_AREA - own_codes) == 30
    assert iso_3166_codes() > EUROPEAN_ECONOMIC_AREA


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("AU", "au"),
        ("NZ", "au"),
        ("NC", "au"),
        ("SG", "au"),
        ("PF", "au"),
        ("HM", "au"),
        ("CA", "us"),
        ("US", "us"),
        ("MX", "us"),
        ("PR", "us"),
        ("GU", "au"),
        ("GB", "eu"),
        ("CH", "eu"),
        ("IM", "eu"),
        ("IN", "eu"),
        ("ZA", "eu"),
        ("BV", "au"),
    ],
)
def test_everyone_else_goes_to_the_closest(code: str, region: str) -> None:
    placement = home_region(code)
    assert (placement.region, placement.rule) == (region, "distance")


@pytest.mark.parametrize("code", ["JP", "AR", "BR", "AQ", "KR", "BV"])
def test_far_countries_follow_the_computed_distance(code: str) -> None:
    point = jurisdiction._sites()[code].point
    by_distance = sorted(REGIONS.values(), key=lambda region: distance_km(point, region.point))
    assert home_region(code).region == by_distance[0].code


def test_japan_is_closer_to_sydney_by_a_little() -> None:
    placement = home_region("JP")
    tokyo = jurisdiction._sites()["JP"].point
    assert placement.region == "au"
    assert 0 < distance_km(tokyo, REGIONS["us"].point) - placement.distance_km < 200


def test_a_country_with_a_data_centre_keeps_its_data_at_home() -> None:
    for region in REGIONS.values():
        assert home_region(region.country).region == region.code
    for part in (*subdivisions("AU"), *subdivisions("US")):
        assert home_region(part.code[:2], part.code).region == part.code[:2].lower()


def test_newfoundland_is_the_one_part_of_canada_closer_to_frankfurt() -> None:
    regions = {part.code: home_region("CA", part.code).region for part in subdivisions("CA")}
    assert {code for code, region in regions.items() if region != "us"} == {"CA-NL"}
    assert regions["CA-NL"] == "eu"


def test_subdivisions_are_asked_for_in_three_countries_only() -> None:
    sizes = {country.code: len(subdivisions(country.code)) for country in countries()}
    assert {code: size for code, size in sizes.items() if size} == {"AU": 8, "CA": 13, "US": 51}


def test_codes_are_taken_in_any_case_and_with_spaces() -> None:
    assert home_region(" ca ", "ca-nl").region == "eu"
    assert subdivisions("au") == subdivisions("AU")


@pytest.mark.parametrize(
    ("country", "subdivision"),
    [("XX", None), ("", None), ("EU", None), ("UK", None), ("AU", "CA-NL"), ("IE", "IE-D")],
)
def test_an_unknown_code_is_refused_with_advice(country: str, subdivision: str | None) -> None:
    with pytest.raises(UnknownJurisdiction) as refused:
        home_region(country, subdivision)
    assert str(refused.value.advice).startswith("Choose ")


def test_the_reason_is_a_sentence_for_the_person_signing_up() -> None:
    assert str(home_region("NZ").reason) == (
        "Sydney is the closest of our data centres to New Zealand, about 2,160 km from Auckland."
    )
    assert str(home_region("AU").reason) == (
        "Sydney is the closest of our data centres to Australia."
    )
    assert str(home_region("NL").reason) == (
        "The Netherlands is in the European Economic Area, so your data stays inside it, "
        "in Frankfurt."
    )
    assert str(home_region("US").reason).startswith(
        "Oregon is the closest of our data centres to the United States, about 3,"
    )
    assert str(home_region("GU").reason).endswith(" km away.")
    assert "from St. John’s." in str(home_region("CA", "CA-NL").reason)


def test_the_version_is_bound_to_the_time_zone_database() -> None:
    assert home_region("FJ").version == f"rules-1+tzdata-{tzdb_version()}"


def test_named_points_are_zones_and_gaps_of_the_table() -> None:
    zone_rows = table("zone.tab")
    by_zone = {row[2]: row[0] for row in zone_rows}
    assert {by_zone[zone] for zone in SEAT_OF_GOVERNMENT.values()} == set(SEAT_OF_GOVERNMENT)
    assert iso_3166_codes() - {row[0] for row in zone_rows} == set(WITHOUT_ZONE)


def test_a_new_region_takes_the_countries_now_closest_to_it() -> None:
    tokyo = Region("jp", "Tokyo", "JP", 35.68, 139.69)
    dublin = Region("ie", "Dublin", "IE", 53.35, -6.26)
    regions = {**REGIONS, "jp": tokyo, "ie": dublin}
    assert home_region("JP", regions=regions).region == "jp"
    assert home_region("IE", regions=regions).region == "ie"
    assert home_region("GF", regions=regions).region == "ie"


def test_a_bloc_without_a_region_is_refused_rather_than_sent_abroad() -> None:
    with pytest.raises(ValueError, match="No region to choose from"):
        home_region("IE", regions={"au": REGIONS["au"]})


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("+4230+00131", Point(42.5, 1.516667)),
        ("-3352+15113", Point(-33.866667, 151.216667)),
        ("+404251-0740023", Point(40.714167, -74.006389)),
        ("-0008-00930", Point(-0.13333333, -9.5)),
    ],
)
def test_coordinates_are_read_with_minutes_and_seconds(text: str, point: Point) -> None:
    read = jurisdiction._parse_iso6709(text)
    assert (read.latitude, read.longitude) == pytest.approx((point.latitude, point.longitude))


def test_a_damaged_coordinate_is_refused() -> None:
    with pytest.raises(ValueError, match="ISO 6709"):
        jurisdiction._parse_iso6709("42N 1E")


def test_known_distances() -> None:
    london, paris = Point(51.5074, -0.1278), Point(48.8566, 2.3522)
    assert distance_km(london, paris) == pytest.approx(343.6, abs=1)
    assert distance_km(Point(0, 0), Point(0, 180)) == pytest.approx(HALF_WAY_ROUND)
    assert distance_km(Point(90, 0), Point(-90, 77)) == pytest.approx(HALF_WAY_ROUND)


@given(points, points)
def test_distance_is_symmetric_and_bounded(one: Point, other: Point) -> None:
    there, back = distance_km(one, other), distance_km(other, one)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= HALF_WAY_ROUND + 1e-6


@given(points)
def test_a_place_is_no_way_from_itself(place: Point) -> None:
    assert distance_km(place, place) == 0


@given(points, points, points)
def test_no_detour_is_shorter(one: Point, two: Point, three: Point) -> None:
    direct = distance_km(one, three)
    assert direct <= distance_km(one, two) + distance_km(two, three) + 1e-3


@given(points, st.floats(-360, 360))
def test_turning_the_globe_changes_no_distance(place: Point, turn: float) -> None:
    other = Point(10, 20)
    turned = [Point(p.latitude, p.longitude + turn) for p in (place, other)]
    assert distance_km(*turned) == pytest.approx(distance_km(place, other), abs=1e-3)


@given(points, st.permutations(list(REGIONS.values())))
def test_the_closest_is_never_further_than_another_and_ignores_order(
    place: Point, regions: list[Region]
) -> None:
    chosen, distance = closest(place, regions)
    distances = {region.code: distance_km(place, region.point) for region in regions}
    assert distance == min(distances.values())
    assume(len(set(distances.values())) == len(distances))
    assert closest(place, REGIONS.values()) == (chosen, distance)
