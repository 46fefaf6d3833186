"""Settings: the forms that clients are sent, what they ask, with which bookings they go out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes.intake import templates
from notes.intake.step_form import StepForm
from notes.models import FormTemplate, FormTrigger

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.SETTINGS_EDIT)
@require_safe
def form_templates(request: AccountRequest) -> HttpResponse:
    """List the forms by kind, with the services that send them; those put away below."""
    if request.account.is_active:
        templates.provide_defaults()
    found = list(FormTemplate.objects.all())
    sent_with: dict[UUID, list[str]] = {}
    for trigger in FormTrigger.objects.select_related("service"):
        sent_with.setdefault(trigger.template_id, []).append(trigger.service.name)
    lines = [(each, ", ".join(sent_with.get(each.pk, []))) for each in found]
    context = {
        "kinds": [
            (label, [line for line in lines if line[0].kind == kind and not line[0].archived_at])
            for kind, label in FormTemplate.Kind.choices
        ],
        "archived": [each for each in found if each.archived_at],
    }
    return render(request, "forms/templates.html", context)


@require(Permission.SETTINGS_EDIT)
@require_safe
def form_preview(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a form as clients see it, all its steps on one page."""
    template = get_object_or_404(FormTemplate, pk=pk)
    sections = templates.frozen(template.sections)
    context = {
        "template": template,
        "steps": [(section["title"], StepForm(section, {})) for section in sections],
    }
    return render(request, "forms/preview.html", context)


@require(Permission.SETTINGS_EDIT)
@require_POST
def form_template_copy(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Copy a template and open the copy."""
    made = templates.copy(by=request.actor, template=get_object_or_404(FormTemplate, pk=pk))
    return redirect(request.account.url("form_template", made.pk))


@require(Permission.SETTINGS_EDIT)
@require_POST
def form_template_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a template out of use, or into use again."""
    template = get_object_or_404(FormTemplate, pk=pk)
    archived = template.archived_at is None
    templates.archive(by=request.actor, template=template, archived=archived)
    messages.success(
        request, _("Put away. What was sent goes on.") if archived else _("In use again.")
    )
    return redirect(request.account.url("form_templates"))
