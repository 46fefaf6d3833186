"""Where and with whom a member works: what they are kept to, they don't choose otherwise (features A2, A5).

Clients of other locations or of colleagues are kept from them by the database itself, and so are colleagues'
appointments; this is for what belongs to a place and not to a client, and for what there is to choose from.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from accounts.models import Location, Practitioner
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


def bookable() -> QuerySet[Practitioner]:
    """Return the active practitioners with whom whoever looks may book."""
    member = scope.current().own_sight.diary_of
    rows: QuerySet[Practitioner] = Practitioner.objects.filter(deactivated_at=None)
    return rows if member is None else rows.filter(member_id=member)


def is_theirs(practitioner: Practitioner) -> bool:
    """Tell whether whoever looks may book with a practitioner."""
    member = scope.current().own_sight.diary_of
    return member is None or practitioner.member_id == member


def check_theirs(practitioner: Practitioner) -> None:
    """Refuse a change of a colleague's diary by whoever keeps their own alone."""
    if not is_theirs(practitioner):
        raise PermissionDenied
