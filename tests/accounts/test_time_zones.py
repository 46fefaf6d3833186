"""The time-zone database is the package's, whatever the machine has."""

import copy
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

from accounts.time_zones import (
    TzdataZone,
    UnknownZone,
    table,
    tzdb_version,
    zone_info,
    zone_names,
    zones_of,
)

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture
def stale_machine(tmp_path: Path) -> Iterator[None]:
    """A machine whose own zone files are wrong: a clock in Vancouver shows Tokyo time."""
    (tmp_path / "America").mkdir()
    tokyo = files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo").read_bytes()
    (tmp_path / "America" / "Vancouver").write_bytes(tokyo)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[tmp_path])
    zoneinfo.ZoneInfo.clear_cache()
    zone_info.cache_clear()
    yield
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()
    zone_info.cache_clear()


@pytest.mark.usefixtures("stale_machine")
def test_zones_come_from_the_package_and_never_from_the_machine() -> None:
    machine = NOON.astimezone(zoneinfo.ZoneInfo("America/Vancouver"))
    assert machine.utcoffset() == timedelta(hours=9)
    assert NOON.astimezone(zone_info("America/Vancouver")).utcoffset() == timedelta(hours=-8)


def test_the_version_is_the_one_the_package_declares() -> None:
    assert tzdb_version() == import_module("tzdata").IANA_VERSION


def test_every_zone_of_the_package_can_be_read() -> None:
    assert len(zone_names()) > 500
    assert {"Europe/Dublin", "Australia/Sydney", "UTC"} < set(zone_names())
    for name in zone_names():
        assert zone_info(name).key == name


def test_a_zone_is_copied_and_sent_by_its_name() -> None:
    moment = NOON.astimezone(zone_info("Australia/Sydney"))
    again = copy.deepcopy(moment)
    assert again == moment
    assert again.tzinfo is zone_info("Australia/Sydney")
    assert isinstance(again.tzinfo, TzdataZone)
    assert zone_info("Australia/Sydney").__reduce__() == (zone_info, ("Australia/Sydney",))


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../../etc/passwd", "Europe", "/UTC"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone) as refused:
        zone_info(name)
    assert refused.value.name == name
    assert str(refused.value.advice)


def test_a_misspelt_zone_is_refused_with_the_right_spelling() -> None:
    with pytest.raises(UnknownZone) as refused:
        zone_info("Europe/Dubin")
    assert str(refused.value.advice) == (
        "There is no time zone “Europe/Dubin”. Did you mean Europe/Dublin?"
    )


def test_a_country_offers_its_own_zones() -> None:
    assert zones_of("IE") == ("Europe/Dublin",)
    assert "Australia/Perth" in zones_of("AU")
    assert zones_of("XX") == ()
    assert {zone for row in table("zone.tab") for zone in zones_of(row[0])} <= set(zone_names())
