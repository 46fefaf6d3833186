"""The public site: start page, a User's practices, the texts of the agreements."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import agreements, directory
from accounts.permissions import public, signed_in
from accounts.requests import SignedInRequest


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what Keepwell is, on one calm screen."""
    return render(request, "public_site/home.html", {"documents": agreements.all_current()})


@signed_in
@require_safe
def accounts(request: SignedInRequest) -> HttpResponse:
    """List the User's practices, each with its region; with one only, go straight in."""
    found = directory.accounts_for(request.user)
    if len(found) == 1 and not request.GET.get("choose"):
        return redirect("enter", found[0].slug)
    context = {"practices": found, "closed": directory.closed_for(request.user)}
    return render(request, "public_site/accounts.html", context)


@public
@require_safe
def agreement(request: HttpRequest, document: str, version: str) -> HttpResponse:
    """Show one version of an agreement; every version ever published keeps its address."""
    found = agreements.find(document, version)
    if found is None:
        raise Http404
    others = [d for d in agreements.all_current() if d.name != found.name]
    return render(request, "agreements/page.html", {"document": found, "others": others})
