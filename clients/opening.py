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

from clients.finding import Contact, Person, order_of
from clients.models import Client
from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.fields import UnreadableValue

_KIND = Client._meta.label
_NAMES = ("given_name", "family_name", "preferred_name")
_CONTACTS = ("email", "phone", "birth_date")


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
    """Return the names of the clients with these ids (None: of all) of the active account."""
    opener = _Opener(_NAMES)
    found = []
    for pk, is_archived, is_confirmed, (given, family, preferred) in opener.rows(client_ids):
        order = order_of(given, family, is_archived)
        found.append(Person(order, pk, given, family, preferred, is_archived, is_confirmed))
    return found


def contacts(client_ids: Collection[UUID] | None) -> Iterator[tuple[UUID, Contact]]:
    """Yield how the clients with these ids (None: all) are reached."""
    for pk, _archived, _confirmed, (email, phone, born) in _Opener(_CONTACTS).rows(client_ids):
        yield pk, Contact(email, phone, _date(born))


class _Opener:
    """Opens some sealed fields of many clients. Written for 50,000 of them: what runs per value does little."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.active = scope.current()
        self.names = [name.encode() for name in fields]
        self.columns = ", ".join(fields)

    def rows(
        self, client_ids: Collection[UUID] | None
    ) -> Iterator[tuple[UUID, bool, bool, list[str]]]:
        """Yield id, archived, confirmed and the opened values of the clients with these ids (None: of all)."""
        active, unseal_row = self.active, sealing.unseal_row
        rows = self._select(client_ids)
        keys = self._keys(rows)
        region, account = active.region, str(active.account_id)
        for pk, text, is_archived, is_confirmed, *payloads in rows:
            # A place ends in the name of the field: made once for each client, not once for each field
            stem = sealing.place(region, account, text, _KIND, text, "")
            places = [stem + name for name in self.names]
            key = keys.get(pk)
            try:
                values = unseal_row(payloads, key, places) if key else None
            except sealing.Unreadable:
                values = None
            yield pk, is_archived, is_confirmed, values or self._singly(pk, payloads, places)

    def _keys(self, rows: list[Any]) -> Mapping[UUID, sealing.Key]:
        """Return the clients' keys, loading them when this process does not hold as many."""
        known = keyring.prefetch(())
        if len(rows) < keyring.MANY_CLIENTS:
            return keyring.prefetch([row[0] for row in rows])
        return known if len(known) >= len(rows) else keyring.prefetch()

    def _select(self, client_ids: Collection[UUID] | None) -> list[Any]:
        some = "" if client_ids is None else " AND id = ANY(%s)"
        with connections[self.active.database].cursor() as cursor:
            cursor.execute(
                f"SELECT id, id::text, archived_at IS NOT NULL, is_confirmed, {self.columns} "
                f"FROM {Client._meta.db_table} WHERE account_id = %s{some}",
                [self.active.account_id, *([] if client_ids is None else [list(client_ids)])],
            )
            rows: list[Any] = cursor.fetchall()
            return rows

    def _singly(self, pk: UUID, payloads: list[bytes | None], places: list[bytes]) -> list[str]:
        """Open values of which some lie under an older key of the client, or can't be read (CR-7)."""
        values = []
        for payload, place, name in zip(payloads, places, self.names, strict=True):
            try:
                key = keyring.opening_key(sealing.key_id(payload), pk) if payload else None
                values.append(
                    sealing.unseal(payload, key, place).decode() if payload and key else ""
                )
            except sealing.Unreadable:
                self.active.unreadable.add((_KIND, pk, name.decode()))
                values.append(UnreadableValue(_("unreadable")))
        return values


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text and not isinstance(text, UnreadableValue) else None
