"""What a record has, counted by kind: every kind that an app declares to be a client's, without naming any here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count
from django.utils.text import capfirst

from accounts.permissions import Permission
from accounts.wall import tenant_foreign_keys
from clients.models import Client
from privacy.vocabulary.classification import Subject
from privacy.vocabulary.placement import Placement, TenantForeignKey

Remark = Callable[[Client, Client, Collection[Permission]], Iterable[str]]
REMARKS: list[Remark] = []


@dataclass(frozen=True, slots=True)
class Holding:
    """How many rows of one kind each record has."""

    label: str
    counts: dict[UUID, int]


def kinds() -> Iterator[Any]:
    """Yield the models whose rows belong to a client, but for parts of such a row and what no export would hold."""
    owned = _owned()
    for model in owned:
        wholes = (
            field.remote_field.model
            for field in model._meta.local_fields
            if isinstance(field, TenantForeignKey) and not field.null
        )
        if not any(whole in owned for whole in wholes):
            yield model


def of_records(client_ids: Collection[UUID], allowed: Collection[Permission]) -> list[Holding]:
    """Return what these records have, for somebody with these permissions; kinds that none has are left out.

    A model says by `counted_as` what its rows are called here, and by `counted_for` who may know that there are any.
    """
    found = []
    for model in kinds():
        if getattr(model, "counted_for", Permission.CLIENTS_CARE) not in allowed:
            continue
        rows = model.objects.filter(client_id__in=list(client_ids)).order_by()
        counts = dict(
            rows.values("client_id").annotate(n=Count("pk")).values_list("client_id", "n")
        )
        if counts:
            label = getattr(model, "counted_as", model._meta.verbose_name_plural)
            found.append(Holding(capfirst(str(label)), counts))
    return found


def remarks(client: Client, other: Client, allowed: Collection[Permission]) -> list[str]:
    """Return what should be known before two records are merged, from every app that has something to say."""
    return [words for say in REMARKS for words in say(client, other, allowed)]


def says(say: Remark) -> Remark:
    """Register a function that tells of two records what should be known before they are merged."""
    if say not in REMARKS:
        REMARKS.append(say)
    return say


@cache
def _owned() -> tuple[Any, ...]:
    models: list[Any] = list(apps.get_models())
    return tuple(
        model
        for model in models
        if getattr(model, "placement", None) == Placement.REGION
        and model.data_policy.subject == Subject.CLIENT
        and model.data_policy.client == "client_id"
        and model.data_policy.export is True
        and not _is_about_records(model)
    )


def _is_about_records(model: Any) -> bool:
    """Tell whether a row says something of two records, such as that they were merged."""
    named = [field for field in tenant_foreign_keys(model) if field.remote_field.model is Client]
    return sum(not field.null for field in named) > 1
