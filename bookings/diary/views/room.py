"""The choice of another room for an appointment."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from bookings.diary.views.frame import Toast, changed, tell
from bookings.models import Appointment
from bookings.openings.taking import Taken
from bookings.rooms import choosing


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def appointment_room(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Choose another free room, or piece of equipment, for an appointment."""
    found = get_object_or_404(
        Appointment.objects.select_related("location", "practitioner").filter(here()),
        pk=pk,
        state__in=Appointment.LIVE,
    )
    kinds = choosing.kinds(found)
    if request.method == "POST":
        # An undo asks with the room in its query
        asked = request.POST.get("resource", request.GET.get("resource", ""))
        wanted = next((each for each in kinds if each.has(asked)), None)
        if wanted is None:
            raise Http404
        try:
            use = choosing.change(by=request.actor, appointment=found, resource=UUID(asked))
        except Taken:
            toast = Toast(_("Somebody else has it at that time."), level="error")
            kinds = choosing.kinds(found)
        else:
            toast = Toast(_("Now in %(room)s.") % {"room": use.resource.name})
            return changed(request, found, toast)
        tell(request, toast)
    context = {
        "appointment": found,
        "kinds": kinds,
        "panel_url": request.account.url("appointment", pk),
        "zone": found.location.time_zone,
        "action": request.path,
    }
    part = "#form" if request.htmx else ""
    return render(request, f"rooms/choose.html{part}", context)
