"""To whom letters about a client go: their doctors and other contacts first."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from clients import referring
from clients.identity import of
from clients.models import Client, Contact, Relationship


@dataclass(frozen=True, slots=True)
class Near:
    """A contact who has to do with a client, and as what."""

    contact: Contact
    role: str


def near(client: Client) -> list[Near]:
    """Return who referred the client, and the contacts who stand by them; each once."""
    found: dict[object, Near] = {}
    said = referring.of_client(client)
    if said and said.by_contact:
        found[said.by_contact.pk] = Near(said.by_contact, _("referred them"))
    rows = Relationship.objects.filter(of(client), contact__isnull=False).select_related("contact")
    for row in rows:
        if row.contact and row.contact.archived_at is None:
            found.setdefault(row.contact.pk, Near(row.contact, str(row.contact.get_kind_display())))
    return list(found.values())


def contacts() -> list[Contact]:
    """Return all contacts in use, by name."""
    rows = Contact.objects.filter(archived_at=None)
    return sorted(rows, key=lambda each: each.name.casefold())
