"""Settings: one form's questions, how long its link works, how it counts, which bookings send it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.models import Service
from clients.consents import purposes
from notes.intake import templates
from notes.intake.editor import FormEditor
from notes.intake.forms import TemplateForm, has_own_rule, initial_of
from notes.intake.step_form import StepForm
from notes.models import FormTemplate, FormTrigger
from notes.questions import SectionsRefused

both = require_http_methods(["GET", "HEAD", "POST"])
PLAIN = ("name", "kind", "intro", "valid_days", "remind_days")


@require(Permission.SETTINGS_EDIT)
@both
def form_template_new(request: AccountRequest) -> HttpResponse:
    """Make a form."""
    return _edit(request, None)


@require(Permission.SETTINGS_EDIT)
@both
def form_template(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change a form; those that were begun keep what they ask."""
    return _edit(request, get_object_or_404(FormTemplate, pk=pk))


def _edit(request: AccountRequest, template: FormTemplate | None) -> HttpResponse:
    asked = [(str(each.pk), each.name) for each in purposes.live()]
    form = _form(request, template)
    if request.method != "POST":
        editor = FormEditor.of(template, asked) if template else FormEditor.blank(asked)
        return _page(request, template, form, editor)
    editor = FormEditor.posted(request.POST.dict(), asked)
    if button := request.POST.get("do"):
        if button != "preview":
            editor.press(button)
        return _page(request, template, form, editor, preview=button == "preview")
    if not form.is_valid():
        return _page(request, template, form, editor, status=422)
    try:
        kept = _keep(request, template, form, editor.kept())
    except SectionsRefused as refused:
        editor.problem = refused.message
    except ValidationError as refused:
        form.add_error(None, refused.messages)
    else:
        templates.send_with(
            by=request.actor,
            template=kept,
            services=[UUID(pk) for pk in form.cleaned_data["services"]],
            again_months=form.again_months,
        )
        messages.success(request, _("Saved. Forms that were begun stay as they are."))
        return redirect(request.account.url("form_templates"))
    return _page(request, template, form, editor, status=422)


def _form(request: AccountRequest, template: FormTemplate | None) -> TemplateForm:
    initial: dict[str, Any] = {
        "kind": FormTemplate.Kind.INTAKE,
        "valid_days": 30,
        "remind_days": 3,
        "again": "once",
    }
    if template is not None:
        initial = initial_of(template, FormTrigger.objects.filter(template=template))
    return TemplateForm(
        request.POST or None,
        initial=initial,
        services=Service.objects.filter(archived_at=None),
        keeps=has_own_rule(template),
    )


def _keep(
    request: AccountRequest,
    template: FormTemplate | None,
    form: TemplateForm,
    sections: templates.Sections,
) -> FormTemplate:
    told = form.cleaned_data
    values: dict[str, Any] = {**{name: told[name] for name in PLAIN}, "sections": sections}
    values["intro"] = "\n".join(values["intro"].splitlines())
    if told["score"] == "keep" and template is not None:
        values["scoring"] = template.scoring
    else:
        values["scoring"] = templates.scoring_for(
            told["kind"], told["score"], sections, told["best"] or "low"
        )
    if template is None:
        return templates.add(by=request.actor, values=values)
    return templates.change(by=request.actor, template=template, values=values)


def _page(
    request: AccountRequest,
    template: FormTemplate | None,
    form: TemplateForm,
    editor: FormEditor,
    status: int = 200,
    preview: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {"template": template, "form": form, "editor": editor}
    if preview or not request.htmx:
        context |= _preview(editor)
    page = "forms/template.html"
    if request.htmx:
        page += "#preview" if preview else "#editor"
    return render(request, page, context, status=status)


def _preview(editor: FormEditor) -> dict[str, Any]:
    """Return what clients are asked as the editor stands, or why that can't be shown yet."""
    try:
        sections = templates.frozen(templates.checked(editor.kept()))
    except SectionsRefused as refused:
        return {"preview_problem": refused.message}
    return {"steps": [(section["title"], StepForm(section, {})) for section in sections]}
