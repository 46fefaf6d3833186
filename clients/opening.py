"""Opens the names and contacts of many clients at once, without making model instances."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils.translation import gettext as _
from psycopg.pq import Format

from clients.finding import Contact, Person, order_of
from clients.models import Client, ContactPoint
from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.fields import UnreadableValue
from privacy.vocabulary.prepared import Given, Prepared

_KIND = Client._meta.label
_NAMES = ("given_name", "family_name", "preferred_name")
_CONTACTS = ("email", "phone", "birth_date")
_ID = "{id}"
_POINTS = Prepared[ContactPoint](
    lambda: ContactPoint.objects.filter(client__among=Given("clients"))
)
_WITH_PERSONS = (
    "ARRAY(SELECT unnest(%s::uuid[]) UNION ALL SELECT alias_of_id FROM clients_client"
    " WHERE account_id = %s AND id = ANY(%s) AND alias_of_id IS NOT NULL)"
)


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the garbage collector back: it would walk thousands of new people, again and again, and free none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def people(client_ids: Collection[UUID] | None) -> list[Person]:
    """Return the names in the records with these ids, and in those they stand for (None: in all) of the active account."""
    opener = _Opener(_NAMES)
    found = []
    for pk, is_archived, is_confirmed, alias_of, (given, family, preferred) in opener.rows(
        client_ids
    ):
        order = order_of(given, family, is_archived)
        found.append(
            Person(order, pk, given, family, preferred, is_archived, is_confirmed, alias_of)
        )
    return found


def contacts(client_ids: Collection[UUID] | None) -> Iterator[tuple[UUID, Contact]]:
    """Yield how the clients with these ids (None: all) are reached."""
    more = _further(client_ids)
    for pk, *_marks, (email, phone, born) in _Opener(_CONTACTS).rows(client_ids):
        yield pk, Contact(email, phone, _date(born), tuple(more.get(pk, ())))


def addresses() -> Iterator[tuple[UUID, str]]:
    """Yield the street of every record."""
    for pk, *_marks, (address,) in _Opener(("address",)).rows(None):
        yield pk, address


def _further(client_ids: Collection[UUID] | None) -> dict[UUID, list[str]]:
    """Return the further phones and mail addresses of these clients (None: of all who have some)."""
    some = client_ids is not None
    points = _POINTS(clients=list(client_ids or ())) if some else list(ContactPoint.objects.all())
    found: dict[UUID, list[str]] = {}
    keyring.prefetch({point.client_id for point in points})
    for point in points:
        found.setdefault(point.client_id, []).append(point.value)
    return found


class _Opener:
    """Opens some sealed fields of many clients. Written for 50,000 of them: what runs per value does little."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.active = scope.current()
        self.names = [name.encode() for name in fields]
        self.columns = ", ".join(fields)

    def rows(
        self, client_ids: Collection[UUID] | None
    ) -> Iterator[tuple[UUID, bool, bool, UUID | None, list[str]]]:
        """Yield id, archived, confirmed, alias and the opened values of the records with these ids (None: of all)."""
        unseal_row, names = sealing.unseal_row, self.names
        rows = self._select(client_ids)
        key_of = self._keys(rows).get
        before, between, after = self._stem.split(_ID)
        for pk, text, is_archived, is_confirmed, alias_of, *payloads in rows:
            stem = f"{before}{text}{between}{text}{after}".encode()
            key = key_of(pk)
            try:
                values = unseal_row(payloads, key, stem, names) if key else None
            except sealing.Unreadable:
                values = None
            opened = values or self._singly(pk, payloads, stem)
            yield pk, is_archived, is_confirmed, alias_of, opened

    @property
    def _stem(self) -> str:
        """The place of each value up to the name of its field, with `_ID` for the client's id."""
        active = self.active
        return sealing.place(active.region, active.account_id, _ID, _KIND, _ID, "").decode()

    def _keys(self, rows: list[Any]) -> Mapping[UUID, sealing.Key]:
        """Return the clients' keys, loading them when this process does not hold as many."""
        known = keyring.prefetch(())
        if len(rows) < keyring.MANY_CLIENTS:
            return keyring.prefetch([row[0] for row in rows])
        return known if len(known) >= len(rows) else keyring.prefetch()

    def _select(self, client_ids: Collection[UUID] | None) -> list[Any]:
        some = "" if client_ids is None else f" AND id = ANY({_WITH_PERSONS})"
        account, wanted = self.active.account_id, list(client_ids or ())
        params: list[Any] = [account] if client_ids is None else [account, wanted, account, wanted]
        with connections[self.active.database].cursor() as cursor:
            cursor.cursor.format = (
                Format.BINARY
            )  # sealed bytes would travel as twice as many hexadecimal digits
            cursor.execute(
                f"SELECT id, id::text, archived_at IS NOT NULL, is_confirmed, alias_of_id, {self.columns} "
                f"FROM {Client._meta.db_table} WHERE account_id = %s{some}",
                params,
            )
            rows: list[Any] = cursor.fetchall()
            return rows

    def _singly(self, pk: UUID, payloads: list[bytes | None], stem: bytes) -> list[str]:
        """Open values of which some lie under an older key of the client, or can't be read (CR-7)."""
        values = []
        for payload, name in zip(payloads, self.names, strict=True):
            try:
                key = keyring.opening_key(sealing.key_id(payload), pk) if payload else None
                values.append(
                    sealing.unseal(payload, key, stem + name).decode() if payload and key else ""
                )
            except sealing.Unreadable:
                self.active.unreadable.add((_KIND, pk, name.decode()))
                values.append(UnreadableValue(_("unreadable")))
        return values


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text and not isinstance(text, UnreadableValue) else None
