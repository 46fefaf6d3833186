"""Who of several gets a booking with "anyone": whoever has least booked that day, then that week (features D1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, Sum

from accounts.models import Location, Practitioner
from accounts.time_zones import zone_info
from bookings.models import Appointment


def by_load(
    practitioners: Sequence[Practitioner], location: Location, starts_at: datetime
) -> list[Practitioner]:
    """Return practitioners, least booked minutes on the local day first, then in its week, then in their order."""
    if len(practitioners) < 2:
        return list(practitioners)
    day = starts_at.astimezone(zone_info(location.time_zone)).date()
    monday = day - timedelta(days=day.weekday())
    rows = (
        Appointment.objects.filter(
            practitioner_id__in=[each.pk for each in practitioners],
            state__in=Appointment.LIVE,
            local_date__range=(monday, monday + timedelta(days=6)),
            # What the index knows: a local date begins at most a day from its date in UTC
            starts_at__range=(starts_at - timedelta(days=9), starts_at + timedelta(days=9)),
        )
        .order_by()
        .values("practitioner_id")
        .annotate(
            day=Sum("duration_minutes", filter=Q(local_date=day)), week=Sum("duration_minutes")
        )
    )
    loads: dict[UUID, tuple[int, int]] = {
        row["practitioner_id"]: (row["day"] or 0, row["week"] or 0) for row in rows
    }
    return sorted(practitioners, key=lambda each: loads.get(each.pk, (0, 0)))
