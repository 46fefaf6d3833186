"""Choosing somebody in a form: a client or a contact, found by typing, named by one value such as "contact:<id>"."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from clients import contacts, directory
from clients.models import Client, Contact

CLIENT, CONTACT = "client", "contact"
KINDS = (CLIENT, CONTACT)
MOST = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be chosen."""

    value: str
    name: str
    detail: str
    icon: str


def found(words: str, *, among: tuple[str, ...] = KINDS) -> list[Choice]:
    """Return whom all words fit: contacts first, because a client's name is seldom theirs."""
    listed: list[Choice] = []
    if not words.strip():
        return listed
    if CONTACT in among:
        listed += [_of_contact(each) for each in contacts.listed(words=words)[:MOST]]
    if CLIENT in among:
        listed += [
            Choice(f"{CLIENT}:{each.id}", each.name, each.detail, "user")
            for each in directory.search(words, MOST)
        ]
    return listed


def chosen(value: str) -> Client | Contact | None:
    """Return whom a value names; None for one that names nobody of the account."""
    kind, _colon, text = value.partition(":")
    try:
        pk = UUID(text)
    except ValueError:
        return None
    model = {CLIENT: Client, CONTACT: Contact}.get(kind)
    somebody: Client | Contact | None = model.objects.filter(pk=pk).first() if model else None
    return somebody.stands_for if isinstance(somebody, Client) else somebody


def of(somebody: Client | Contact) -> Choice:
    """Return somebody as a choice."""
    if isinstance(somebody, Contact):
        return _of_contact(somebody)
    known = directory.contacts([somebody.pk])
    (person,) = directory.people([somebody.pk])
    detail = directory.detail(person, known.get(somebody.pk))
    return Choice(f"{CLIENT}:{somebody.pk}", person.name, detail, "user")


def _of_contact(contact: Contact) -> Choice:
    return Choice(f"{CONTACT}:{contact.pk}", contact.name, contacts.detail(contact), "home")
