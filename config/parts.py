"""The parts that answer over the network: databases of control; databases, cache, file store and mail route per region."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urldefrag, urlsplit

from botocore.config import Config

from config.environment import HOME, PRODUCTION, TESTING, env, required
from config.regions import REGION_CODES

# Databases -----------------------------------------------------------------------------------------------------------

ROLE = env("KEEPWELL_DB_ROLE", default="app")
PREFIX = env("DATABASE_PREFIX", default="")
DB_ROLES = (
    "owner", "app", "audit", "support", "exporter", "dispatch", "purger", "backup", "rotator",
)  # fmt: skip


def password(role: str, place: str = "") -> str:
    """Return a role's password: control's own where it has one, as in an installation whose regions are kept apart."""
    own: str = env(f"DB_PASSWORD_{role.upper()}_{place}", default="") if place else ""
    return own or str(env(f"DB_PASSWORD_{role.upper()}", default=""))


def database(server: str, name: str, role: str, place: str = "", **options: Any) -> dict[str, Any]:
    """Return Django's settings for one database as one role; values never reach the server's log (server-side binding).

    `?pooler=transaction`: a pooler stands before the server and gives each transaction another session. Then nothing may
    be kept in a session: no prepared statement, no cursor beyond a transaction, no setting (those are the roles').
    """
    where = urlsplit(server)
    query = {key: value[0] for key, value in parse_qs(where.query).items()}
    is_pooled = query.pop("pooler", "") == "transaction"
    kept = (
        {"prepare_threshold": None}
        if is_pooled
        # Planning takes longer than running most of our statements, the more so behind row-level security
        else {"prepare_threshold": 5, "options": "-c lock_timeout=5s -c timezone=UTC"}
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": PREFIX + name,
        "USER": f"keepwell_{role}",
        "PASSWORD": password(role, place),
        "HOST": where.hostname or "127.0.0.1",
        "PORT": where.port or 5432,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": True,
            "application_name": f"keepwell {role}",
            "connect_timeout": 5,
            **kept,
            **query,
            **options,
        },
        "DISABLE_SERVER_SIDE_CURSORS": is_pooled,
    }


DATABASES = {
    "default": database(
        required("DATABASE_SERVER_CONTROL", "postgres://127.0.0.1:5432"),
        "control",
        ROLE,
        "CONTROL",
    )
}
for code in REGION_CODES:
    server = required(f"DATABASE_SERVER_{code.upper()}", "postgres://127.0.0.1:5432")
    DATABASES[f"region_{code}"] = database(server, f"region_{code}", ROLE)
    DATABASES[f"keyring_{code}"] = database(server, f"keyring_{code}", ROLE)
    DATABASES[f"region_{code}_reader"] = database(server, f"region_{code}", "exporter")
# What each serving process signs in with; the other roles' passwords are only where those roles work
SERVING_ROLES = ("app", "audit", "exporter", "dispatch", "purger")
DB_PASSWORDS = {
    role: required(f"DB_PASSWORD_{role.upper()}", "none")
    if role in SERVING_ROLES
    else env(f"DB_PASSWORD_{role.upper()}", default="")
    for role in DB_ROLES
}
CONTROL_PASSWORDS = {role: password(role, "CONTROL") for role in DB_ROLES}
DATABASE_ROUTERS = ["accounts.tenancy.RegionRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Caches, objects, mail: one of each per region -----------------------------------------------------------------------

VALKEYS = {
    code: required(f"VALKEY_{code.upper()}", "redis://127.0.0.1:6379") for code in REGION_CODES
}
CACHES = {
    code: {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{url}/1",
        "KEY_PREFIX": "a",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
    for code, url in VALKEYS.items()
}
# Control's cache counts attempts to sign in; several web processes must share it
VALKEY_CONTROL = required("VALKEY_CONTROL", "local")
CACHES["default"] = (
    {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if VALKEY_CONTROL == "local"
    else {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{VALKEY_CONTROL}/1",
        "KEY_PREFIX": "c",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
)


def object_store(url: str, place: str = "") -> dict[str, Any]:
    """Return the storage for `file:///folder` or `s3://bucket?endpoint=…&region=…`; a place may have keys of its own."""
    where = urlsplit(url)
    if where.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": unquote(where.path),
                "base_url": None,
                "file_permissions_mode": 0o600,
            },
        }
    query = {key: value[0] for key, value in parse_qs(where.query).items()}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": where.hostname,
            "endpoint_url": query.get("endpoint"),
            "region_name": query.get("region"),
            "access_key": _store_key("ACCESS", place),
            "secret_key": _store_key("SECRET", place),
            "file_overwrite": True,
            "querystring_auth": True,
            # A store that is away is said to be so before a person gives up, not after minutes
            "client_config": Config(
                connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2}
            ),
        },
    }


def _beside_us(name: str, code: str) -> str:
    """Return a folder for backups of demo and tests; in production they go where they are told."""
    return "" if PRODUCTION else (HOME / name.lower() / code).as_uri()


def _store_key(kind: str, place: str) -> str | None:
    own: str | None = env(f"OBJECTS_{kind}_KEY_{place.upper()}", default=None) if place else None
    general: str | None = env(f"OBJECTS_{kind}_KEY", default=None)
    return own or general


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "accounts.static_files.StaticFiles"
    },
} | {
    f"objects_{code}": object_store(
        required(f"OBJECTS_{code.upper()}", (HOME / "objects" / code).as_uri()), code
    )
    for code in (*REGION_CODES, "control")
}

# Where backups go, only where they are made; keys apart from data, so that neither store opens anything alone
STORAGES |= {
    f"{name.lower()}_{code.lower()}": object_store(url)
    for name, codes in (
        ("BACKUPS", [*REGION_CODES, "control"]),
        ("KEYRING_BACKUPS", REGION_CODES),
    )
    for code in codes
    if (url := env(f"{name}_{code.upper()}", default=_beside_us(name, code)))
}
# PostgreSQL's programs, where they aren't on the path
POSTGRES_PROGRAMS = env("POSTGRES_PROGRAMS", default="")


def mailer(url: str) -> dict[str, Any]:
    """Return Django's mailer for `smtp://user:password@host:port?tls=1`, or `backend://a.mail.Backend?option=value`.

    A backend of somebody else's, such as one of Anymail's, names its `host`, which goes into the register.
    """
    where = urlsplit(url)
    if where.scheme == "backend":
        options = {key: value[0] for key, value in parse_qs(where.query).items()}
        return {"BACKEND": where.netloc, "OPTIONS": options}
    tls = parse_qs(where.query).get("tls", ["0"])[0] == "1"
    return {
        "BACKEND": "accounts.mail_route.Route",
        "OPTIONS": {
            "host": where.hostname or "127.0.0.1",
            "port": where.port or 25,
            "username": unquote(where.username or ""),
            "password": unquote(where.password or ""),
            "use_tls": tls,
            "timeout": 10,
        },
    }


MAILERS = {"default": mailer(required("MAIL_CONTROL", "smtp://127.0.0.1:1025"))} | {
    code: mailer(required(f"MAIL_{code.upper()}", "smtp://127.0.0.1:1025")) for code in REGION_CODES
}
SMS_GATEWAYS = {
    code: urldefrag(required(f"SMS_{code.upper()}", "http://127.0.0.1:1026/")).url
    for code in REGION_CODES
}
# The scanner of a region that has one, which speaks clamd's protocol in the installation's own network
SCANNERS = {code: env(f"SCANNER_{code.upper()}", default="") for code in REGION_CODES}
# Every part must stand in its region, and most can be asked (accounts.whereabouts). Those that can't say it in their
# address, as in `https://texts.example/send#au`
PROVE_ENDPOINTS = ROLE == "app" and not TESTING
PLACES_SAID = {
    name: said
    for code in REGION_CODES
    for name in (f"MAIL_{code.upper()}", f"SMS_{code.upper()}", f"SCANNER_{code.upper()}")
    if (said := urlsplit(env(name, default="")).fragment)
}
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="Keepwell <hello@keepwell.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
