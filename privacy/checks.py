"""System checks that refuse a model or field whose place, class or policy is missing or wrong (DC-1 and DC-3 to DC-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.checks import CheckMessage, Error, register
from django.db import models

from privacy.inventory import Kind, KindField, kind_of, kinds
from privacy.outside import OUTSIDE, SEALED_OTHERWISE
from privacy.vocabulary.classification import DataClass, Subject
from privacy.vocabulary.fields import BlindIndexField
from privacy.vocabulary.placement import Placement, TenantForeignKey, TenantManager

Problem = tuple[str, str]
_INSIDE = (Placement.REGION, Placement.KEYRING)
_ABOUT_PEOPLE = (DataClass.SENSITIVE, DataClass.PERSONAL)


@register()
def check_registry(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Check every model of every installed app; one error for each contradiction."""
    return [
        Error(words, obj=kind.model, id=f"privacy.{code}")
        for kind in kinds()
        for code, words in problems_of(kind)
    ]


def problems_of(kind: Kind) -> list[Problem]:
    """Return what is wrong with one kind, as (code, words)."""
    if kind.placement is None or kind.policy is None:
        return [("E001", "declares no placement or no data_policy, nor stands in privacy.outside")]
    found = [problem for check in _OF_KIND for problem in check(kind)]
    for field in kind.fields:
        found += [problem for check in _OF_FIELD for problem in check(kind, field)]
    return found


def _control_holds_no_client(kind: Kind) -> Iterator[Problem]:
    about_clients = (Subject.CLIENT, Subject.CONTACT)
    if kind.placement == Placement.CONTROL and kind.declared.subject in about_clients:
        yield "E002", "lives in control but holds Client Data (DC-3)"


def _region_models_are_fenced(kind: Kind) -> Iterator[Problem]:
    if kind.placement != Placement.REGION:
        return
    meta: Any = kind.model._meta
    if not isinstance(meta.default_manager, TenantManager) or meta.base_manager_name != "objects":
        yield "E003", "has no TenantManager as `objects` and base manager"
    if "account_id" not in {field.column for field in kind.fields}:
        yield "E003", "has no account_id"


def _leads_to_its_client(kind: Kind) -> Iterator[Problem]:
    policy = kind.declared
    if kind.placement != Placement.REGION or policy.subject != Subject.CLIENT or kind.is_root:
        return
    field = next((each.field for each in kind.fields if each.field.attname == policy.client), None)
    target = getattr(field, "related_model", None)
    if target is None or not kind_of(target).is_root:
        yield "E004", "is about clients, but `client` names no reference to one (DC-4)"


def _no_generic_keys(kind: Kind) -> Iterator[Problem]:
    for field in kind.model._meta.private_fields:
        if isinstance(field, GenericForeignKey):
            yield "E005", f"{field.name}: content types differ in each database (DC-5)"


def _has_a_class(kind: Kind, field: KindField) -> Iterator[Problem]:
    if field.mark is None:
        yield (
            "E006",
            f"{field.name} has no class: mark it sensitive, personal, operational or public",
        )


def _no_bare_many_to_many(kind: Kind, field: KindField) -> Iterator[Problem]:
    if not isinstance(field.field, models.ManyToManyField) or kind.label in OUTSIDE:
        return
    through: Any = field.field.remote_field.through
    if through is not None and through._meta.auto_created:
        yield "E007", f"{field.name}: name a model of your own as `through` (DC-5)"


def _no_file_fields(kind: Kind, field: KindField) -> Iterator[Problem]:
    if isinstance(field.field, models.FileField):
        yield "E008", f"{field.name}: files are sealed streams in the region's store (DC-5)"


def _relations_stay_at_home(kind: Kind, field: KindField) -> Iterator[Problem]:
    target = field.field.related_model if field.field.is_relation else None
    if target is None:
        return
    if kind_of(target).placement != kind.placement:
        yield "E009", f"{field.name} crosses databases: use ControlRef (RP-4)"
    elif kind.placement == Placement.REGION and not isinstance(field.field, TenantForeignKey):
        yield "E010", f"{field.name} must be a TenantForeignKey"
    elif kind.placement == Placement.KEYRING:
        yield "E010", f"{field.name}: keys refer to nothing"


def _json_about_clients_is_sealed(kind: Kind, field: KindField) -> Iterator[Problem]:
    if not isinstance(field.field, models.JSONField) or kind.declared.subject != Subject.CLIENT:
        return
    if field.mark is None or field.mark.data_class != DataClass.OPERATIONAL:
        yield "E011", f"{field.name}: seal it, or declare it operational (DC-5)"


def _personal_fields_are_sealed(kind: Kind, field: KindField) -> Iterator[Problem]:
    mark = field.mark
    if mark is None or mark.data_class not in _ABOUT_PEOPLE or kind.placement not in _INSIDE:
        return
    sealed = getattr(field.field, "is_sealed", False)
    known = mark.unsealed or SEALED_OTHERWISE.get(f"{kind.label}.{field.name}")
    if not sealed and not known:
        yield (
            "E012",
            f"{field.name} is {mark.data_class} but not sealed, and gives no reason (CR-1)",
        )


def _indexes_are_keyed(kind: Kind, field: KindField) -> Iterator[Problem]:
    if not isinstance(field.field, BlindIndexField):
        return
    source = next((each for each in kind.fields if each.name == field.field.source), None)
    if source is None or getattr(source.field, "blind", None) != field.name:
        yield "E013", f"{field.name} stands for no encrypted field of this model"


_OF_KIND: Iterable[Callable[[Kind], Iterator[Problem]]] = (
    _control_holds_no_client,
    _region_models_are_fenced,
    _leads_to_its_client,
    _no_generic_keys,
)
_OF_FIELD: Iterable[Callable[[Kind, KindField], Iterator[Problem]]] = (
    _has_a_class,
    _no_bare_many_to_many,
    _no_file_fields,
    _relations_stay_at_home,
    _json_about_clients_is_sealed,
    _personal_fields_are_sealed,
    _indexes_are_keyed,
)
