"""Handing the account over: offered by the Owner, taken by the next one, told to both; a week, and either can end it."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import audit, outbox, team
from accounts.cells import cell
from accounts.models import Handover, Member, Role
from accounts.models.practice import current_anchor
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

LIFE = timedelta(days=7)
End = Handover.End


class Gone(RuntimeError):
    """The offer was ended, has lapsed, or was never made."""


def standing() -> Handover | None:
    """Return the offer that can still be accepted, None when there is none."""
    rows = Handover.objects.filter(ended_at=None, expires_at__gt=clock.now())
    found: Handover | None = rows.select_related("by", "to").first()
    return found


def offer(*, by: Actor, member: Member) -> Handover:
    """Offer the account to a member for a week, in place of an offer that stands; both are told by mail."""
    owner = _owner()
    if owner.pk != by.id:
        raise PermissionDenied
    if member.role == Role.OWNER or member.removed_at is not None:
        raise team.OwnerStays
    for before in Handover.objects.select_for_update().filter(ended_at=None):
        _close(before, End.LAPSED if before.expires_at <= clock.now() else End.WITHDRAWN)
    made = Handover(by=owner, to=member, expires_at=clock.now() + LIFE)
    made.save(force_insert=True)
    audit.record("handover.offered", by=by, of=made, detail={"to": str(member.pk)})
    _tell(made, "offered")
    return made


def accept(*, by: Actor) -> Handover:
    """Become the Owner, as was offered; the one before stays in the team. Raises `Gone`."""
    found = _theirs(by, "to")
    team.hand_over(by=by, member=found.to)
    return _end(found, End.ACCEPTED)


def decline(*, by: Actor) -> Handover:
    """Leave the account with its Owner. Raises `Gone`."""
    found = _theirs(by, "to")
    audit.record("handover.declined", by=by, of=found)
    return _end(found, End.DECLINED)


def withdraw(*, by: Actor) -> Handover:
    """Take the offer back. Raises `Gone`."""
    found = _theirs(by, "by")
    audit.record("handover.withdrawn", by=by, of=found)
    return _end(found, End.WITHDRAWN)


def _owner() -> Member:
    """Return the Owner, locked: two answers to one offer come one after the other."""
    owner: Member = Member.objects.select_for_update().get(role=Role.OWNER, removed_at=None)
    return owner


def _theirs(by: Actor, side: str) -> Handover:
    owner = _owner()
    found = standing()
    if found is None or getattr(found, f"{side}_id") != by.id:
        raise Gone
    if found.by_id != owner.pk or found.to.removed_at is not None:
        raise Gone
    return found


def _end(found: Handover, end: str) -> Handover:
    _close(found, end)
    _tell(found, end)
    return found


def _close(found: Handover, end: str) -> None:
    found.ended_at, found.end = clock.now(), end
    found.save(update_fields=["ended_at", "end"])


def _tell(handover: Handover, event: str) -> None:
    outbox.enqueue("handover.tell", {"handover": str(handover.pk), "event": event})


@outbox.handles("handover.tell")
def _send(work: outbox.Work) -> None:
    """Tell both sides, in a mail of its own each: what is said of it is the same."""
    found = Handover.objects.select_related("by", "to").get(pk=work.payload["handover"])
    account = current_anchor()
    values = {
        "event": work.payload["event"],
        "practice": account.name,
        "by": found.by.name,
        "to": found.to.name,
        "url": account.url("handover"),
        "until": found.expires_at,
    }
    for member in (found.by, found.to):
        EmailMessage(
            subject=_("Who owns %(practice)s") % {"practice": account.name},
            body=render_to_string(
                "accounts/mail/handover.txt", {**values, "is_next": member == found.to}
            ),
            to=[str(member.email)],
        ).send(using=cell(account.cell).mailer)
