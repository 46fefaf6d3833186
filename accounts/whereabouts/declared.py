"""Every endpoint that the settings name, the region it is declared for, and who runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings

from accounts.cells import cells
from accounts.processors import processor_for

CONTROL = "control"


class WrongPlace(RuntimeError):
    """A part is not the one that was declared; the message says which setting to mend."""


class Kind(StrEnum):
    """What a part is, hence how it is asked."""

    DATABASE = "database"
    KEYRING = "keyring"
    VALKEY = "valkey"
    OBJECTS = "objects"
    BACKUPS = "backups"
    KEY = "key"
    MAIL = "mail"
    SMS = "sms"
    SCANNER = "scanner"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One part: the setting that names it, the region it must stand in, the alias or address it goes by here."""

    setting: str
    region: str
    kind: Kind
    at: str
    run_by: str

    def __str__(self) -> str:
        return f"{self.setting} ({self.kind})"


def declared() -> list[Endpoint]:
    """Return every endpoint of this process."""
    return [*_of_control(), *(each for code in _regions() for each in _of_region(code))]


def of_database(alias: str) -> Endpoint:
    """Return the endpoint that an alias of a database stands for; a reader's is its region's."""
    kind, _, code = alias.removesuffix("_reader").partition("_")
    if not code:
        return Endpoint("DATABASE_SERVER_CONTROL", CONTROL, Kind.DATABASE, alias, _host(CONTROL))
    is_ring = kind == "keyring"
    return Endpoint(
        f"DATABASE_SERVER_{code.upper()}",
        code,
        Kind.KEYRING if is_ring else Kind.DATABASE,
        alias,
        _host(code),
    )


def of_objects(code: str) -> Endpoint:
    """Return the file store of a region, or of control."""
    return Endpoint(f"OBJECTS_{code.upper()}", code, Kind.OBJECTS, f"objects_{code}", _host(code))


def _regions() -> list[str]:
    return sorted({each.region for each in cells().values()})


def _of_control() -> Iterator[Endpoint]:
    yield of_database("default")
    if settings.VALKEY_CONTROL != "local":
        yield Endpoint(
            "VALKEY_CONTROL", CONTROL, Kind.VALKEY, settings.VALKEY_CONTROL, _host(CONTROL)
        )
    yield of_objects(CONTROL)
    yield from _backups(CONTROL)
    yield _mail("MAIL_CONTROL", CONTROL, "default")


def _of_region(code: str) -> Iterator[Endpoint]:
    name = code.upper()
    yield of_database(f"region_{code}")
    yield of_database(f"keyring_{code}")
    yield Endpoint(f"REGION_KEY_{name}", code, Kind.KEY, f"keyring_{code}", _host(code))
    yield Endpoint(f"VALKEY_{name}", code, Kind.VALKEY, settings.VALKEYS[code], _host(code))
    yield of_objects(code)
    yield from _backups(code)
    yield _mail(f"MAIL_{name}", code, code)
    yield _called(f"SMS_{name}", code, Kind.SMS, settings.SMS_GATEWAYS[code], "sms")
    if settings.SCANNERS[code]:
        yield _called(f"SCANNER_{name}", code, Kind.SCANNER, settings.SCANNERS[code], "scan")


def _backups(code: str) -> Iterator[Endpoint]:
    """Where backups are made, the stores that take them."""
    for name in ("backups", "keyring_backups"):
        alias = f"{name}_{code}"
        if alias in settings.STORAGES:
            yield Endpoint(alias.upper(), code, Kind.BACKUPS, alias, _host(code))


def _mail(setting: str, region: str, mailer: str) -> Endpoint:
    host = str(settings.MAILERS[mailer].get("OPTIONS", {}).get("host", ""))
    return Endpoint(setting, region, Kind.MAIL, host, _processor(region, "mail"))


def _called(setting: str, region: str, kind: Kind, url: str, purpose: str) -> Endpoint:
    return Endpoint(
        setting, region, kind, urlsplit(url).hostname or "", _processor(region, purpose)
    )


def _processor(region: str, purpose: str) -> str:
    known = processor_for(region, purpose)
    return known.name if known else ""


def _host(code: str) -> str:
    """Return who runs the servers of a region."""
    return str(settings.HOSTED_BY[code])
