"""What visits belong to besides their client: a case, and the recall that the first of them answers."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.requests import AccountRequest
from bookings.cases import keeping as cases
from bookings.diary.booking_forms import WhoForm
from bookings.models import Attendee
from bookings.recalls import keeping as recalls


def belongs(request: AccountRequest, form: WhoForm, places: Iterable[Attendee]) -> None:
    """Write what was chosen while somebody booked."""
    case, recall = form.cleaned_data["case"], form.cleaned_data["recall"]
    for number, place in enumerate(places):
        if case is not None:
            cases.assign(by=request.actor, attendee=place, case=case)
        if recall is not None and not number:
            recalls.book(by=request.actor, recall=recall, attendee=place)
