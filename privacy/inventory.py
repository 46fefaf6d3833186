"""Every kind of record the product keeps, read from what the models declare: the one registry (DC-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from privacy.outside import OUTSIDE
from privacy.vocabulary.classification import DataPolicy, FieldMark, Subject, mark_of
from privacy.vocabulary.placement import Placement


@dataclass(frozen=True, slots=True)
class KindField:
    """One field of a kind and what it declares; `mark` is None where a declaration is missing."""

    name: str
    column: str | None
    field: Any
    mark: FieldMark | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One model: where its rows live, whose data they hold, what happens to them."""

    model: type[models.Model]
    placement: Placement | None
    policy: DataPolicy | None
    fields: tuple[KindField, ...]

    @property
    def label(self) -> str:
        """The model's label, such as `clients.Client`."""
        return self.model._meta.label

    @property
    def name(self) -> str:
        """The kind's name in exports, such as `clients.client`."""
        return self.model._meta.label_lower

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.model._meta.db_table

    @property
    def is_exported(self) -> bool:
        """Whether an export of the account holds the rows of this kind (EX-1)."""
        return self.placement == Placement.REGION and self.declared.export is True

    @property
    def left_out(self) -> str:
        """Why exports leave this kind out; empty when they don't."""
        reason = self.declared.export
        return "" if reason is True else str(reason)

    @property
    def is_root(self) -> bool:
        """Whether a row of this kind is a client itself."""
        return self.declared.subject == Subject.CLIENT and self.declared.client == "id"

    @property
    def declared(self) -> DataPolicy:
        """The policy; raise `LookupError` when the model declares none (a system check refuses that before)."""
        if self.policy is None:
            raise LookupError(f"{self.label} declares no data policy.")
        return self.policy


def kind_of(model: type[models.Model]) -> Kind:
    """Return what the registry knows of one model."""
    label = model._meta.label
    outside = OUTSIDE.get(label)
    placement = getattr(model, "placement", Placement.CONTROL if outside else None)
    policy = getattr(model, "data_policy", outside.policy if outside else None)
    marks = outside.fields if outside else {}
    fields = tuple(
        KindField(field.name, field.column, field, mark_of(field) or marks.get(field.name))
        for field in [*model._meta.local_concrete_fields, *model._meta.local_many_to_many]
    )
    return Kind(model, placement, policy, fields)


def kinds(among: Iterable[type[models.Model]] | None = None) -> list[Kind]:
    """Return every kind, by label, third-party ones and automatic tables of many-to-many relations included."""
    found = apps.get_models(include_auto_created=True) if among is None else among
    concrete = [model for model in found if model._meta.managed and not model._meta.proxy]
    return [kind_of(model) for model in sorted(concrete, key=lambda model: model._meta.label)]


def kinds_in(placement: Placement) -> list[Kind]:
    """Return the kinds that live in one sort of database."""
    return [kind for kind in kinds() if kind.placement == placement]


def client_kind() -> Kind:
    """Return the kind whose rows are the clients themselves."""
    return next(kind for kind in kinds_in(Placement.REGION) if kind.is_root)


def kind_named(label: str) -> Kind | None:
    """Return the kind with a model label, or None for a name that stands for no model."""
    return next((kind for kind in kinds() if kind.label == label), None)


def columns(placement: Placement) -> dict[str, set[str]]:
    """Return table → columns that one sort of database must have, no more and no less (DC-2)."""
    there = (placement, Placement.CELL) if placement == Placement.REGION else (placement,)
    return {
        kind.table: {field.column for field in kind.fields if field.column}
        for kind in kinds()
        if kind.placement in there
    }
