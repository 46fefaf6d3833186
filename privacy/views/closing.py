"""Closing the account, taking it back, and the certificate that stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Account, AccountAnchor
from accounts.permissions import Permission, require, signed_in
from accounts.requests import AccountRequest, SignedInRequest
from clients.disclosures.outward import stays
from privacy import closure as closing
from privacy import exporting, letters, purge
from privacy.export.verify_export import fingerprint
from privacy.forms import ClosureForm
from privacy.vocabulary import clock


@require(Permission.CLOSE, step_up=True, while_closing=True)
@require_http_methods(["GET", "HEAD", "POST"])
def closure(request: AccountRequest) -> HttpResponse:
    """Show the dates of closing and ask for the statement; POST begins to close."""
    export = closing.latest_export()
    form = ClosureForm(
        request.POST or None, practice=request.account.name, has_export=export is not None
    )
    status = 200
    if request.method == "POST":
        if request.account.state != AccountAnchor.State.ACTIVE:
            messages.info(request, _("This account is closing already."))
            return redirect(request.account.url("closure"))
        if form.is_valid():
            closing.start(by=request.actor, member=request.member, has_copy=form.has_copy)
            return redirect(request.account.url("closure"))
        status = 422
    current = closing.open_closure()
    context: dict[str, Any] = {
        "form": form,
        "closing": None,  # this page shows the banner's dates itself
        "current": current,
        "dates": closing.dates_of(current) if current else closing.Dates(clock.now()),
        "latest": export,
        "zone": letters.zone(),
        "days": closing.READ_ONLY_DAYS,
        "mails": closing.MAIL_DAYS,
        "fingerprint": exporting.public_key(request.account.region)[1],
    }
    return render(request, "privacy/closure.html", context, status=status)


@require(Permission.CLOSE, step_up=True, while_closing=True)
@require_POST
def cancellation(request: AccountRequest) -> HttpResponse:
    """Keep the account."""
    try:
        closing.cancel(by=request.actor)
    except closing.NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The account stays open. Everything works as before."))
    return redirect(request.account.url("closure"))


@signed_in
@require_safe
def closed(request: SignedInRequest, name: str) -> HttpResponse:
    """Show the certificate of a closed account to its former Owner; to anyone else there is no such page."""
    account = _own_closed(request, name)
    statement = purge.statement_of(account)
    dates = {key: datetime.fromisoformat(statement[key]) for key in _DATES}
    context = {
        "closed_account": account,
        "statement": statement,
        "rows": sum(statement["rows"].values()),
        "fingerprint": fingerprint(purge.public_key_of(account)),
        **dates,
    }
    return render(request, "privacy/closed.html", context)


@signed_in
@require_safe
@stays("counts what was deleted and names nobody")
def certificate(request: SignedInRequest, name: str) -> HttpResponse:
    """Send the signed certificate as a file."""
    account = _own_closed(request, name)
    response = HttpResponse(purge.as_file(account), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{account.slug}-certificate.json"'
    return response


_DATES = ("unreadable_from", "stores_empty_at", "backups_unreadable_by", "backups_gone_by")


def _own_closed(request: SignedInRequest, name: str) -> Account:
    account = Account.objects.filter(slug=name, state=Account.State.CLOSED).first()
    if account is None or purge.statement_of(account).get("owner") != str(request.user.pk):
        raise Http404
    return account
