"""Saying that two records are one person, and taking it back: one stands for the other, nothing is rewritten (B5, D4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connections, models
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from clients import records
from clients.models import Client, Merge
from privacy.vocabulary import clock, scope
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor


@everywhere()
def merge(*, by: Actor, source: Client, client: Client, take: Collection[str] = ()) -> Merge:
    """Say that the record `source` is `client`; return the merge, by which it is undone.

    `take` names fields of `records.EDITABLE` whose values the client's record takes over. All else stays where it is
    and is read together from now on. Raises ValidationError for records that can't be one person.
    """
    _queue_up()
    source, client = _locked(source.pk, client.pk)
    check(source, client)
    values = {name: getattr(source, name) for name in take if not _is_same(name, source, client)}
    if any(is_unreadable(value) for value in values.values()):
        raise ValidationError(_("A part of this record can’t be read, so it can’t be taken over."))
    found = Merge(client=client, source_id=source.pk, merged_by=by.id)
    found.former = {
        name: [as_text(getattr(client, name)), as_text(value)] for name, value in values.items()
    }
    found.save(force_insert=True)
    if values:
        records.change(by=by, client=client, values=values)
    _stand_for(client.pk, [source.pk, *source.aliases.values_list("pk", flat=True)])
    detail = {"source": source.pk, "client": client.pk, "fields": sorted(values)}
    for each in (client, source):
        audit.record("client.merged", by=by, of=found, client_id=each.pk, detail=detail)
    return found


@everywhere()
def undo(*, by: Actor, merge: Merge) -> Merge:
    """Take a merge back: each record has its own again, whatever came since stays with the client; twice is once.

    Values that were taken over go back, except where the record was changed since. Raises ValidationError when one of
    the two can't be read any more.
    """
    _queue_up()
    kept: Merge = Merge.objects.get(pk=merge.pk)
    if kept.undone_at is not None:
        return kept
    source, client = _locked(kept.source_id, kept.client_id)
    if is_unreadable(source.given_name) or is_unreadable(client.given_name):
        raise ValidationError(_("One of the two was erased, so this can’t be undone."))
    values = {name: before for name, before, _after in going_back(kept, client)}
    if values:
        records.put_back(by=by, client=client, values=values)
    _stand_for(source.pk, _below(source.pk))
    _stand_for(None, [source.pk])
    kept.undone_at = clock.now()
    kept.save(update_fields=["undone_at"])
    for each in (client, source):
        audit.record("client.merge_undone", by=by, of=kept, client_id=each.pk)
    return kept


def check(source: Client, client: Client) -> None:
    """Raise ValidationError for two records of which one can't stand for the other."""
    if source.pk == client.pk:
        raise ValidationError(_("This is the same record."))
    if source.alias_of_id or client.alias_of_id:
        raise ValidationError(_("One of these records was merged meanwhile. Look again."))
    if source.is_confirmed and not client.is_confirmed:
        raise ValidationError(
            _("Keep the record that is confirmed, and merge the self-booked one.")
        )
    if client.archived_at and not source.archived_at:
        raise ValidationError(_("Keep the record that is not archived, and merge the other."))


def standing(client: Client) -> list[Merge]:
    """Return the merges by which a person has more than one record, the latest first, those of merged ones too."""
    ids = [client.pk, *client.aliases.values_list("pk", flat=True)]
    return list(
        Merge.objects.filter(client_id__in=ids, undone_at=None).order_by("-merged_at", "-pk")
    )


def sources(merges: Iterable[Merge]) -> list[Client]:
    """Return the records that were merged, each as it is."""
    return list(Client.objects.filter(pk__in=[each.source_id for each in merges]))


def both(merge: Merge) -> tuple[Client, Client]:
    """Return the client's record and the one merged into it, each as it is."""
    found = Client.objects.in_bulk([merge.client_id, merge.source_id])
    return found[merge.client_id], found[merge.source_id]


def going_back(merge: Merge, client: Client) -> list[tuple[str, Any, Any]]:
    """Return which fields undoing would set back: name, value before, value now; those changed since stay."""
    former: Mapping[str, list[Any]] = merge.former or {}
    return [
        (name, as_value(name, before), getattr(client, name))
        for name, (before, after) in former.items()
        if as_text(getattr(client, name)) == after
    ]


def as_text(value: Any) -> Any:
    """Return a field's value as it is kept with a merge."""
    if isinstance(value, models.Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else value


def as_value(name: str, text: Any) -> Any:
    """Return the value that `as_text` wrote; a row that is gone meanwhile is nothing."""
    field: Any = Client._meta.get_field(name)
    if field.is_relation:
        return field.related_model.objects.filter(pk=text).first() if text else None
    return field.to_python(text)


def _is_same(name: str, one: Client, other: Client) -> bool:
    return bool(as_text(getattr(one, name)) == as_text(getattr(other, name)))


def _queue_up() -> None:
    """Wait until no other merge of the account is under way: each may reach records of several."""
    active = scope.current()
    key = int.from_bytes(
        blake2b(active.account_id.bytes, digest_size=8, person=b"merging").digest(), signed=True
    )
    with connections[active.database].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [key])


def _locked(source: UUID, client: UUID) -> tuple[Client, Client]:
    """Return both records as they are now, locked against edits meanwhile."""
    rows = Client.objects.select_for_update(of=("self",)).filter(pk__in=[source, client])
    found = {each.pk: each for each in rows.order_by("pk")}
    return found[source], found[client]


def _below(pk: UUID) -> list[UUID]:
    """Return the records that were merged into one, and into those."""
    found: list[UUID] = []
    level = [pk]
    while level:
        merged = Merge.objects.filter(client_id__in=level, undone_at=None)
        level = list(merged.exclude(source_id__in=[pk, *found]).values_list("source_id", flat=True))
        found += level
    return found


def _stand_for(client: UUID | None, ids: list[UUID]) -> None:
    """Let records stand for a client, or for themselves; the new time tells every directory to read them again."""
    Client.objects.filter(pk__in=ids).update(alias_of_id=client, updated_at=clock.now())
