"""Writing a letter: begun from a template, saved as it is typed, looked at as a page, signed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.practice_settings import zone as practice_zone
from accounts.requests import AccountRequest
from accounts.sandbox.running import Failed
from clients import identity
from notes.letters import composing, fields, reading, signing, templates, writing
from notes.letters.forms import BeginForm, LetterForm
from notes.letters.views.letter import write_page
from notes.models import Letter
from notes.showing import saved_words
from notes.views.pages import is_autosave


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def letter_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Choose a template and to whom the letter goes, and begin it."""
    client = identity.find(pk)
    offered = templates.live() or (
        templates.provide_defaults() if request.account.is_active else []
    )
    form = BeginForm(client, offered, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        letter = writing.begin(
            by=request.actor,
            member=request.member,
            client=client,
            template=said["template"],
            addressee=said["addressee"],
            contact=said["contact"],
            recipient=said["recipient"] if said["addressee"] == "other" else "",
        )
        return redirect(request.account.url("letter", letter.pk))
    context = {"client": client, "form": form}
    return render(request, "letters/new.html", context, status=422 if form.errors else 200)


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def letter_draft(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Save what is typed, as it is typed; GET gives a page that was signed out a fresh token to go on with."""
    letter = reading.find(pk)
    if request.method != "POST":
        if is_autosave(request):
            return JsonResponse({"csrf": get_token(request)})
        return redirect(request.account.url("letter", pk))
    saved = _saved(request, letter)
    if isinstance(saved, HttpResponse):
        return saved
    words = saved_words(saved.updated_at, practice_zone())
    if is_autosave(request):
        return JsonResponse({"version": saved.version, "saved": words})
    return redirect(request.account.url("letter", pk))


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_POST
def letter_preview(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Save what is typed and show the letter as it will be printed."""
    letter = reading.find(pk)
    saved = _saved(request, letter)
    if isinstance(saved, HttpResponse):
        return saved
    try:
        count = len(composing.screen(saved))
    except Failed:
        messages.error(request, _("The page could not be made just now. Try again in a moment."))
        return redirect(request.account.url("letter", pk))
    gaps = fields.gaps(saved.recipient, saved.subject, saved.body)
    context = {"letter": saved, "pages": range(1, count + 1), "gaps": gaps}
    return render(request, "letters/preview.html", context)


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_safe
def letter_page(request: AccountRequest, pk: UUID, page: int) -> HttpResponse:
    """Show one page of a draft as it will be printed."""
    letter = reading.find(pk)
    try:
        pages = composing.screen(letter) if letter.state == Letter.State.DRAFT else []
    except Failed:
        pages = []
    if not 0 < page <= len(pages):
        raise Http404
    return HttpResponse(pages[page - 1], content_type="image/png")


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_POST
def letter_signature(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Save what is typed and sign it."""
    letter = reading.find(pk)
    saved = _saved(request, letter)
    if isinstance(saved, HttpResponse):
        return saved
    try:
        signing.sign(by=request.actor, letter=saved, version=saved.version)
    except ValidationError as refusal:
        form = LetterForm(instance=saved, initial={"version": saved.version})
        return write_page(request, saved, form, problems=refusal.messages, status=422)
    messages.success(request, _("Signed. The letter can be sent or printed now."))
    return redirect(request.account.url("letter", pk))


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_POST
def letter_discard(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a draft out of sight."""
    letter = reading.find(pk)
    try:
        writing.discard(by=request.actor, letter=letter)
    except writing.Closed:
        return redirect(request.account.url("letter", pk))
    undo = request.account.url("letter_return", pk)
    messages.success(request, _("The draft was discarded."), extra_tags=f"undo={undo}")
    return redirect(request.account.url("client", letter.client_id))


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_POST
def letter_return(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Go on with a discarded draft."""
    try:
        writing.take_up(by=request.actor, letter=reading.find(pk, discarded=True))
    except writing.Closed:
        raise Http404 from None
    return redirect(request.account.url("letter", pk))


@require(Permission.FILES_WRITE, also=Permission.CLINICAL_WRITE)
@require_POST
def letter_copy(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Begin a new letter with the words of this one."""
    made = writing.copy(by=request.actor, member=request.member, letter=reading.find(pk))
    return redirect(request.account.url("letter", made.pk))


def _saved(request: AccountRequest, letter: Letter) -> Letter | HttpResponse:
    """Save what was posted; return the letter, or the answer that says why not."""
    form = LetterForm(request.POST, instance=letter)
    if not form.is_valid():
        if is_autosave(request):
            return render(request, "notes/refused.html", {"form": form}, status=422)
        return write_page(request, letter, form, status=422)
    version = form.cleaned_data["version"]
    try:
        return writing.save(by=request.actor, letter=letter, version=version, values=form.values())
    except writing.StaleWrite as stale:
        context: dict[str, Any] = {
            "kept": stale.stored,
            "zone": practice_zone(),
            "typed": form.cleaned_data,
        }
        if is_autosave(request):
            return render(
                request, "letters/conflict.html", context | {"autosaved": True}, status=409
            )
        mine = request.POST.copy()
        mine["version"] = str(stale.stored.version)
        again = LetterForm(mine, instance=letter)
        return write_page(request, letter, again, conflict=context, status=409)
    except writing.Closed:
        words = _("This letter is signed or discarded. What you typed was not kept.")
        if is_autosave(request):
            return HttpResponse(words, status=409)
        messages.error(request, words)
        return redirect(request.account.url("letter", letter.pk))
