"""Settings: the templates that notes begin with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.models import Service
from notes import templates
from notes.answers import clean_template
from notes.forms import NoteForm
from notes.models import NoteTemplate
from notes.questions import SectionsRefused
from notes.standard import gallery
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
        "services": templates.services_by_template(),
    }
    return render(request, "notes/templates.html", context)


@require(Permission.SETTINGS_EDIT)
@require_safe
def note_template_gallery(request: AccountRequest) -> HttpResponse:
    """Show the standard templates by profession."""
    shown = [
        (each.label, [(standard.key, *standard.make()) for standard in each.templates])
        for each in gallery.ALL
    ]
    return render(request, "notes/gallery.html", {"professions": shown})


@require(Permission.SETTINGS_EDIT)
@require_POST
def note_template_standard(request: AccountRequest, key: str) -> HttpResponse:
    """Add a standard template and open it."""
    standard = gallery.STANDARDS.get(key)
    if standard is None:
        raise Http404
    made = templates.add_standard(by=request.actor, standard=standard)
    messages.success(request, _("Added. Change it as you like."))
    return redirect(request.account.url("note_template", made.pk))


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
def note_template_place(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move a template up or down in the choice, or to a place of it."""
    template = get_object_or_404(NoteTemplate, pk=pk)
    to = request.POST.get("to", "")
    if to.isascii() and to.lstrip("-").isdecimal() and len(to) < 5:
        templates.place(by=request.actor, template=template, to=int(to))
    return redirect(request.account.url("note_templates"))


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
    editor = TemplateEditor.posted(request.POST.dict(), request.POST.getlist("services"))
    if button := request.POST.get("do"):
        if button == "preview":
            return _page(request, template, editor, preview=True)
        editor.press(button)
        return _page(request, template, editor)
    try:
        templates.keep(
            by=request.actor,
            template=template,
            name=editor.name,
            sections=editor.kept(),
            restricted=editor.restricted,
            services=editor.services,
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
    preview: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {"template": template, "editor": editor}
    if preview or not request.htmx:
        context |= _preview(editor)
    if not (request.htmx and preview):
        context["services"] = Service.objects.filter(archived_at=None)
        context["elsewhere"] = templates.services_elsewhere(template)
    page = "notes/template.html"
    if request.htmx:
        page += "#preview" if preview else "#editor"
    return render(request, page, context, status=status)


def _preview(editor: TemplateEditor) -> dict[str, Any]:
    """Return what a note that begins with the template asks, or why it can't be shown yet."""
    try:
        sections = clean_template(editor.kept())
    except SectionsRefused as refused:
        return {"preview_problem": refused.message}
    return {"preview": NoteForm(templates.sample(editor.name, sections))}
