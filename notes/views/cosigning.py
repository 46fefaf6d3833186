"""A supervisor's signature: given, or the note given back with a remark; its author may ask another or write on."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Practitioner
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading, signing, writing
from notes.forms import RemarkForm
from notes.views.papers import reading_page


@require(Permission.CLINICAL_WRITE)
@require_POST
def note_cosignature(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Sign below the author, exactly what the page showed."""
    note = reading.find(pk)
    shown = request.POST.get("as_shown", "")
    try:
        signing.cosign(by=request.actor, note=note, version=int(shown) if shown.isdecimal() else 0)
    except writing.StaleWrite:
        messages.warning(request, _("The note has changed. Read it again, then sign it."))
    except signing.NotAsked:
        messages.warning(request, _("This note does not wait for your signature any more."))
    else:
        messages.success(request, _("Signed. The note is locked."))
    return redirect(request.account.url("note", pk))


@require(Permission.CLINICAL_WRITE)
@require_POST
def note_remark(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Give the note back to its author, with what should change."""
    note = reading.find(pk)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return reading_page(request, note, remark=form, status=422)
    try:
        signing.give_back(by=request.actor, note=note, text=form.cleaned_data["text"])
    except signing.NotAsked:
        messages.warning(request, _("This note does not wait for your signature any more."))
        return redirect(request.account.url("note", pk))
    messages.success(request, _("Given back to its author."))
    return redirect(request.account.url("notes"))


@require(Permission.CLINICAL_WRITE)
@require_POST
def note_retraction(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take the note back to write on, while nobody has signed below it."""
    note = reading.find(pk)
    try:
        signing.take_back(by=request.actor, note=note)
    except writing.Closed:
        messages.warning(request, _("The note is signed: add an addendum, or amend it."))
    return redirect(request.account.url("note", pk))


@require(Permission.CLINICAL_WRITE)
@require_POST
def note_cosigner(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask another practitioner for the signature that is awaited."""
    note = reading.find(pk)
    try:
        cosigner = Practitioner.objects.get(pk=UUID(request.POST.get("cosigner", "")))
        signing.ask_another(by=request.actor, note=note, cosigner=cosigner)
    except (ValueError, Practitioner.DoesNotExist):
        raise Http404 from None
    except writing.Closed:
        messages.warning(request, _("The note does not wait any more."))
    else:
        messages.success(request, _("%(name)s is asked now.") % {"name": cosigner.name})
    return redirect(request.account.url("note", pk))
