"""Nothing starts on a part that stands elsewhere than declared: each is mis-set in turn (RP-5)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connections
from moto.server import ThreadedMotoServer

from accounts import dispatch, objects
from accounts.tenancy import acting_in
from accounts.views.failures import readyz
from accounts.whereabouts import marking, proof
from accounts.whereabouts.declared import WrongPlace
from config.demo.servers import Valkey
from config.parts import object_store
from privacy.promises.evidence import Verdict
from privacy.promises.probes.region import every_part_stands_here
from tests import parts
from tests.conftest import HOME, ROOT, environment
from tests.factories import make_account

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)

CLOUD = {"au": "ap-southeast-2", "eu": "eu-central-1", "us": "us-west-2"}
NOBODY_LISTENS = 1


@dataclass(slots=True)
class House:
    """An installation all of whose parts stand where they should, until a test moves one."""

    settings: Any
    valkeys: dict[str, str]
    endpoint: str = ""

    def bucket(self, region: str, name: str, *, said: str = "") -> None:
        """Put a region's files into a bucket."""
        url = f"s3://{name}?endpoint={self.endpoint}&region={said or CLOUD[region]}"
        self.store(region, url)

    def store(self, region: str, url: str) -> None:
        """Put a region's files at an address."""
        changed = {f"objects_{region}": object_store(url)}
        self.settings.STORAGES = {**self.settings.STORAGES, **changed}

    def make_bucket(self, name: str, place: str) -> None:
        """Make a bucket in a cloud's region."""
        boto3.client("s3", endpoint_url=self.endpoint, region_name=place).create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": place}
        )

    def key(self, place: str, **how: Any) -> str:
        """Return the ARN of a new key of the key service."""
        client = boto3.client("kms", endpoint_url=self.endpoint, region_name=place)
        return str(client.create_key(**how)["KeyMetadata"]["Arn"])

    def use_key(self, *keys: bytes | str) -> None:
        """Give Australia these keys."""
        self.settings.REGION_KEYS = {**self.settings.REGION_KEYS, "au": keys}


@pytest.fixture
def house(tmp_path: Path, settings: Any) -> Iterator[House]:
    running = {code: Valkey(tmp_path / code) for code in CLOUD}
    made = House(settings, {code: each.start() for code, each in running.items()})
    settings.VALKEYS = dict(made.valkeys)
    marking.mark_stores()
    settings.PROVE_ENDPOINTS = True
    proof.forget()
    yield made
    proof.forget()
    for each in running.values():
        each.stop()


