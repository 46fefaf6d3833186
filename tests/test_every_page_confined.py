"""Every page as a member who is confined to a location: clients of other locations aren't there, whatever is asked (A5)."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import connections
from django.test import Client as Browser

import bookings
from accounts.models import Account, AccountAnchor, Location, Role
from accounts.tenancy import acting_in, confine, everywhere
from accounts.wall import tenant_models
from bookings.models import Appointment, Attendee
from clients import directory, records
from clients.models import Client
from privacy.vocabulary.fields import EncryptedDateField, EncryptedField, EncryptedJSONField
from privacy.vocabulary.scope import SYSTEM, WHOLE, Sight
from tests import parts
from tests.accounts.test_mirror import CHAIN, made
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import make_account, make_appointment, make_client, make_member, make_user
from tests.test_every_view import KEYED, MEMBERS, values_for

SECRET = "Quillfeather"
HIDDEN = {
    "given_name": SECRET,
    "family_name": SECRET,
    "preferred_name": SECRET,
    "email": "quillfeather@mail.example",
    "phone": "+61491570006",
}
TOLD = (SECRET.lower(), "61491570006", "491 570 006")
FINDS = ("client_search", "people_found", "appointment_new", "contacts", "waiting_new")


def fill(account: Account, key: UUID) -> tuple[Location, Location]:
    """Make a client of another location with a row of every kind, all with one id; return the member's place and theirs."""
    with acting_in(account.ref):
        ours, theirs = (Location(name=name, time_zone="Australia/Sydney") for name in ("A", "B"))
        ours.save(force_insert=True)
        theirs.pk = key
        theirs.save(force_insert=True)
        make_appointment(make_client(given_name="Ana", location=ours), location=ours)
        hidden = make_client(pk=key, location=theirs, **HIDDEN)
        existing: dict[Any, Any] = {Location: theirs, Client: hidden}
        for model in tenant_models(apps.get_models()):
            if model is AccountAnchor or model.__name__ in CHAIN:
                continue
            row = made(model, existing, pk=key)
            policy = model.data_policy
            if policy.client == "client_id" and not policy.append_only:
                mark(row)
        make_appointment(hidden, location=ours)
        return ours, theirs


def mark(row: Any) -> None:
    """Put the word that must not be seen into every sealed text of a row that can still change."""
    for field in row._meta.concrete_fields:
        plain = not isinstance(field, EncryptedDateField | EncryptedJSONField)
        if isinstance(field, EncryptedField) and plain and "@" in str(getattr(row, field.attname)):
            setattr(row, field.attname, f"{SECRET}@mail.example")
    if not row._meta.model.__name__.startswith(("Note", "Restriction")):
        row.save()


def telling(answer: Any) -> bool:
    body = getattr(answer, "content", b"").decode(errors="replace").lower()
    return any(word in body for word in TOLD)


def rows_of(account: Account, key: UUID) -> dict[str, Any]:
    """Return a hash of all that the hidden client has, read by a superuser."""
    database = connections["region_au"].settings_dict["NAME"]
    found = {}
    with psycopg.connect(parts.standing(HOME).postgres, dbname=database) as connection:
        for model in tenant_models(apps.get_models()):
            column = model.data_policy.client
            if column:
                table = model._meta.db_table
                row = connection.execute(
                    f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
                    f" WHERE account_id = %s AND {column} = %s",
                    [account.pk, key],
                ).fetchone()
                found[table] = row and row[0]
    return found


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_no_page_tells_of_a_client_of_another_location(client: Browser) -> None:
    owner = make_user()
    account, key = make_account(owner=owner), uuid4()
    ours, _theirs = fill(account, key)
    sign_in(client, owner, account, stepped_up=True)
    paths = {each.route: each.path(**values_for(each, account.slug, key)) for each in MEMBERS}
    seen = [route for route in paths if telling(client.get(paths[route]))]
    assert len(seen) > 10, "the Owner sees them, or this proves nothing"
    user, member = make_member(account, Role.PRACTITIONER)
    with acting_in(account.ref):
        member.location = ours
        member.save()
    sign_in(client, user, account, stepped_up=True)
    before = rows_of(account, key)
    typed = SECRET[:6]  # a page may repeat what was typed
    words = {"q": typed, "find": typed, "search": "1"}
    for address in MEMBERS:
        path = paths[address.route]
        assert not telling(client.get(path)), address.route
        assert not telling(client.get(path, headers={"HX-Request": "true"})), address.route
        if address in KEYED or address.view.__name__ in FINDS:
            assert not telling(client.post(path, words)), address.route
            assert not telling(client.post(path, words, headers={"HX-Request": "true"})), path
    assert rows_of(account, key) == before


