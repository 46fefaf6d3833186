"""Going into an account and out of it: from a sign-in in control to a session in the region, and back (house.md 4)."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.flows.logout import logout
from allauth.account.views import logout as confirm_sign_out
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import agreements, audit, door_log, entry, hosts, sessions
from accounts.browsers import browser_name
from accounts.models import Account, Member, User
from accounts.permissions import Permission, public, require, signed_in
from accounts.requests import AccountRequest, SignedInRequest
from accounts.rights import permissions_of


@signed_in
@require_http_methods(["GET", "POST"])
def enter(request: SignedInRequest, account_slug: str) -> HttpResponse:
    """Send a signed-in User on into an account's region, or show what must happen first."""
    access = entry.access(request.user, account_slug)
    if access is None:
        return render(request, "accounts/no_entry.html", status=404)
    account = access.account
    wanted = entry.page_within(request.GET.get("next", ""), account.slug)
    again = "1" if request.GET.get("again") else ""
    browser = sessions.browser_of(request.GET.get("browser", ""))
    if browser is None:
        return redirect(entry.door_of_region(account, next=wanted, again=again))
    proved_at = entry.proved_at(request, request.user)
    if again and proved_at is None:
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('account_reauthenticate')}?{query}")
    if entry.lacks_second_factor(request.user, account) and not _puts_it_off(request, account):
        context = {
            "practice": account,
            "later_url": _put_off_url(request) if entry.may_set_it_up_later(account) else "",
        }
        return render(request, "accounts/second_factor.html", context, status=403)
    due = entry.documents_due(account)
    if due and access.is_owner and request.method == "POST" and request.POST.get("accept"):
        agreements.accept(account, by=request.user, documents=due)
    elif due:
        context = {"practice": account, "documents": due, "may_accept": access.is_owner}
        return render(request, "accounts/agreements_due.html", context, status=403)
    code = sessions.issue_code(
        user=request.user, account=account, browser=browser, proved_at=proved_at
    )
    return redirect(entry.door_of_region(account, code=code, next=wanted))


PUT_OFF = "second_factor_later"


def _puts_it_off(request: SignedInRequest, account: Account) -> bool:
    """Tell whether the User said in this sign-in that they set a second factor up later, while they may."""
    if not entry.may_set_it_up_later(account):
        return False
    if request.GET.get("later"):
        request.session[PUT_OFF] = True
    return bool(request.session.get(PUT_OFF))


def _put_off_url(request: SignedInRequest) -> str:
    query = request.GET.copy()
    query["later"] = "1"
    return f"{request.path}?{query.urlencode()}"


@public
@require_GET
def enter_region(request: AccountRequest) -> HttpResponse:
    """Turn a one-time code into a session of this account; without one, fetch one for this browser from control."""
    account = request.account
    wanted = entry.page_within(request.GET.get("next", ""), account.slug)
    if not request.GET.get("code"):
        return _fetch_code(request, wanted)
    browser = request.COOKIES.get(sessions.BROWSER_COOKIE, "")
    code = sessions.redeem(request.GET["code"], account=account.ref, browser=browser)
    member = Member.objects.filter(user_id=code.user_id, removed_at=None).first() if code else None
    if code is None or member is None:
        again = {"again": entry.door_of_control(account.slug)}
        return render(
            request, "accounts/entry_failed.html", again, status=400 if code is None else 404
        )
    if old := sessions.ticket_of(request, account.slug):
        sessions.end(old)
    name = browser_name(request.headers.get("User-Agent", ""))
    secret = sessions.start(member, proved_at=code.proved_at, browser=name)
    door_log.come_in(request, member)
    audit.record("session.started", by=member.actor, of=member)
    response = redirect(wanted or entry.first_page(account, permissions_of(member)))
    sessions.set_cookie(response, account.ref, secret)
    return response


def _fetch_code(request: AccountRequest, wanted: str) -> HttpResponse:
    """Go to control with the digest of this browser's secret: the code it gives is worth nothing to another browser."""
    secret = sessions.browser_secret(request)
    query = {"browser": sessions.digest(secret).hex(), "next": wanted}
    if request.GET.get("again"):
        query["again"] = "1"
    response = redirect(entry.door_of_control(request.account.slug, **query))
    sessions.remember_browser(response, secret)
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
    if request.POST.get("only"):
        response: HttpResponse = redirect(hosts.of_control(reverse("accounts") + "?choose=1"))
    else:
        # The sign-in lies on control's host and is ended there; when control is away, this session ended all the same
        response = redirect(entry.way_out(request.member.user_id))
        _forget_cookies(request, response)
    response.delete_cookie(sessions.cookie_name(account.slug))
    return response


@public
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Ask, then sign out of everything: the sign-in here, and every practice's session by its region (house.md 4)."""
    token = request.GET.get("leaving", "")
    response: HttpResponseBase
    if isinstance(request.user, User) and token and entry.is_leaving(request.user, token):
        logout(request)
        response = redirect("home")
    else:
        response = confirm_sign_out(request)
    if not request.user.is_authenticated and isinstance(response, HttpResponse):
        _forget_cookies(request, response)
    return response


def _forget_cookies(request: HttpRequest, response: HttpResponse) -> None:
    """Take the tickets of every practice out of this browser; the sessions behind them end within a minute."""
    for name in request.COOKIES:
        if name.startswith(sessions.cookie_name("")):
            response.delete_cookie(name)
