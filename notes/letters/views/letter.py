"""One letter: written by its author, read and sent by whoever its file is there for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.practice_settings import zone as practice_zone
from accounts.requests import AccountRequest
from clients.consents.standing import taken_back
from clients.documents import looking
from notes.letters import fields, proof, reading, sending
from notes.letters.forms import HandedForm, LetterForm, LinkForm
from notes.models import Addressee, Letter, LetterLink
from notes.showing import saved_words


@require(Permission.FILES_READ)
@require_safe
def letter(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a letter: its author writes the draft, others read it; a signed one is there for good."""
    found = reading.find(pk)
    if not found.is_signed:
        form = LetterForm(instance=found, initial={"version": found.version})
        return write_page(request, found, form)
    return read_page(request, found)


@require(Permission.FILES_READ)
@require_safe
def letter_of_file(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Lead from a file to the letter that it is."""
    found = reading.of_document(pk)
    if found is None:
        raise Http404
    return redirect(request.account.url("letter", found.pk))


@require(Permission.FILES_WRITE, also=Permission.CLIENT_EXPORT)
@require_POST
def letter_links(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Mail somebody a link to a signed letter."""
    found = reading.find(pk)
    form = LinkForm(request.POST)
    if not form.is_valid():
        return read_page(request, found, form=form, status=422)
    email = form.cleaned_data["email"]
    try:
        sending.send(by=request.actor, member=request.member, letter=found, email=email)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The link is on its way to %(email)s.") % {"email": email})
    return redirect(request.account.url("letter", pk))


@require(Permission.FILES_WRITE, also=Permission.CLIENT_EXPORT)
@require_POST
def letter_link_revocation(request: AccountRequest, pk: UUID, link: UUID) -> HttpResponse:
    """Make a link stop working."""
    found = get_object_or_404(LetterLink, letter=reading.find(pk), pk=link)
    sending.revoke(by=request.actor, link=found)
    messages.success(request, _("The link doesn’t work any more."))
    return redirect(request.account.url("letter", pk))


@require(Permission.FILES_WRITE, also=Permission.CLIENT_EXPORT)
@require_POST
def letter_handed(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Write down that a printed letter was posted or handed over."""
    form = HandedForm(request.POST)
    if form.is_valid():
        try:
            sending.hand_over(
                by=request.actor, letter=reading.find(pk), way=form.cleaned_data["way"]
            )
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("Written into “Who got this data”."))
    return redirect(request.account.url("letter", pk))


def write_page(
    request: AccountRequest, letter: Letter, form: LetterForm, status: int = 200, **more: Any
) -> HttpResponse:
    """Return the page of a draft: to write for its author, to read for the Owner."""
    is_author = letter.author_id == request.member.pk
    context = {
        "letter": letter,
        "form": form,
        "is_author": is_author and request.account.is_active,
        "gaps": fields.gaps(letter.recipient, letter.subject, letter.body),
        "saved": saved_words(letter.updated_at, practice_zone()),
        **more,
    }
    return render(request, "letters/write.html", context, status=status)


def read_page(
    request: AccountRequest, letter: Letter, form: LinkForm | None = None, status: int = 200
) -> HttpResponse:
    """Return the page of a signed letter: how it looks, whether it is as it was signed, who got it."""
    document = letter.document
    assert document is not None  # a signed letter has its file
    context = {
        "letter": letter,
        "client": letter.client,
        "document": document,
        "look": looking.at(document),
        "holds": proof.holds(letter),
        "taken_back": taken_back(letter.client),
        "links": reading.links_of(letter),
        "form": form or LinkForm(initial={"email": _address(letter)}),
        "may_write": may_write(request),
        "may_send": {Permission.FILES_WRITE, Permission.CLIENT_EXPORT} <= request.permissions
        and request.account.is_active,
        "zone": letter.signed_zone,
    }
    part = "#pages" if request.htmx else ""
    return render(request, f"letters/read.html{part}", context, status=status)


def may_write(request: AccountRequest) -> bool:
    """Tell whether the member may write letters."""
    needed = {Permission.FILES_WRITE, Permission.CLINICAL_WRITE}
    return needed <= request.permissions and request.account.is_active


def _address(letter: Letter) -> str:
    if letter.contact is not None:
        return str(letter.contact.email)
    return str(letter.client.email) if letter.addressee == Addressee.CLIENT else ""
