"""Settings: what clients are asked to agree to, in which words; and who does not know the privacy notice yet."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients.consents import notices, purposes
from clients.consents.forms import PurposeForm, initial_of
from clients.models import ConsentPurpose, ConsentText
from clients.views.links import link

both = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 50
Kind = ConsentPurpose.Kind


@require(Permission.SETTINGS_EDIT)
@require_safe
def consents(request: AccountRequest) -> HttpResponse:
    """List what clients are asked to agree to, with the version in force."""
    if request.account.is_active:
        purposes.provide_defaults()
    found = purposes.live()
    texts = purposes.current_texts("", [each.pk for each in found])
    context = {
        "live": [(each, texts.get(each.pk)) for each in found],
        "archived": list(ConsentPurpose.objects.exclude(archived_at=None)),
    }
    return render(request, "clients/consents/settings.html", context)


@require(Permission.SETTINGS_EDIT)
@both
def consent_purpose_new(request: AccountRequest) -> HttpResponse:
    """Ask clients to agree to something more."""
    taken = set(ConsentPurpose.objects.values_list("kind", flat=True)) - {Kind.OTHER}
    kinds = [(kind, label) for kind, label in Kind.choices if kind not in taken]
    form = PurposeForm(request.POST or None, kinds=kinds, initial={"kind": Kind.OTHER})
    if form.is_valid():
        told = form.cleaned_data
        try:
            purposes.add(
                by=request.actor,
                kind=told["kind"],
                name=told["name"],
                lasts_months=told["lasts_months"],
                texts=form.texts,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("Added. Forms can ask for it from now on."))
            return redirect(request.account.url("consents"))
    context = {"form": form, "purpose": None}
    status = 422 if form.is_bound else 200
    return render(request, "clients/consents/purpose.html", context, status=status)


@require(Permission.SETTINGS_EDIT)
@both
def consent_purpose(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Rename a purpose; publish its words anew, which makes a version, the ones before stay as they are."""
    purpose = get_object_or_404(ConsentPurpose, pk=pk)
    versions = list(ConsentText.objects.filter(purpose=purpose).defer("text"))
    last = versions[0].version if versions else 0
    form = PurposeForm(
        request.POST or None, initial=initial_of(purpose, purposes.texts_of(purpose, last))
    )
    if form.is_valid():
        told = form.cleaned_data
        purposes.change(
            by=request.actor,
            purpose=purpose,
            name=told["name"],
            lasts_months=told["lasts_months"],
        )
        version = purposes.publish(by=request.actor, purpose=purpose, texts=form.texts)
        messages.success(
            request,
            _("Published as version %(version)d. Forms ask in these words from now on.")
            % {"version": version}
            if version > last
            else _("Saved."),
        )
        return redirect(request.account.url("consents"))
    context = {
        "form": form,
        "purpose": purpose,
        "versions": _by_version(versions),
        "zone": practice_settings.zone(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "clients/consents/purpose.html", context, status=status)


@require(Permission.SETTINGS_EDIT)
@require_POST
def consent_purpose_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Stop asking for a purpose, or ask for it again."""
    purpose = get_object_or_404(ConsentPurpose, pk=pk)
    archived = purpose.archived_at is None
    purposes.archive(by=request.actor, purpose=purpose, archived=archived)
    messages.success(
        request,
        _("No longer asked. What people answered stays.") if archived else _("Asked again."),
    )
    return redirect(request.account.url("consents"))


@require(Permission.CLIENTS_CARE)
@require_safe
def notice_unaware(request: AccountRequest) -> HttpResponse:
    """List the active clients who have not seen the privacy notice in force."""
    people = notices.unaware()
    named = request.GET.get("page", "1")
    context = {
        "notice": notices.current(),
        "count": len(people),
        "page": Paginator(people, A_PAGE).get_page(named),
        "may_ask": Permission.CLIENTS_EDIT in request.permissions and request.account.is_active,
        "ask_url": link(request.account, "notice_ask"),
        "zone": practice_settings.zone(),
    }
    return render(request, "clients/consents/unaware.html", context)


def _by_version(texts: list[ConsentText]) -> list[ConsentText]:
    """Return one text of each version, newest first."""
    return list({text.version: text for text in reversed(texts)}.values())[::-1]
