"""Sections, fields and options: read together, added, changed, put in order, archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from clients.models import CustomField, FieldOption, FieldSection
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

MOST_OPTIONS = 60
Defined = FieldSection | CustomField | FieldOption


@dataclass(frozen=True, slots=True)
class Option:
    """An option as it is now; `pk` names a kept one, None a new one."""

    label: str
    pk: str | None = None
    is_archived: bool = False


def sections() -> list[FieldSection]:
    """Return every section with its fields and their options in order, archived ones too, in three queries."""
    fields = models.Prefetch(
        "fields", CustomField.objects.prefetch_related(models.Prefetch("options"))
    )
    return list(FieldSection.objects.prefetch_related(fields))


def fields(known: Sequence[FieldSection] | None = None) -> list[CustomField]:
    """Return every field, archived ones too, in the order of sections."""
    return [
        field
        for section in (sections() if known is None else known)
        for field in section.fields.all()
    ]


def asked(known: Sequence[FieldSection]) -> list[tuple[FieldSection, list[CustomField]]]:
    """Return what is asked for today: sections in use with their fields in use."""
    found = [
        (section, [field for field in section.fields.all() if field.archived_at is None])
        for section in known
        if section.archived_at is None
    ]
    return [(section, live) for section, live in found if live]


def add_section(*, by: Actor, name: str) -> FieldSection:
    """Add a section at the end."""
    section = FieldSection(name=name, position=_last(FieldSection.objects.all()) + 1)
    return _added(by, section, "field_section.added")


def add_field(
    *,
    by: Actor,
    section: FieldSection,
    name: str,
    kind: str,
    hint: str = "",
    options: Sequence[str] = (),
) -> CustomField:
    """Add a field at the end of a section. Raises `ValidationError` for a list without options."""
    place = _last(section.fields.all()) + 1
    field = CustomField(section=section, name=name, kind=kind, hint=hint, position=place)
    _check(field, len(options))
    _added(by, field, "custom_field.added")
    for position, label in enumerate(options, 1):
        _keep(FieldOption(field=field, label=label, position=position))
    return field


def change_section(*, by: Actor, section: FieldSection, name: str) -> FieldSection:
    """Call a section something else."""
    section.name = name
    return _changed(by, section, "field_section.changed")


def change_field(
    *, by: Actor, field: CustomField, name: str, hint: str, options: Sequence[Option] = ()
) -> CustomField:
    """Change what a field is called and what can be chosen; values keep their meaning, because they name tokens."""
    _check(field, sum(not each.is_archived for each in options))
    field.name, field.hint = name, hint
    kept = {str(each.pk): each for each in field.options.all()}
    for position, wanted in enumerate(options, 1):
        option = kept.get(wanted.pk or "") or FieldOption(field=field)
        option.label, option.position = wanted.label, position
        if wanted.is_archived != (option.archived_at is not None):
            option.archived_at = clock.now() if wanted.is_archived else None
        _keep(option)
    return _changed(by, field, "custom_field.changed")


def archive(*, by: Actor, defined: FieldSection | CustomField, archived: bool) -> None:
    """Ask for it no more, or again; what is known of it stays and can be read."""
    defined.archived_at = clock.now() if archived else None
    defined.save(update_fields=["archived_at"])
    what = "custom_field" if isinstance(defined, CustomField) else "field_section"
    audit.record(f"{what}.{'archived' if archived else 'restored'}", by=by, of=defined)


def move(*, by: Actor, defined: FieldSection | CustomField, up: bool) -> None:
    """Move a section, or a field in its section, one place up or down among those in use; at the edge it stays."""
    rows = (
        defined.section.fields if isinstance(defined, CustomField) else FieldSection.objects
    ).filter(archived_at=None)
    # Locked, so that two people who sort at once don't give one place to two
    order = list(rows.select_for_update())
    at = next((n for n, each in enumerate(order) if each.pk == defined.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, each in enumerate(order, 1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])
    audit.record("custom_field.moved", by=by, of=defined)


def _check(field: CustomField, options: int) -> None:
    if field.kind in CustomField.WITH_OPTIONS and not 1 <= options <= MOST_OPTIONS:
        raise ValidationError(
            {
                "options": _("Write between one and %(n)d things to choose from.")
                % {"n": MOST_OPTIONS}
            }
        )


def _added[Row: Defined](by: Actor, row: Row, action: str) -> Row:
    _keep(row)
    audit.record(action, by=by, of=row)
    return row


def _changed[Row: Defined](by: Actor, row: Row, action: str) -> Row:
    _keep(row)
    audit.record(action, by=by, of=row)
    return row


def _keep(row: Defined) -> None:
    row.full_clean(exclude=["section", "field"])
    row.save()


def _last(rows: models.QuerySet[FieldSection] | models.QuerySet[CustomField]) -> int:
    return int(rows.aggregate(last=Max("position"))["last"] or 0)
