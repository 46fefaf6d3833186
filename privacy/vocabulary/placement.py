"""Where each model lives: base classes that the router reads, and references that never cross databases (RP-3, RP-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Self

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.expressions import BaseExpression, F, OrderBy
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.sql import Query
from uuid_utils.compat import uuid7

from privacy.vocabulary import scope
from privacy.vocabulary.classification import DataPolicy, operational


class Placement(StrEnum):
    """The three kinds of database; of a region's, what is of one account and what is of the database itself."""

    CONTROL = "control"
    REGION = "region"
    CELL = "cell"
    KEYRING = "keyring"


class ControlRef(models.UUIDField[Any, Any]):
    """The id of a row of the control database, held in a region: no constraint, no join, no cascade."""


class ControlModel(models.Model):
    """A row of the control database, which never holds Client Data (DC-3)."""

    placement: ClassVar = Placement.CONTROL
    data_policy: ClassVar[DataPolicy]

    id = operational(models.UUIDField(primary_key=True, default=uuid7, editable=False))

    class Meta:
        abstract = True


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of the active account; sorting and comparing sealed fields is refused with advice (CR-3)."""

    def order_by(self, *field_names: Any) -> Self:
        named = [F(each.lstrip("-+")) if isinstance(each, str) else each for each in field_names]
        self._refuse_sealed(named, "sorted in SQL. Sort decrypted values in Python")
        return super().order_by(*field_names)

    def annotate(self, *args: Any, **kwargs: Any) -> Self:
        self._refuse_sealed(
            [*args, *kwargs.values()], "used in an expression. Decrypt it in Python"
        )
        return super().annotate(*args, **kwargs)

    def alias(self, *args: Any, **kwargs: Any) -> Self:
        self._refuse_sealed(
            [*args, *kwargs.values()], "used in an expression. Decrypt it in Python"
        )
        return super().alias(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._refuse_sealed(kwargs.values(), "copied in SQL. Load the rows and save them")
        return super().update(**kwargs)

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: Any) -> Self:
        self._refuse_sealed(
            [*_values(args), *kwargs.values()], "compared in SQL. Use an exact look-up"
        )
        return super()._filter_or_exclude(negate, args, kwargs)  # type: ignore[misc,no-any-return]

    def _refuse_sealed(self, parts: Iterable[Any], advice: str) -> None:
        for part in parts:
            if not hasattr(part, "resolve_expression"):
                continue  # a value, which names no field
            for name in _names(part):
                if getattr(_field_at(self.model, name), "is_sealed", False):
                    raise FieldError(
                        f"{self.model._meta.label}.{name} is encrypted and can't be {advice}."
                    )


def _values(args: Iterable[Any]) -> Iterable[Any]:
    for arg in args:
        if isinstance(arg, models.Q):
            yield from _values(arg.children)
        elif isinstance(arg, tuple):
            yield arg[1]


def _names(part: Any) -> Iterable[str]:
    if isinstance(part, F):
        yield str(part.name)  # type: ignore[attr-defined]
    elif isinstance(part, OrderBy):
        yield from _names(part.expression)
    elif isinstance(part, BaseExpression):
        for source in part.get_source_expressions():
            yield from _names(source)


def _field_at(model: type[models.Model], path: str) -> Any:
    field: Any = None
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except Exception:  # an annotation, a lookup or a transform: not a field of ours
            return field
        if field.is_relation and field.related_model:
            model = field.related_model
    return field


# What stands for the account's id in a statement that is compiled now and sent later (privacy.vocabulary.prepared)
account_given_later: ContextVar[object] = ContextVar("keepwell_account_given_later", default=None)


class ActiveAccount(models.Expression):
    """The id of the account that is active when a statement is sent."""

    output_field = models.UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the id as a parameter; raise `NoAccount` when none is active."""
        return "%s", (account_given_later.get() or scope.current().account_id,)


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """The handrail: refuses every query while no account is active and filters by the active one (TI-3).

    For a member who is confined to some clients, rows of others, whom the database doesn't show them, aren't there.
    """

    def get_queryset(self) -> TenantQuerySet:
        active = scope.current()
        queryset: TenantQuerySet = super().get_queryset()
        queryset.query = _beginning(self.model, active.is_confined).chain()
        return queryset


@cache
def _beginning(model: type[models.Model], is_confined: bool) -> Query:
    """Return the query that each one of a model begins with, made once: pages make dozens."""
    rows: models.QuerySet[Any] = models.QuerySet(model).filter(account_id=ActiveAccount())
    whose = _client_of(model) if is_confined else None
    if whose is not None:
        theirs: models.QuerySet[Any] = models.QuerySet(whose.remote_field.model).filter(
            account_id=ActiveAccount(), pk=models.OuterRef(whose.attname)
        )
        rows = rows.filter(models.Exists(theirs) | models.Q((whose.attname, None)))
    return rows.query


def _client_of(model: type[models.Model]) -> models.ForeignKey[Any, Any] | None:
    """Return the reference by which rows of a model belong to a client, None where they belong to none."""
    policy: DataPolicy | None = getattr(model, "data_policy", None)
    path = policy.client if policy else None
    if path in (None, "id"):
        return None
    return next(
        field
        for field in model._meta.concrete_fields
        if field.attname == path and isinstance(field, models.ForeignKey)
    )


class RegionModel(models.Model):
    """A row of one account in its region's database; row-level security is the wall behind `objects`."""

    placement: ClassVar = Placement.REGION
    data_policy: ClassVar[DataPolicy]

    id = operational(models.UUIDField(primary_key=True, default=uuid7, editable=False))
    account_id = operational(models.UUIDField(default=scope.current_account_id, editable=False))

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


@cache
def columns_of(model: type[models.Model], table: str) -> str:
    """Return a model's columns for a statement that is written out; `from_row` takes them in this order."""
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)


def from_row[Row: models.Model](model: type[Row], alias: str, row: Sequence[Any]) -> Row:
    """Return the row of a written-out statement as a query set would: sealed values stay sealed until they are read."""
    fields: Sequence[Any] = model._meta.concrete_fields
    values = [
        field.from_db_value(value, None, None) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, row, strict=True)
    ]
    return model.from_db(alias, [field.attname for field in fields], values)


class CellModel(models.Model):
    """A row about a region's database itself, of no account: only narrow roles see it, by plain statements."""

    placement: ClassVar = Placement.CELL
    data_policy: ClassVar[DataPolicy]

    class Meta:
        abstract = True


class KeyringModel(models.Model):
    """A wrapped key, in a database of its own whose backups live seven days at most (CR-5)."""

    placement: ClassVar = Placement.KEYRING
    data_policy: ClassVar[DataPolicy]

    id = operational(models.UUIDField(primary_key=True, default=uuid7, editable=False))
    account_id = operational(models.UUIDField(editable=False))

    class Meta:
        abstract = True


class _ForWhomItStands(ForwardManyToOneDescriptor):  # type: ignore[type-arg]
    """Gives the row that the related one stands for: of a client's record that was merged, the client's."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        found = super().__get__(instance, cls)
        return found if instance is None else getattr(found, "stands_for", found)


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A ForeignKey between rows of one account; the wall adds the composite constraint `(account_id, x_id)`.

    A plain constraint would accept another account's row, because PostgreSQL checks it past row-level security.
    `row.client` is the person; `row.client_id` stays the record under whose key the row is sealed.
    """

    forward_related_accessor_class = _ForWhomItStands

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, list(args), kwargs
