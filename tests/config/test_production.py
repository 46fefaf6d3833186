"""Production refuses what would be unsafe, and the compose file names every part, setting and secret."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from django.conf import settings

from accounts.wall_report import faults
from accounts.whereabouts.marking import MARK
from config.demo.servers import Postgres

ROOT = Path(settings.BASE_DIR)
KEY = base64.b64encode(b"k" * 32).decode()
# What a process gets of ours: nothing that configures it
OURS = {name: os.environ[name] for name in ("PATH", "PYTHONPYCACHEPREFIX")}
SAFE = {
    "KEEPWELL_MODE": "production",
    "SECRET_KEY": "".join(chr(33 + n) for n in range(60)),
    "BASE_URL": "https://keepwell.example",
    "ALLOWED_HOSTS": "keepwell.example",
    **{f"DATABASE_SERVER_{name}": "postgres://db:5432" for name in ("CONTROL", "AU", "EU", "US")},
    **{
        f"{name}_{region}": KEY
        for name in ("REGION_KEY", "AUDIT_SIGNING_KEY", "EXPORT_SIGNING_KEY")
        for region in ("AU", "EU", "US")
    },
    **{f"VALKEY_{name}": "redis://valkey:6379" for name in ("CONTROL", "AU", "EU", "US")},
    **{
        f"OBJECTS_{name}": "s3://bucket?endpoint=http://s3:8333"
        for name in ("CONTROL", "AU", "EU", "US")
    },
    "AUDIT_SIGNING_KEY_CONTROL": KEY,
    **{f"MAIL_{name}": "smtp://mail:25" for name in ("CONTROL", "AU", "EU", "US")},
    **{f"SMS_{region}": "https://sms.example/" for region in ("AU", "EU", "US")},
    **{f"DB_PASSWORD_{role.upper()}": "p" * 24 for role in settings.DB_ROLES},
    "PROCESSORS": """
[[processor]]
name = "gateway"
regions = ["au", "eu", "us"]
purposes = ["sms"]
company = "Example Texts Ltd"
country = "AU"
receives = ["phone numbers", "texts of messages"]
basis = "inside"
agreed_on = 2026-01-10
keeps = "30 days"
contact = "privacy@sms.example"
announced_on = 2026-01-15
begins_on = 2026-03-01
""",
}


def check(*arguments: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    variables = {**SAFE, **changed}
    child = {name: value for name, value in variables.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "check", *arguments],
        cwd=ROOT,
        env={**OURS, **child},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_safe_configuration_passes_the_deployment_check() -> None:
    done = check("--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("", "PROCESSORS names no gateway for au, which is called for sms."),
        (
            SAFE["PROCESSORS"].replace("2026-03-01", "2026-01-20"),
            "PROCESSORS, entry 1: Owners hear of gateway 30 days before it begins.",
        ),
        (SAFE["PROCESSORS"].replace("country", "land"), "PROCESSORS, entry 1: "),
    ],
)
def test_whoever_is_called_stands_in_the_register(changed: str, said: str) -> None:
    done = check(PROCESSORS=changed)
    assert done.returncode != 0
    assert said in done.stderr


APART = {"HOST_AU": "https://au.keepwell.example/", "HOST_EU": "https://keepwell-eu.example"}
FACTS = """
from django.conf import settings as s
print(s.ALLOWED_HOSTS, [str(word) for word in s.SECURE_CSP["form-action"]], s.CELLS["us-1"].host, sep="|")
"""


def test_a_host_for_each_region_passes_it_too() -> None:
    done = check("--deploy", "--fail-level", "WARNING", **APART)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "['keepwell.example', 'keepwell.example']|[\"'self'\"]|"),
        (
            {"ALLOWED_HOSTS": "", **APART},
            "['keepwell.example', 'au.keepwell.example', 'keepwell-eu.example']|"
            "[\"'self'\", 'https://keepwell.example', 'https://au.keepwell.example',"
            " 'https://keepwell-eu.example']|",
        ),
    ],
    ids=["one host", "a host for each region"],
)
def test_hosts_are_answered_and_forms_may_lead_to_them(
    given: dict[str, str], expected: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FACTS],
        cwd=ROOT,
        env={
            **OURS,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **SAFE,
            **given,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected


UNSAFE: list[dict[str, str | None]] = [
    {"SECRET_KEY": None},
    {"SECRET_KEY": "short"},
    {"BASE_URL": "http://keepwell.example"},
    {"DEBUG": "1"},
    {"KEEPWELL_CLOCK": "+1d"},
    {"REGION_KEY_EU": None},
    {"REGION_KEY_EU": base64.b64encode(b"short").decode()},
    {"DATABASE_SERVER_AU": None},
    {"DB_PASSWORD_APP": None},
    {"OBJECTS_US": None},
    {"VALKEY_AU": None},
    {"MAIL_CONTROL": None},
    {"ALLOWED_HOSTS": "*"},
    {"BASE_URL": "https://keepwell.example/under/"},
    {"HOST_AU": "http://au.keepwell.example"},
    {"HOST_AU": "au.keepwell.example"},
    {"HOST_AU": "https://au.keepwell.example/a/"},
    {"HOST_AU": "https://keepwell.example:8443"},
]
# Reads the settings in one fork for each case, since a process reads them once, and starting one takes a second
TRY = """
import json, os, sys
import botocore.config, django_stubs_ext, environ
from django.core.exceptions import ImproperlyConfigured
refused = []
for changed in json.load(sys.stdin):
    child = os.fork()
    if not child:
        for name, value in changed.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        try:
            import config.settings
        except ImproperlyConfigured:
            os._exit(3)
        os._exit(0)
    refused.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3)
