"""Calendars elsewhere: adding and removing them, and reading each every half hour; only times are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbound, outbox
from accounts.models import AccountAnchor, OutboxJob, Practitioner
from accounts.models.practice import current_anchor
from accounts.outbox import Work
from accounts.tenancy import acting_in
from bookings.availability.ranges import Range
from bookings.hours.calendar_reading import Unreadable, busy_times
from bookings.hours.time_off import zone_of
from bookings.models import BusyCalendar, BusyTime, Service
from clients.disclosures.outward import stays
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, Purpose

JOB = "calendar.read"
EVERY = timedelta(minutes=30)
AHEAD = timedelta(weeks=12)
MOST = 4 * 2**20
SECONDS = 20.0

# What became of the last try, in words for people; other codes are answers such as "HTTP 404"
FAILURES: dict[str, Promise] = {
    "not an address": gettext_lazy("This is not a web address."),
    "not https": gettext_lazy("The address must begin with https://."),
    "not public": gettext_lazy("The address does not lead to the open internet."),
    "port": gettext_lazy("The address names a port that is not for web pages."),
    "unknown host": gettext_lazy("The server of this address can’t be found."),
    "no connection": gettext_lazy("The server of this address doesn’t answer."),
    "timeout": gettext_lazy("The server took too long to answer."),
    "line broke": gettext_lazy("The server broke off while it answered."),
    "certificate": gettext_lazy("The server can’t prove who it is."),
    "redirect": gettext_lazy("The address leads to another one. Paste the address it leads to."),
    "too large": gettext_lazy("The calendar is too large."),
    "not a calendar": gettext_lazy(
        "What is there is no calendar. Paste the address that ends in .ics, not that of a web page."
    ),
    "an event": gettext_lazy("An event in it can’t be read."),
    "too much": gettext_lazy("It has more events or repeats than can be read."),
    "HTTP 401": gettext_lazy("The server asks for a sign-in. Paste the calendar’s secret address."),
    "HTTP 403": gettext_lazy("The server refuses. Paste the calendar’s secret address."),
    "HTTP 404": gettext_lazy("There is no calendar at this address any more."),
    "HTTP 410": gettext_lazy("There is no calendar at this address any more."),
}


def failure_words(code: str) -> str:
    """Return what went wrong in a sentence, or nothing."""
    if not code:
        return ""
    return str(FAILURES.get(code) or _("The server couldn’t give the calendar."))


def add(*, by: Actor, practitioner: Practitioner, name: str, address: str) -> BusyCalendar:
    """Add a calendar by its address and ask for it to be read. Raises ValidationError for an address that can't be."""
    address = address.strip()
    if address.lower().startswith("webcal://"):
        address = "https://" + address[len("webcal://") :]
    try:
        outbound.check_typed(address)
    except outbound.Refused as refused:
        raise ValidationError({"address": failure_words(refused.reason)}) from None
    row = BusyCalendar(practitioner=practitioner, name=name, address=address)
    row.full_clean(exclude=["practitioner", "read_at", "tried_at"])
    row.save(force_insert=True)
    audit.record("calendar.added", by=by, of=row)
    outbox.enqueue(JOB, {"calendar": str(row.pk)})
    return row


def remove(*, by: Actor, calendar: BusyCalendar) -> None:
    """Forget a calendar and its times; what it kept busy can be booked."""
    audit.record("calendar.removed", by=by, of=calendar)
    calendar.delete()


def read_soon(*, calendar: BusyCalendar) -> None:
    """Ask for a calendar to be read now instead of in up to half an hour."""
    if not _waiting(calendar.pk).update(run_at=clock.now()):
        outbox.enqueue(JOB, {"calendar": str(calendar.pk)})


@outbox.handles(JOB, long=True)
@stays("asks for busy times and tells nothing")
def read(work: Work) -> None:
    """Read one calendar, outside any transaction, and keep its times; then ask for the next reading."""
    pk = UUID(work.payload["calendar"])
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        row = BusyCalendar.objects.filter(pk=pk).select_related("practitioner").first()
        if row is None:
            return
        if current_anchor().state != AccountAnchor.State.ACTIVE:
            # A closure may be withdrawn; until then nobody is booked and nothing is read
            _again(pk, work.job_id)
            return
        address, zone = str(row.address), zone_of(row.practitioner, None)
        today = clock.today(zone)
        horizon = Service.objects.aggregate(most=Max("horizon_days"))["most"] or 0
    found: list[Range] | None = None
    failure = ""
    try:
        answer = outbound.call_typed(
            address,
            purpose="calendar",
            headers={"Accept": "text/calendar"},
            most=MOST,
            seconds=SECONDS,
        )
        if answer.status != 200:
            failure = f"HTTP {answer.status}"
        else:
            last = today + AHEAD + timedelta(days=horizon)
            found = busy_times(answer.body, zone, today - timedelta(days=1), last)
    except (outbound.Refused, outbound.Broken, Unreadable) as error:
        failure = error.reason
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here()
        _keep(pk, found, failure[:40])
        _again(pk, work.job_id)


def _again(pk: UUID, this: UUID) -> None:
    """Ask for the next reading, unless another job than this one will do it."""
    if not _waiting(pk).exclude(pk=this).exists():
        outbox.enqueue(JOB, {"calendar": str(pk)}, run_at=clock.now() + EVERY)


def _keep(pk: UUID, found: list[Range] | None, failure: str) -> None:
    """Put the times read in place of the former ones; after a failure the former ones stay."""
    row = BusyCalendar.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return
    row.tried_at, row.failure = clock.now(), failure
    if found is not None:
        row.read_at = row.tried_at
        had = {
            (starts, ends): key
            for key, starts, ends in BusyTime.objects.filter(calendar=row).values_list(
                "pk", "starts_at", "ends_at"
            )
        }
        BusyTime.objects.filter(pk__in=[had[span] for span in had.keys() - set(found)]).delete()
        BusyTime.objects.bulk_create(
            BusyTime(
                calendar=row, practitioner_id=row.practitioner_id, starts_at=starts, ends_at=ends
            )
            for starts, ends in found
            if (starts, ends) not in had
        )
    row.save(update_fields=["tried_at", "failure", "read_at"])


def _waiting(pk: UUID) -> Any:
    """Return the readings of a calendar that are still to come."""
    return OutboxJob.objects.filter(
        name=JOB, payload__calendar=str(pk), done_at=None, failed_at=None
    )
