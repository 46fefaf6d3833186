"""The environment of the demo's processes: the variables that a production deployment sets, too."""

import base64
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.demo.home import Home
from config.demo.processes import free_ports
from config.demo.servers import write_private
from config.roles import ROLES

REGIONS = ("au", "eu", "us")
KEYS = ("REGION_KEY", "AUDIT_SIGNING_KEY", "EXPORT_SIGNING_KEY")
# What processes get of the caller's environment; a DATABASE_… meant for something else stays out.
PASSED_ON = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TERM",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


def make_secrets(folder: Path, regions: Sequence[str] = REGIONS) -> dict[str, Path]:
    """Return variable → file for every secret; a missing file is made, readable by us alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = {"SECRET_KEY": _long}
    for role in ROLES:
        wanted[f"DB_PASSWORD_{role.upper()}"] = _long
    for key in KEYS:
        for region in regions:
            wanted[f"{key}_{region.upper()}"] = _key
    for name, make in wanted.items():
        if not (folder / name).exists():
            write_private(folder / name, make())
    return {name: folder / name for name in wanted}


def role_passwords(files: Mapping[str, Path]) -> dict[str, str]:
    """Return role → password from the files of `make_secrets`."""
    return {role: files[f"DB_PASSWORD_{role.upper()}"].read_text() for role in ROLES}


TODAY = datetime.now(UTC).date()
# One of each: used, announced, used before
REGISTER = f"""
[[processor]]
name = "gateway"
regions = ["au", "eu", "us"]
purposes = ["sms"]
company = "Heron Text Messages"
country = "AU"
receives = ["phone numbers", "texts of messages"]
basis = "inside"
agreed_on = 2026-01-10
keeps = "for 30 days"
contact = "privacy@heron.example"
announced_on = 2026-01-15
begins_on = 2026-03-01

[[processor]]
name = "pigeon"
regions = ["au"]
purposes = ["sms"]
company = "Carrier Pigeons Ltd"
country = "AU"
receives = ["phone numbers", "texts of messages"]
basis = "inside"
agreed_on = 2025-01-10
keeps = "for 90 days"
contact = "privacy@pigeon.example"
announced_on = 2025-01-15
begins_on = 2025-03-01
ends_on = 2026-02-28

[[processor]]
name = "stork"
regions = ["au"]
purposes = ["mail"]
company = "Stork Mail Limited"
country = "NZ"
receives = ["e-mail addresses", "texts of messages"]
basis = "adequacy"
agreed_on = {TODAY - timedelta(days=20)}
keeps = "until it is delivered, at most 5 days"
contact = "privacy@stork.example"
announced_on = {TODAY - timedelta(days=9)}
begins_on = {TODAY + timedelta(days=22)}
"""


def environment(
    home: Home,
    *,
    port: int,
    clock: str,
    postgres_port: int,
    valkeys: Mapping[str, str],
    secret_files: Mapping[str, Path],
) -> dict[str, str]:
    """Return the whole environment of the demo's processes; `valkeys` is region → URL."""
    server = f"postgres://127.0.0.1:{postgres_port}"
    control_mail, *ports = free_ports(1 + 2 * len(valkeys))
    set_here = {
        "KEEPWELL_MODE": "demo",
        "KEEPWELL_HOME": str(home.folder),
        "KEEPWELL_REGIONS": ",".join(valkeys),
        "KEEPWELL_CLOCK": clock,
        "BASE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "DATABASE_SERVER_CONTROL": server,
        "MAIL_CONTROL": f"smtp://127.0.0.1:{control_mail}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX") or str(home / "pycache"),
        "PROCESSORS": REGISTER,
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(home / "tmp"),
    }
    for region, valkey in valkeys.items():
        code = region.upper()
        write_private(home / "secrets" / f"VALKEY_{code}", valkey)  # its URL holds a password
        set_here |= {
            f"DATABASE_SERVER_{code}": server,
            f"VALKEY_{code}_FILE": str(home / "secrets" / f"VALKEY_{code}"),
            f"OBJECTS_{code}": (home / "objects" / region).as_uri(),
            f"MAIL_{code}": f"smtp://127.0.0.1:{ports.pop()}",
            f"SMS_{code}": f"http://127.0.0.1:{ports.pop()}/",
        }
    files = {f"{name}_FILE": str(path) for name, path in secret_files.items()}
    inherited = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return inherited | set_here | files


def _long() -> str:
    return secrets.token_urlsafe(64)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
