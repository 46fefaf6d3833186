"""A dump of every region database holds no word of a client: names, contacts, notes, messages, files (CR-1)."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import connections

from accounts import audit, sequencer
from accounts.models import Account
from accounts.tenancy import acting_in
from config.demo.servers import POSTGRES_PROGRAMS
from privacy import exporting
from privacy.inventory import kinds_in
from privacy.vocabulary import keyring
from privacy.vocabulary.classification import Subject
from privacy.vocabulary.fields import (
    EncryptedDateField,
    EncryptedEmailField,
    EncryptedField,
    EncryptedJSONField,
    is_unreadable,
)
from privacy.vocabulary.placement import Placement
from tests import parts as parts_module
from tests.factories import make_account, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

PG_DUMP = POSTGRES_PROGRAMS / "pg_dump"
KNOWN = {
    "given_name": "Zebediah",
    "family_name": "Quillfeather",
    "email": "zeb.quillfeather@nowhere.example",
    "phone": "+61 491 570 006",
}
FILED = "heliotrope-kneecap"


def plant(account: Account) -> list[str]:
    """Write a word of its own into every sealed field about clients that may still change; return all words."""
    client = scene.fill(account, **KNOWN)
    words = [*KNOWN.values(), KNOWN["phone"].replace(" ", ""), scene.PHRASE, FILED]
    with acting_in(account.ref):
        scene.store(client, f"{FILED}.txt", f"{FILED} ".encode() * 100)
        for kind in kinds_in(Placement.REGION):
            policy = kind.declared
            if policy.subject != Subject.CLIENT or policy.append_only:
                continue
            free = [field.field for field in kind.fields if field.name not in KNOWN]
            for row in kind.model._default_manager.all():
                if not getattr(row, "is_signed", False):
                    words += fill_in(row, free)
        keyring.prefetch(None)
        owner = owner_of(account)
        said = "saidonce"
        audit.record("client.told", by=owner.actor, client_id=client.pk, detail={"words": said})
        exporting.request(by=owner.actor, member=owner)
    scene.run_jobs(account)
    while sequencer.sequence("au-1"):
        pass
    return [*words, said]


def fill_in(row: Any, fields: list[Any]) -> list[str]:
    """Put a new word into each sealed text of a row, all but the keys of files; return the words."""
    words = []
    for field in fields:
        if not isinstance(field, EncryptedField) or isinstance(field, EncryptedDateField):
            continue
        if field.name == "file_key" or (field.max_length or 12) < 12:  # a code, found by chance
            continue
        word = f"zq{os.urandom(4).hex()}qz"[: getattr(field, "max_length", None)]
        value: Any = word
        if isinstance(field, EncryptedJSONField):
            value = {"s": word}
        elif isinstance(field, EncryptedEmailField):
            value = f"{word}@nowhere.example"
        setattr(row, field.attname, value)
        words.append(word)
    row.save()
    return words


def dump(parts: parts_module.Parts, alias: str) -> bytes:
    """Return the whole database as pg_dump's text, by a superuser."""
    where = urlsplit(parts.postgres)
    run = subprocess.run(
        [
            str(PG_DUMP),
            f"--host={where.hostname}",
            f"--port={where.port}",
            f"--username={where.username}",
            f"--dbname={connections[alias].settings_dict['NAME']}",
        ],
        env={**os.environ, "PGPASSWORD": where.password or ""},
        capture_output=True,
        check=True,
    )
    return run.stdout


def found(words: list[str], text: bytes) -> set[str]:
    """Return the words that a text holds: as they are, in hexadecimal (bytea), in base64, in whatever case."""
    text = text.lower()
    hits = set()
    for word in words:
        raw = word.encode()
        shapes = (raw.lower(), raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1].lower())
        if any(shape in text for shape in shapes):
            hits.add(word)
    return hits


def test_a_dump_holds_no_word_of_a_client(parts: parts_module.Parts) -> None:
    words = plant(make_account(name="Harbour Physio"))
    assert len(words) > 15
    for alias in ("region_au", "keyring_au", "default", "region_eu"):
        text = dump(parts, alias)
        assert (alias, len(text) > 1_000, found(words, text)) == (alias, True, set())
    assert b"Harbour Physio" in dump(parts, "region_au")  # the dump is real


def test_neither_do_the_stored_files(parts: parts_module.Parts) -> None:
    words = plant(make_account())
    root = Path(storages["objects_au"].path(""))
    stored = [path.read_bytes() for path in root.rglob("*") if path.is_file()]
    assert len(stored) >= 3
    assert [found(words, data) for data in stored] == [set() for _ in stored]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("clients_client", "provenance", "Quillfeather"),
        ("clients_client", "given_name", b"Zebediah"),
    ],
)
def test_one_plain_field_would_be_found(
    parts: parts_module.Parts, table: str, column: str, value: str | bytes
) -> None:
    words = plant(make_account())
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.postgres, dbname=name) as superuser:
        superuser.execute(f"UPDATE {table} SET {column} = %s", [value])
    word = value if isinstance(value, str) else value.decode()
    assert word in found(words, dump(parts, "region_au"))


def test_restored_data_stays_shredded(parts: parts_module.Parts) -> None:
    """Data from before an erasure, restored under today's keyring: that client is unreadable, all others open (CR-5)."""
    account = make_account()
    erased, kept = scene.fill(account), scene.fill(account, given_name="Kept")
    model = type(erased)
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.postgres, dbname=name) as superuser:
        superuser.execute("CREATE TABLE backup AS SELECT * FROM clients_client")  # the backup at T0
        with acting_in(account.ref):
            keyring.destroy_client_keys([erased.pk])  # the erasure at T1: the key goes first
        superuser.execute(
            "UPDATE clients_client c SET given_name = b.given_name FROM backup b WHERE b.id = c.id"
        )
        superuser.execute("DROP TABLE backup")
    keyring.forget()
    with acting_in(account.ref):
        assert is_unreadable(model.objects.get(pk=erased.pk).given_name)
        assert model.objects.get(pk=kept.pk).given_name == "Kept"
    assert settings.TESTING
