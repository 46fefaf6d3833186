"""Contacts: people and organisations outside, added, changed, archived, found by any of their words (features B9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models.practice import current_anchor
from clients import phones
from clients.models import Contact
from clients.words import digits, fold, name_words
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor

EDITABLE = (
    "kind",
    "title",
    "given_name",
    "family_name",
    "organisation",
    "profession",
    "number",
    "phone",
    "email",
    "address",
    "city",
    "state",
    "post_code",
    "country",
    "notes",
)
_SEARCHED = ("given_name", "family_name", "organisation", "profession", "city")
_FEWEST_DIGITS = 3


def add(*, by: Actor, values: Mapping[str, Any]) -> Contact:
    """Add a contact from `values` (names of `EDITABLE`); return it. Raises `ValidationError` by field."""
    contact = Contact()
    _fill(contact, values)
    contact.save(force_insert=True)
    audit.record("contact.added", by=by, of=contact)
    return contact


def change(*, by: Actor, contact: Contact, values: Mapping[str, Any]) -> Contact:
    """Change a contact; return it as saved."""
    kept: Contact = Contact.objects.select_for_update().get(pk=contact.pk)
    before = {name: getattr(kept, name) for name in EDITABLE}
    _fill(kept, values)
    changed = [name for name in EDITABLE if getattr(kept, name) != before[name]]
    if changed:
        kept.save()
        audit.record("contact.changed", by=by, of=kept, detail={"fields": changed})
    return kept


def archive(*, by: Actor, contact: Contact) -> Contact:
    """Put a contact away: what names it goes on naming it, but nobody chooses it any more."""
    if contact.archived_at is None:
        contact.archived_at = clock.now()
        contact.save(update_fields=["archived_at"])
        audit.record("contact.archived", by=by, of=contact)
    return contact


def unarchive(*, by: Actor, contact: Contact) -> Contact:
    """Take a contact out of the archive."""
    if contact.archived_at is not None:
        contact.archived_at = None
        contact.save(update_fields=["archived_at"])
        audit.record("contact.unarchived", by=by, of=contact)
    return contact


def listed(*, kind: str = "", words: str = "", archived: bool = False) -> list[Contact]:
    """Return the contacts of a kind whom all words fit, by name."""
    rows = Contact.objects.filter(archived_at__isnull=not archived)
    found = [each for each in (rows.filter(kind=kind) if kind else rows) if fits(each, words)]
    return sorted(found, key=lambda each: (fold(each.family_name or each.name), fold(each.name)))


def names(contact_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of these contacts."""
    wanted = set(contact_ids)
    return {each.pk: each.name for each in Contact.objects.filter(pk__in=wanted)} if wanted else {}


def fits(contact: Contact, words: str) -> bool:
    """Tell whether every word begins one of the contact's own, is part of its phone or in its mail address."""
    if not words.strip():
        return True
    own = " ".join(name for field in _SEARCHED for name in name_words(str(getattr(contact, field))))
    told, mail, number = f" {own}", fold(str(contact.email)), digits(str(contact.phone))
    return all(
        any(f" {each}" in told for each in name_words(word))
        or ("@" in word and fold(word) in mail)
        or (len(digits(word)) >= _FEWEST_DIGITS and digits(word).lstrip("0") in number)
        for word in words.split()
    )


def detail(contact: Contact) -> str:
    """Return the words that tell contacts of one name apart."""
    parts = [contact.get_kind_display(), contact.organisation if contact.person else ""]
    return " · ".join(str(part) for part in (*parts, contact.city) if part)


def _fill(contact: Contact, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in EDITABLE:
            raise FieldDoesNotExist(f"A contact has no {name} that could be set.")
        if name == "phone" and value:
            value = phones.kept(value, current_anchor().country)
        if value or not is_unreadable(getattr(contact, name)):
            setattr(contact, name, value)
    contact.full_clean(exclude=[name for name in EDITABLE if is_unreadable(getattr(contact, name))])
    if not (contact.family_name or contact.given_name or contact.organisation):
        raise ValidationError({"organisation": _("Enter a person, an organisation or both.")})
