"""What waits in bookings, as every page counts it: requests, the waiting list, bookings outside hours."""

from __future__ import annotations

from accounts.tallies import counts

counts(
    "requests",
    "SELECT count(*) FROM bookings_appointment WHERE account_id = %(account)s AND state = 'requested'"
    " AND (%(place)s::uuid IS NULL OR location_id = %(place)s)",
)
counts(
    "waiting",
    "SELECT count(*) FROM bookings_waitingentry w WHERE account_id = %(account)s AND state = 'waiting'"
    " AND (NOT %(confined)s OR EXISTS ("
    "SELECT FROM clients_client c WHERE c.account_id = w.account_id AND c.id = w.client_id))",
)
# As bookings.hours.stranded.listing lists them: those left outside, and those whose practitioner or location is gone.
# Nothing lasts two days, and by its start a booking is found without a walk through the past.
counts(
    "outside",
    """
    SELECT count(*) FROM (
        SELECT id, location_id FROM bookings_appointment
        WHERE account_id = %(account)s AND stranded_at IS NOT NULL
          AND state IN ('requested', 'booked') AND ends_at > %(now)s
        UNION
        SELECT a.id, a.location_id FROM bookings_appointment a
        JOIN accounts_practitioner p ON p.account_id = a.account_id AND p.id = a.practitioner_id
        WHERE a.account_id = %(account)s AND p.deactivated_at IS NOT NULL AND NOT a.stays_outside_hours
          AND a.state IN ('requested', 'booked') AND a.ends_at > %(now)s
          AND a.starts_at > %(now)s - interval '2 days'
        UNION
        SELECT a.id, a.location_id FROM bookings_appointment a
        JOIN accounts_location l ON l.account_id = a.account_id AND l.id = a.location_id
        WHERE a.account_id = %(account)s AND l.archived_at IS NOT NULL AND NOT a.stays_outside_hours
          AND a.state IN ('requested', 'booked') AND a.ends_at > %(now)s
          AND a.starts_at > %(now)s - interval '2 days'
    ) AS found WHERE %(place)s::uuid IS NULL OR location_id = %(place)s
    """,
)
