"""The settings of what is offered and when: services and hours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.country_defaults import currency_of
from accounts.models import Practitioner
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.hours.stranded.ending import Ending, asked_first
from bookings.hours.stranded.finding import coming
from bookings.hours.stranded.options import SERVICE_GONE
from bookings.models import Attendee, Service
from bookings.offering import keeping
from bookings.offering.forms import ServiceForm, initial_of, new_initial, offered_by, own_initial
from bookings.offering.prices import price

editor = require(Permission.SETTINGS_EDIT)
both = require_http_methods(["GET", "POST"])


@editor
@require_safe
def services(request: AccountRequest) -> HttpResponse:
    """List what can be booked, in the order clients see, and below what is archived."""
    names = {each.pk: str(each.name) for each in _active_practitioners()}
    rows = [_row(each, names) for each in Service.objects.prefetch_related("offers")]
    context = {
        "in_use": [row for row in rows if not row["service"].archived_at],
        "archived": [row for row in rows if row["service"].archived_at],
    }
    return render(request, "offering/services.html", context)


@editor
@both
def service_new(request: AccountRequest) -> HttpResponse:
    """Add a service."""
    people = _active_practitioners()
    last = Service.objects.order_by("pk").last()
    currency = last.currency if last else currency_of(request.account.country)
    form = ServiceForm(
        request.POST or None,
        practitioners=people,
        currency=currency,
        initial=new_initial(people, Service.objects.count()),
    )
    if request.method == "POST" and form.is_valid():
        keeping.add(
            by=request.actor,
            values=form.values,
            practitioners=form.chosen,
            own_terms=form.own_terms,
        )
        messages.success(request, _("The service is added."))
        return redirect(request.account.url("services"))
    return render(request, "offering/service.html", {"form": form})


@editor
@both
def service(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change a service."""
    found, people = _service(pk), _active_practitioners()
    form = ServiceForm(
        request.POST or None,
        practitioners=people,
        currency=found.currency,
        this=found,
        initial={
            **initial_of(found),
            **own_initial(found),
            "practitioners": [str(each) for each in offered_by(found)],
        },
    )
    if request.method == "POST" and form.is_valid():
        keeping.change(
            by=request.actor,
            service=found,
            values=form.values,
            practitioners=form.chosen,
            own_terms=form.own_terms,
        )
        messages.success(request, _("Saved."))
        return redirect(request.account.url("services"))
    return render(request, "offering/service.html", {"form": form, "service": found})


@editor
@require_POST
def service_position(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move a service one place up or down."""
    keeping.move(by=request.actor, service=_service(pk), up=request.POST.get("to") == "up")
    return redirect(request.account.url("services"))


@editor
@both
def service_stop(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a service out of the choice once it is said what becomes of its coming bookings."""
    found = _service(pk)

    def save() -> str:
        keeping.archive(by=request.actor, service=_service(pk))
        return _("Archived.")

    ending = Ending(
        title=_("Archive %(name)s?") % {"name": found.name},
        text=_("Nobody can book it any more. You can offer it again."),
        trail=(_("Services"), request.account.url("services")),
        nothing=_("No booking of it is coming."),
        button=_("Archive this service"),
        back=request.account.url("services"),
        ways=SERVICE_GONE,
        reason=Attendee.Reason.OTHER,
        undo=request.account.url("service_restoration", pk),
    )
    if found.archived_at is not None:
        return redirect(ending.back)
    return asked_first(request, coming(Q(service=found)), save, ending)


@editor
@require_POST
def service_restoration(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Offer a service again."""
    keeping.restore(by=request.actor, service=_service(pk))
    messages.success(request, _("Offered again."))
    return redirect(request.account.url("services"))


def _row(service: Service, names: dict[UUID, str]) -> dict[str, Any]:
    people = [names[pk] for pk in offered_by(service) if pk in names]
    return {
        "service": service,
        "price": price(service.price_minor, service.currency),
        "people": people,
    }


def _service(pk: UUID) -> Service:
    found: Service = get_object_or_404(Service.objects.all(), pk=pk)
    return found


def _active_practitioners() -> list[Practitioner]:
    return list(Practitioner.objects.filter(deactivated_at=None))
