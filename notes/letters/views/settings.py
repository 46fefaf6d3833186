"""Settings: the templates that letters begin with, and the practice's paper."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes.letters import fields, paper, templates
from notes.letters.forms import LetterheadForm, TemplateForm
from notes.letters.shown import USUAL
from notes.models import Letterhead, LetterTemplate

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.SETTINGS_EDIT)
@both
def letter_settings(request: AccountRequest) -> HttpResponse:
    """List the templates, and choose what stands on the practice's paper."""
    if request.account.is_active:
        templates.provide_defaults()
    head = Letterhead.objects.first()
    known = {name: getattr(head, name) for name in ("name", "lines", "foot")} if head else {}
    form = LetterheadForm(request.POST or None, initial=known)
    if form.is_valid():
        paper.choose(by=request.actor, **form.cleaned_data)
        messages.success(request, _("Saved"))
        return redirect(request.account.url("letter_settings"))
    found = list(LetterTemplate.objects.all())
    context = {
        "form": form,
        "paper": paper.chosen(),
        "live": [each for each in found if each.archived_at is None],
        "archived": [each for each in found if each.archived_at is not None],
    }
    return render(request, "letters/settings.html", context, status=422 if form.errors else 200)


@require(Permission.SETTINGS_EDIT)
@both
def letter_template_new(request: AccountRequest) -> HttpResponse:
    """Make a template."""
    return _edit(request, None)


@require(Permission.SETTINGS_EDIT)
@both
def letter_template(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change a template."""
    return _edit(request, get_object_or_404(LetterTemplate, pk=pk))


@require(Permission.SETTINGS_EDIT)
@require_POST
def letter_template_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a template out of the choice, or offer it again."""
    template = get_object_or_404(LetterTemplate, pk=pk)
    archived = template.archived_at is None
    templates.archive(by=request.actor, template=template, archived=archived)
    messages.success(request, _("Archived") if archived else _("Offered again."))
    return redirect(request.account.url("letter_settings"))


def _edit(request: AccountRequest, template: LetterTemplate | None) -> HttpResponse:
    form = TemplateForm(
        request.POST or None, instance=template, initial={} if template else {"shows": USUAL}
    )
    if form.is_valid():
        templates.keep(by=request.actor, template=template, values=form.cleaned_data)
        messages.success(request, _("Template saved."))
        return redirect(request.account.url("letter_settings"))
    context = {"form": form, "template": template, "groups": fields.groups()}
    return render(request, "letters/template.html", context, status=422 if form.errors else 200)
