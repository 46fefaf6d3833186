"""One client's consents: how they stand, answers recorded at the desk, withdrawals, what they said to the notice."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import identity
from clients.consents import giving, notices
from clients.consents.forms import ConsentForm, NoticeAnswerForm, WithdrawalForm
from clients.consents.paper import paper_of
from clients.consents.purposes import current_texts
from clients.consents.standing import State, history, holding, standings
from clients.disclosures import disclosing
from clients.disclosures.disclosing import Recipient, What
from clients.disclosures.outward import leaves
from clients.models import (
    Consent,
    ConsentPurpose,
    ConsentText,
    Disclosure,
    How,
    NoticeAnswer,
)
from clients.views.links import link

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.CLIENTS_CARE)
@require_safe
def client_consents(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show what a client agreed to, refused and took back, and what they said to the privacy notice."""
    client = identity.find(pk)
    may_edit = Permission.CLIENTS_EDIT in request.permissions and request.account.is_active
    context = {
        "client": client,
        "standings": standings(client),
        "agreed": State.AGREED,
        "history": history(client),
        "notice": notices.standing(client),
        "answers": notices.answers(client),
        "may_edit": may_edit,
        "ask_url": link(request.account, "consents_ask", pk) if may_edit else "",
        "zone": practice_settings.zone(),
    }
    return render(request, "clients/consents/page.html", context)


@require(Permission.CLIENTS_EDIT)
@both
def consent_new(request: AccountRequest, pk: UUID, purpose: UUID) -> HttpResponse:
    """Record an answer that staff were given, with the words beside it."""
    client = identity.find(pk)
    texts = _texts(purpose, client.language)
    form = ConsentForm(request.POST or None, texts=texts, zone=practice_settings.zone())
    if form.is_valid():
        try:
            giving.record(
                by=request.actor,
                client=client,
                text=form.chosen,
                decision=form.cleaned_data["decision"],
                given=form.given,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("Recorded"))
            return redirect(request.account.url("client_consents", pk))
    context = {"client": client, "form": form, "text": texts[0], "purpose": texts[0].purpose}
    return render(
        request, "clients/consents/record.html", context, status=422 if form.is_bound else 200
    )


@require(Permission.CLIENTS_EDIT)
@both
def consent_withdrawal(request: AccountRequest, pk: UUID, purpose: UUID) -> HttpResponse:
    """Ask once, then take an agreement back for the client."""
    client = identity.find(pk)
    found = get_object_or_404(ConsentPurpose, pk=purpose)
    held = holding(client.pk, found)
    if held is None:
        return redirect(request.account.url("client_consents", pk))
    form = WithdrawalForm(request.POST or None, initial={"how": How.PERSON})
    if form.is_valid():
        giving.withdraw(by=request.actor, client=client, purpose=found, given=form.given)
        messages.success(request, _("Withdrawn. It holds from this moment on."))
        return redirect(request.account.url("client_consents", pk))
    context = {
        "client": client,
        "form": form,
        "purpose": found,
        "held": held,
        "zone": practice_settings.zone(),
    }
    return render(
        request, "clients/consents/withdrawal.html", context, status=422 if form.is_bound else 200
    )


@require(Permission.CLIENTS_EDIT)
@both
def notice_answer(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Record what a client said to the privacy notice."""
    client = identity.find(pk)
    notice = notices.current()
    if notice is None:
        return redirect(request.account.url("client_consents", pk))
    form = NoticeAnswerForm(request.POST or None)
    if form.is_valid():
        notices.answer(
            by=request.actor,
            client=client,
            notice=notice,
            accepted=form.cleaned_data["answer"] == notices.Answer.ACCEPTED,
            given=form.given,
        )
        messages.success(request, _("Recorded"))
        return redirect(request.account.url("client_consents", pk))
    context = {"client": client, "form": form, "notice": notice}
    return render(
        request, "clients/consents/notice.html", context, status=422 if form.is_bound else 200
    )


@require(Permission.CLIENTS_CARE, also=Permission.CLIENT_EXPORT)
@require_safe
@leaves(Disclosure.Way.PRINT)
def consents_paper(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show, for the printer, what this person saw and agreed to, in which words."""
    client = identity.find(pk)
    context = {
        "client": client,
        "paper": paper_of(client),
        "zone": practice_settings.zone(),
    }
    disclosing.record(
        by=request.actor,
        client=client,
        what=What((Consent, NoticeAnswer), _("Consents and notices on paper")),
        to=Recipient(Disclosure.To.CLIENT, client.full_name),
        way=Disclosure.Way.PRINT,
        basis=Disclosure.Basis.REQUEST,
    )
    return render(request, "clients/consents/paper.html", context)


def _texts(purpose: UUID, language: str) -> list[ConsentText]:
    """Return a purpose's words in force, those in the client's language first; 404 for one that isn't asked."""
    best = current_texts(language, [purpose]).get(purpose)
    if best is None or best.purpose.archived_at is not None:
        raise Http404
    others = ConsentText.objects.filter(purpose_id=purpose, version=best.version)
    return [best, *others.exclude(pk=best.pk).select_related("purpose")]
