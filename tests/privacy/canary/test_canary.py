"""A canary's words are nowhere outside its region in any shape, and are found where they must be (RP-7, AU-8, CR-1)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connections

from accounts import objects, sequencer
from accounts.tenancy import acting_in
from config import celery
from config.demo.servers import Valkey
from privacy.canary.flight import Flight, fly, held_here, missing
from privacy.canary.scanner import Scanner
from privacy.canary.stores import folder
from privacy.vocabulary import keyring, scope
from tests import parts
from tests.conftest import HOME

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def valkeys(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Give each region a Valkey of its own."""
    running = {code: Valkey(tmp_path / code) for code in settings.REGION_CODES}
    settings.VALKEYS = {code: each.start() for code, each in running.items()}
    settings.CACHES = settings.CACHES | {
        code: {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"{url}/1",
            "KEY_PREFIX": "a",
        }
        for code, url in settings.VALKEYS.items()
    }
    settings.OUTBOX_NUDGE = "config.celery.nudge"
    for kept in (celery.broker, celery._probe):
        kept.cache_clear()
    yield
    for kept in (celery.broker, celery._probe):
        kept.cache_clear()
    for each in running.values():
        each.stop()


@pytest.fixture
def flown(valkeys: None) -> Flight:
    """A canary that flew through Australia."""
    made = fly("au")
    while sequencer.sequence("au-1"):
        pass
    return made


def letters() -> Iterator[tuple[str, str, bytes]]:
    """Yield what the region's mail route took."""
    for message in mail.outbox:
        yield "au", "mail: outbox", message.message().as_bytes()


@pytest.mark.heavy
def test_nothing_of_a_canary_is_astray(flown: Flight) -> None:
    finds = flown.finds([*held_here(flown), *letters()])
    assert [str(each) for each in flown.astray(finds)] == []
    assert missing(flown, finds, expected=("database", "page", "mail")) == []
    assert len(flown.words.given) > 30
    # What this flight would have misrouted is found, in one store of another region
    word = flown.words.word("note: plan")
    caches["us"].set("x", {"said": word})
    (hit,) = flown.astray(flown.finds(held_here(flown)))
    assert str(hit) == "us valkey: a:1:x: “note: plan” as raw"


def keys_of(flown: Flight, settings: Any) -> dict[str, bytes]:
    """Return the bytes of every key that was at work: the region's, the account's, clients', those that sign."""
    assert flown.account
    found = {"region": settings.REGION_KEYS["au"][0]}
    found |= {
        "audit": settings.AUDIT_SIGNING_KEYS["au"],
        "export": settings.EXPORT_SIGNING_KEYS["au"],
    }
    with acting_in(flown.account.ref):
        keyring.prefetch(None)
        memory = keyring._recall(scope.current())
    assert memory.accounts
    found["account"] = memory.accounts[0][1]
    found |= {f"index {name} {key}": raw for (name, key), raw in memory.indexes.items()}
    return found | {f"client {pk}": key._raw for pk, key in memory.clients.items()}


@pytest.mark.heavy
def test_no_key_lies_anywhere(flown: Flight, settings: Any) -> None:
    """CR-6: neither in a store, a cache, a queue or a session, nor in a log, a page, a mail or an export."""
    keys = keys_of(flown, settings)
    assert len(keys) >= 6
    scanner = Scanner({}, secrets=keys)
    held = [*held_here(flown), *letters()]
    assert [
        (where, store, scanner.find(data)) for where, store, data in held if scanner.find(data)
    ] == []
    caches["au"].set("x", keys["account"].hex())
    assert [store for _, store, data in held_here(flown) if scanner.holds(data, "account")] == [
        "valkey: a:1:x"
    ]


def test_a_word_in_any_store_of_another_region_is_found(valkeys: None, tmp_path: Path) -> None:
    canary = Flight("au")
    word = canary.words.word("note: plan")
    assert canary.finds(held_here(canary)) == []
    name = connections["region_eu"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, dbname=name) as superuser:
        superuser.execute("CREATE TABLE strayed (body bytea)")
        superuser.execute("INSERT INTO strayed VALUES (%s)", [gzip.compress(word.encode())])
    try:
        caches["us"].set("x", {"said": word})
        with objects.writing("eu-1", f"a/{word}/0") as target:
            target.write(b"sealed")
        with objects.writing("au-1", "a/x/0") as target:
            target.write(f"in its own region, and open: {word}".encode())
        (tmp_path / "app.log").write_bytes(f"WARNING {word.upper()}".encode("utf-16"))
        (tmp_path / "mail").write_text(f"in its own region, as a mail may be: {word}")
        files = [
            ("logs" if "app.log" in each else "au", f"file: {each}", data)
            for each, data in folder(tmp_path)
            if "objects" not in each
        ]
        finds = canary.finds([*held_here(canary), *files])
    finally:
        with psycopg.connect(parts.standing(HOME).postgres, dbname=name) as superuser:
            superuser.execute("DROP TABLE strayed")
    assert {(each.region, each.store.partition(":")[0]) for each in canary.astray(finds)} == {
        ("eu", "database"),
        ("us", "valkey"),
        ("eu", "objects"),
        ("au", "objects"),
        ("logs", "file"),
    }
    assert missing(canary, finds, expected=("database", "file", "page")) == ["database", "page"]


@pytest.mark.heavy
def test_the_command_tells(valkeys: None, settings: Any, tmp_path: Path) -> None:
    told = StringIO()
    (tmp_path / "app.log").write_text("nothing of note")
    also = f"logs={tmp_path / 'app.log'}"
    call_command("residency", "canary", "--region", "eu", "--also", also, stdout=told)
    assert " 0 astray." in told.getvalue()
    settings.DB_PASSWORDS = {**settings.DB_PASSWORDS, "backup": ""}
    with pytest.raises(CommandError, match="DB_PASSWORD_BACKUP"):
        call_command("residency", "canary", stdout=told)
