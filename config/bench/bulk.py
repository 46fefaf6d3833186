"""Many rows at once, written as `keepwell_owner` inside one account, with values sealed as the product seals them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from django.db.models import Model
from psycopg import sql

from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.fields import EncryptedField

ALIAS = "region_au"

type Row = Sequence[Any]


def owner_connection() -> psycopg.Connection[Any]:
    """Return a connection to the region's database as the role that owns its tables."""
    where = connections[ALIAS].settings_dict
    return psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        dbname=where["NAME"],
        user="keepwell_owner",
        password=settings.DB_PASSWORDS["owner"],
    )


class Bulk:
    """Rows for the active account: a temporary table takes what differs, a prototype gives the rest."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.account = scope.current().account_id
        connection.execute("SELECT set_config('app.account_id', %s, true)", [str(self.account)])

    def stage(self, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
        """Copy rows into the temporary table `staged`; `columns` gives each column's type."""
        self.connection.execute("DROP TABLE IF EXISTS staged")
        made = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self.connection.execute(f"CREATE TEMP TABLE staged ({made})")
        with self.connection.cursor() as cursor, cursor.copy("COPY staged FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def insert(self, prototype: Model, differing: Mapping[str, str]) -> None:
        """Insert a row like `prototype` for each staged one; `differing` gives SQL over `staged` by column."""
        names: list[sql.Composable] = []
        values: list[sql.Composable] = []
        constants = []
        connection = connections[ALIAS]
        for field in prototype._meta.concrete_fields:
            column = str(field.column)
            names.append(sql.Identifier(column))
            if column in differing:
                values.append(sql.SQL(differing[column]))
                continue
            raw = None if isinstance(field, EncryptedField) else field.pre_save(prototype, True)
            values.append(sql.SQL("CAST(%s AS {})").format(sql.SQL(_type(field, connection))))
            constants.append(field.get_db_prep_save(raw, connection))
        self.connection.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM staged").format(
                sql.Identifier(prototype._meta.db_table),
                sql.SQL(", ").join(names),
                sql.SQL(", ").join(values),
            ),
            constants,
        )


class Sealer:
    """Seals the encrypted fields of one model for many rows of the active account, each under its client's key."""

    def __init__(self, model: type[Model]) -> None:
        active = scope.current()
        self.region, self.account = active.region, str(active.account_id)
        self.kind = model._meta.label
        self.fields = [
            each.attname for each in model._meta.concrete_fields if isinstance(each, EncryptedField)
        ]
        self.nullable = {each.attname for each in model._meta.concrete_fields if each.null}
        self.keys = keyring.prefetch()

    def row(self, client_id: UUID, pk: UUID, values: Mapping[str, str]) -> list[bytes | None]:
        """Return the sealed values of one row in the order of `fields`; what `values` lacks is sealed as "" or null."""
        stem = sealing.place(self.region, self.account, client_id, self.kind, pk, "")
        key = self.keys[client_id]
        return [
            None
            if name not in values and name in self.nullable
            else sealing.seal(values.get(name, "").encode(), key, stem + name.encode())
            for name in self.fields
        ]


def _type(field: Any, connection: Any) -> str:
    return str(field.db_type(connection))
