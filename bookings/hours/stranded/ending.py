"""Ending what can be booked (a person, a place, a service): first what becomes of the bookings that are coming."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.requests import AccountRequest
from bookings.hours.stranded import asking
from bookings.hours.stranded.deciding import AWAY
from bookings.hours.stranded.options import STAY, TIME_GONE, Ways
from bookings.models import Appointment


@dataclass(frozen=True, slots=True)
class Ending:
    """What the page says, and what can be chosen on it; `trail` is where it belongs, `undo` what takes it back."""

    title: str
    text: str
    trail: tuple[str, str]
    nothing: str
    button: str
    back: str
    ways: Ways = TIME_GONE
    reason: str = AWAY
    undo: str = ""


def asked_first(
    request: AccountRequest, found: Sequence[Appointment], save: Callable[[], str], ending: Ending
) -> HttpResponse:
    """Make an end by `save` once it is said what becomes of each booking that is coming, at once where there is none."""
    if request.method == "POST" and asking.decided(
        request, found, save, ways=ending.ways, reason=ending.reason, undo=ending.undo
    ):
        return redirect(ending.back)
    context = {
        "ending": ending,
        "left_out": asking.rows(request, found, save, ending.ways),
        "left_out_count": len(found),
        "others_stay": ending.ways.habit == STAY,
    }
    return render(request, "hours/ending.html", context)
