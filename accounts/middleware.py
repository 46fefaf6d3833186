"""The way in: finds the account of a request, its session and member, keeps the door and the transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from uuid_utils.compat import uuid7

from accounts import audit, directory, entry, hosts, sessions
from accounts.calm import AWAY_OR_REFUSED, calm_page
from accounts.logs import request_id as current_request_id
from accounts.models.practice import current_anchor
from accounts.permissions import Audience, Door, door_of, purpose_of
from accounts.rights import permissions_of
from accounts.tenancy import AccountRef, acting_in
from privacy.vocabulary.scope import VISITOR, Actor, Purpose, Scope

Next = Callable[[HttpRequest], HttpResponse]

# A page that keeps itself up to date says so: what it asks is no sign of somebody before it
UNATTENDED = "Keepwell-Unattended"


def request_id(get_response: Next) -> Next:
    """Give every request an id, which error pages quote and audit rows carry; nobody caches signed-in pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = current_request_id.set(str(uuid7()))
        try:
            response = get_response(request)
        finally:
            current_request_id.reset(token)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class calm_failures:  # noqa: N801 - named as the middleware it is
    """Turns a part that is away into a page that says so, and a refusal by the database into its own page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return a page for the failures that are not ours to mend, None for the rest."""
        return calm_page(request, exception)


class AccountMiddleware:
    """For addresses with a `slug`: enters the account around the view, in one transaction, as the member or visitor."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.account = request.member = None  # type: ignore[attr-defined]
        request.permissions = frozenset()  # type: ignore[attr-defined]
        request.actor = VISITOR  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: list[object],
        kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        """Run the view inside its account when its address names one; keep the door of signed-in pages."""
        door = door_of(view)
        if "slug" not in kwargs:
            if not hosts.serves_control(request):
                return hosts.to_control(request)
            needs_user = door is not None and door.audience == Audience.SIGNED_IN
            return (
                redirect_to_login(request.get_full_path())
                if needs_user and not request.user.is_authenticated
                else None
            )
        if door is None:
            raise Http404
        slug = str(kwargs.pop("slug"))
        try:
            if door.permission is None:
                return self._as_visitor(request, slug, lambda: view(request, *args, **kwargs))
            return self._as_member(request, slug, door, lambda: view(request, *args, **kwargs))
        except AWAY_OR_REFUSED as failure:
            # Django shows other middleware's process_exception what a view raises, not what is raised here
            page = calm_page(request, failure)
            if page is None:
                raise
            return page

    def _as_visitor(
        self, request: HttpRequest, slug: str, run: Callable[[], HttpResponseBase]
    ) -> HttpResponseBase:
        account = directory.find(slug)
        if account is None:
            raise Http404
        if not hosts.serves_cell(request, account.cell):
            return hosts.to_cell(request, account.cell)
        with acting_in(account, by=VISITOR, purpose=Purpose.BOOKING) as scope:
            if not _has_left(scope.anchor):
                request.account = scope.anchor or current_anchor()  # type: ignore[attr-defined]
                return run()
        directory.forget(slug)  # it lives elsewhere since we looked
        return redirect(request.get_full_path())

    def _as_member(
        self, request: HttpRequest, slug: str, door: Door, run: Callable[[], HttpResponseBase]
    ) -> HttpResponseBase:
        ticket = sessions.ticket_of(request, slug)
        if ticket is None or not hosts.serves_cell(request, ticket.account.cell):
            return self._send_to_enter(request, slug)
        by: Actor = VISITOR
        try:
            with acting_in(ticket.account, by=VISITOR) as scope:
                if _has_left(scope.anchor):
                    return self._send_to_enter(request, slug)
                session = sessions.find(ticket, is_used=UNATTENDED not in request.headers)
                if session is None:
                    return self._send_to_enter(request, slug)
                by = scope.actor = session.member.actor
                self._introduce(request, session, scope)
                scope.purpose = purpose_of(door.permission, request.permissions)  # type: ignore[arg-type, attr-defined]
                if session.member.account_id and request.account.slug != slug:  # type: ignore[attr-defined]
                    raise Http404
                refusal = self._keep_door(request, session, door)
                return refusal or run()
        except (Http404, PermissionDenied) as denial:
            self._note_denial(ticket.account, by, request, denial)
            raise

    def _introduce(self, request: HttpRequest, session: sessions.Live, scope: Scope) -> None:
        request.account = scope.anchor or current_anchor()  # type: ignore[attr-defined]
        request.member = session.member  # type: ignore[attr-defined]
        request.actor = session.member.actor  # type: ignore[attr-defined]
        request.permissions = permissions_of(session.member)  # type: ignore[attr-defined]

    def _keep_door(
        self, request: HttpRequest, session: sessions.Live, door: Door
    ) -> HttpResponseBase | None:
        if not door.opens_to(request.permissions):  # type: ignore[attr-defined]
            raise PermissionDenied
        unsafe = request.method not in ("GET", "HEAD", "OPTIONS")
        if unsafe and door.writes and not request.account.is_active:  # type: ignore[attr-defined]
            return render(request, "accounts/read_only.html", status=409)
        if door.step_up and not sessions.is_stepped_up(session):
            return self._send_to_enter(request, request.account.slug, again="1")  # type: ignore[attr-defined]
        return None

    def _send_to_enter(self, request: HttpRequest, slug: str, **query: str) -> HttpResponseBase:
        """Send the browser to sign in; a form or autosave in an open page gets an answer that keeps its text."""
        path = (
            request.get_full_path()
            if request.method == "GET"
            else request.META.get("HTTP_REFERER", "")
        )
        target = entry.door_of_control(slug, next=_own_path(path), **query)
        if request.method == "GET" and not request.headers.get("HX-Request"):
            return redirect(target)
        return render(
            request,
            "accounts/signed_out.html",
            {"enter_url": target, "posted": _posted(request)},
            status=401,
        )

    def _note_denial(
        self, account: AccountRef, by: Actor, request: HttpRequest, denial: Exception
    ) -> None:
        reason = "forbidden" if isinstance(denial, PermissionDenied) else "not_found"
        route = request.resolver_match.view_name if request.resolver_match else ""
        audit.record_denial(account, by=by, action=f"denied.{route}"[:60], reason=reason)


def _has_left(anchor: Any) -> bool:
    """Tell whether an account lives in another region by now, which who looked a minute ago doesn't know."""
    return anchor is not None and anchor.state == anchor.State.LEFT


def _own_path(url: str) -> str:
    """Return the path and query of an address of ours, so that `next` never leads elsewhere."""
    start = url.find("/a/")
    return url[start:] if start >= 0 else ""


def _posted(request: HttpRequest) -> list[tuple[str, str]]:
    hidden = ("csrfmiddlewaretoken", "password")
    return [
        (name, value)
        for name in request.POST
        if name not in hidden
        for value in request.POST.getlist(name)
    ]
