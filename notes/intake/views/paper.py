"""Forms on paper: one as it was answered, and one that is blank, to be filled in by hand."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients.disclosures import disclosing
from clients.disclosures.outward import leaves, stays
from clients.models import Disclosure
from notes.intake import filling, reading, templates
from notes.intake.asking import asked_of
from notes.intake.showing import answered_sections, blank_sections
from notes.models import Form, FormTemplate


@require(Permission.CLINICAL_READ, also=Permission.CLIENT_EXPORT)
@require_safe
@leaves(Disclosure.Way.PRINT)
def form_print(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a form as it goes on paper, with what was answered so far."""
    found = reading.find_readable(request, pk)
    disclosing.record(
        by=request.actor,
        client=found.client,
        what=disclosing.What((Form,), found.name, found),
        to=disclosing.PRACTICE,
        way=Disclosure.Way.PRINT,
    )
    context = {
        "form": found,
        "sections": answered_sections(found),
        "altered": found.is_complete and not filling.holds(found),
        "zone": practice_settings.zone(),
    }
    return render(request, "forms/print.html", context)


@require(Permission.CLIENTS_EDIT)
@require_safe
@stays("a blank form says nothing about anybody")
def form_blank(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a form without answers as it goes on paper, in the language that is asked for, to be filled in by hand."""
    template = get_object_or_404(FormTemplate, pk=pk)
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    with translation.override(language):
        name, intro, sections = templates.worded(template, language)
        asked = templates.frozen(sections, language)
        context = {
            "template": template,
            "name": name,
            "intro": intro,
            "sections": blank_sections(asked),
            "asks_birth_date": any(each.fills == "birth_date" for each in asked_of(asked)),
            "languages": settings.LANGUAGES,
            "language": language,
        }
        return render(request, "forms/blank.html", context)
