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

from accounts import context, places, practice_settings, tallies, team
from accounts.models import Location, Practitioner
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.hours.shown import NAMED, is_confirmed
from bookings.hours.stranded import asking, deciding, listing, options
from bookings.hours.stranded.deciding import NotPossible
from bookings.hours.stranded.ending import Ending, asked_first
from bookings.hours.stranded.finding import coming
from bookings.models import Attendee


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
        "for_all": options.TIME_GONE.options()[1:],
    }
    return render(request, "hours/stranded_list.html", context)


@require(Permission.TEAM_MANAGE)
@require_http_methods(["GET", "POST"])
def practitioner_stop(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Stop a practitioner's new bookings once it is said what becomes of the coming ones."""
    person: Practitioner = get_object_or_404(Practitioner.objects.all(), pk=pk)

    def save() -> str:
        team.deactivate(by=request.actor, practitioner=Practitioner.objects.get(pk=pk))
        return _("No new bookings. Notes stay.")

    ending = Ending(
        title=_("No new bookings with %(name)s?") % {"name": person.name},
        text=_("Notes stay. You can let them be booked again."),
        trail=(_("Team"), request.account.url("team")),
        nothing=_("No coming booking is with them."),
        button=_("Stop new bookings"),
        back=request.account.url("practitioner", pk),
    )
    if person.deactivated_at is not None:
        return redirect(ending.back)
    return asked_first(request, coming(Q(practitioner=person)), save, ending)


@require(Permission.SETTINGS_EDIT)
@require_http_methods(["GET", "POST"])
def location_stop(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a location out of use once it is said what becomes of the coming bookings there."""
    place: Location = get_object_or_404(Location.objects.all(), pk=pk)

    def save() -> str:
        row = Location.objects.get(pk=pk)
        practice_settings.archive_location(by=request.actor, location=row, archived=True)
        return _("Out of use.")

    ending = Ending(
        title=_("Take %(name)s out of use?") % {"name": place.name},
        text=_("Nobody can be booked there any more. You can use it again."),
        trail=(_("Locations"), request.account.url("locations")),
        nothing=_("No coming booking is there."),
        button=_("Take out of use"),
        back=request.account.url("locations"),
        ways=options.PLACE_GONE,
        reason=Attendee.Reason.OTHER,
        undo=request.account.url("location_restoration", pk),
    )
    if place.archived_at is not None:
        return redirect(ending.back)
    return asked_first(request, coming(Q(location=place)), save, ending)


@context.adds
def outside_hours(request: AccountRequest) -> dict[str, Any]:
    """Give each page `outside_hours`: how many bookings wait, counted with the rail and only where it is shown."""
    if Permission.DIARY_EDIT not in request.permissions:
        return {}
    return {"outside_hours": partial(tallies.waiting, request, "outside")}
