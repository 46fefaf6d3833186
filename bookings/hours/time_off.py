"""Time off and closures: adding, changing and taking back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, practice_settings
from accounts.models import Location, Member, Practitioner
from accounts.tenancy import everywhere
from bookings.models import Absence, WeeklyHours
from bookings.openings.known import LONGEST
from privacy.vocabulary.scope import Actor

FIELDS = (
    "practitioner",
    "location",
    "kind",
    "label",
    "first_day",
    "starts",
    "last_day",
    "ends",
    "every_weeks",
    "until",
)


def zone_of(practitioner: Practitioner | None, location: Location | None) -> str:
    """Return on whose wall time off is meant: the location's, else that of the practitioner's first hours, else ours."""
    if location is not None:
        return str(location.time_zone)
    if practitioner is not None:
        first = WeeklyHours.objects.filter(practitioner=practitioner).select_related("location")
        row = first.order_by("id").first()
        if row is not None:
            return str(row.location.time_zone)
    return practice_settings.zone()


def drafted(values: dict[str, Any], absence: Absence | None = None) -> Absence:
    """Return time off with these values, not saved; raise ValidationError for none, and for what is there already."""
    row = Absence() if absence is None else Absence.objects.get(pk=absence.pk)
    for name in FIELDS:
        setattr(row, name, values.get(name))
    row.label = row.label or ""
    row.time_zone = zone_of(row.practitioner, row.location)
    if row.practitioner is None and row.kind == Absence.Kind.HOLIDAY:
        row.kind = Absence.Kind.CLOSED
    if row.every_weeks is None:
        row.until = None
    row.full_clean(exclude=["practitioner", "location", "made_by"])
    if row.last_day - row.first_day > LONGEST:
        raise ValidationError({"last_day": _("A year at most. Add the rest as another entry.")})
    when = {name: getattr(row, name) for name in FIELDS if name not in ("kind", "label")}
    if Absence.objects.filter(**when).exclude(pk=row.pk).exists():
        raise ValidationError(_("This time off is there already."))
    return row


@everywhere()
def add(*, by: Actor, member: Member | None, values: dict[str, Any]) -> Absence:
    """Add time off or a closure; bookings stay where they are. Raises ValidationError."""
    row = drafted(values)
    row.made_by = member
    row.save(force_insert=True)
    audit.record("absence.added", by=by, of=row)
    return row


@everywhere()
def change(*, by: Actor, absence: Absence, values: dict[str, Any]) -> Absence:
    """Change time off; bookings stay where they are. Raises ValidationError."""
    row = drafted(values, absence)
    row.save(update_fields=[*FIELDS, "time_zone"])
    audit.record("absence.changed", by=by, of=row)
    return row


@everywhere()
def remove(*, by: Actor, absence: Absence) -> None:
    """Take time off back: the hours under it can be booked again."""
    audit.record("absence.removed", by=by, of=absence)
    absence.delete()
