"""Time that becomes free: a job finds whom on the list it suits, for staff to choose or to be offered by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import receiver

from accounts import outbox
from accounts.models import Location, Practitioner
from bookings.appointments.booking import SlotTaken
from bookings.groups.room import full
from bookings.messaging.preferences import practice_choices
from bookings.messaging.quiet import Quiet
from bookings.models import Appointment, FreedTime, WaitingChoices, WaitingEntry, WaitingOffer
from bookings.signals import time_freed
from bookings.waiting.ending import LOOK
from bookings.waiting.finding import Match, Stretch, matches
from bookings.waiting.offering import choices, offer
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM

JOB = "waiting.freed"
SHOWN = 6


@receiver(time_freed, dispatch_uid="waiting")
def on_freed(
    *, practitioner_id: UUID, location_id: UUID, starts_at: datetime, ends_at: datetime, **_: Any
) -> None:
    """Ask for a look at a time that became free, when it is still to come and anybody waits."""
    if ends_at <= clock.now():
        return
    if WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING).exists():
        payload = {"practitioner": str(practitioner_id), "location": str(location_id)}
        span = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
        outbox.enqueue(JOB, payload | span)


@outbox.handles(JOB)
def keep(work: outbox.Work) -> None:
    """Keep a time that became free and find whom it suits."""
    ends_at = datetime.fromisoformat(work.payload["ends_at"])
    freed, _made = FreedTime.objects.update_or_create(
        practitioner_id=UUID(work.payload["practitioner"]),
        starts_at=datetime.fromisoformat(work.payload["starts_at"]),
        defaults={
            "location_id": UUID(work.payload["location"]),
            "ends_at": ends_at,
            "dismissed_at": None,
        },
    )
    _look(freed)


@outbox.handles(LOOK)
def look(work: outbox.Work) -> None:
    """Look again at every time that became free; those that are past are swept."""
    now = clock.now()
    FreedTime.objects.filter(ends_at__lte=now).delete()
    for freed in FreedTime.objects.filter(starts_at__gt=now, dismissed_at=None):
        _look(freed)


def suggested() -> QuerySet[FreedTime]:
    """Return the times that became free, suit somebody and are still to be had, the next first."""
    taken = Appointment.objects.filter(
        practitioner_id=OuterRef("practitioner_id"),
        state__in=Appointment.LIVE,
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    ).exclude(capacity__gt=1, starts_at=OuterRef("starts_at"), ends_at=OuterRef("ends_at"))
    filled = full().filter(
        practitioner_id=OuterRef("practitioner_id"), starts_at=OuterRef("starts_at")
    )
    rows: QuerySet[FreedTime] = (
        FreedTime.objects.filter(
            ~Exists(taken),
            ~Exists(filled),
            fitting__gt=0,
            dismissed_at=None,
            starts_at__gt=clock.now(),
        )
        .select_related("practitioner", "location")
        .order_by("starts_at")
    )
    return rows


def dismiss(freed: FreedTime) -> None:
    """Put a suggestion away: staff know what they do with the time."""
    if freed.dismissed_at is None:
        freed.dismissed_at = clock.now()
        freed.save(update_fields=["dismissed_at"])


def stretch_of(freed: FreedTime) -> Stretch:
    """Return a time that became free, as `finding` takes it."""
    return Stretch(freed.practitioner, freed.location, freed.starts_at, freed.ends_at)


def who_fits(appointment_id: UUID) -> list[Match]:
    """Return whom on the list the time of a cancelled appointment suits, or a place in a session; nobody once it is past."""
    if not WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING).exists():
        return []
    gone: Appointment | None = (
        Appointment.objects.select_related("practitioner", "location")
        .filter(
            Q(state=Appointment.State.CANCELLED) | Q(capacity__gt=1),
            pk=appointment_id,
            starts_at__gt=clock.now(),
        )
        .first()
    )
    if gone is None:
        return []
    return matches(Stretch(gone.practitioner, gone.location, gone.starts_at, gone.ends_at))


def count(practitioner: Practitioner, location: Location, starts_at: datetime, left: int) -> None:
    """Keep how many are left whom a time suits, after offers were made."""
    FreedTime.objects.filter(
        practitioner=practitioner, location=location, starts_at=starts_at
    ).update(fitting=left)


def _look(freed: FreedTime) -> None:
    """Find whom a time suits now, and offer it to the first of them when the practice wants that."""
    found = matches(stretch_of(freed))
    chosen = choices()
    if chosen.mode == WaitingChoices.Mode.OFFER:
        found = _offered(freed, found, chosen)
    freed.fitting = len(found)
    freed.save(update_fields=["fitting"])


def _offered(freed: FreedTime, found: list[Match], chosen: WaitingChoices) -> list[Match]:
    """Offer a time to as many as the practice asks at once, outside its quiet hours; return who is left."""
    quiet = _quiet(freed.location)
    now = clock.now()
    if quiet.covers(now):
        outbox.enqueue(LOOK, run_at=quiet.until(now))
        return found
    open_now = WaitingOffer.objects.filter(
        practitioner_id=freed.practitioner_id,
        state=WaitingOffer.State.OFFERED,
        starts_at__lt=freed.ends_at,
        ends_at__gt=freed.starts_at,
    ).count()
    left = list(found)
    for match in [each for each in found if not each.cap][: max(0, chosen.at_once - open_now)]:
        try:
            offer(
                by=SYSTEM,
                entry=match.entry,
                practitioner=freed.practitioner,
                location=freed.location,
                starts_at=match.time.starts_at,
            )
        except (SlotTaken, ValidationError):
            continue
        left.remove(match)
    return left


def _quiet(location: Location) -> Quiet:
    chosen = practice_choices()
    return Quiet(chosen.quiet_from, chosen.quiet_until, location.time_zone)
