"""Asks a part where it stands. A database, a cache and a file store carry a mark of `bin/migrate`; a key service knows
where its keys are; of a mail route or a gateway, which can't be asked, the setting says it, and the host's own name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from django.db import connections
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.closest_region import REGIONS
from accounts.processors import Processor, processor
from accounts.whereabouts import marking
from accounts.whereabouts.declared import CONTROL, Endpoint, Kind
from accounts.whereabouts.marking import MARK, client_of
from privacy.vocabulary import region_keys

PINNED = "keepwell.region"
# How clouds call their regions, also within the names of hosts
_CLOUD = re.compile(r"(?<![a-z0-9])[a-z]{2}(?:-[a-z]+){1,2}-\d(?![a-z0-9])")
_MARKED = (
    "SELECT current_setting('keepwell.region', true), array(SELECT datname::text FROM pg_database)"
)
_ANY_ACCOUNT = "SELECT account_id::text FROM accounts_accountanchor LIMIT 1"
_WRAPPED_BY = "SELECT wrapped_by FROM vocabulary_accountkey WHERE wrapped_by <> '' LIMIT 1"
_SERVER_SAYS = {
    "does not exist": "its server has no such database",
    "password authentication failed": "its server refuses our password",
}
_NO_SUCH = ("NoSuchBucket", "404", "NoSuchKey", "NotFound")
_REFUSED = ("AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden")
# What stores answer that don't know the question for a bucket's place
_NOT_KNOWN = ("NotImplemented", "MethodNotAllowed", "405", "501")


class Astray(Exception):
    """A part answered, and it isn't the one that was declared; the message says what is wrong."""


class Silent(Exception):
    """A part didn't answer: nothing is proven of it, and nothing disproven."""


def ask(endpoint: Endpoint) -> str:
    """Return what proves that a part stands where it is declared to; raise `Astray` or `Silent`."""
    return _QUESTIONS[endpoint.kind](endpoint)


def told_by(connection: psycopg.Connection[Any], endpoint: Endpoint) -> str:
    """Ask a database over an open connection."""
    row = connection.execute(_MARKED).fetchone()
    told, there = row if row else (None, [])
    _compare(endpoint, told)
    if strangers := sorted(set(there) & set(_of_others(endpoint))):
        raise Astray(f"its server also holds {', '.join(strangers)}, which is kept elsewhere")
    return "its mark"


def _database(endpoint: Endpoint) -> str:
    with _connected(endpoint.at) as connection:
        return told_by(connection, endpoint)


def _key(endpoint: Endpoint) -> str:
    """The key in use must be one that this keyring knows; a service says of its own where they are."""
    try:
        wrapped_by = _wrapped_by(endpoint.region)
        places = region_keys.places(endpoint.region)
    except region_keys.KeysAway as failure:
        raise Silent(str(failure)) from None
    for place in places:
        if not fits(endpoint.region, place):
            raise Astray(f"a key is in {place}")
    if wrapped_by and wrapped_by not in region_keys.names(endpoint.region):
        raise Astray("another key wrapped what this region's keyring holds")
    return ", ".join(places) or "held by this process"


def _wrapped_by(region: str) -> str:
    """Return the name of the key that wrapped the key of some account of a region; empty when it has none yet."""
    try:
        with _connected(f"region_{region}", "dispatch") as connection:
            account = connection.execute(_ANY_ACCOUNT).fetchone()
    except psycopg.errors.UndefinedTable:
        return ""  # to be migrated, or restored into
    if account is None:
        return ""
    with _connected(f"keyring_{region}") as connection:
        connection.execute("SELECT set_config('app.account_id', %s, true)", account)
        row = connection.execute(_WRAPPED_BY).fetchone()
    return str(row[0]) if row else ""


def _valkey(endpoint: Endpoint) -> str:
    """The first that comes to an empty one claims it: what it held is gone when it starts anew, its mark as well."""
    client = redis.Redis.from_url(
        f"{endpoint.at}/0",
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=2,
        socket_timeout=2,
    )
    try:
        with client:
            told: Any = client.set(PINNED, endpoint.region, nx=True, get=True)
    except redis.AuthenticationError:
        raise Astray("it refuses our password") from None
    except redis.RedisError as error:
        raise Silent(type(error).__name__) from None
    _compare(endpoint, told.decode(errors="replace") if told else endpoint.region)
    return "its mark"


def _objects(endpoint: Endpoint) -> str:
    store: Any = storages[endpoint.at]
    if not hasattr(store, "bucket_name"):
        return _folder(endpoint, Path(store.location))
    place = _place_of(store, endpoint)
    if place and endpoint.region != CONTROL and not fits(endpoint.region, place):
        raise Astray(f"its bucket is in {place}")
    try:
        answer = client_of(store).get_object(Bucket=store.bucket_name, Key=MARK)
        told = answer["Body"].read(100).decode(errors="replace")
    except (ClientError, BotoCoreError) as error:
        if _code(error) in ("NoSuchKey", "404", "NotFound"):
            told = ""
        else:
            raise _failure(error) from None
    _compare(endpoint, told)
    return f"its mark, {place}" if place else "its mark"


