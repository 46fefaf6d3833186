"""A member's own page: the name colleagues see, the way to password and second factor, and their sessions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, handing_over, practice_settings, sessions, team
from accounts.forms import OwnNameForm
from accounts.models import RegionSession
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from privacy.vocabulary import clock


@require(Permission.OWN_ACCOUNT)
@require_http_methods(["GET", "POST"])
def own_account(request: AccountRequest) -> HttpResponse:
    """Show the member's own facts and sessions; change the name."""
    form = OwnNameForm(request.POST or None, initial={"name": request.member.name})
    if request.method == "POST" and form.is_valid():
        team.rename(by=request.actor, member=request.member, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(request.account.url("own_account"))
    ticket = sessions.ticket_of(request, request.account.slug)
    this = sessions.digest(ticket.secret) if ticket else b""
    live = RegionSession.objects.filter(member=request.member, expires_at__gt=clock.now())
    listed = [(s, bytes(s.digest) == this) for s in live.order_by("-last_seen_at")]
    offered = handing_over.standing()
    context = {
        "form": form,
        "sessions": listed,
        "zone": practice_settings.zone(),
        "handover": offered if offered and offered.to_id == request.member.pk else None,
    }
    return render(request, "accounts/own_account.html", context)


@require(Permission.OWN_ACCOUNT, while_closing=True)
@require_POST
def end_session(request: AccountRequest, pk: UUID) -> HttpResponse:
    """End one of the member's own sessions."""
    found = get_object_or_404(RegionSession.objects.filter(member=request.member), pk=pk)
    found.delete()
    audit.record("session.ended", by=request.actor, of=request.member)
    messages.success(request, _("That session has ended."))
    return redirect(request.account.url("own_account"))


@require(Permission.OWN_ACCOUNT, while_closing=True)
@require_POST
def end_others(request: AccountRequest) -> HttpResponse:
    """End every session of the member but this one."""
    ticket = sessions.ticket_of(request, request.account.slug)
    ended = sessions.end_all_of(request.member, but=ticket)
    audit.record("session.ended", by=request.actor, of=request.member, count=max(ended, 1))
    messages.success(request, _("You are signed out everywhere else."))
    return redirect(request.account.url("own_account"))
