"""Who could be the same person as somebody just written down: only ever a hint (features B5, D4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models.practice import current_anchor
from clients import directory, phones, reaching
from clients.alike import looking
from clients.alike.facts import Facts, facts
from clients.alike.weighing import Verdict, compare, in_words
from clients.finding import NO_CONTACT, Contact, Person
from clients.models import Client

MOST = 5
# A hint costs a glance, so it asks for less than the list of possible duplicates does
HINT = 5.0
_CANDIDATES = 40


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
    """Return the other clients who could be the same person as `client`, without those said to be others."""
    names = ("given_name", "family_name", "preferred_name", "email", "phone", "birth_date")
    found = like({name: getattr(client, name) for name in names}, but=client.person_id)
    two = looking.are_two(client.person_id, [match.id for match in found])
    return [match for match in found if match.id not in two]


def like(values: Mapping[str, Any], *, but: UUID | None = None) -> list[Match]:
    """Return clients of the account, archived ones too, who could be whom `values` tell of, the likeliest first.

    Candidates are those of the same phone or mail address, by keyed hash, and those whose name looks alike.
    """
    phone = phones.kept(values.get("phone") or "", current_anchor().country)
    given, family = values.get("given_name") or "", values.get("family_name") or ""
    candidates = {
        person.id: person
        for person in [
            *directory.people(
                [*_by_hash("email", values.get("email") or ""), *_by_hash("phone", phone)]
            ),
            *directory.resembling(given, family, _CANDIDATES),
        ]
        if person.id != but
    }
    reached = directory.contacts(candidates)
    told = facts(
        given,
        family,
        values.get("preferred_name") or "",
        values.get("birth_date"),
        (phone,),
        (values.get("email") or "",),
    )
    verdicts = [
        (compare(told, _facts(person, reached.get(person.id, NO_CONTACT))), person)
        for person in candidates.values()
    ]
    return [
        Match(person, directory.detail(person, reached.get(person.id)), in_words(verdict.codes))
        for verdict, person in _likeliest(verdicts)
    ]


def _likeliest(verdicts: Iterable[tuple[Verdict, Person]]) -> list[tuple[Verdict, Person]]:
    found = [each for each in verdicts if each[0].score >= HINT]
    return sorted(found, key=lambda each: (-each[0].score, each[1].order))[:MOST]


def _facts(person: Person, contact: Contact) -> Facts:
    more = contact.more
    return facts(
        person.given_name,
        person.family_name,
        person.preferred_name,
        contact.birth_date,
        (contact.phone, *(one for one in more if "@" not in one)),
        (contact.email, *(one for one in more if "@" in one)),
    )


def _by_hash(field: str, value: str) -> list[UUID]:
    if not value:
        return []
    first = Client.objects.filter(Q((field, value))).values_list("pk", flat=True)[:_CANDIDATES]
    return [*first, *reaching.clients_reached_by(value)]
