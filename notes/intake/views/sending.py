"""Giving a client a form, asking for consents alone, sending the privacy notice to those who don't know it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import identity
from clients.consents import notices
from clients.consents.standing import Standing as ConsentStanding
from clients.consents.standing import State as Standing
from clients.consents.standing import standings
from clients.models import Client
from notes.intake import reading, sending, templates
from notes.intake.forms import AskForm, NewFormForm

both = require_http_methods(["GET", "HEAD", "POST"])
MOST_AT_ONCE = 50


@require(Permission.CLIENTS_EDIT)
@both
def form_new(request: AccountRequest, client_id: UUID) -> HttpResponse:
    """Choose a form for a client, and send it or keep it for the desk."""
    client = identity.find(client_id)
    live = templates.live()
    if not live and request.account.is_active:
        live = templates.provide_defaults()
    form = NewFormForm(live, request.POST or None)
    if form.is_valid() and form.is_for_paper:
        return redirect(
            request.account.url("form_blank", form.chosen.pk, language=client.language or "en")
        )
    if form.is_valid():
        try:
            made = sending.make(by=request.actor, client=client, template=form.chosen)
            if form.sends:
                sending.send(by=request.actor, form=made)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            if form.sends:
                messages.success(request, _("On its way."))
            return redirect(request.account.url("form", made.pk))
    context = {
        "client": client,
        "form": form,
        "templates": live,
        "earlier": list(reading.of_client(client)[:10]),
        "reachable": sending.is_reachable(client),
        "zone": practice_settings.zone(),
    }
    return render(request, "forms/new.html", context, status=422 if form.is_bound else 200)


@require(Permission.CLIENTS_EDIT)
@both
def consents_ask(request: AccountRequest, client_id: UUID) -> HttpResponse:
    """Ask a client for consents, and for an answer to the privacy notice, by a link."""
    client = identity.find(client_id)
    asked = [each for each in standings(client) if each.purpose.archived_at is None]
    notice = notices.standing(client)
    form = AskForm(
        [(str(each.purpose.pk), f"{each.purpose.name} · {each.words}") for each in asked],
        request.POST or None,
        has_notice=notice.current is not None,
        initial={"purposes": _to_ask(asked), "notice": notice.is_outdated},
    )
    if form.is_valid():
        try:
            made = sending.make_request(
                by=request.actor,
                client=client,
                wanted=form.wanted,
                asks_notice=form.cleaned_data.get("notice", False),
            )
            sending.send(by=request.actor, form=made)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("On its way."))
            return redirect(request.account.url("form", made.pk))
    context = {"client": client, "form": form}
    return render(request, "forms/ask.html", context, status=422 if form.is_bound else 200)


def _to_ask(asked: list[ConsentStanding]) -> list[str]:
    """Return the purposes that are proposed; where nearly everything is open somebody chooses."""
    missing = [
        str(each.purpose.pk)
        for each in asked
        if each.state in (Standing.NOT_ASKED, Standing.LAPSED) or each.is_outdated
    ]
    return [] if len(missing) > 3 else missing


@require(Permission.CLIENTS_EDIT)
@require_POST
def notice_ask(request: AccountRequest) -> HttpResponse:
    """Send the privacy notice, by a link, to clients who have not seen it."""
    wanted = [pk for text in request.POST.getlist("client")[:MOST_AT_ONCE] if (pk := _uuid(text))]
    sent = 0
    for client in Client.objects.filter(pk__in=wanted, archived_at=None):
        if notices.current() is None or not sending.is_reachable(client):
            continue
        made = sending.make_request(by=request.actor, client=client, wanted=[], asks_notice=True)
        sending.send(by=request.actor, form=made)
        sent += 1
    words = ngettext(
        "Sent to %(n)d client. Who has neither e-mail nor phone was left out.",
        "Sent to %(n)d clients. Who has neither e-mail nor phone was left out.",
        sent,
    )
    messages.success(request, words % {"n": sent})
    return redirect(request.account.url("notice_unaware"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
