"""Where a member works: those who are confined to a location choose no other and see what is there (features A5).

Clients of other locations are kept from them by the database itself; this is for what belongs to a place and not to a
client: appointments, and the choice of a location.
"""

from __future__ import annotations

from django.db.models import Q

from accounts.models import Location
from privacy.vocabulary import scope
from privacy.vocabulary.prepared import Prepared

_IN_USE = Prepared[Location](lambda: Location.objects.filter(archived_at=None).order_by("name"))


def here(path: str = "location") -> Q:
    """Return the condition for rows of the location that whoever looks is confined to; for others of every row."""
    at = scope.current().location
    return Q() if at is None else Q((f"{path}_id", at))


def offered() -> list[Location]:
    """Return the locations in use that whoever looks may choose, by name."""
    at = scope.current().location
    return [each for each in _IN_USE() if at in (None, each.pk)]
