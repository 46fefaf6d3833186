"""The fields that a letter's template can name, such as `{{client.name}}`, and how each is filled for one client.

A field without a value leaves a gap that says what is missing: `[birth date?]`. No letter is signed with a gap in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member, Practitioner
from accounts.models.practice import current_anchor
from accounts.templatetags.keepwell import day
from clients import addresses, referring
from clients.models import Client, Contact
from notes.letters import visits
from notes.letters.paper import Paper
from notes.letters.words import last_note

FIELD = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")
GAP = re.compile(r"\[[^\[\]\n]{1,60}\?\]")


@dataclass(frozen=True, slots=True)
class Facts:
    """What fields are filled from."""

    client: Client
    contact: Contact | None
    recipient: str
    member: Member
    author: Practitioner | None
    paper: Paper
    today: date
    is_to_client: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what editors call it, under which heading, and what it says."""

    label: str | Promise
    group: str | Promise
    fill: Callable[[Facts], str]


def _client_greeting(facts: Facts) -> str:
    client = facts.client
    formal = f"{client.title} {client.family_name}" if client.title and client.family_name else ""
    return formal or str(client.preferred_name or client.given_name)


def _recipient_greeting(facts: Facts) -> str:
    contact = facts.contact
    if facts.is_to_client:
        return _client_greeting(facts)
    if contact is None:
        return facts.recipient.partition("\n")[0].strip()
    if contact.title and contact.family_name:
        return f"{contact.title} {contact.family_name}"
    return str(contact.given_name) or contact.name


def _age(facts: Facts) -> str:
    born = facts.client.birth_date
    if born is None:
        return ""
    today = facts.today
    return str(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def _address(facts: Facts) -> str:
    return ", ".join(addresses.lines(facts.client, current_anchor().country))


def _referrer(facts: Facts) -> str:
    said = referring.of_client(facts.client)
    return said.by_contact.name if said and said.by_contact else ""


_CLIENT, _VISITS = gettext_lazy("Client"), gettext_lazy("Visits")
_TO, _US = gettext_lazy("Recipient"), gettext_lazy("Practice and author")

FIELDS = {
    "client.name": Field(gettext_lazy("name"), _CLIENT, lambda f: f.client.full_name),
    "client.first_name": Field(
        gettext_lazy("first name"),
        _CLIENT,
        lambda f: str(f.client.preferred_name or f.client.given_name),
    ),
    "client.greeting": Field(gettext_lazy("name to greet by"), _CLIENT, _client_greeting),
    "client.birth_date": Field(
        gettext_lazy("birth date"), _CLIENT, lambda f: day(f.client.birth_date)
    ),
    "client.age": Field(gettext_lazy("age"), _CLIENT, _age),
    "client.address": Field(gettext_lazy("address"), _CLIENT, _address),
    "client.phone": Field(gettext_lazy("phone"), _CLIENT, lambda f: str(f.client.phone)),
    "client.email": Field(gettext_lazy("e-mail"), _CLIENT, lambda f: str(f.client.email)),
    "client.occupation": Field(
        gettext_lazy("occupation"), _CLIENT, lambda f: str(f.client.occupation or "")
    ),
    "client.health_number": Field(
        gettext_lazy("health insurance number"),
        _CLIENT,
        lambda f: str(f.client.health_number or ""),
    ),
    "client.referrer": Field(gettext_lazy("who referred them"), _CLIENT, _referrer),
    "visits.first": Field(gettext_lazy("first visit"), _VISITS, lambda f: visits.first(f.client)),
    "visits.last": Field(gettext_lazy("last visit"), _VISITS, lambda f: visits.last(f.client)),
    "visits.next": Field(gettext_lazy("next visit"), _VISITS, lambda f: visits.coming(f.client)),
    "visits.count": Field(
        gettext_lazy("number of visits"), _VISITS, lambda f: visits.count(f.client)
    ),
    "notes.last": Field(
        gettext_lazy("text of the last signed note"), _VISITS, lambda f: last_note(f.client)
    ),
    "recipient.name": Field(
        gettext_lazy("recipient’s name"), _TO, lambda f: f.recipient.partition("\n")[0].strip()
    ),
    "recipient.greeting": Field(
        gettext_lazy("recipient’s name to greet by"), _TO, _recipient_greeting
    ),
    "practice.name": Field(gettext_lazy("practice’s name"), _US, lambda f: f.paper.name),
    "practice.phone": Field(gettext_lazy("practice’s phone"), _US, lambda f: f.paper.phone),
    "author.name": Field(
        gettext_lazy("author’s name"),
        _US,
        lambda f: str(f.author.name if f.author else f.member.name),
    ),
    "author.profession": Field(
        gettext_lazy("author’s profession"),
        _US,
        lambda f: str(f.author.profession) if f.author else "",
    ),
    "today": Field(gettext_lazy("today’s date"), _US, lambda f: day(f.today)),
}


def groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the fields under their headings, each as what stands in the text and what it is called."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, field in FIELDS.items():
        found.setdefault(str(field.group), []).append(("{{" + name + "}}", str(field.label)))
    return list(found.items())


def check(text: str) -> None:
    """Raise `ValidationError` for fields that there are not, and for braces that begin one and don't end it."""
    unknown = sorted({name for name in FIELD.findall(text) if name not in FIELDS})
    if unknown:
        raise ValidationError(
            _("There is no such field: %(names)s.") % {"names": ", ".join(unknown)}
        )
    left = FIELD.sub("", text)
    if "{{" in left or "}}" in left:
        raise ValidationError(_("A field is written as {{client.name}}. One here is not closed."))


def fill(text: str, facts: Facts) -> str:
    """Return a text with its fields filled; what is not known leaves a gap. Each field is asked for once."""
    known: dict[str, str] = {}

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        field = FIELDS.get(name)
        if field is None:
            return found.group(0)
        if name not in known:
            known[name] = field.fill(facts) or f"[{field.label}?]"
        return known[name]

    return FIELD.sub(value, text)


def gaps(*texts: str) -> list[str]:
    """Return the gaps that are left in texts, each once, in their order."""
    return list(dict.fromkeys(_gaps(texts)))


def _gaps(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from GAP.findall(text)
        yield from (found.group(0) for found in FIELD.finditer(text))
