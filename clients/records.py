"""Client records: added, changed, put away and taken out again; a self-booked person is confirmed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist

from accounts import audit
from accounts.models import Practitioner
from accounts.models.practice import current_anchor
from clients import caring, phones, reaching
from clients.custom import values as custom_values
from clients.models import Client
from privacy.vocabulary import clock, keyring, scope
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor

SELF_BOOKING = "self_booking"
CUSTOM = "custom"
EDITABLE = (
    "title",
    "given_name",
    "family_name",
    "preferred_name",
    "pronouns",
    "sex",
    "gender_identity",
    "birth_date",
    "email",
    "phone",
    "phone_use",
    "address",
    "city",
    "state",
    "post_code",
    "country",
    "emergency_contact",
    "occupation",
    "health_number",
    "old_reference",
    "admin_notes",
    "booking_notes",
    "reminders",
    "confirmations",
    "language",
    "time_zone",
    "location",
)


class Stale(Exception):
    """Somebody else changed the record since it was shown; `client` is the record as it is now."""

    def __init__(self, client: Client) -> None:
        super().__init__("The record was changed by somebody else.")
        self.client = client


def add(
    *,
    by: Actor,
    values: Mapping[str, Any],
    provenance: str = "staff",
    pk: UUID | None = None,
) -> Client:
    """Add a client of the active account from `values`; return it. `pk` is a new id, if chosen.

    Values go by the names of `EDITABLE`, of `reaching.FIELDS` (lists of lines) and `custom`: the practice's own by token.

    A self-booked person is never matched to a known one: the record stays a claim until staff confirm it (features
    D4). Raises `ValidationError` by field for what a record can't hold.
    """
    client = Client(provenance=provenance, is_confirmed=provenance != SELF_BOOKING)
    client.pk = pk or client.pk
    # the clients of whoever is confined to a location are its own
    client.location_id = scope.current().own_sight.location
    _fill(client, values)
    client.created_at = client.updated_at = clock.now()
    client.full_clean()
    keyring.create_client_keys([client.pk])
    client.save(force_insert=True)
    _keep_for_whoever_adds(client)
    reaching.keep(client, _further(values), current_anchor().country)
    audit.record("client.added", by=by, of=client, client_id=client.pk)
    return client


def _keep_for_whoever_adds(client: Client) -> None:
    """Make a new client their own for a member who sees no others."""
    member = scope.current().own_sight.clients_of
    own = Practitioner.objects.filter(member_id=member).first() if member else None
    if own is not None:
        caring.keep_for(client, own)


def change(
    *, by: Actor, client: Client, values: Mapping[str, Any], seen_at: datetime | None = None
) -> Client:
    """Change a client's record; return it as saved.

    `seen_at` is the `updated_at` that the editor saw: when the record has moved on, `Stale` is raised and nothing is
    written. Raises `ValidationError` by field for what a record can't hold.
    """
    kept = _locked(client)
    if kept.alias_of_id or (seen_at is not None and kept.updated_at != seen_at):
        raise Stale(kept.stands_for)
    before = {name: getattr(kept, name) for name in (*EDITABLE, CUSTOM)}
    _fill(kept, values)
    kept.full_clean(exclude=[name for name in before if is_unreadable(before[name])])
    changed = [name for name in before if getattr(kept, name) != before[name]]
    changed += reaching.keep(kept, _further(values), current_anchor().country)
    if changed:
        _save(kept)
        audit.record(
            "client.changed", by=by, of=kept, client_id=kept.pk, detail={"fields": changed}
        )
    return kept


def put_back(*, by: Actor, client: Client, values: Mapping[str, Any]) -> Client:
    """Write values that a record held before, unchecked, also into a merged one; return it as saved."""
    kept = _locked(client)
    for name, value in values.items():
        setattr(kept, name, value)
    _save(kept)
    audit.record(
        "client.changed", by=by, of=kept, client_id=kept.pk, detail={"fields": sorted(values)}
    )
    return kept


def archive(*, by: Actor, client: Client) -> Client:
    """Put a client's record away: it stays whole and can be found, but leaves the list of active ones."""
    kept = _locked(client)
    if kept.archived_at is None:
        kept.archived_at = clock.now()
        _save(kept)
        audit.record("client.archived", by=by, of=kept, client_id=kept.pk)
    return kept


def unarchive(*, by: Actor, client: Client) -> Client:
    """Take a client's record out of the archive."""
    kept = _locked(client)
    if kept.archived_at is not None:
        kept.archived_at = None
        _save(kept)
        audit.record("client.unarchived", by=by, of=kept, client_id=kept.pk)
    return kept


def confirm(*, by: Actor, client: Client) -> Client:
    """Say that a self-booked person is who they claim to be."""
    kept = _locked(client)
    if not kept.is_confirmed:
        kept.is_confirmed = True
        _save(kept)
        audit.record("client.confirmed", by=by, of=kept, client_id=kept.pk)
    return kept


def _locked(client: Client) -> Client:
    locked: Client = Client.objects.select_for_update().get(pk=client.pk)
    return locked


def _save(client: Client) -> None:
    """Write a record; the new `updated_at` tells every directory to read it again."""
    client.updated_at = clock.now()
    client.save()


def _further(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in reaching.FIELDS if name in values}


def _fill(client: Client, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in reaching.FIELDS:
            continue
        if name == CUSTOM:
            client.custom = custom_values.checked(value, client)
            continue
        if name not in EDITABLE:
            raise FieldDoesNotExist(f"A client's record has no {name} that could be set.")
        if name == "phone" and value:
            value = phones.kept(value, current_anchor().country)
        if value or not is_unreadable(
            getattr(client, name)
        ):  # what can't be read is not taken for empty
            setattr(client, name, value)