print(json.dumps(refused))
"""


def test_unsafe_ones_are_refused() -> None:
    tried = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TRY],
        cwd=ROOT,
        env={**OURS, **SAFE},
        input=json.dumps([{}, *UNSAFE]),
        capture_output=True,
        text=True,
        check=True,
    )
    safe, *refused = json.loads(tried.stdout)
    assert not safe
    assert [case for case, is_refused in zip(UNSAFE, refused, strict=True) if not is_refused] == []


def test_a_refusal_stops_the_start() -> None:
    done = check(SECRET_KEY="short")
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


REGIONS = ("au", "eu", "us")


def test_the_compose_file_has_every_part() -> None:
    parts = ("postgres", "valkey", "objects", "migrate")
    serving = ("web", "worker", "beat", "sequencer")
    expected = {f"{part}-control" for part in parts} | {"mail", "proxy"}
    expected |= {f"{part}-{region}" for part in (*parts, *serving) for region in REGIONS}
    assert set(compose()["services"]) == expected


def secrets_of(service: dict[str, Any]) -> dict[str, str]:
    """Return target → secret of what a service may read."""
    given = service.get("secrets", [])
    return {e: e for e in given if isinstance(e, str)} | {
        e["target"]: e["source"] for e in given if isinstance(e, dict)
    }


def test_every_secret_that_a_service_uses_is_a_file() -> None:
    document = compose()
    declared = document["secrets"]
    assert all(set(secret) == {"file"} for secret in declared.values())
    granted = set()
    for name, service in document["services"].items():
        used = {
            value.removeprefix("/run/secrets/")
            for value in service.get("environment", {}).values()
            if str(value).startswith("/run/secrets/")
        }
        secrets = secrets_of(service)
        assert used <= set(secrets), name
        granted |= set(secrets.values())
    assert granted <= set(declared)


@pytest.mark.parametrize("region", REGIONS)
def test_a_service_of_a_region_has_nothing_of_another(region: str) -> None:
    document = compose()
    others = [each for each in REGIONS if each != region]
    for part in ("postgres", "valkey", "objects", "migrate", "web", "worker", "beat", "sequencer"):
        service = document["services"][f"{part}-{region}"]
        told = {n: v for n, v in service.get("environment", {}).items() if n[:5] != "HOST_"}
        for other in others:
            assert not [n for n in told if other.upper() in n.split("_")], part
            assert not [v for v in told.values() if f"-{other}:" in str(v)], part
            assert not [s for s in secrets_of(service).values() if s.endswith(f"_{other}")], part
            assert not [n for n in service["networks"] if n.rpartition("-")[2] == other], part
    assert document["networks"][region] == {"internal": True}
    assert document["networks"]["control"] == {"internal": True}
    proxy = document["services"]["proxy"]
    assert set(proxy["networks"]) == {f"edge-{each}" for each in REGIONS}
    assert (
        f"{{$$HOST_{region.upper()}}} {{\n  reverse_proxy web-{region}:8000\n}}"
        in (document["configs"]["proxy"]["content"])
    )


def test_production_starts_with_what_the_compose_file_tells_each_region(tmp_path: Path) -> None:
    url, text = "redis://:password@valkey:6379", KEY
    cases = []
    for region in REGIONS:
        told: dict[str, str | None] = dict.fromkeys(SAFE)
        for name, value in compose()["services"][f"web-{region}"]["environment"].items():
            if str(value).startswith("/run/secrets/"):
                file = tmp_path / Path(value).name
                file.write_text(
                    url
                    if "valkey" in value
                    else SAFE["PROCESSORS"]
                    if value.endswith("processors")
                    else SAFE["SECRET_KEY"]
                    if value.endswith("secret_key")
                    else text
                )
                told[name] = str(file)
            else:
                given = {"SMS": "https://sms.example/#" + region, "BASE": SAFE["BASE_URL"]}
                given |= {"HOST": f"https://{name[-2:].lower()}.keepwell.example"}
                asked = str(value).startswith("${")
                told[name] = given.get(name.split("_")[0], "") if asked else str(value)
        told |= {"MAIL_CONTROL": "smtp://mail:25", f"MAIL_{region.upper()}": "smtp://mail:25"}
        cases.append(told)
    tried = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TRY],
        cwd=ROOT,
        env={**OURS, **SAFE},
        input=json.dumps([*cases, cases[0] | {"REGION_KEY_AU_FILE": None}]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(tried.stdout) == [False, False, False, True], tried.stderr


def test_bin_migrate_makes_everything_and_later_another_region(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "postgres", durable=False)
    address = urlsplit(postgres.start())
    server = f"postgres://127.0.0.1:{address.port}"
    given = SAFE | {
        "KEEPWELL_DB_ROLE": "owner",
        "KEEPWELL_HOME": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
        "DATABASE_SERVER_CONTROL": server,
        "DATABASE_SERVER_AU": server,
        "DATABASE_SERVER_EU": server,
        "POSTGRES_PASSWORD": str(address.password),
        **{
            f"OBJECTS_{code.upper()}": (tmp_path / code).as_uri()
            for code in ("au", "eu", "control")
        },
    }
    try:
        for regions in ("au", "au,eu"):
            done = subprocess.run(
                [sys.executable, "bin/migrate"],
                cwd=ROOT,
                env={**OURS, **given, "KEEPWELL_REGIONS": regions},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, "")
        for name in ("region_au", "region_eu"):
            with psycopg.connect(postgres.url, dbname=name) as region:
                assert faults(region) == []
                told = region.execute("SELECT current_setting('keepwell.region')").fetchone()
            assert told == (name[-2:],)
            assert (tmp_path / name[-2:] / MARK).read_text() == name[-2:]
    finally:
        postgres.stop()
