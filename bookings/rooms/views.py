"""The settings of rooms and equipment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Location
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.hours.stranded import asking
from bookings.models import Attendee, Resource, Service
from bookings.rooms import keeping
from bookings.rooms.forms import ResourceForm

editor = require(Permission.SETTINGS_EDIT)
both = require_http_methods(["GET", "POST"])
ICONS = {Resource.Kind.ROOM: "door", Resource.Kind.EQUIPMENT: "settings"}


@editor
@require_safe
def rooms(request: AccountRequest) -> HttpResponse:
    """List the rooms and equipment of each location, with the services that can use them."""
    places = _places()
    found: dict[UUID, list[dict[str, Any]]] = {each.pk: [] for each in places}
    archived = []
    everything = Resource.objects.select_related("location").prefetch_related("needed_by__service")
    for each in everything:
        row = _row(each)
        if each.archived_at is not None:
            archived.append(row)
        elif each.location_id in found:
            found[each.location_id].append(row)
    context = {
        "places": [(each, found[each.pk]) for each in places],
        "archived": archived,
        "has_any": any(found.values()),
    }
    return render(request, "rooms/list.html", context)


@editor
@both
def room_new(request: AccountRequest) -> HttpResponse:
    """Add a room or a piece of equipment."""
    places, services = _places(), _services()
    asked = request.GET.get("location", "")
    form = ResourceForm(
        request.POST or None,
        locations=places,
        services=services,
        initial={"kind": Resource.Kind.ROOM, "location": asked or (places and str(places[0].pk))},
    )
    if request.method == "POST" and form.is_valid():
        keeping.add(
            by=request.actor,
            location=form.place,
            name=form.cleaned_data["name"],
            kind=form.cleaned_data["kind"],
            services=form.chosen,
        )
        messages.success(request, _("Added."))
        return redirect(request.account.url("rooms"))
    return render(request, "rooms/room.html", {"form": form}, status=_status(form))


@editor
@both
def room(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Rename a room or change which services can use it."""
    found = _room(pk)
    form = ResourceForm(
        request.POST or None,
        locations=(),
        services=_services(),
        this=found,
        initial={
            "name": found.name,
            "services": [str(each.service_id) for each in found.needed_by.all()],
        },
    )
    if request.method == "POST" and form.is_valid():
        keeping.change(
            by=request.actor,
            resource=found,
            name=form.cleaned_data["name"],
            services=form.chosen,
        )
        messages.success(request, _("Saved."))
        return redirect(request.account.url("rooms"))
    return render(request, "rooms/room.html", {"form": form, "room": found}, status=_status(form))


@editor
@require_POST
def room_position(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move a room one place up or down."""
    keeping.move(by=request.actor, resource=_room(pk), up=request.POST.get("to") == "up")
    return redirect(request.account.url("rooms"))


@editor
@both
def room_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a room out of use once it is said what becomes of the bookings that find no other."""
    found = _room(pk)
    if found.archived_at is not None:
        return redirect(request.account.url("room", pk))

    def save() -> str:
        keeping.archive(by=request.actor, resource=_room(pk))
        return _("Out of use.")

    rehoused = keeping.rehearsed(found)
    is_sent = request.method == "POST"
    if is_sent and asking.decided(request, rehoused.left, save, reason=Attendee.Reason.OTHER):
        return redirect(request.account.url("rooms"))
    context = {
        "room": found,
        "elsewhere": len(rehoused.elsewhere),
        "left_out": asking.rows(request, rehoused.left, save),
        "left_out_count": len(rehoused.left),
    }
    return render(request, "rooms/archive.html", context)


@editor
@require_POST
def room_restoration(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Use a room again."""
    keeping.restore(by=request.actor, resource=_room(pk))
    messages.success(request, _("In use again."))
    return redirect(request.account.url("rooms"))


def _row(resource: Resource) -> dict[str, Any]:
    services = [
        str(need.service.name)
        for need in resource.needed_by.all()
        if need.service.archived_at is None
    ]
    return {
        "room": resource,
        "icon": ICONS[Resource.Kind(resource.kind)],
        "services": ", ".join(services),
    }


def _status(form: ResourceForm) -> int:
    return 422 if form.errors else 200


def _room(pk: UUID) -> Resource:
    found: Resource = get_object_or_404(Resource.objects.select_related("location"), pk=pk)
    return found


def _places() -> list[Location]:
    return list(Location.objects.filter(archived_at=None).order_by("pk"))


def _services() -> list[Service]:
    return list(Service.objects.filter(archived_at=None))
