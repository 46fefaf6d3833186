"""From a new account to a practice that takes bookings: what is there, what is missing, and the verbs of the three steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts import audit, practice_settings
from accounts.models import Location, Member, Practitioner, PrivacyNotice
from bookings import signals
from bookings.hours.weekly import Change, Kept, Period, Stretch, kept, set_week
from bookings.models import Service
from bookings.offering import keeping
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


@dataclass(frozen=True, slots=True)
class Progress:
    """What the set-up has so far; None and empty where a step is still open."""

    location: Location | None
    practitioner: Practitioner | None
    hours: list[Kept]
    service: Service | None

    @property
    def next_step(self) -> str:
        """URL name of the first open step."""
        if self.location is None:
            return "setup_place"
        if not self.hours:
            return "setup_hours"
        return "setup_service" if self.service is None else "setup_done"

    @property
    def is_complete(self) -> bool:
        """Whether nothing is open."""
        return self.next_step == "setup_done"

    @property
    def period(self) -> Period:
        """The period whose hours hold today, else the first one; always when there are none."""
        if self.location is None or not self.hours:
            return Period()
        today = clock.today(self.location.time_zone)
        held = [each.period for each in self.hours if each.period.has(today)]
        return (held or [self.hours[0].period])[0]

    @property
    def week(self) -> list[Stretch]:
        """The week of that period."""
        return sorted(each.stretch for each in self.hours if each.period == self.period)


def progress(member: Member) -> Progress:
    """Return how far the active account's set-up is, seen from `member`, whose own hours come first."""
    location = Location.objects.filter(archived_at=None).order_by("pk").first()
    practitioner = _first_practitioner(member)
    hours = kept(practitioner, location) if practitioner and location else []
    service = Service.objects.filter(archived_at=None).first()
    return Progress(location, practitioner, hours, service)


def place(*, by: Actor, location: Location | None, values: dict[str, Any]) -> Location:
    """Add the first place, or change it; return it. Raises ValidationError."""
    if location is None:
        return practice_settings.add_location(by=by, values=values)
    return practice_settings.change_location(by=by, location=location, values=values)


def keep_hours(*, by: Actor, progress: Progress, week: list[Stretch]) -> list[Kept]:
    """Give the practitioner these hours at the first place, instead of those of today's period. Raises `HoursClash`."""
    if progress.practitioner is None or progress.location is None:
        raise ValueError("Hours need a practitioner and a place.")
    change = Change(week, progress.period, replacing=progress.period)
    return set_week(
        by=by, practitioner=progress.practitioner, location=progress.location, change=change
    )


def first_service(*, by: Actor, progress: Progress, values: dict[str, Any]) -> Service:
    """Add the first service, offered by the practitioner, or change it; return it. Raises ValidationError."""
    if progress.service is not None:
        return keeping.change(by=by, service=progress.service, values=values)
    people = [progress.practitioner] if progress.practitioner else []
    return keeping.add(by=by, values=values, practitioners=people)


def finish(*, by: Actor, notice: str) -> bool:
    """Make a practice with place, hours and service ready: publish `notice` as version 1 unless one is published.

    Return whether it was the first time; later calls change nothing.
    """
    if PrivacyNotice.objects.exists():
        return False
    practice_settings.publish_notice(by=by, text=notice)
    signals.set_up.send(sender=Progress)
    audit.record("practice.set_up", by=by)
    return True


def _first_practitioner(member: Member) -> Practitioner | None:
    active = Practitioner.objects.filter(deactivated_at=None)
    found: Practitioner | None = active.filter(member=member).first() or active.first()
    return found
