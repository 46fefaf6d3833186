"""The list of bookings outside hours, until each is settled."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import context, places, tallies, team
from accounts.models import Practitioner
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.hours.shown import NAMED, is_confirmed
from bookings.hours.stranded import asking, deciding, listing, options
from bookings.hours.stranded.deciding import NotPossible
from bookings.hours.stranded.finding import coming


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def stranded(request: AccountRequest) -> HttpResponse:
    """Show what waits for a decision, page by page, and carry out what was decided: here, or for all of them."""
    if request.account.is_active:
        listing.heal()
    waiting = list(listing.waiting().filter(places.here()))
    page = Paginator(waiting, NAMED).get_page(request.GET.get("page"))
    here = list(page.object_list)
    if request.method == "POST":
        is_for_all = asking.ALL in request.POST
        found = waiting if is_for_all else here
        if not is_for_all or is_confirmed(request, waiting):
            try:
                done = deciding.carry_out(
                    by=request.actor, found=found, choices=asking.chosen(request.POST, found)
                )
            except NotPossible as refused:
                messages.error(request, asking.refusal(refused))
            else:
                done.waiting = 0
                if done.any:
                    messages.success(request, asking.done_words(done))
                return redirect(request.account.url("stranded"))
    context = {
        "rows": asking.rows(request, here),
        "page": page,
        "count": len(waiting),
        "for_all": options.usual()[1:],
    }
    return render(request, "hours/stranded_list.html", context)


@require(Permission.TEAM_MANAGE)
@require_http_methods(["GET", "POST"])
def practitioner_stop(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Stop a practitioner's new bookings once it is said what becomes of the coming ones."""
    person: Practitioner = get_object_or_404(Practitioner.objects.all(), pk=pk)
    if person.deactivated_at is not None:
        return redirect(request.account.url("practitioner", pk))

    def save() -> str:
        team.deactivate(by=request.actor, practitioner=Practitioner.objects.get(pk=pk))
        return _("No new bookings. Notes stay.")

    found = coming(Q(practitioner=person))
    if request.method == "POST" and asking.decided(request, found, save):
        return redirect(request.account.url("practitioner", pk))
    shown = {
        "practitioner": person,
        "left_out": asking.rows(request, found, save),
        "left_out_count": len(found),
    }
    return render(request, "hours/stop.html", shown)


@context.adds
def outside_hours(request: AccountRequest) -> dict[str, Any]:
    """Give each page `outside_hours`: how many bookings wait, counted with the rail and only where it is shown."""
    if Permission.DIARY_EDIT not in request.permissions:
        return {}
    return {"outside_hours": partial(tallies.waiting, request, "outside")}
