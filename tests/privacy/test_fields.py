"""Encrypted fields read like ordinary attributes, lie sealed, and refuse what SQL could only do with plain text."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import FieldError
from django.db import connections
from django.db.models import F

from accounts.tenancy import acting_in
from clients.models import Client
from privacy.vocabulary.fields import is_unreadable
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")


def stored(field: str, pk: UUID) -> bytes:
    with connections["region_au"].cursor() as cursor:
        cursor.execute(f"SELECT {field} FROM clients_client WHERE id = %s", [pk])
        return bytes(cursor.fetchone()[0])


def test_a_value_lies_sealed_and_reads_plain() -> None:
    with acting_in(make_account().ref):
        pk = make_client(given_name="Leïla", birth_date=date(1988, 2, 29)).pk
        again = Client.objects.get(pk=pk)
        assert (again.given_name, again.birth_date) == ("Leïla", date(1988, 2, 29))
        payload = stored("given_name", pk)
        assert "Leïla".encode() not in payload
        assert len(payload) == 45 + len("Leïla".encode())


def test_an_unchanged_value_keeps_its_sealed_form() -> None:
    with acting_in(make_account().ref):
        pk = make_client().pk
        before = stored("family_name", pk)
        again = Client.objects.get(pk=pk)
        assert again.full_name
        again.given_name = "Other"
        again.save()
        assert stored("family_name", pk) == before
        assert Client.objects.get(pk=pk).given_name == "Other"


def test_exact_match_goes_through_the_blind_index() -> None:
    with acting_in(make_account().ref):
        client = make_client(email="Ana@Mail.example", phone="+61 412 345 678")
        assert Client.objects.get(email=" ana@mail.EXAMPLE ").pk == client.pk
        assert Client.objects.get(phone="+61412345678").pk == client.pk


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Client.objects.filter(given_name="x"),
        lambda: Client.objects.filter(email__icontains="x"),
        lambda: Client.objects.order_by("family_name"),
        lambda: Client.objects.filter(alerts__text="x"),
        lambda: Client.objects.filter(provenance=F("given_name")),
        lambda: Client.objects.annotate(n=F("given_name")),
        lambda: Client.objects.update(given_name="x"),
        lambda: Client.objects.bulk_update([make_client()], ["given_name"]),
    ],
)
def test_what_sql_cant_do_is_refused_with_advice(ask: Any) -> None:
    with acting_in(make_account().ref), pytest.raises(FieldError, match="encrypted"):
        list(ask() or [])


def test_a_value_moved_to_another_field_is_unreadable_never_empty() -> None:
    with acting_in(make_account().ref):
        pk = make_client(given_name="Ada", family_name="Love").pk
        with connections["region_au"].cursor() as cursor:
            cursor.execute("UPDATE clients_client SET given_name = family_name WHERE id = %s", [pk])
        moved = Client.objects.get(pk=pk)
        assert is_unreadable(moved.given_name)
        assert str(moved.given_name) == "unreadable"
        moved.save()
        assert is_unreadable(Client.objects.get(pk=pk).given_name)
