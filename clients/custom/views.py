"""The settings of the practice's own fields: sections and what stands under them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients.custom import definitions
from clients.custom.forms import FieldForm, SectionForm
from clients.models import CustomField, FieldSection

both = require_http_methods(["GET", "HEAD", "POST"])
editor = require(Permission.SETTINGS_EDIT)


@editor
@both
def client_fields(request: AccountRequest) -> HttpResponse:
    """List sections with their fields, and add a section."""
    form = SectionForm(request.POST or None)
    if form.is_valid():
        definitions.add_section(by=request.actor, **form.cleaned_data)
        messages.success(request, _("Added."))
        return redirect(request.account.url("client_fields"))
    known = definitions.sections()
    context = {
        "form": form,
        "sections": [each for each in known if each.archived_at is None],
        "archived": [each for each in known if each.archived_at is not None],
        "archived_fields": [
            each
            for each in definitions.fields(known)
            if each.archived_at is not None and each.section.archived_at is None
        ],
    }
    return render(
        request, "clients/custom/fields.html", context, status=422 if form.is_bound else 200
    )


@editor
@both
def field_section(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Call a section something else."""
    section = _section(pk)
    form = SectionForm(request.POST or None, initial={"name": section.name})
    if form.is_valid():
        definitions.change_section(by=request.actor, section=section, **form.cleaned_data)
        return _saved(request)
    return _form(request, form, section=section)


@editor
@both
def custom_field_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Add a field to a section."""
    section = _section(pk)
    form = FieldForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data | {"options": form.lines}
        try:
            definitions.add_field(by=request.actor, section=section, **values)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _saved(request)
    return _form(request, form, section=section, is_new=True)


@editor
@both
def custom_field(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change what a field is called and what can be chosen."""
    field = _field(pk)
    form = FieldForm(request.POST or None, field=field)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "hint")}
        try:
            definitions.change_field(by=request.actor, field=field, options=form.wanted, **values)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _saved(request)
    return _form(request, form, section=field.section, field=field)


@editor
@require_POST
def custom_field_position(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move a section or a field one place up or down."""
    definitions.move(by=request.actor, defined=_either(pk), up=request.POST.get("to") == "up")
    return redirect(request.account.url("client_fields"))


@editor
@require_POST
def custom_field_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask for a section or a field no more, or again."""
    defined = _either(pk)
    gone = defined.archived_at is None
    definitions.archive(by=request.actor, defined=defined, archived=gone)
    undo = f"undo={request.account.url('custom_field_archive', pk)}"
    said = _("Asked for no more. What is known stays readable.") if gone else _("Asked for again.")
    messages.success(request, said, extra_tags=undo)
    return redirect(request.account.url("client_fields"))


def _saved(request: AccountRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(request.account.url("client_fields"))


def _form(request: AccountRequest, form: Any, **more: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "clients/custom/field.html", {"form": form, **more}, status=status)


def _either(pk: UUID) -> FieldSection | CustomField:
    section: FieldSection | None = FieldSection.objects.filter(pk=pk).first()
    return section or _field(pk)


def _section(pk: UUID) -> FieldSection:
    found: FieldSection | None = FieldSection.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _field(pk: UUID) -> CustomField:
    rows = CustomField.objects.select_related("section").prefetch_related("options")
    found: CustomField | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
