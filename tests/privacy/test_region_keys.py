"""Region keys change while work goes on, from one to the next or to a key service, and none is needed longer (CR-4)."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import boto3
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.test import Client as Browser
from moto.server import ThreadedMotoServer

from accounts import sequencer
from accounts.models import Account, AuditEvent
from accounts.tenancy import acting_in
from clients.models import Client
from config.regions import region_keys as configured
from privacy.vocabulary import keyring, region_keys, rekeying
from privacy.vocabulary.models import AccountKey
from privacy.vocabulary.sealing import Unreadable
from tests.browser import sign_in
from tests.factories import make_account, make_client, make_user

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)

OLD, NEW = b"o" * 32, b"n" * 32


def use(settings: Any, *keys: bytes | str) -> None:
    """Give the Australian region these keys, as a process that starts anew would have them."""
    settings.REGION_KEYS = {**settings.REGION_KEYS, "au": keys}
    keyring.forget()


def family_name(account: Account) -> str:
    """Return what a process that remembers nothing reads of the account's one client."""
    keyring.forget()
    with acting_in(account.ref):
        return str(Client.objects.get().family_name)


def rotate(*arguments: str) -> str:
    told = StringIO()
    call_command("rotate", *arguments, stdout=told, stderr=told)
    return told.getvalue()


@pytest.fixture
def practices(settings: Any) -> list[Account]:
    """Three practices in one region, whose keys the old key wraps."""
    use(settings, OLD)
    made = [make_account() for _ in range(3)]
    for number, each in enumerate(made):
        with acting_in(each.ref):
            make_client(family_name=f"Family {number}")
    return made


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    """A key service that speaks the protocol of AWS KMS; `stop()` makes it go away."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    settings.KEY_SERVICE = f"http://{host}:{port}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    yield server
    server.stop()


def made_in(endpoint: str, aws_region: str) -> str:
    """Return the ARN of a new key of the service."""
    client = boto3.client("kms", endpoint_url=endpoint, region_name=aws_region)
    return str(client.create_key()["KeyMetadata"]["Arn"])


def test_a_new_key_takes_over_and_the_former_goes(practices: list[Account], settings: Any) -> None:
    first, *others = practices
    use(settings, NEW, OLD)
    assert [family_name(each) for each in practices] == ["Family 0", "Family 1", "Family 2"]
    with pytest.raises(CommandError, match="3 accounts still need"):
        rotate("--check")
    # Killed after the first account; meanwhile somebody signs up
    with acting_in(first.ref):
        assert rekeying.rewrap_account_keys() == 1
    late = make_account()
    with acting_in(late.ref):
        make_client(family_name="Family 3")
        assert rekeying.account_keys_wrapped_by() == {region_keys.present("au").name}
    assert "4 accounts wrapped by held:" in rotate("--kek")
    assert "(former)" not in rotate("--check")
    sequencer.sequence("au-1")
    with acting_in(others[0].ref, reading=True):
        assert AuditEvent.objects.get(action="account.key_rewrapped").actor_kind == "system"
    with acting_in(others[0].ref):
        assert rekeying.rewrap_account_keys() == 0
    use(settings, NEW)
    assert [family_name(each) for each in (*practices, late)] == [f"Family {n}" for n in range(4)]
    use(settings, OLD)
    with acting_in(first.ref), pytest.raises(Unreadable, match="isn't configured"):
        keyring.sealing_key(None)


def test_a_key_that_is_older_than_names_opens_and_gets_one(
    practices: list[Account], settings: Any
) -> None:
    account = practices[0]
    with acting_in(account.ref), keyring.keyring_transaction():
        rows = AccountKey.objects.using("keyring_au").filter(account_id=account.pk)
        assert rows.update(wrapped_by="") == 1
    assert family_name(account) == "Family 0"
    use(settings, NEW, OLD)
    assert family_name(account) == "Family 0"
    rotate("--kek")
    use(settings, NEW)
    assert family_name(account) == "Family 0"


def test_what_cannot_be_unwrapped_is_told_and_stays(
    practices: list[Account], settings: Any
) -> None:
    use(settings, NEW)
    with pytest.raises(CommandError, match="3 accounts still need"):
        rotate("--kek")
    use(settings, OLD)
    assert family_name(practices[2]) == "Family 2"


def test_keys_go_over_to_a_service_and_are_bound_to_their_accounts(
    practices: list[Account], service: ThreadedMotoServer, settings: Any, client: Browser
) -> None:
    first, second, _ = practices
    arn = made_in(settings.KEY_SERVICE, "ap-southeast-2")
    use(settings, arn, OLD)
    rotate("--kek")
    use(settings, arn)
    assert family_name(first) == "Family 0"
    user = make_user()
    account = make_account(owner=user)
    sign_in(client, user, account)
    page = f"/a/{account.slug}/clients/"
    assert client.get(page).status_code == 200

    with acting_in(first.ref), keyring.keyring_transaction():
        theirs = AccountKey.objects.using("keyring_au").get(account_id=first.pk)
    with acting_in(second.ref), keyring.keyring_transaction():
        AccountKey.objects.using("keyring_au").filter(account_id=second.pk).update(
            wrapped=theirs.wrapped
        )
    keyring.forget()
    with acting_in(second.ref), pytest.raises(Unreadable):
        keyring.sealing_key(None)

    service.stop()
    keyring.forget()
    client.raise_request_exception = False
    answer = client.get(page)
    assert (answer.status_code, "key service" in answer.content.decode()) == (503, True)


def test_a_key_itself_never_changes_nor_what_it_is_of(practices: list[Account]) -> None:
    account = practices[0]
    for change in ("version = 2", "account_id = id", "id = account_id"):
        with (
            acting_in(account.ref),
            pytest.raises(DatabaseError, match="permission denied") as refused,
            keyring.keyring_transaction(),
            connections["keyring_au"].cursor() as cursor,
        ):
            cursor.execute(f"UPDATE vocabulary_accountkey SET {change}")
        assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


GOOD = "arn:aws:kms:ap-southeast-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_only_a_key_of_its_own_region_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGION_KEY_AU", GOOD)
    monkeypatch.setenv("REGION_KEY_AU_BEFORE", "b28" + "v" * 40 + "=" + " , " + GOOD)
    present, held, former = configured("au")
    assert (present, former) == (GOOD, GOOD)
    assert isinstance(held, bytes)
    for bad in (
        GOOD.replace("key/", "key/mrk-"),
        GOOD.replace("key/1234abcd-12ab-34cd-56ef-1234567890ab", "alias/keepwell"),
        GOOD.replace("ap-southeast-2", "eu-central-1"),
        "arn:aws:kms:::key/none",
    ):
        monkeypatch.setenv("REGION_KEY_AU", bad)
        with pytest.raises(ImproperlyConfigured, match="REGION_KEY_AU"):
            configured("au")
