"""Reminds practitioners by mail, each morning, of notes that are late: how many, never whose."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from accounts import outbox
from accounts.cells import cell
from accounts.models import OutboxJob, Practitioner
from accounts.models.practice import current_anchor
from accounts.practice_settings import zone as practice_zone
from bookings.messaging.links import absolute
from clients.disclosures.outward import stays
from notes import finishing, rules
from privacy.vocabulary import clock, scope

ROUND, ONE = "notes.remind", "notes.remind_one"
AT = time(7, 30)


def go_on() -> None:
    """Ask for the next morning's round, unless it is asked for already."""
    if not OutboxJob.objects.filter(name=ROUND, done_at=None, failed_at=None).exists():
        outbox.enqueue(ROUND, {}, run_at=_next_morning())


@outbox.handles(ROUND)
def _round(work: outbox.Work) -> None:
    """Ask for one mail to each practitioner with something late, and for tomorrow's round."""
    outbox.enqueue(ROUND, {}, run_at=_next_morning())
    if not rules.settings().reminds or not current_anchor().is_active:
        return
    for backlog in finishing.backlogs():
        if backlog.late and backlog.practitioner.deactivated_at is None:
            outbox.enqueue(ONE, {"practitioner": str(backlog.practitioner.pk)})


@outbox.handles(ONE)
@stays("a practitioner hears how many notes are late, and of nobody whose")
def _remind(work: outbox.Work) -> None:
    """Send one practitioner their count, as it is now."""
    practitioner = (
        Practitioner.objects.select_related("member")
        .filter(pk=UUID(work.payload["practitioner"]), member__removed_at=None)
        .first()
    )
    late = next(
        (each.late for each in finishing.backlogs() if each.practitioner == practitioner), 0
    )
    if practitioner is None or practitioner.member is None or not late:
        return
    account = current_anchor()
    values = {
        "name": practitioner.member.name,
        "practice": account.name,
        "late": late,
        "hours": rules.settings().finish_hours,
        "url": absolute(account.url("notes")),
    }
    EmailMessage(
        subject=ngettext("%(n)d note to finish", "%(n)d notes to finish", late) % {"n": late},
        body=render_to_string("notes/mail/reminder.txt", values),
        to=[practitioner.member.email],
    ).send(using=cell(scope.current().cell).mailer)


def _next_morning() -> datetime:
    zone = ZoneInfo(practice_zone())
    now = clock.now().astimezone(zone)
    morning = datetime.combine(now.date(), AT, tzinfo=zone)
    return morning if morning > now else morning + timedelta(days=1)
