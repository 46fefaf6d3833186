"""Whoever got data about a person hears what became of them: who that is, that they were told, that they said so (DS-10)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from clients import identity
from clients.models import Client, Disclosure
from privacy.cases import DeskCase, DeskTelling
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor

# The person themself, whoever acts for them, and the practice need no such news
_NOT_TOLD = (Disclosure.To.PRACTICE, Disclosure.To.CLIENT, Disclosure.To.FAMILY)
ANSWER_DAYS = 30


def plan(case: DeskCase, client: Client) -> list[DeskTelling]:
    """Write down, from the ledger, who has to be told; once for each, under the account's key: the client's may go."""
    if DeskTelling.objects.filter(case=case).exists():
        return list(DeskTelling.objects.filter(case=case))
    rows = Disclosure.objects.filter(identity.of(client), never_was=False).exclude(to__in=_NOT_TOLD)
    over = set(rows.exclude(replaces=None).values_list("replaces", flat=True))
    latest: dict[tuple[str, str], Disclosure] = {}
    for row in rows.order_by("at"):
        if row.pk not in over and not is_unreadable(row.recipient):
            latest[(row.to, str(row.recipient).casefold())] = row
    found = [
        DeskTelling(
            case=case,
            recipient=str(row.recipient) or str(row.get_to_display()),
            address=str(row.address),
            to=row.to,
            last_at=row.at,
        )
        for row in latest.values()
    ]
    for each in found:
        each.save(force_insert=True)
    return found


def told(*, by: Actor, telling: DeskTelling) -> DeskTelling:
    """Note that somebody was told."""
    return _note(by, telling, "told", told_at=telling.told_at or clock.now())


def acknowledged(*, by: Actor, telling: DeskTelling) -> DeskTelling:
    """Note that somebody who was told said that they did what it asks."""
    now = clock.now()
    return _note(
        by,
        telling,
        "acknowledged",
        told_at=telling.told_at or now,
        acknowledged_at=telling.acknowledged_at or now,
    )


def give_up(*, by: Actor, telling: DeskTelling, because: str) -> DeskTelling:
    """Note why somebody can't be told; it stays in sight."""
    if not because.strip():
        raise ValidationError(_("Write why they can’t be told."))
    return _note(by, telling, "given_up", given_up=because)


def is_settled(telling: DeskTelling) -> bool:
    """Tell whether nothing has to be sent any more."""
    return telling.told_at is not None or bool(telling.given_up)


def _note(by: Actor, telling: DeskTelling, word: str, **values: object) -> DeskTelling:
    for name, value in values.items():
        setattr(telling, name, value)
    telling.full_clean()
    telling.save(update_fields=list(values))
    audit.record(f"request.recipient_{word}", by=by, of=telling)
    return telling
