"""Settings: the templates that notes begin with."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import templates
from notes.models import NoteTemplate
from notes.questions import SectionsRefused
from notes.template_form import TemplateEditor


@require(Permission.SETTINGS_EDIT)
@require_safe
def note_templates(request: AccountRequest) -> HttpResponse:
    """List the templates, archived ones below."""
    if request.account.is_active:
        templates.provide_defaults()
    found = list(NoteTemplate.objects.all())
    context = {
        "live": [template for template in found if template.archived_at is None],
        "archived": [template for template in found if template.archived_at is not None],
    }
    return render(request, "notes/templates.html", context)


@require(Permission.SETTINGS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def note_template_new(request: AccountRequest) -> HttpResponse:
    """Make a template."""
    return _edit(request, None)


@require(Permission.SETTINGS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def note_template(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Rename a template and change what it asks."""
    return _edit(request, get_object_or_404(NoteTemplate, pk=pk))


@require(Permission.SETTINGS_EDIT)
@require_POST
def note_template_copy(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Copy a template and open the copy."""
    made = templates.copy(by=request.actor, template=get_object_or_404(NoteTemplate, pk=pk))
    return redirect(request.account.url("note_template", made.pk))


@require(Permission.SETTINGS_EDIT)
@require_POST
def note_template_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a template out of the choice for new notes, or offer it again."""
    template = get_object_or_404(NoteTemplate, pk=pk)
    if template.archived_at is None:
        templates.archive(by=request.actor, template=template)
        messages.success(request, _("Archived. Notes that began with it stay as they are."))
    else:
        templates.restore(by=request.actor, template=template)
        messages.success(request, _("Offered again."))
    return redirect(request.account.url("note_templates"))


def _edit(request: AccountRequest, template: NoteTemplate | None) -> HttpResponse:
    if request.method != "POST":
        editor = TemplateEditor.of(template) if template else TemplateEditor.blank()
        return _page(request, template, editor)
    editor = TemplateEditor.posted(request.POST.dict())
    if button := request.POST.get("do"):
        editor.press(button)
        return _page(request, template, editor)
    try:
        if template is None:
            templates.add(by=request.actor, name=editor.name, sections=editor.kept())
        else:
            templates.change(
                by=request.actor, template=template, name=editor.name, sections=editor.kept()
            )
    except SectionsRefused as refused:
        editor.problem = refused.message
        return _page(request, template, editor, status=422)
    messages.success(request, _("Template saved."))
    return redirect(request.account.url("note_templates"))


def _page(
    request: AccountRequest,
    template: NoteTemplate | None,
    editor: TemplateEditor,
    status: int = 200,
) -> HttpResponse:
    context = {"template": template, "editor": editor}
    return render(request, "notes/template.html", context, status=status)