@pytest.mark.django_db(databases="__all__")
def test_the_database_keeps_them_whatever_is_asked() -> None:
    account = make_account()
    with acting_in(account.ref) as active:
        ours, theirs = (Location(name=name, time_zone="Australia/Sydney") for name in ("A", "B"))
        ours.save(force_insert=True)
        theirs.save(force_insert=True)
        here, there, nowhere = (make_client(location=where) for where in (ours, theirs, None))
        session = make_appointment(there, location=ours, capacity=3)
        Attendee(appointment=session, client=here).save(force_insert=True)
        assert len(directory.search("family")) == 3
        confine(active, Sight(ours.pk))
        assert set(Client.objects.all()) == {here, nowhere}
        with connections["region_au"].cursor() as cursor:
            cursor.execute("SELECT id FROM clients_client")
            assert {row[0] for row in cursor.fetchall()} == {here.pk, nowhere.pk}
        assert session.attendees.count() == 1
        assert {each.id for each in directory.search("family")} == {here.pk, nowhere.pk}
        assert directory.names([there.pk, here.pk]) == {here.pk: here.full_name}
        with everywhere():
            assert (session.attendees.count(), Client.objects.count()) == (2, 3)
            with pytest.raises(ValueError, match="kept"), everywhere():
                raise ValueError("kept")
            assert Client.objects.count() == 3
        assert Client.objects.count() == 2
        added = records.add(by=SYSTEM, values={"given_name": "New"})
        assert added.location_id == ours.pk
        confine(active, Sight(theirs.pk))
        assert added.pk not in {each.id for each in directory.search("new")}
        confine(active, WHOLE)
        records.change(by=SYSTEM, client=here, values={"location": theirs})
        confine(active, Sight(ours.pk))
        assert here.pk not in {each.id for each in directory.search("family")}
        confine(active, WHOLE)


# Verbs about settings of the practice, which reach no client's rows
OF_THE_PRACTICE = {
    "bookings.hours.calendars",
    "bookings.hours.reresolving",
    "bookings.messaging.editing",
    "bookings.offering.keeping",
    "bookings.public.choices",
    "bookings.setup.steps",
}
# Parts of a verb that wears it
PARTS = {"take", "record", "book_at_desk"}


def verbs() -> Iterator[tuple[str, Any]]:
    for found in pkgutil.walk_packages(bookings.__path__, "bookings."):
        if ".migrations" in found.name or ".management" in found.name:
            continue
        module = import_module(found.name)
        for name, each in inspect.getmembers(module, inspect.isfunction):
            own = inspect.unwrap(each).__module__ == found.name and name[0] != "_"
            if own and "by" in inspect.signature(each).parameters:
                yield found.name, each


def test_every_verb_about_bookings_reaches_every_client() -> None:
    """A session is full, moved and called off for all who come, also those whom its member may not see."""
    bare = {
        f"{module}.{each.__name__}"
        for module, each in verbs()
        if module not in OF_THE_PRACTICE
        and each.__name__ not in PARTS
        and not hasattr(each, "__wrapped__")
    }
    assert bare == set()
    assert Appointment in apps.get_models()
