"""What waits in bookings, counted for the rail: every page shows it, so all of it is one statement."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from django.db.models import Count, Value

from accounts.requests import AccountRequest
from bookings.models import Appointment, WaitingEntry
from bookings.stranded import listing

_known: WeakKeyDictionary[AccountRequest, dict[str, int]] = WeakKeyDictionary()


def waiting(request: AccountRequest, name: str) -> int | None:
    """Return how many "requests" wait for an answer, clients on the "waiting" list, bookings "outside" hours; or None."""
    if request not in _known:
        asked = Appointment.objects.filter(state=Appointment.State.REQUESTED)
        listed = WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING)
        requests, *others = (
            rows.order_by()
            .values(kind=Value(kind))
            .annotate(n=Count("pk"))
            .values_list("kind", "n")
            for kind, rows in (
                ("requests", asked),
                ("waiting", listed),
                ("outside", listing.waiting()),
            )
        )
        _known[request] = dict(requests.union(*others, all=True).order_by())
    return _known[request].get(name) or None
