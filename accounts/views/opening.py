"""Opening an account: the practice, then its region with the reason and the agreements, then in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import agreements, directory, signup
from accounts.cells import region_name
from accounts.forms import AcceptForm, PracticeForm, likely_country
from accounts.jurisdiction import countries, home_region, subdivisions
from accounts.models import Account, User
from accounts.permissions import public, signed_in
from accounts.requests import SignedInRequest

DRAFT = "opening"
both = require_http_methods(["GET", "POST"])


@public
@both
def describe(request: HttpRequest) -> HttpResponse:
    """Ask what the practice is called and where it works; somebody without a sign-in makes one first."""
    user = request.user
    if not isinstance(user, User):
        return redirect(f"{reverse('account_signup')}?{urlencode({'next': reverse('open')})}")
    if request.headers.get("HX-Request"):  # the country changed: its states, nothing judged yet
        form = PracticeForm(initial=request.POST.dict())
        return render(request, "public_site/open.html#subdivision", {"form": form})
    if request.method == "POST":
        form = PracticeForm(request.POST)
        if form.is_valid():
            request.session[DRAFT] = form.cleaned_data
            return redirect("open_confirm")
    else:
        known = {"person": user.name, "is_practitioner": True}
        known["country"] = likely_country(request.headers.get("Accept-Language", ""))
        form = PracticeForm(initial=request.session.get(DRAFT) or known)
    return render(request, "public_site/open.html", {"form": form})


@signed_in
@both
def confirm(request: SignedInRequest) -> HttpResponse:
    """Show the region and why, take the agreements, open the account and go in."""
    draft = request.session.get(DRAFT)
    if not draft:
        return redirect("open")
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account = _open(request.user, draft)
        del request.session[DRAFT]
        return _go_in(account)
    placed = home_region(draft["country"], draft["subdivision"] or None)
    context = {
        "form": form,
        "draft": draft,
        "place": _place_name(draft),
        "city": region_name(placed.region),
        "placed": placed,
        "documents": agreements.all_current(),
    }
    return render(request, "public_site/open_confirm.html", context)


@signed_in
@require_safe
def founding(request: SignedInRequest, account_slug: str) -> HttpResponse:
    """Wait, looking again every other second, until the region elsewhere has founded the account; then go in."""
    account = signup.waiting_for(request.user, account_slug)
    if account is None:
        raise Http404
    if account.state == Account.State.ACTIVE:
        return _go_in(account)
    context = {"practice": account, "city": region_name(account.home_region)}
    response = render(request, "public_site/founding.html", context)
    response.headers["Refresh"] = "2"
    return response


def _go_in(account: Account) -> HttpResponse:
    if account.state == Account.State.OPENING:
        return redirect("founding", account.slug)
    first = urlencode({"next": _first_page(account)})
    return redirect(f"{reverse('enter', args=[account.slug])}?{first}")


def _open(user: User, draft: dict[str, Any]) -> Account:
    if not user.name:
        user.name = draft["person"]
        user.save(update_fields=["name"])
    account = signup.open_account(
        by=user,
        name=draft["name"],
        country=draft["country"],
        subdivision=draft["subdivision"],
        owner_name=draft["person"],
        is_practitioner=draft["is_practitioner"],
    )
    directory.forget(account.slug)
    return account


def _first_page(account: Account) -> str:
    try:
        return reverse("setup", args=[account.slug])
    except NoReverseMatch:
        return reverse("settings", args=[account.slug])


def _place_name(draft: dict[str, Any]) -> str:
    country = next(c.name for c in countries() if c.code == draft["country"])
    part = next(
        (s.name for s in subdivisions(draft["country"]) if s.code == draft["subdivision"]), ""
    )
    return f"{part}, {country}" if part else country
