"""Writing into the ledger: by whatever sends, and by hand for what was said or given without Keepwell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from accounts import audit
from clients import identity
from clients.models import Client, Contact, Disclosure
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

Way, Basis, To = Disclosure.Way, Disclosure.Basis, Disclosure.To

# Ways that Keepwell can't see for itself
BY_HAND = (Way.HAND, Way.POST, Way.CALL, Way.MAIL, Way.PRINT)

_written: ContextVar[list[Disclosure] | None] = ContextVar("keepwell_disclosures", default=None)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets something, as they were called then. `name` and `address` are sealed under the client's key."""

    to: str
    name: str = ""
    address: str = ""
    country: str = ""
    contact: Contact | None = None


PRACTICE = Recipient(To.PRACTICE)
_SORTS = {
    Contact.Kind.GP: To.CLINICIAN,
    Contact.Kind.SPECIALIST: To.CLINICIAN,
    Contact.Kind.INSURER: To.INSURER,
    Contact.Kind.SCHOOL: To.EMPLOYER,
    Contact.Kind.EMPLOYER: To.EMPLOYER,
    Contact.Kind.FAMILY: To.FAMILY,
}


def contact_as_recipient(contact: Contact, address: str = "") -> Recipient:
    """Return a contact as somebody who gets something, sent to `address` if it is sent."""
    sort = _SORTS.get(Contact.Kind(contact.kind), To.OTHER)
    return Recipient(sort, contact.name, address, str(contact.country), contact)


@dataclass(frozen=True, slots=True)
class What:
    """What goes out: kinds of records, in words if that helps, and the row that it is when it is one."""

    kinds: tuple[type[models.Model], ...]
    words: str = ""
    of: models.Model | None = None


def record(
    *,
    by: Actor,
    client: Client | None,
    what: What,
    to: Recipient,
    way: str,
    basis: str = Basis.INSTRUCTION,
) -> Disclosure:
    """Write that something leaves, in the transaction in which it does; `client` None says everybody's. Return the row.

    Whoever sends writes its own row of the audit.
    """
    row = Disclosure(
        client=client,
        way=way,
        basis=basis,
        to=to.to,
        recipient=to.name[:200],
        address=to.address[:254],
        country=to.country,
        contact=to.contact,
        kinds=[kind._meta.label_lower for kind in what.kinds],
        of_kind=what.of._meta.label_lower if what.of is not None else "",
        of_id=what.of.pk if what.of is not None else None,
        words=what.words[:300],
        by_kind=by.kind,
        by_id=by.id,
    )
    return _kept(row)


def note(
    *,
    by: Actor,
    client: Client,
    at: datetime,
    kinds: Iterable[str],
    to: Recipient,
    way: str,
    basis: str,
    words: str = "",
    replaces: Disclosure | None = None,
    never_was: bool = False,
) -> Disclosure:
    """Write down what was told or given without Keepwell; `replaces` is an earlier such row that was wrong.

    Raises `ValidationError` for a time to come and for a row that can't be replaced (any more).
    """
    if at > clock.now():
        raise ValidationError(_("This is still to come. Note it once it has happened."))
    if replaces is not None and not may_replace(replaces, client):
        raise ValidationError(_("This entry can’t be corrected: it was written by what sent it."))
    row = Disclosure(
        client=client,
        at=at,
        way=way,
        basis=basis,
        to=to.to,
        recipient=to.name,
        address=to.address,
        country=to.country,
        contact=to.contact,
        kinds=sorted(kinds),
        words=words,
        by_kind=by.kind,
        by_id=by.id,
        noted_by_hand=True,
        replaces=replaces.pk if replaces else None,
        never_was=never_was,
    )
    _kept(row)
    audit.record("disclosure.noted", by=by, of=row, client_id=client.pk)
    return row


def may_replace(row: Disclosure, client: Client) -> bool:
    """Tell whether a row is one by hand about this client that no other has replaced."""
    return (
        row.noted_by_hand
        and row.client_id in identity.ids(client)
        and not Disclosure.objects.filter(replaces=row.pk).exists()
    )


@contextmanager
def watched() -> Iterator[list[Disclosure]]:
    """Collect the rows that are written inside."""
    rows: list[Disclosure] = []
    token = _written.set(rows)
    try:
        yield rows
    finally:
        _written.reset(token)


def _kept(row: Disclosure) -> Disclosure:
    row.full_clean(exclude=["client", "contact"])
    row.save(force_insert=True)
    watching = _written.get()
    if watching is not None:
        watching.append(row)
    return row
