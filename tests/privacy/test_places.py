"""A sealed value opens in its own place alone, and never without its key (CR-2, CR-5, CR-6, CR-7)."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from accounts.logs import LineFormatter
from accounts.models import Account
from accounts.tenancy import acting_in
from clients.models import Alert, Client
from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.fields import Sealed, is_unreadable
from tests import parts
from tests.conftest import HOME
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")

PARTS = ("region", "account", "client", "kind", "pk", "field")
words = st.text(min_size=1, max_size=40)


@settings(max_examples=100)
@given(st.tuples(*[words] * 6), st.tuples(*[words] * 6), st.binary(max_size=64))
def test_a_value_opens_in_its_own_place_alone(ours: Any, theirs: Any, plain: bytes) -> None:
    key = sealing.Key(uuid7(), b"k" * 32)
    there, here = sealing.place(*theirs), sealing.place(*ours)
    sealed = sealing.seal(plain, key, here)
    assert sealing.unseal(sealed, key, here) == plain
    if there != here:
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, key, there)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_place_binds(part: str) -> None:
    place: dict[str, Any] = {
        "region": "au",
        "account": uuid7(),
        "client": uuid7(),
        "kind": "clients.Client",
        "pk": uuid7(),
        "field": "email",
    }
    key = sealing.Key(uuid7(), b"k" * 32)
    sealed = sealing.seal(b"word", key, sealing.place(**place))
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed, key, sealing.place(**{**place, part: "other"}))


def opened_at(row: Any, name: str, payload: bytes) -> Any:
    """Return what a field of a row gives when it finds `payload` in the database."""
    row.__dict__[name] = Sealed(payload)
    return getattr(row, name)


def payload_of(row: Any, name: str) -> bytes:
    field = row._meta.get_field(name)
    with connections[scope.current().database].cursor() as cursor:
        cursor.execute(f"SELECT {field.column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def test_a_ciphertext_moved_anywhere_is_unreadable_and_never_plain() -> None:
    """Across field, row, model, client, account and region."""
    with acting_in(make_account().ref):
        ada, bea = make_client(given_name="Ada"), make_client(given_name="Bea")
        alert = Alert(client=ada, text="Latex")
        alert.save(force_insert=True)
        second = Alert(client=ada, text="Nuts")
        second.save(force_insert=True)
        name, warning = payload_of(ada, "given_name"), payload_of(alert, "text")
        assert opened_at(Client.objects.get(pk=ada.pk), "given_name", name) == "Ada"
        moved = [
            opened_at(Client.objects.get(pk=ada.pk), "family_name", name),  # field
            opened_at(Alert.objects.get(pk=second.pk), "text", warning),  # row
            opened_at(Alert.objects.get(pk=alert.pk), "text", name),  # model
            opened_at(Client.objects.get(pk=bea.pk), "given_name", name),  # client
        ]
        scope.current().unreadable.clear()
    for country in ("AU", "IE"):  # another account, and one in another region
        with acting_in(make_account(country=country).ref):
            other = make_client(given_name="Other")
            moved.append(opened_at(Client.objects.get(pk=other.pk), "given_name", name))
            scope.current().unreadable.clear()
    assert len(moved) == 6
    assert all(is_unreadable(value) and "Ada" not in value and value for value in moved)


def test_a_row_of_another_account_is_never_opened_with_this_ones_keys() -> None:
    first, second = make_account(), make_account()
    with acting_in(first.ref):
        pk = make_client(given_name="Ada").pk
        row = Client.objects.get(pk=pk)
    with acting_in(second.ref):
        assert is_unreadable(row.given_name)


def read(account: Account, pk: UUID) -> Any:
    keyring.forget()
    with acting_in(account.ref):
        value = Client.objects.get(pk=pk).given_name
        scope.current().unreadable.clear()
        return value


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_shredded_client_stays_unreadable_when_the_data_comes_back() -> None:
    """CR-5: the region's backup is restored, the keyring is as it is now."""
    account = make_account()
    with acting_in(account.ref):
        gone, stays = make_client(given_name="Gone").pk, make_client(given_name="Stays").pk
    database = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, dbname=database) as backup:
        backup.execute("CREATE TABLE kept AS SELECT * FROM clients_client")
        with acting_in(account.ref):
            assert keyring.destroy_client_keys([gone]) == 1
        try:
            backup.execute(
                "UPDATE clients_client SET given_name = E'\\\\x00' WHERE id = %s", [gone]
            )
            backup.execute("DELETE FROM clients_client WHERE id = %s", [gone])
            backup.execute("INSERT INTO clients_client SELECT * FROM kept WHERE id = %s", [gone])
        finally:
            backup.execute("DROP TABLE kept")
    assert is_unreadable(read(account, gone))
    assert read(account, stays) == "Stays"


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_without_the_accounts_key_nothing_of_it_opens_and_the_neighbour_reads_on() -> None:
    account, neighbour = make_account(), make_account()
    with acting_in(account.ref):
        ours = make_client(given_name="Ours").pk
    with acting_in(neighbour.ref):
        theirs = make_client(given_name="Theirs").pk
    with acting_in(account.ref):
        assert keyring.destroy_account_keys() == 2
    assert is_unreadable(read(account, ours))
    assert read(neighbour, theirs) == "Theirs"


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_what_cant_be_opened_is_an_alarm_and_shows_the_word() -> None:
    account = make_account()
    with acting_in(account.ref):
        pk = make_client().pk
        keyring.destroy_client_keys([pk])
    with acting_in(account.ref):
        value = Client.objects.get(pk=pk).given_name
        assert (str(value), bool(value)) == ("unreadable", True)
    database = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, dbname=database) as superuser:
        found = superuser.execute(
            "SELECT kind, object_id, result FROM accounts_auditqueue"
            " WHERE account_id = %s AND action = 'integrity.unreadable'",
            [account.pk],
        ).fetchall()
    assert found == [("clients.Client.given_name", pk, "alarm")]


def test_keys_never_show() -> None:
    """CR-6: not in text, pickles or copies, nor in what a failure logs."""
    with acting_in(make_account().ref):
        pk = make_client().pk
        key, raw = keyring._account_key()
        shown = [repr(key), str(key), f"{key}", repr(keyring._memory)]
        for attempt in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                attempt(key)
        try:
            sealing.unseal(sealing.seal(b"word", key, b"here"), key, b"there")
        except sealing.Unreadable as error:
            shown += traceback.format_exception(error)
            record = logging.LogRecord(
                "keepwell", logging.ERROR, "", 1, "failed", (), (type(error), error, None)
            )
            shown.append(LineFormatter().format(record))
        shown.append(repr(keyring.sealing_key(pk)))
    forms = (repr(raw), raw.hex(), repr(raw)[2:-1])
    assert not [form for form in forms for text in shown if form in text]