@pytest.fixture
def cloud(house: House, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The same house, whose files and one more key are with a cloud."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    house.endpoint = settings.KEY_SERVICE = f"http://{host}:{port}"
    for code, place in CLOUD.items():
        house.make_bucket(f"files-{code}", place)
        house.bucket(code, f"files-{code}")
    marking.mark_stores()
    yield house
    server.stop()


def named(alias: str, name: str) -> Callable[[House], None]:
    """Return what lets an alias stand for another database of this test."""

    def move(house: House) -> None:
        where = connections[alias].settings_dict
        prefix = str(where["NAME"]).removesuffix("control" if alias == "default" else alias)
        where["NAME"] = prefix + name

    return move


def said(setting: str, place: str) -> Callable[[House], None]:
    def move(house: House) -> None:
        house.settings.PLACES_SAID = {setting: place}

    return move


def routed(host: str) -> Callable[[House], None]:
    def move(house: House) -> None:
        route = house.settings.MAILERS["au"]
        options = route.get("OPTIONS", {}) | {"host": host}
        house.settings.MAILERS = {**house.settings.MAILERS, "au": route | {"OPTIONS": options}}

    return move


def cached(setting: str, url: Callable[[House], str]) -> Callable[[House], None]:
    def move(house: House) -> None:
        if setting == "VALKEY_CONTROL":
            house.settings.VALKEY_CONTROL = url(house)
        else:
            house.settings.VALKEYS = {**house.valkeys, "au": url(house)}

    return move


def in_a_folder(house: House) -> None:
    folder = Path(house.settings.HOME) / "unmarked"
    folder.mkdir(parents=True, exist_ok=True)
    house.store("au", folder.as_uri())


def control_in_oregon(house: House) -> None:
    house.bucket("control", "files-us", said=CLOUD["us"])


def backups_in_frankfurt(house: House) -> None:
    url = f"s3://files-eu?endpoint={house.endpoint}&region={CLOUD['eu']}"
    stores = {"keyring_backups_au": object_store(url)}
    house.settings.STORAGES = {**house.settings.STORAGES, **stores}


def in_the_wrong_city(house: House) -> None:
    house.make_bucket("abroad", "eu-west-1")
    house.bucket("au", "abroad", said="eu-west-1")


def in_another_city_than_said(house: House) -> None:
    house.bucket("eu", "files-eu", said="eu-west-1")


def texting(house: House, url: str) -> None:
    house.settings.SMS_GATEWAYS = {**house.settings.SMS_GATEWAYS, "au": url}


def texting_abroad(house: House) -> None:
    texting(house, "https://sms.us-east-1.cloud.example/")


def a_scanner_of_europe(house: House) -> None:
    house.settings.SCANNERS = {**house.settings.SCANNERS, "au": "clamd://scanner:3310"}
    house.settings.PLACES_SAID = {"SCANNER_AU": "eu"}


def unsaid_in_production(house: House) -> None:
    house.settings.PRODUCTION = True
    texting(house, "https://texts.example/")


def test_the_board_asks_the_parts_as_well(house: House) -> None:
    account = make_account()
    with acting_in(account.ref):
        assert every_part_stands_here().verdict == Verdict.KEPT
        in_a_folder(house)
        assert every_part_stands_here().verdict == Verdict.BROKEN
        house.settings.PROVE_ENDPOINTS = False
        assert every_part_stands_here().verdict == Verdict.UNSHOWN


ASTRAY: list[tuple[str, str, Callable[[House], None]]] = [
    ("DATABASE_SERVER_AU (database)", "is marked eu", named("region_au", "region_eu")),
    ("DATABASE_SERVER_AU (database)", "no such database", named("region_au", "nowhere")),
    ("DATABASE_SERVER_AU (keyring)", "is marked us", named("keyring_au", "keyring_us")),
    ("DATABASE_SERVER_CONTROL (database)", "is marked au", named("default", "region_au")),
    ("REGION_KEY_AU (key)", "another key wrapped", lambda house: house.use_key(b"x" * 32)),
    (
        "REGION_KEY_AU (key)",
        "a key is in eu-central-1",
        lambda house: house.use_key(house.key(CLOUD["eu"])),
    ),
    (
        "REGION_KEY_AU (key)",
        "in several regions",
        lambda house: house.use_key(house.key(CLOUD["au"], MultiRegion=True)),
    ),
    ("VALKEY_AU (valkey)", "is marked eu", cached("VALKEY_AU", lambda house: house.valkeys["eu"])),
    (
        "VALKEY_AU (valkey)",
        "refuses our password",
        cached("VALKEY_AU", lambda house: "redis://:x@" + house.valkeys["au"].rpartition("@")[2]),
    ),
    (
        "VALKEY_CONTROL (valkey)",
        "is marked us",
        cached("VALKEY_CONTROL", lambda house: house.valkeys["us"]),
    ),
    ("OBJECTS_AU (objects)", "is in eu-central-1", lambda house: house.bucket("au", "files-eu")),
    ("OBJECTS_AU (objects)", "no such bucket", lambda house: house.bucket("au", "nowhere")),
    ("OBJECTS_AU (objects)", "no mark", in_a_folder),
    ("OBJECTS_AU (objects)", "is in eu-west-1", in_the_wrong_city),
    ("OBJECTS_EU (objects)", "in eu-central-1, not in eu-west-1", in_another_city_than_said),
    ("OBJECTS_CONTROL (objects)", "is marked us", control_in_oregon),
    ("KEYRING_BACKUPS_AU (backups)", "is in eu-central-1", backups_in_frankfurt),
    ("MAIL_AU (mail)", "ends in #eu", said("MAIL_AU", "eu")),
    ("MAIL_AU (mail)", "host is in us-east-1", routed("email-smtp.us-east-1.amazonaws.com")),
    ("SMS_AU (sms)", "ends in #us", said("SMS_AU", "us")),
    ("SMS_AU (sms)", "host is in us-east-1", texting_abroad),
    ("SMS_AU (sms)", "nothing says where it is", unsaid_in_production),
    ("SCANNER_AU (scanner)", "ends in #eu", a_scanner_of_europe),
]


def kept(settings: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what the cases change: names of databases, settings."""
    names = {alias: str(connections[alias].settings_dict["NAME"]) for alias in connections}
    changed = (
        "STORAGES VALKEYS VALKEY_CONTROL MAILERS SMS_GATEWAYS SCANNERS PLACES_SAID REGION_KEYS"
    )
    now = {each: getattr(settings, each) for each in [*changed.split(), "PRODUCTION"]}
    return names, {
        each: dict(value) if isinstance(value, dict) else value for each, value in now.items()
    }


def test_each_part_mis_set_in_turn_stops_the_start(cloud: House, settings: Any) -> None:
    house = cloud
    make_account()
    proof.require()
    proof.require()  # by now nothing is asked: a process asks once
    told = StringIO()
    call_command("residency", "endpoints", stdout=told)
    assert "OBJECTS_EU               objects   eu       ourselves      its mark, eu-central-1" in (
        told.getvalue()
    )
    names, before = kept(settings)
    said("SMS_AU", "us")(house)
    with pytest.raises(CommandError, match="Not every part"):
        call_command("residency", "endpoints", stdout=StringIO())
    settings.PLACES_SAID = before["PLACES_SAID"]
    for setting, wrong, move in ASTRAY:
        proof.forget()
        move(house)
        with pytest.raises(WrongPlace) as refused:
            proof.require()
        lines = str(refused.value).splitlines()[1:]
        assert [line for line in lines if line.startswith(f"{setting}: ") and wrong in line], (
            setting,
            wrong,
            lines,
        )
        for alias, name in names.items():
            connections[alias].settings_dict["NAME"] = name
        for name, value in before.items():
            if getattr(settings, name) != value:
                setattr(settings, name, value)
    proof.forget()
    proof.require()
    house.bucket("au", "files-eu")
    with pytest.raises(WrongPlace, match="OBJECTS_AU is marked eu"):
        marking.mark_stores()


def test_a_silent_part_stops_nobody_and_is_asked_when_it_is_used(
    house: House, settings: Any, rf: Any
) -> None:
    account = make_account()
    proof.forget()
    control, region = (connections[alias].settings_dict for alias in ("default", "region_au"))
    port, name = control["PORT"], str(region["NAME"])
    for alias in ("default", "region_au"):
        connections[alias].close()
    settings.VALKEYS = {**house.valkeys, "au": f"redis://127.0.0.1:{NOBODY_LISTENS}"}
    try:
        control["PORT"] = NOBODY_LISTENS
        proof.require()
        control["PORT"] = port
        region["NAME"] = name.replace("region_au", "region_eu")
        proof.forget()
        with pytest.raises(WrongPlace, match="marked eu"), acting_in(account.ref):
            pass
        with pytest.raises(WrongPlace, match="marked eu"):
            dispatch.due("au-1")
        assert b'"places": "WrongPlace"' in readyz(rf.get("/readyz")).content
    finally:
        control["PORT"], region["NAME"] = port, name
    with acting_in(account.ref):
        assert dispatch.due("au-1") == []
    proof.forget()
    house.store("au", Path(storages["objects_eu"].path("")).as_uri())
    with pytest.raises(WrongPlace, match="OBJECTS_AU"):
        objects.keys_of("au-1", account.pk)


START = """
import config.celery
from celery.signals import beat_init, worker_init
for start in (worker_init, beat_init):
    try:
        start.send(sender=None)
    except SystemExit as refusal:
        print(refusal)
import config.wsgi
"""


def test_web_worker_and_beat_refuse_as_processes(house: House) -> None:
    prefix = str(connections["default"].settings_dict["NAME"]).removesuffix("control")
    server = f"postgres://127.0.0.1:{parts.standing(HOME).port}"
    valkeys = {f"VALKEY_{code.upper()}": url for code, url in house.valkeys.items()}
    proof.require()
    started = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", START],
        cwd=ROOT,
        env={
            **environment(server, prefix),
            **valkeys,
            "KEEPWELL_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VALKEY_AU": house.valkeys["eu"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.stdout.count("VALKEY_AU (valkey): it is marked eu.") == 2
    assert started.returncode != 0
    assert "WrongPlace" in started.stderr
    assert "VALKEY_AU (valkey): it is marked eu." in started.stderr
