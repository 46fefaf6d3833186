"""The regions of this installation: their cells, the hosts they answer on, the keys they seal and sign with."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.cells import Cell
from accounts.closest_region import REGIONS
from config.environment import PRODUCTION, env, required

REGION_CODES: list[str] = env.list("KEEPWELL_REGIONS", default=["au", "eu", "us"])
WORKER_REGION = env("KEEPWELL_REGION", default="")

# Hosts: control's, and one for each region that has its own (accounts.hosts)


def origin(name: str, url: str) -> str:
    """Return scheme and host of an address that has nothing more; raise on anything else."""
    where = urlsplit(url)
    if where.scheme not in ("http", "https") or not where.hostname or where.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must be like https://keepwell.example, with no path.")
    return f"{where.scheme}://{where.netloc}"


BASE_URL = origin("BASE_URL", required("BASE_URL", "http://localhost:8000"))
HTTPS = BASE_URL.startswith("https://")
if PRODUCTION and not HTTPS:
    raise ImproperlyConfigured("BASE_URL must be https in production.")
HOSTS = {
    code: origin(f"HOST_{code.upper()}", url)
    for code in [*REGION_CODES, *(code for code in REGIONS if code not in REGION_CODES)]
    if (url := env(f"HOST_{code.upper()}", default=""))
}
REGION_HOSTS = {code: url for code, url in HOSTS.items() if code in REGION_CODES}
for code, url in HOSTS.items():
    # Cookies are Secure or not for the whole installation, and know names but no ports
    if url.startswith("https://") != HTTPS or urlsplit(url).hostname == urlsplit(BASE_URL).hostname:
        raise ImproperlyConfigured(
            f"HOST_{code.upper()} must have BASE_URL's scheme and a host name of its own."
        )
CELLS = {f"{code}-1": Cell(f"{code}-1", code, REGION_HOSTS.get(code, "")) for code in REGION_CODES}
# Regions that other processes serve: this one knows where their pages are, and has no way to their data
CELLS_ELSEWHERE = {
    f"{code}-1": Cell(f"{code}-1", code, url)
    for code, url in HOSTS.items()
    if code not in REGION_CODES
}
ORIGINS = [BASE_URL, *HOSTS.values()]
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "testserver"]
)
if PRODUCTION and {"*", ""} & {*ALLOWED_HOSTS}:
    raise ImproperlyConfigured("Production refuses unnamed hosts.")
ALLOWED_HOSTS += [str(urlsplit(url).hostname) for url in (BASE_URL, *REGION_HOSTS.values())]


def key_of(name: str) -> bytes:
    """Return a 32-byte key given as base64; outside production one that is derived from its name stands in."""
    return _key_in(
        name, required(name, base64.b64encode(name.ljust(32, ".")[:32].encode()).decode())
    )


def _key_in(name: str, text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64.")
    return raw


# Keys that wrap the keys of accounts (privacy.vocabulary.region_keys), and where AWS keeps those of each region
KEY_SERVICE = env("KEY_SERVICE", default="")
_SERVICE_REGIONS = {"au": "ap-southeast-2", "eu": "eu-central-1", "us": "us-west-2"}
# Where a region's parts may stand, by the names that clouds give to places
CLOUD_REGIONS = {"au": ("ap-southeast-2", "ap-southeast-4"), "eu": ("eu-",), "us": ("us-",)}
# No alias, which may come to mean another key; no `mrk-`, whose bytes are in several regions
_SERVICE_KEY = re.compile(r"arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key/[0-9a-f]{8}-[0-9a-f-]{27}")


def region_keys(code: str) -> tuple[bytes | str, ...]:
    """Return a region's keys, the present one first: bytes, or the ARN of a key that a key service holds there."""
    name = f"REGION_KEY_{code.upper()}"
    former = [
        text for each in env(f"{name}_BEFORE", default="").split(",") if (text := each.strip())
    ]
    present = env(name, default="")
    first = _region_key(name, code, present) if present else key_of(name)
    return first, *(_region_key(f"{name}_BEFORE", code, text) for text in former)


def _region_key(name: str, code: str, text: str) -> bytes | str:
    if not text.startswith("arn:"):
        return _key_in(name, text)
    found = _SERVICE_KEY.fullmatch(text)
    if found is None:
        raise ImproperlyConfigured(f"{name} must name one key of one region, by no alias.")
    if found[1] != _SERVICE_REGIONS[code]:
        raise ImproperlyConfigured(f"{name} must be a key in {_SERVICE_REGIONS[code]}.")
    return text


# Who runs the servers of control and of each region
HOSTED_BY = {
    code: env(f"HOSTED_BY_{code.upper()}", default="ourselves")
    for code in ("control", *REGION_CODES)
}
REGION_KEYS = {code: region_keys(code) for code in REGION_CODES}
AUDIT_SIGNING_KEYS = {
    code: key_of(f"AUDIT_SIGNING_KEY_{code.upper()}") for code in (*REGION_CODES, "control")
}
EXPORT_SIGNING_KEYS = {code: key_of(f"EXPORT_SIGNING_KEY_{code.upper()}") for code in REGION_CODES}
# Seal backups; only where they are made
BACKUP_KEYS = {
    code: key_of(f"BACKUP_KEY_{code.upper()}")
    for code in (*REGION_CODES, "control")
    if not PRODUCTION or env(f"BACKUP_KEY_{code.upper()}", default="")
}
