"""Going into an account and out of it: from a sign-in in control to a session in the region, and back (house.md 4)."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from allauth.account.internal.flows.logout import logout
from allauth.account.views import logout as confirm_sign_out
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import agreements, audit, entry, sessions
from accounts.browsers import browser_name
from accounts.models import Account, Member
from accounts.permissions import ROLE_PERMISSIONS, Permission, public, require, signed_in
from accounts.requests import AccountRequest, SignedInRequest

YEAR = 365 * 24 * 3600


@signed_in
@require_http_methods(["GET", "POST"])
def enter(request: SignedInRequest, account_slug: str) -> HttpResponse:
    """Send a signed-in User on into an account's region, or show what must happen first."""
    access = entry.access(request.user, account_slug)
    if access is None:
        return render(request, "accounts/no_entry.html", status=404)
    account = access.account
    if request.GET.get("again") and not entry.has_proved_lately(request):
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('account_reauthenticate')}?{query}")
    if entry.lacks_second_factor(request.user, account):
        return render(request, "accounts/second_factor.html", {"practice": account}, status=403)
    due = entry.documents_due(account)
    if due and access.is_owner and request.method == "POST" and request.POST.get("accept"):
        agreements.accept(account, by=request.user, documents=due)
    elif due:
        context = {"practice": account, "documents": due, "may_accept": access.is_owner}
        return render(request, "accounts/agreements_due.html", context, status=403)
    return _send_on(request, account)


def _send_on(request: SignedInRequest, account: Account) -> HttpResponse:
    """Issue a one-time code for this browser and send it to the region."""
    browser, is_new = sessions.browser_secret(request)
    code = sessions.issue_code(
        user=request.user,
        account=account,
        browser=browser,
        stepped_up=entry.has_proved_lately(request),
    )
    next_page = entry.page_within(request.GET.get("next", ""), account.slug)
    response = redirect(entry.door_of_region(account, code=code, next_page=next_page))
    if is_new:
        response.set_cookie(
            sessions.BROWSER_COOKIE,
            browser,
            max_age=YEAR,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


@public
@require_GET
def enter_region(request: AccountRequest) -> HttpResponse:
    """Turn a one-time code into a session of this account, and go where the person wanted to go."""
    account = request.account
    browser = request.COOKIES.get(sessions.BROWSER_COOKIE, "")
    code = sessions.redeem(request.GET.get("code", ""), account=account.ref, browser=browser)
    member = Member.objects.filter(user_id=code.user_id, removed_at=None).first() if code else None
    if code is None or member is None:
        again = reverse("enter", args=[account.slug])
        status = 400 if code is None else 404
        return render(request, "accounts/entry_failed.html", {"again": again}, status=status)
    if old := sessions.ticket_of(request, account.slug):
        sessions.end(old)
    name = browser_name(request.headers.get("User-Agent", ""))
    secret = sessions.start(member, stepped_up=code.stepped_up, browser=name)
    audit.record("session.started", by=member.actor, of=member)
    wanted = entry.page_within(request.GET.get("next", ""), account.slug)
    response = redirect(wanted or entry.first_page(account, ROLE_PERMISSIONS[member.role]))
    sessions.set_cookie(response, account.ref, secret)
    return response


@require(Permission.OWN_ACCOUNT)
@require_GET
def practice_home(request: AccountRequest) -> HttpResponse:
    """Send a member to the page where their day begins."""
    return redirect(entry.first_page(request.account, request.permissions))


@require(Permission.OWN_ACCOUNT, while_closing=True)
@require_POST
def leave(request: AccountRequest) -> HttpResponse:
    """End this session here, and the sign-in itself unless the person only changes practice."""
    account = request.account
    if ticket := sessions.ticket_of(request, account.slug):
        sessions.end(ticket)
    audit.record("session.ended", by=request.actor, of=request.member)
    response: HttpResponse = redirect("/accounts/?choose=1" if request.POST.get("only") else "/")
    if not request.POST.get("only"):
        # When control is away, the region's session has ended all the same
        with suppress(DatabaseError):
            logout(request)
        _forget_cookies(request, response)
    response.delete_cookie(sessions.cookie_name(account.slug))
    return response


@public
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Ask, then sign out of everything: the sign-in here, and every practice's session by its region (house.md 4)."""
    response: HttpResponseBase = confirm_sign_out(request)
    if request.method == "POST" and isinstance(response, HttpResponse):
        _forget_cookies(request, response)
    return response


def _forget_cookies(request: HttpRequest, response: HttpResponse) -> None:
    """Take the tickets of every practice out of this browser; the sessions behind them end within a minute."""
    for name in request.COOKIES:
        if name.startswith(sessions.cookie_name("")):
            response.delete_cookie(name)
