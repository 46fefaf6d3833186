"""Who stands by a client: chosen, told what they may do, changed, ended; and the age that ends it."""

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
from clients import choosing, identity
from clients.models import Client, FamilySettings
from clients.relationships import adulthood, relating
from clients.relationships.forms import FamilyForm, RelationshipForm
from clients.relationships.relating import Side

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.CLIENTS_EDIT)
@both
def relationship_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Choose somebody, then say what they are to the client and what they may do."""
    client = _client(pk)
    value = request.GET.get("with", "") or request.POST.get("person", "")
    somebody = choosing.chosen(value)
    if somebody is None or somebody.pk == client.pk:
        return _choose(request, client)
    if "with" not in request.GET:
        here = request.account.url("relationship_new", pk, **{"with": value})
        return redirect(here)
    form = RelationshipForm(request.POST or None, client=client, somebody=somebody)
    if form.is_valid():
        try:
            relating.relate(
                by=request.actor,
                client=client,
                somebody=somebody,
                about=form.about,
                grants=form.granted,
                back=form.granted_back,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved"))
            return redirect(request.account.url("client", pk))
    return _form(request, client, form, somebody=choosing.of(somebody))


@require(Permission.CLIENTS_EDIT)
@both
def relationship(request: AccountRequest, pk: UUID, relationship: UUID) -> HttpResponse:
    """Change what somebody is to a client and what they may do."""
    client = _client(pk)
    side, mirror = _sides(client, relationship)
    somebody = side.row.other or side.row.contact
    form = RelationshipForm(
        request.POST or None, client=client, somebody=somebody, sides=(side, mirror)
    )
    if form.is_valid():
        relating.change(
            by=request.actor,
            relationship=side.row,
            about=form.about,
            grants=form.granted,
            back=form.granted_back,
        )
        messages.success(request, _("Saved"))
        return redirect(request.account.url("client", pk))
    return _form(request, client, form, somebody=choosing.of(somebody), relationship=side.row)


@require(Permission.CLIENTS_EDIT)
@require_POST
def relationship_end(request: AccountRequest, pk: UUID, relationship: UUID) -> HttpResponse:
    """End what somebody may do for a client, at once."""
    side, _mirror = _sides(_client(pk), relationship)
    relating.end(by=request.actor, relationship=side.row)
    messages.success(request, _("Ended. It stays in the record."))
    return redirect(request.account.url("client", pk))


@require(Permission.SETTINGS_EDIT)
@both
def family_settings(request: AccountRequest) -> HttpResponse:
    """Set the age from which on clients speak for themselves."""
    chosen = FamilySettings.objects.values_list("adult_age", flat=True).first()
    form = FamilyForm(request.POST or None, initial={"adult_age": chosen})
    if form.is_valid():
        adulthood.choose(by=request.actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(request.account.url("family_settings"))
    context = {"form": form, "usual": adulthood.of_country(request.account.country)}
    status = 422 if form.is_bound else 200
    return render(request, "clients/relationships/settings.html", context, status=status)


def _choose(request: AccountRequest, client: Client) -> HttpResponse:
    words = request.POST.get("find", "")
    context = {
        "client": client,
        "words": words,
        "choices": choosing.found(words),
        "picked": "",
        "nobody": request.method == "POST" and "search" not in request.POST,
    }
    status = 422 if context["nobody"] else 200
    return render(request, "clients/relationships/who.html", context, status=status)


def _form(
    request: AccountRequest, client: Client, form: RelationshipForm, **more: Any
) -> HttpResponse:
    context = {"client": client, "form": form, **more}
    status = 422 if form.is_bound else 200
    return render(request, "clients/relationships/relationship.html", context, status=status)


def _sides(client: Client, pk: UUID) -> tuple[Side, Side | None]:
    side = next((each for each in relating.around(client) if each.row.pk == pk), None)
    if side is None:
        raise Http404
    return side, relating.mirrors([side]).get(side.row.pair) if side.row.pair else None


def _client(pk: UUID) -> Client:
    return identity.find(pk)
