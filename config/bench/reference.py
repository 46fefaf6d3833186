"""The same work in raw SQL, as somebody would write it who has no product around it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

SLOTS = """
WITH opened AS (
    SELECT range_agg(tstzrange((day + starts) AT TIME ZONE %(zone)s, (day + ends) AT TIME ZONE %(zone)s)) AS hours
    FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 day') AS day
    JOIN bookings_weeklyhours ON weekday = extract(isodow FROM day)
    WHERE account_id = %(account)s AND practitioner_id = %(who)s
), taken AS (
    SELECT coalesce(range_agg(tstzrange(busy_from, busy_until)), '{}') AS busy
    FROM bookings_appointment
    WHERE account_id = %(account)s AND practitioner_id = %(who)s AND state IN ('held', 'requested', 'booked')
      AND starts_at >= %(first)s::timestamp AT TIME ZONE %(zone)s - interval '2 days'
      AND starts_at < %(last)s::timestamp AT TIME ZONE %(zone)s + interval '3 days'
)
SELECT lower(free), upper(free) FROM opened, taken, unnest(hours - busy) AS free
"""

WEEK = """
SELECT a.id, a.practitioner_id, a.starts_at, a.ends_at, a.service_name, a.colour, a.state,
       t.client_id, t.state, c.given_name, c.family_name,
       EXISTS (SELECT FROM clients_alert l WHERE l.account_id = a.account_id AND l.client_id = t.client_id
               AND l.resolved_at IS NULL)
FROM bookings_appointment a
JOIN bookings_attendee t ON t.account_id = a.account_id AND t.appointment_id = a.id
JOIN clients_client c ON c.account_id = a.account_id AND c.id = t.client_id
WHERE a.account_id = %s AND a.starts_at >= %s AND a.starts_at < %s
ORDER BY a.starts_at
"""


def slots(connection: psycopg.Connection[Any], asked: dict[str, Any]) -> list[Any]:
    """Return the free ranges of a practitioner between two local dates, both included."""
    return connection.execute(SLOTS, asked).fetchall()


def week(
    connection: psycopg.Connection[Any], account: UUID, since: datetime, until: datetime
) -> list[Any]:
    """Return what a diary shows of some days."""
    return connection.execute(WEEK, [account, since, until]).fetchall()