def _backups(endpoint: Endpoint) -> str:
    """The first backup claims its store, for backups are made elsewhere than `bin/migrate` runs."""
    try:
        marking.mark(storages[endpoint.at], endpoint.region)
    except (ClientError, BotoCoreError) as error:
        raise _failure(error) from None
    return _objects(endpoint)


def _place_of(store: Any, endpoint: Endpoint) -> str:
    """Return where the store says its bucket is, else where the setting says it; empty when neither says."""
    try:
        answer = client_of(store).get_bucket_location(Bucket=store.bucket_name)
    except (ClientError, BotoCoreError) as error:
        if _code(error) not in _NOT_KNOWN:
            raise _failure(error) from None
        return str(store.region_name or "")
    # Amazon's own first region goes without a name
    told = answer.get("LocationConstraint") or ("" if store.endpoint_url else "us-east-1")
    if told and store.region_name and told != store.region_name:
        raise Astray(f"its bucket is in {told}, not in {store.region_name}")
    return str(told or store.region_name or "")


def _folder(endpoint: Endpoint, folder: Path) -> str:
    try:
        told = (folder / MARK).read_text()
    except FileNotFoundError:
        told = ""
    except OSError as error:
        raise Silent(type(error).__name__) from None
    _compare(endpoint, told)
    return "its mark"


def _spoken_of(endpoint: Endpoint) -> str:
    """Of a part that can't be asked: what the setting says, and what its host's name gives away."""
    said = settings.PLACES_SAID.get(endpoint.setting, "")
    if said and said != endpoint.region:
        raise Astray(f"its address ends in #{said}")
    for place in _CLOUD.findall(endpoint.at.lower()):
        if endpoint.region != CONTROL and not fits(endpoint.region, place):
            raise Astray(f"its host is in {place}")
    known = _processor(endpoint)
    if not (said or endpoint.region == CONTROL or (known and known.is_inside)):
        if settings.PRODUCTION:
            raise Astray(f"nothing says where it is: end its address in #{endpoint.region}")
        return "nothing"
    return "its setting" if said else "our own network"


def _processor(endpoint: Endpoint) -> Processor | None:
    purpose = "scan" if endpoint.kind == Kind.SCANNER else endpoint.kind.value
    return processor(endpoint.region, purpose, endpoint.at)


_QUESTIONS: dict[Kind, Callable[[Endpoint], str]] = {
    Kind.DATABASE: _database,
    Kind.KEYRING: _database,
    Kind.KEY: _key,
    Kind.VALKEY: _valkey,
    Kind.OBJECTS: _objects,
    Kind.BACKUPS: _backups,
    Kind.MAIL: _spoken_of,
    Kind.SMS: _spoken_of,
    Kind.SCANNER: _spoken_of,
}


def fits(region: str, place: str) -> bool:
    """Tell whether a cloud's region is one that a region of ours may use."""
    return place.startswith(settings.CLOUD_REGIONS[region])


def _compare(endpoint: Endpoint, told: str | None) -> None:
    if not told:
        raise Astray("it carries no mark: run bin/migrate")
    if told != endpoint.region:
        raise Astray(f"it is marked {told}")


def _of_others(endpoint: Endpoint) -> list[str]:
    """Return the names that databases of regions have which these settings keep on another server, or not at all."""
    if endpoint.region == CONTROL:
        return []
    kind = "keyring" if endpoint.kind == Kind.KEYRING else "region"
    name = str(connections[endpoint.at].settings_dict["NAME"])
    prefix = name.removesuffix(f"{kind}_{endpoint.region}")
    here = {
        code for code in settings.REGION_CODES if _server(f"region_{code}") == _server(endpoint.at)
    }
    away = sorted(REGIONS.keys() - here)
    return [f"{prefix}{each}_{code}" for code in away for each in ("region", "keyring")]


def _server(alias: str) -> tuple[str, int]:
    where = connections[alias].settings_dict
    return where["HOST"], int(where["PORT"])


@contextmanager
def _connected(alias: str, role: str = "") -> Iterator[psycopg.Connection[Any]]:
    """Connect as the product does, past the guard on its own connections, for one question."""
    wrapper: Any = connections[alias]
    how = wrapper.get_connection_params()
    if role:
        how |= {"user": f"keepwell_{role}", "password": settings.DB_PASSWORDS[role]}
    try:
        with closing(wrapper.get_new_connection(how)) as connection:
            yield connection
    except psycopg.OperationalError as error:
        for words, wrong in _SERVER_SAYS.items():
            if words in str(error):
                raise Astray(wrong) from None
        raise Silent(type(error).__name__) from None


def _code(error: Exception) -> str:
    return (
        str(error.response.get("Error", {}).get("Code", ""))
        if isinstance(error, ClientError)
        else ""
    )


def _failure(error: Exception) -> Exception:
    code = _code(error)
    if code in _NO_SUCH:
        return Astray("its store has no such bucket")
    if code in _REFUSED:
        return Astray("its store refuses us")
    return Silent(code or type(error).__name__)
