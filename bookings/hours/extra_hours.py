"""Hours on top of the weekly ones: adding, changing and taking back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from bookings.models import ExtraHours
from privacy.vocabulary.scope import Actor

FIELDS = ("practitioner", "location", "day", "starts", "ends", "every_weeks", "until")


def drafted(values: dict[str, Any], extra: ExtraHours | None = None) -> ExtraHours:
    """Return extra hours with these values, not saved; raise ValidationError for none, and for those there already."""
    row = ExtraHours() if extra is None else ExtraHours.objects.get(pk=extra.pk)
    for name in FIELDS:
        setattr(row, name, values.get(name))
    if row.every_weeks is None:
        row.until = None
    row.full_clean(exclude=["practitioner", "location"])
    same = ExtraHours.objects.filter(**{name: getattr(row, name) for name in FIELDS})
    if same.exclude(pk=row.pk).exists():
        raise ValidationError(_("These extra hours are there already."))
    return row


@everywhere()
def add(*, by: Actor, values: dict[str, Any]) -> ExtraHours:
    """Add extra hours. Raises ValidationError."""
    row = drafted(values)
    row.save(force_insert=True)
    audit.record("extra_hours.added", by=by, of=row)
    return row


@everywhere()
def change(*, by: Actor, extra: ExtraHours, values: dict[str, Any]) -> ExtraHours:
    """Change extra hours; bookings stay where they are. Raises ValidationError."""
    row = drafted(values, extra)
    row.save(update_fields=list(FIELDS))
    audit.record("extra_hours.changed", by=by, of=row)
    return row


@everywhere()
def remove(*, by: Actor, extra: ExtraHours) -> None:
    """Take extra hours back; bookings in them stay where they are."""
    audit.record("extra_hours.removed", by=by, of=extra)
    extra.delete()
