"""The places where the practice works."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import practice_settings
from accounts.forms import LocationForm
from accounts.models import Location
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.time_zones import zones_of

both = require_http_methods(["GET", "POST"])
editor = require(Permission.SETTINGS_EDIT)
FIELDS = ("name", "address", "phone", "time_zone", "is_online")


@editor
@require_safe
def listing(request: AccountRequest) -> HttpResponse:
    """List the places, those out of use last."""
    found = sorted(Location.objects.all(), key=lambda p: (p.archived_at is not None, p.name))
    return render(request, "accounts/locations.html", {"locations": found})


@editor
@both
def new(request: AccountRequest) -> HttpResponse:
    """Add a place; its zone is guessed from the places that exist, or from the country."""
    last = Location.objects.filter(archived_at=None).last()
    zones = zones_of(request.account.country)
    initial = {"time_zone": last.time_zone if last else next(iter(zones), ""), "is_online": True}
    form = LocationForm(request.POST or None, account=request.account, initial=initial)
    if request.method == "POST" and form.is_valid():
        practice_settings.add_location(by=request.actor, values=form.cleaned_data)
        messages.success(request, _("The location is added."))
        return redirect(request.account.url("locations"))
    return render(request, "accounts/location.html", {"form": form})


@editor
@both
def edit(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change a place."""
    found = _location(pk)
    initial: dict[str, Any] = {name: getattr(found, name) for name in FIELDS}
    form = LocationForm(request.POST or None, account=request.account, this=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        practice_settings.change_location(
            by=request.actor, location=found, values=form.cleaned_data
        )
        messages.success(request, _("Saved."))
        return redirect(request.account.url("locations"))
    return render(request, "accounts/location.html", {"form": form, "location": found})


@editor
@require_POST
def restoration(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Use a place again; a page of bookings takes it out of use, which asks about those that are coming."""
    practice_settings.archive_location(by=request.actor, location=_location(pk), archived=False)
    messages.success(request, _("In use again."))
    return redirect(request.account.url("locations"))


def _location(pk: UUID) -> Location:
    found: Location = get_object_or_404(Location.objects.all(), pk=pk)
    return found
