"""A case: opened, seen with its visits, changed, closed; and the case of one visit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from bookings.cases import keeping, showing
from bookings.cases.forms import CaseForm
from bookings.models import Attendee
from clients import choosing, identity
from clients.models import Case

both = require_http_methods(["GET", "HEAD", "POST"])
editor = require(Permission.CLIENTS_EDIT)


@editor
@both
def case_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Open a case for a client."""
    client = identity.find(pk)
    form = CaseForm(request.POST or None)
    if "search" not in request.POST and form.is_valid():
        case = keeping.begin(by=request.actor, client=client, values=form.values)
        messages.success(request, _("The case is open"))
        return redirect(request.account.url("case", case.pk))
    return _form(request, form, client=client)


@require(Permission.CLIENTS_CARE)
@require_safe
def case(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a case: how much of it is used, and its visits."""
    found = _case(pk)
    visits = (
        Attendee.objects.filter(case=found)
        .select_related("appointment__practitioner", "appointment__location")
        .defer("comment", "cancel_note", "accepted_from")
        .order_by("-appointment__starts_at")
    )
    context = {
        "shown": showing.of([found])[0],
        "case": found,
        "client": found.client,
        "visits": list(visits[:200]),
        "may_edit": Permission.CLIENTS_EDIT in request.permissions and request.account.is_active,
        "may_book": Permission.DIARY_EDIT in request.permissions
        and request.account.is_active
        and found.closed_at is None
        and found.client.archived_at is None,
        "sees_diary": Permission.DIARY_VIEW in request.permissions,
    }
    return render(request, "bookings/cases/case.html", context)


@editor
@both
def case_edit(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change a case."""
    found = _case(pk)
    form = CaseForm(request.POST or None, case=found)
    if "search" not in request.POST and form.is_valid():
        keeping.change(by=request.actor, case=found, values=form.values)
        messages.success(request, _("Saved"))
        return redirect(request.account.url("case", pk))
    return _form(request, form, client=found.client, case=found)


@editor
@require_POST
def case_closure(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Close a case, or open it again."""
    found = _case(pk)
    closes = found.closed_at is None
    keeping.close(by=request.actor, case=found, closed=closes)
    undo = f"undo={request.account.url('case_closure', pk)}"
    said = _("Closed. No new visit is offered it.") if closes else _("Open again")
    messages.success(request, said, extra_tags=undo)
    return redirect(request.account.url("case", pk))


@require(Permission.DIARY_EDIT)
@both
def visit_case(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say to which case a visit belongs."""
    place: Attendee = get_object_or_404(
        Attendee.objects.select_related("client", "appointment__location").filter(
            here("appointment__location")
        ),
        pk=pk,
    )
    cases = keeping.of_client(place.client)
    if request.method == "POST":
        wanted = request.POST.get("case", "")
        chosen = next((each for each in cases if str(each.pk) == wanted), None)
        if wanted and chosen is None:
            raise Http404
        try:
            keeping.assign(by=request.actor, attendee=place, case=chosen)
        except ValidationError:
            raise Http404 from None
        messages.success(request, _("Saved"))
        return redirect(request.account.url("appointment", place.appointment_id))
    context = {
        "place": place,
        "shown": showing.of(
            [each for each in cases if not each.closed_at or each.pk == place.case_id]
        ),
        "action": request.path,
        "panel_url": request.account.url("appointment", place.appointment_id),
    }
    part = "#form" if request.htmx else ""
    return render(request, f"bookings/cases/visit.html{part}", context)


def _form(request: AccountRequest, form: CaseForm, **more: Any) -> HttpResponse:
    searched = "search" in request.POST
    words = request.POST.get("find", "")
    found = choosing.found(words, among=(choosing.CONTACT,)) if words else []
    context = {"form": form, "words": words, "choices": found or form.kept, "picked": form.picked}
    status = 422 if form.is_bound and not searched else 200
    return render(request, "bookings/cases/form.html", context | more, status=status)


def _case(pk: UUID) -> Case:
    rows = Case.objects.select_related("client", "referrer")
    found: Case = get_object_or_404(rows, pk=pk)
    return found
