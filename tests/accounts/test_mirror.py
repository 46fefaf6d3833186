"""Mirrored rows in two accounts: from inside one, no way leads to the other's (TI-2, TI-3, TI-8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connections, models, transaction
from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import Account, AccountAnchor, Location, Practitioner
from accounts.tenancy import acting_in
from accounts.wall import tenant_foreign_keys, tenant_models
from clients.models import Caring, Client
from notes.models import Addendum, CoSignature, Note, NoteVersion, Remark, Withdrawal
from notes.writing import put
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.fields import (
    BlindIndexField,
    EncryptedDateField,
    EncryptedField,
    EncryptedJSONField,
)
from privacy.vocabulary.placement import ControlRef
from privacy.vocabulary.scope import SYSTEM, NoAccount
from tests import parts
from tests.conftest import HOME
from tests.factories import make_account

pytestmark = pytest.mark.django_db(databases="__all__")

CHAIN = ("AuditQueue", "AuditEvent", "AuditHead")
KINDS = [
    m
    for m in tenant_models(apps.get_models())
    if m is not AccountAnchor and m.__name__ not in CHAIN
]
DELETABLE = [model for model in KINDS if model.data_policy.deletable or model.data_policy.undoable]


@dataclass
class Mirror:
    """Two accounts with one row of every kind each."""

    ours: Account
    theirs: Account
    rows: dict[tuple[UUID, type[models.Model]], Any]

    def our(self, model: type[models.Model]) -> Any:
        return self.rows[self.ours.pk, model]

    def their(self, model: type[models.Model]) -> Any:
        return self.rows[self.theirs.pk, model]


def value_for(field: models.Field[Any, Any]) -> Any:
    """Return a plausible value for a field that has no default."""
    if choices := getattr(field, "choices", None):
        return choices[0][0]
    if field.name.endswith("zone"):
        return "Australia/Sydney"
    if isinstance(field, EncryptedDateField | models.DateField) and not isinstance(
        field, models.DateTimeField
    ):
        return date(2026, 11, 24)
    if isinstance(field, EncryptedJSONField | models.JSONField):
        return {}
    if isinstance(field, EncryptedField):
        return "word@mail.example"
    plain: dict[type[models.Field[Any, Any]], Any] = {
        models.DateTimeField: datetime(2026, 11, 24, 1, tzinfo=UTC),
        models.TimeField: time(9),
        models.BooleanField: True,
        models.BinaryField: uuid4().bytes,
        models.UUIDField: uuid4(),
        ControlRef: uuid4(),
        models.SlugField: "word",
        models.CharField: "word"[: getattr(field, "max_length", None) or 4],
        models.TextField: "word",
    }
    return plain.get(type(field), 1)


# A reference that may be empty and yet a constraint of the model asks for
NEEDED = {"Referral": "by_type", "Relationship": "contact"}


def special(model: type[models.Model]) -> Any:
    """Values that a constraint of the model asks for."""
    later = datetime(2026, 11, 24, 2, tzinfo=UTC)
    return {
        "WeeklyHours": {"ends": time(17), "weekday": 1},
        "Appointment": {"ends_at": later, "busy_until": later},
        "ExtraHours": {"ends": time(17)},
        "Hold": {"ends_at": later, "busy_until": later},
        "BusyTime": {"ends_at": later},
        "Member": {"role": "reception"},
        "Closure": {"cancelled_at": clock.now()},
        "SupportGrant": {"expires_at": later},
        "NoteOpening": {"ends_at": later},
        "DeskCertificate": {"text": "{}"},
        "DeskChoices": {"pack": "AU"},
        "DeskWait": {"what": "identity"},
        "DeskCase": {"pack": "AU", "pack_version": "2026-1"},
        "ResidencyStatement": {"text": '{"held": {}}'},
    }.get(model.__name__, {})


def below(model: type[models.Model], existing: dict[Any, Any]) -> dict[str, Any]:
    """Return what a row that stands below a note refers to: a note that is where the database asks for it."""
    client, cosigner = existing.get(Client), existing.get(Practitioner)
    if model is NoteVersion:
        return {"saved_at": existing[Note].updated_at}
    if model in (Addendum, Withdrawal):
        note = Note(client=client, author=cosigner, provenance="import")
        note.state, note.signed_at = Note.State.FINAL, note.updated_at
        note.save(force_insert=True)
        return {"note": note}
    if model in (CoSignature, Remark):
        author = Practitioner(name="Student")
        author.save(force_insert=True)
        note = Note(client=client, author=author, cosigner=cosigner)
        put(note, by=SYSTEM, title="word", content={})
        note.save(force_insert=True)
        note.words.save(force_insert=True)
        note.state, note.signed_at = Note.State.AWAITING, clock.now()
        note.save()
        return {"note": note, "signed_at" if model is CoSignature else "written_at": clock.now()}
    return {}


def made(
    model: Any, existing: dict[Any, Any], plant: Callable[[Any], None] | None = None, **ids: Any
) -> Any:
    """Return a saved row of a model in the active account, its references first; `pk` gives all of them one id.

    `plant` changes each row before it is saved.
    """
    if model in existing:
        return existing[model]
    references = {
        field.name: made(field.remote_field.model, existing, plant, **ids)
        for field in tenant_foreign_keys(model)
        if not field.null or field.name == NEEDED.get(model.__name__)
    }
    if model is Caring and (known := Caring.objects.filter(**references).first()):
        # The database has made it itself, as the client was booked or written of
        Caring.objects.filter(pk=known.pk).update(id=ids.get("pk", known.pk))
        existing[model] = Caring.objects.get(**references)
        return existing[model]
    values = {
        field.name: value_for(field)
        for field in model._meta.local_fields
        if not (
            field.has_default()
            or field.null
            or field.is_relation
            or isinstance(field, BlindIndexField)
        )
    }
    row = model(**{**values, **special(model), **references, **below(model, existing), **ids})
    if plant is not None:
        plant(row)
    if model.__name__ == "Client":
        keyring.create_client_keys([row.pk])
    row.save(force_insert=True)
    existing[model] = row
    return row


@pytest.fixture
def mirror() -> Mirror:
    rows: dict[tuple[UUID, type[models.Model]], Any] = {}
    ours, theirs = make_account(), make_account()
    for account in (ours, theirs):
        existing: dict[Any, Any] = {}
        with acting_in(account.ref):
            for model in KINDS:
                rows[account.pk, model] = made(model, existing)
    return Mirror(ours, theirs, rows)


def sql(statement: str, *params: Any) -> list[Any]:
    with connections["region_au"].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def ids(found: Any) -> set[Any]:
    return {getattr(row, "pk", row) for row in found}


READS: dict[str, Callable[[Any, Any], set[Any]]] = {
    "all": lambda model, pk: ids(model.objects.all()),
    "base manager": lambda model, pk: ids(model._base_manager.all()),
    "filter by pk": lambda model, pk: ids(model.objects.filter(pk=pk)),
    "exclude": lambda model, pk: ids(model.objects.exclude(pk=uuid4())),
    "exists": lambda model, pk: {pk} if model.objects.filter(pk=pk).exists() else set(),
    "aggregate": lambda model, pk: (
        {pk} if model.objects.filter(pk=pk).aggregate(n=Count("pk"))["n"] else set()
    ),
    "in_bulk": lambda model, pk: set(model.objects.in_bulk([pk])),
    "iterator": lambda model, pk: ids(model.objects.filter(pk=pk).iterator()),
    "values_list": lambda model, pk: set(model.objects.values_list("pk", flat=True)),
    "subquery": lambda model, pk: ids(
        model.objects.filter(Exists(model.objects.filter(pk=OuterRef("pk")))).filter(pk=pk)
    ),
    "or": lambda model, pk: ids(model.objects.filter(Q(pk=pk) | Q(pk=uuid4()))),
    "union": lambda model, pk: set(
        model.objects.values_list("pk", flat=True)
        .union(model.objects.filter(pk=pk).values_list("pk", flat=True))
        .order_by("pk")
    ),
    "raw": lambda model, pk: ids(model.objects.raw(f"SELECT * FROM {model._meta.db_table}")),
    "select": lambda model, pk: {row[0] for row in sql(f"SELECT id FROM {model._meta.db_table}")},
    "select by id": lambda model, pk: {
        row[0] for row in sql(f"SELECT id FROM {model._meta.db_table} WHERE id = %s", pk)
    },
    "with the account named": lambda model, pk: {
        row[0]
        for row in sql(f"SELECT id FROM {model._meta.db_table} WHERE account_id = account_id")
    },
}


@pytest.mark.parametrize("way", READS)
def test_no_read_finds_the_others_row(mirror: Mirror, way: str) -> None:
    with acting_in(mirror.ours.ref):
        for model in KINDS:
            found = READS[way](model, mirror.their(model).pk)
            assert mirror.their(model).pk not in found, (way, model)


def test_copy_and_server_side_cursors_find_only_our_rows(mirror: Mirror) -> None:
    with acting_in(mirror.ours.ref):
        connection = connections["region_au"]
        connection.ensure_connection()
        for model in KINDS:
            table = model._meta.db_table
            with (
                connection.connection.cursor() as cursor,
                cursor.copy(f"COPY (SELECT id FROM {table}) TO STDOUT") as copy,
            ):
                lines = b"".join(bytes(part) for part in copy).decode()
            assert str(mirror.our(model).pk) in lines
            assert str(mirror.their(model).pk) not in lines
            with connection.connection.cursor(name="walker") as cursor:
                found = cursor.execute(f"SELECT id FROM {table}").fetchall()
            assert (mirror.their(model).pk,) not in found


def test_no_write_reaches_the_others_row(mirror: Mirror) -> None:
    with acting_in(mirror.ours.ref):
        for model in KINDS:
            pk, table = mirror.their(model).pk, model._meta.db_table
            if not model.data_policy.append_only:
                assert model.objects.filter(pk=pk).update(id=pk) == 0
                assert sql(f"UPDATE {table} SET id = id WHERE id = %s RETURNING id", pk) == []
                with pytest.raises(DatabaseError), transaction.atomic(using="region_au"):
                    sql(
                        f"UPDATE {table} SET account_id = %s WHERE id = %s",
                        mirror.theirs.pk,
                        mirror.our(model).pk,
                    )
            if model in DELETABLE:
                assert sql(f"DELETE FROM {table} WHERE id = %s RETURNING id", pk) == []
            else:
                with (
                    pytest.raises(DatabaseError, match="permission denied"),
                    transaction.atomic(using="region_au"),
                ):
                    sql(f"DELETE FROM {table} WHERE id = %s", pk)
    with acting_in(mirror.theirs.ref):
        for model in KINDS:
            assert model.objects.filter(pk=mirror.their(model).pk).exists()


def test_no_row_is_made_for_the_other_account(mirror: Mirror) -> None:
    with acting_in(mirror.ours.ref):
        for model in KINDS:
            columns = [f.column for f in model._meta.local_concrete_fields]
            picked = ", ".join("%s" if c in ("id", "account_id") else f'"{c}"' for c in columns)
            values = [
                uuid4() if c == "id" else mirror.theirs.pk
                for c in columns
                if c in ("id", "account_id")
            ]
            names = ", ".join(f'"{column}"' for column in columns)
            for ending in ("", " ON CONFLICT DO NOTHING"):
                with (
                    pytest.raises(DatabaseError, match="row-level security"),
                    transaction.atomic(using="region_au"),
                ):
                    sql(
                        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {picked} FROM {model._meta.db_table}{ending}",
                        *values,
                    )


def _alone(model: Any, field: Any) -> str:
    """Return what empties the references beside a field where a row may have only one of several."""
    if model.__name__ not in NEEDED:
        return ""
    others = [f for f in tenant_foreign_keys(model) if f.null and field.null and f is not field]
    return "".join(f", {each.column} = NULL" for each in others)


@pytest.mark.parametrize(
    "model", [m for m in KINDS if tenant_foreign_keys(m)], ids=lambda m: m.__name__
)
def test_no_reference_leads_to_the_others_row(mirror: Mirror, model: Any) -> None:
    if model.data_policy.append_only:
        return
    with acting_in(mirror.ours.ref):
        for field in tenant_foreign_keys(model):
            with (
                pytest.raises(
                    DatabaseError, match=r"foreign key|never changes|_in_order|row-level security"
                ),
                transaction.atomic(using="region_au"),
            ):
                sql(
                    f"UPDATE {model._meta.db_table} SET {field.column} = %s{_alone(model, field)} WHERE id = %s",
                    mirror.their(field.remote_field.model).pk,
                    mirror.our(model).pk,
                )


def test_without_an_account_everything_raises(mirror: Mirror) -> None:
    for model in KINDS:
        for ask in (
            lambda model=model: list(model.objects.all()),
            lambda model=model: model.objects.count(),
            lambda model=model: model.objects.exists(),
            lambda model=model: model._base_manager.first(),
            lambda model=model: list(model.objects.using("region_au").all()),
            lambda model=model: mirror.our(model).refresh_from_db(),
            lambda model=model: mirror.our(model).save(),
            lambda model=model: mirror.our(model).delete(),
            lambda model=model: sql(f"SELECT 1 FROM {model._meta.db_table}"),
        ):
            with pytest.raises(NoAccount):
                ask()


def sees_theirs(mirror: Mirror) -> bool:
    with acting_in(mirror.ours.ref):
        return mirror.their(Client).pk in READS["select"](Client, None)


def writes_theirs(mirror: Mirror) -> bool:
    columns = [str(field.column) for field in Location._meta.local_fields]
    picked = ", ".join("%s" if column in ("id", "account_id") else column for column in columns)
    with acting_in(mirror.ours.ref):
        try:
            with transaction.atomic(using="region_au"):
                sql(
                    f"INSERT INTO accounts_location ({', '.join(columns)}) SELECT {picked} FROM accounts_location",
                    uuid4(),
                    mirror.theirs.pk,
                )
        except DatabaseError as refused:
            return "row-level security" not in str(refused)
    return True


def points_at_theirs(mirror: Mirror) -> bool:
    with acting_in(mirror.ours.ref):
        try:
            with transaction.atomic(using="region_au"):
                sql("UPDATE clients_alert SET client_id = %s", mirror.their(Client).pk)
                transaction.set_rollback(True, using="region_au")
        except DatabaseError:
            return False
    return True


EQUAL = "account_id = current_setting('app.account_id')::uuid"


@pytest.mark.django_db(databases="__all__", transaction=True)
@pytest.mark.parametrize(
    ("probe", "stone", "mended"),
    [
        (
            sees_theirs,
            "ALTER POLICY tenant ON clients_client USING (true)",
            f"ALTER POLICY tenant ON clients_client USING ({EQUAL})",
        ),
        (
            sees_theirs,
            "ALTER TABLE clients_client DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE clients_client ENABLE ROW LEVEL SECURITY",
        ),
        (
            writes_theirs,
            "ALTER POLICY tenant ON accounts_location WITH CHECK (true)",
            f"ALTER POLICY tenant ON accounts_location WITH CHECK ({EQUAL})",
        ),
        (
            points_at_theirs,
            "ALTER TABLE clients_alert DROP CONSTRAINT clients_alert_client_id_fk",
            "ALTER TABLE clients_alert ADD CONSTRAINT clients_alert_client_id_fk"
            " FOREIGN KEY (account_id, client_id) REFERENCES clients_client (account_id, id)",
        ),
    ],
)
def test_the_mirror_shows_a_missing_stone(
    mirror: Mirror, probe: Callable[[Mirror], bool], stone: str, mended: str
) -> None:
    """The mirror itself is tested: with one stone out of the wall, the other account shows (TI-6)."""
    database = connections["region_au"].settings_dict["NAME"]
    assert probe(mirror) is False
    with psycopg.connect(parts.standing(HOME).postgres, dbname=database, autocommit=True) as admin:
        admin.execute(stone)
        try:
            assert probe(mirror) is True
        finally:
            admin.execute(mended)
    assert probe(mirror) is False
