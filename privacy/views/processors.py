"""Who else handles the account's data: today, soon, formerly; and the Owner's word against somebody new (TP-1)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from privacy import letters
from privacy.forms import ObjectionForm
from privacy.models import ProcessorNotice
from privacy.policy import sharing
from privacy.processors import telling


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def processors(request: AccountRequest) -> HttpResponse:
    """List everybody who handles data of this account."""
    return _page(request, ObjectionForm())


@require(Permission.OWNERSHIP)
@require_POST
def objection(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Keep an objection; what is wrong with it is said on the page, with what was typed."""
    notice: ProcessorNotice = get_object_or_404(ProcessorNotice.objects.all(), pk=pk)
    form = ObjectionForm(request.POST)
    if form.is_valid():
        try:
            telling.object_to(
                notice, by=request.actor, member=request.member, words=form.cleaned_data["words"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("We have your objection, and answer by mail."))
            return redirect(request.account.url("processors"))
    return _page(request, form, status=422)


def _page(request: AccountRequest, form: ObjectionForm, status: int = 200) -> HttpResponse:
    known, told = telling.concerning(), telling.notices()
    context = {
        # A region's and the shared one may be the same company
        "now": list(dict.fromkeys(sharing.line(each) for each in known if each.is_used)),
        "coming": [(sharing.line(each), told.get(each.name)) for each in known if each.is_coming],
        "past": [sharing.line(each) for each in known if each.is_past],
        "form": form,
        "may_object": Permission.OWNERSHIP in request.permissions,
        "zone": letters.zone(),
    }
    return render(request, "privacy/processors.html", context, status=status)
