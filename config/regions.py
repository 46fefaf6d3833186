"""The regions of this installation: their cells, the hosts they answer on, the keys they seal and sign with."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.cells import Cell
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
REGION_HOSTS = {
    code: origin(f"HOST_{code.upper()}", url)
    for code in REGION_CODES
    if (url := env(f"HOST_{code.upper()}", default=""))
}
for code, url in REGION_HOSTS.items():
    # Cookies are Secure or not for the whole installation, and know names but no ports
    if url.startswith("https://") != HTTPS or urlsplit(url).hostname == urlsplit(BASE_URL).hostname:
        raise ImproperlyConfigured(
            f"HOST_{code.upper()} must have BASE_URL's scheme and a host name of its own."
        )
CELLS = {f"{code}-1": Cell(f"{code}-1", code, REGION_HOSTS.get(code, "")) for code in REGION_CODES}
ORIGINS = [BASE_URL, *REGION_HOSTS.values()]
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "testserver"]
)
if PRODUCTION and {"*", ""} & {*ALLOWED_HOSTS}:
    raise ImproperlyConfigured("Production refuses unnamed hosts.")
ALLOWED_HOSTS += [str(urlsplit(url).hostname) for url in ORIGINS]


def key_of(name: str) -> bytes:
    """Return a 32-byte key given as base64; outside production one that is derived from its name stands in."""
    raw = base64.b64decode(
        required(name, base64.b64encode(name.ljust(32, ".")[:32].encode()).decode())
    )
    if len(raw) != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64.")
    return raw


REGION_KEYS = {code: key_of(f"REGION_KEY_{code.upper()}") for code in REGION_CODES}
AUDIT_SIGNING_KEYS = {code: key_of(f"AUDIT_SIGNING_KEY_{code.upper()}") for code in REGION_CODES}
EXPORT_SIGNING_KEYS = {code: key_of(f"EXPORT_SIGNING_KEY_{code.upper()}") for code in REGION_CODES}
