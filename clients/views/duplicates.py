"""Possible duplicates: searched for, looked at pair by pair, dismissed or led to their merge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients.alike import looking, scanning
from clients.models import Likeness


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def duplicates(request: AccountRequest) -> HttpResponse:
    """Show the pairs to look at; POST searches for them anew."""
    if request.method == "POST":
        scanning.request(by=request.actor)
        return redirect(request.account.url("duplicates"))
    page, looks = looking.page(request.GET.get("page", "1"))
    context = {"page": page, "looks": looks, "base": "?page=", **_search(request)}
    return render(request, "clients/duplicates.html", context)


@require(Permission.CLIENTS_EDIT)
@require_GET
def duplicates_progress(request: AccountRequest) -> HttpResponse:
    """Answer the page's question how far the search is; once it is done, the page is drawn anew."""
    context = _search(request)
    response = render(request, "clients/duplicates.html#search", context)
    if context["running"] is None:
        response["HX-Refresh"] = "true"
    return response


@require(Permission.CLIENTS_EDIT)
@require_POST
def duplicate_dismissal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say that two records are two people."""
    found: Likeness = get_object_or_404(Likeness.objects.all(), pk=pk)
    looking.dismiss(by=request.actor, likeness=found)
    undo = request.account.url("duplicate_return", pk)
    messages.success(
        request, _("Kept apart. The pair isn’t shown again."), extra_tags=f"undo={undo}"
    )
    return redirect(request.account.url("duplicates"))


@require(Permission.CLIENTS_EDIT)
@require_POST
def duplicate_return(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take back that two records are two people."""
    found: Likeness = get_object_or_404(Likeness.objects.all(), pk=pk)
    looking.bring_back(by=request.actor, likeness=found)
    messages.success(request, _("The pair is on the list again."))
    return redirect(request.account.url("duplicates"))


def _search(request: AccountRequest) -> dict[str, Any]:
    job, done = scanning.under_way(), scanning.last_done()
    return {
        "running": scanning.progress(job) if job else None,
        "searched_at": done.done_at if done else None,
        "zone": practice_settings.zone(),
        "is_active": request.account.is_active,
    }
