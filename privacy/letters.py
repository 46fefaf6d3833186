"""Mails to the Owner of an account: by the region's own route, from templates whose first line is the subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.cells import cell
from accounts.models import Location, Member, Role
from clients.disclosures.outward import stays
from privacy.vocabulary import scope


def owner() -> Member | None:
    """Return the Owner of the active account, or None when there is none."""
    found: Member | None = Member.objects.filter(role=Role.OWNER, removed_at=None).first()
    return found


def zone() -> str:
    """Return the time zone in which the active account's dates are told: its first location's, else UTC."""
    first = Location.objects.filter(archived_at=None).order_by("pk").first()
    return first.time_zone if first else "UTC"


def to_owner(template: str, **context: Any) -> None:
    """Send `privacy/mail/<template>.txt` to the Owner of the active account."""
    member = owner()
    if member is not None:
        to_member(template, member, **context)


def to_member(template: str, member: Member, **context: Any) -> None:
    """Send the same to somebody who works here, while they do."""
    if member.removed_at is None:
        context = {"name": member.name, "zone": zone(), **context}
        send(template, member.email, scope.current().cell, **context)


@stays("to people of the practice, about the account; names no client")
def send(
    template: str,
    address: str,
    cell_name: str,
    *,
    attachments: Sequence[tuple[str, str]] = (),
    **context: Any,
) -> None:
    """Send a mail by a cell's route; the template's first line is the subject, the rest the text.

    `attachments`: name and text of JSON files.
    """
    text = render_to_string(f"privacy/mail/{template}.txt", context)
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage(subject, body.strip() + "\n", to=[address])
    for name, content in attachments:
        message.attach(name, content, "application/json")
    message.send(using=cell(cell_name).mailer)
