"""Nothing is reached outside an account, nothing of another account inside one (RP-3, TI-3)."""

from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.db.utils import ProgrammingError

from accounts.models import Account, Location, Member
from accounts.tenancy import acting_in
from clients.models import Client
from privacy.vocabulary.scope import NoAccount, WrongAccount
from tests.factories import make_account, make_client, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")


def test_no_account_no_query() -> None:
    with pytest.raises(NoAccount):
        Location.objects.count()


def test_raw_statements_outside_an_account_are_refused() -> None:
    with pytest.raises(NoAccount), connections["region_au"].cursor() as cursor:
        cursor.execute("SELECT 1")


def test_another_account_cant_be_entered_while_one_is_open() -> None:
    first, second = make_account(), make_account()
    with acting_in(first.ref), pytest.raises(WrongAccount), acting_in(second.ref):
        pass


def test_a_row_of_another_account_is_not_there() -> None:
    first, second = make_account(), make_account()
    with acting_in(first.ref):
        theirs = make_client()
    with acting_in(second.ref):
        assert Client.objects.filter(pk=theirs.pk).exists() is False
        with connections["region_au"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM clients_client WHERE id = %s", [theirs.pk])
            assert cursor.fetchone() == (0,)


def test_the_door_is_closed_after_leaving() -> None:
    account = make_account()
    with acting_in(account.ref):
        Location.objects.count()
    connection = connections["region_au"]
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with (
            pytest.raises(Exception, match=r"invalid input syntax|unrecognized"),
            transaction.atomic("region_au"),
        ):
            connection.cursor().execute("SELECT count(*) FROM clients_client")
    finally:
        connection.execute_wrappers = wrappers


def test_the_region_of_an_account_is_not_the_applications_to_change() -> None:
    account = make_account()
    account.cell = "eu-1"
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        account.save()
    assert Account.objects.get(pk=account.pk).cell == "au-1"


def test_an_accounts_owner_is_known_in_its_region_alone() -> None:
    account = make_account(country="IE")
    assert account.cell == "eu-1"
    owner = owner_of(account)
    with acting_in(account.ref):
        assert Member.objects.get(pk=owner.pk).name == owner.name
    assert uuid4() != owner.pk
