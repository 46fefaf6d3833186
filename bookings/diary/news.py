"""Whether anything in the diary changed since it was drawn: one number, out of one statement, for an open page to ask."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connections
from django.db.models import CharField
from django.db.models.expressions import RawSQL

from privacy.vocabulary import scope

# Every row that a diary draws, with the transaction that wrote it last: no change of any kind leaves the sum as it was.
# The days are taken a little wider than any zone makes them, so that whoever asks needs to know no zone.
_SUM = "SELECT coalesce(sum(hashtextextended(r.id::text || r.xmin::text, 0)), 0) FROM"
_SQL = f"""
    md5(concat_ws(' ',
        ({_SUM} bookings_appointment r WHERE r.starts_at >= %s AND r.starts_at < %s),
        ({_SUM} bookings_attendee r JOIN bookings_appointment a
            ON a.account_id = r.account_id AND a.id = r.appointment_id
            WHERE a.starts_at >= %s AND a.starts_at < %s),
        ({_SUM} bookings_hold r WHERE r.starts_at >= %s AND r.starts_at < %s AND r.expires_at > now()),
        ({_SUM} bookings_busytime r WHERE r.starts_at >= %s AND r.starts_at < %s),
        ({_SUM} bookings_absence r),
        ({_SUM} bookings_weeklyhours r),
        ({_SUM} bookings_extrahours r)
    ))
"""
PARTS = 4


def state_column(since: Any, until: Any) -> RawSQL:
    """Return the state of what is drawn between the `edges`, as a column that costs a page no statement of its own."""
    return RawSQL(_SQL, [since, until] * PARTS, output_field=CharField())


def state_now(days: list[date]) -> str:
    """Return the same by itself."""
    with connections[scope.current().database].cursor() as cursor:
        cursor.execute(f"SELECT {_SQL}", edges(days) * PARTS)
        return str(cursor.fetchone()[0])


def edges(days: list[date]) -> list[datetime]:
    """Return the instants between which all of these days lie, in every zone."""
    midnight = time(tzinfo=UTC)
    return [
        datetime.combine(days[0] - timedelta(days=1), midnight),
        datetime.combine(days[-1] + timedelta(days=2), midnight),
    ]
