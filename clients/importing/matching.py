"""Which column is what: guessed from headings and cells, as the practice matched such a file before, as it says now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts import practice_settings
from clients.importing.kinds import KINDS, Kind, Type
from clients.importing.plans import asks_order, matched_words, order_of
from clients.importing.presets import OTHER, field_by_heading, is_left_out, preset_of
from clients.importing.reading.dates import ORDERS
from clients.importing.reading.dialects import plain
from clients.importing.values import meant
from clients.models import ImportBatch, ImportMapping

Mapping_ = dict[str, Any]
_MOSTLY = 0.6


def guessed(batch: ImportBatch) -> Mapping_:
    """Return a mapping to begin with: the practice's own for the same headings, else what headings and cells say."""
    kind, columns = KINDS[batch.kind], batch.survey["columns"]
    headings = [column["name"] for column in columns]
    for kept in ImportMapping.objects.filter(kind=kind.name):
        if kept.mapping["headings"] == [plain(heading) for heading in headings]:
            return dict(kept.mapping["mapping"])
    preset = preset_of(kind, headings)
    found: list[str] = []
    for column in columns:
        field = field_by_heading(kind, column["name"], preset)
        name = field.name if field else ""
        if not name and not is_left_out(kind, column["name"], preset):
            name = _by_cells(kind, column, found)
        if name in found and not _joins(kind, name):
            name = ""
        found.append(name if column["filled"] else "")
    return {
        "source": preset.code if preset else OTHER,
        "columns": found,
        "orders": {},
        "values": {},
        "zone": practice_settings.zone(),
        "alike": "add",
    }


def clean(batch: ImportBatch, told: Mapping[str, Any]) -> Mapping_:
    """Return a mapping in its plain form: unknown names, places and values are left out."""
    kind, columns = KINDS[batch.kind], batch.survey["columns"]
    named = [name if kind.field(name) else "" for name in told.get("columns", ())][: len(columns)]
    named += [""] * (len(columns) - len(named))
    orders = {
        place: order
        for place, order in told.get("orders", {}).items()
        if order in ORDERS and place.isdigit() and int(place) < len(columns)
    }
    return {
        "source": told.get("source") or OTHER,
        "columns": named,
        "orders": orders,
        "values": {
            name: dict(words) for name, words in told.get("values", {}).items() if kind.field(name)
        },
        "zone": told.get("zone") or practice_settings.zone(),
        "alike": "skip" if told.get("alike") == "skip" else "add",
        "defaults": {
            name: value
            for name, value in told.get("defaults", {}).items()
            if kind.field(name) and value
        },
    }


def undecided(batch: ImportBatch, mapping: Mapping[str, Any]) -> list[int]:
    """Return the columns of dates whose rows don't prove whether day or month comes first, and nobody said so."""
    kind = KINDS[batch.kind]
    places = []
    for place, name in enumerate(mapping["columns"]):
        field = kind.field(name) if name else None
        if field is None or not asks_order(field) or field.type == Type.TIME:
            continue
        evidence = batch.survey["columns"][place]["dates"]
        if evidence["dates"] and not order_of(batch, place) and str(place) not in mapping["orders"]:
            places.append(place)
    return places


def problems(batch: ImportBatch, mapping: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is missing in a mapping before it can be tried: (code, name of the field)."""
    kind, columns = KINDS[batch.kind], [name for name in mapping["columns"] if name]
    found = [
        ("missing", field.name)
        for field in kind.fields
        if field.is_needed
        and field.name not in columns
        and field.name not in mapping.get("defaults", {})
    ]
    for group in NEEDED_ONE_OF.get(kind.name, ()):
        if not any(name in columns for name in group):
            found.append(("one_of", "|".join(group)))
    twice = {name for name in columns if columns.count(name) > 1 and not _joins(kind, name)}
    return found + [("twice", name) for name in sorted(twice)]


# Kind → groups of fields of which a file needs one; apps add theirs
NEEDED_ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {}


def values_to_match(
    batch: ImportBatch, mapping: Mapping[str, Any]
) -> dict[str, list[tuple[str, int, str | None]]]:
    """Return by field the values that stand in its columns: the value, how often, and what it stands for so far."""
    kind = KINDS[batch.kind]
    found: dict[str, dict[str, int]] = {}
    for place, name in enumerate(mapping["columns"]):
        field = kind.field(name) if name else None
        if field is not None and field.choices is not None:
            for value, count in (batch.survey["columns"][place]["values"] or {}).items():
                counts = found.setdefault(name, {})
                counts[value] = counts.get(value, 0) + count
    listed = {}
    for name, counts in found.items():
        field = kind.field(name)
        assert field is not None  # found by it above
        matched = matched_words(field, mapping.get("values", {}).get(name, {}))
        listed[name] = [
            (value, count, meant(matched, value))
            for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        ]
    return listed


def remember(batch: ImportBatch, name: str) -> ImportMapping:
    """Keep a batch's mapping under a name, for files of the same headings."""
    headings = [plain(column["name"]) for column in batch.survey["columns"]]
    kept = ImportMapping.objects.filter(kind=batch.kind, name=name).first()
    kept = kept or ImportMapping(kind=batch.kind, name=name)
    kept.mapping = {"headings": headings, "mapping": batch.mapping}
    kept.save()
    return kept


def _by_cells(kind: Kind, column: Mapping[str, Any], found: Sequence[str]) -> str:
    """Return what the cells of a column without a telling heading say: a mail address is nothing else."""
    for field in kind.fields:
        if field.type == Type.MAIL and column["mail"] > _MOSTLY and field.name not in found:
            return field.name
    return ""


def _joins(kind: Kind, name: str) -> bool:
    field = kind.field(name)
    return bool(field and field.joins)
