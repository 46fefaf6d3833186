"""Who could be the same person: found by keyed hash of e-mail and phone, and by name; only ever a hint (features D4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models.practice import current_anchor
from clients import directory, phones, reaching
from clients.finding import Person
from clients.models import Client

MOST = 5


@dataclass(frozen=True, slots=True)
class Match:
    """A client who could be the same person, and what they share."""

    person: Person
    detail: str
    shares: str

    @property
    def id(self) -> UUID:
        """The client's id."""
        return self.person.id


def of_client(client: Client) -> list[Match]:
    """Return the other clients who could be the same person as `client`."""
    names = ("given_name", "family_name", "email", "phone", "birth_date")
    return like({name: getattr(client, name) for name in names}, but=client.pk)


def like(values: Mapping[str, Any], *, but: UUID | None = None) -> list[Match]:
    """Return clients of the account, archived ones too, who share e-mail, phone or name with `values`.

    Of the same name only those whose birth date does not speak against it.
    """
    shared: dict[UUID, str] = {}
    for pk in _by_hash("email", values.get("email") or ""):
        shared.setdefault(pk, _("the same e-mail address"))
    phone = phones.kept(values.get("phone") or "", current_anchor().country)
    for pk in _by_hash("phone", phone):
        shared.setdefault(pk, _("the same phone number"))
    namesakes = directory.namesakes(values.get("given_name") or "", values.get("family_name") or "")
    known = directory.known(shared)
    shared = {known[pk].id: words for pk, words in shared.items() if pk in known}
    contacts = directory.contacts([*shared, *(person.id for person in namesakes)])
    for person in namesakes:
        born, theirs = values.get("birth_date"), contacts[person.id].birth_date
        if born is None or theirs is None or born == theirs:
            both = born is not None and born == theirs
            shared.setdefault(
                person.id, _("the same name and birth date") if both else _("the same name")
            )
    shared.pop(but, None) if but else None
    people = directory.people(list(shared)[:MOST])
    return [
        Match(person, directory.detail(person, contacts.get(person.id)), shared[person.id])
        for person in sorted(people)
    ]


def _by_hash(field: str, value: str) -> list[UUID]:
    if not value:
        return []
    first = Client.objects.filter(Q((field, value))).values_list("pk", flat=True)[: MOST + 1]
    return [*first, *reaching.clients_reached_by(value)]
