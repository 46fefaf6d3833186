"""Handing the account over: the Owner offers, the next one answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import handing_over, practice_settings
from accounts.models import Member, Role
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest


@require(Permission.OWNERSHIP, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def ownership(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask, then offer the account to another member."""
    found: Member = get_object_or_404(Member.objects.filter(removed_at=None), pk=pk)
    page = request.account.url("member", pk)
    if found.role == Role.OWNER:
        return redirect(page)
    if request.method == "POST":
        handing_over.offer(by=request.actor, member=found)
        messages.success(request, _("Offered. Both of you get a mail."))
        return redirect(page)
    return render(request, "accounts/team_ownership.html", {"colleague": found})


@require(Permission.OWNERSHIP)
@require_POST
def withdrawal(request: AccountRequest) -> HttpResponse:
    """Take the offer back."""
    try:
        handing_over.withdraw(by=request.actor)
    except handing_over.Gone:
        messages.info(request, _("The offer no longer stands."))
    else:
        messages.success(request, _("Taken back. You stay the owner."))
    return redirect(request.account.url("team"))


@require(Permission.OWN_ACCOUNT)
@require_safe
def handover(request: AccountRequest) -> HttpResponse:
    """Show what is offered to whoever it is offered to."""
    found = handing_over.standing()
    if found is None or found.to_id != request.member.pk:
        raise Http404
    context = {"handover": found, "zone": practice_settings.zone()}
    return render(request, "accounts/handover.html", context)


@require(Permission.OWN_ACCOUNT, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def acceptance(request: AccountRequest) -> HttpResponse:
    """Become the Owner; GET is where proving who they are leads back to."""
    if request.method != "POST":
        return redirect(request.account.url("handover"))
    try:
        handing_over.accept(by=request.actor)
    except handing_over.Gone:
        raise Http404 from None
    messages.success(request, _("The account is yours now."))
    return redirect(request.account.url("settings"))


@require(Permission.OWN_ACCOUNT)
@require_POST
def refusal(request: AccountRequest) -> HttpResponse:
    """Leave the account with its Owner."""
    try:
        handing_over.decline(by=request.actor)
    except handing_over.Gone:
        raise Http404 from None
    messages.success(request, _("Declined. Nothing changes."))
    return redirect(request.account.url("own_account"))
