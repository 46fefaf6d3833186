"""The desk of whoever answers requests: what is open, one request with its turns, what staff note themselves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import choosing
from clients.disclosures.outward import stays
from clients.models import Client
from privacy.cases import DeskCase, DeskCertificate, DeskTelling, DeskWait
from privacy.desk import (
    certificates,
    choosing_law,
    clocks,
    granting,
    keeping,
    showing,
    taking,
    telling,
)
from privacy.desk.forms import GrantForm, LawForm, NotedForm
from privacy.desk.packs import WAITS
from privacy.desk.routes import route
from privacy.desk.turns import TURNS

both = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 50


@require(Permission.REQUESTS, while_closing=True)
@require_safe
def desk(request: AccountRequest) -> HttpResponse:
    """List the open requests by their clocks, and the closed ones, page by page."""
    closed = DeskCase.objects.exclude(state__in=(DeskCase.State.OPEN, DeskCase.State.WORKING))
    page = Paginator(closed.order_by("-answered_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "open": showing.open_cases(),
        "page": page,
        "closed": showing.lines(page.object_list),
        "law": clocks.law(),
        "law_form": LawForm(initial={"pack": clocks.law().code}),
        "zone": practice_settings.zone(),
        "form_url": request.build_absolute_uri(request.account.url("privacy_request")),
    }
    return render(request, "privacy/desk/list.html", context)


@require(Permission.REQUESTS, while_closing=True)
@require_POST
def desk_law(request: AccountRequest) -> HttpResponse:
    """Choose the law that requests are answered under from now on."""
    form = LawForm(request.POST)
    if form.is_valid():
        choosing_law.choose(by=request.actor, pack=form.cleaned_data["pack"])
        messages.success(request, _("Requests that come from now on are answered under this law."))
    return redirect(request.account.url("desk"))


@require(Permission.REQUESTS, while_closing=True)
@both
def desk_new(request: AccountRequest) -> HttpResponse:
    """Note a request that came without Keepwell; `about` says about whom it is."""
    form = NotedForm(request.POST or None, zone=practice_settings.zone())
    somebody = choosing.chosen(f"client:{request.GET.get('about', '')}")
    client = somebody if isinstance(somebody, Client) else None
    if client is not None and not form.is_bound:
        form.initial = {
            **form.initial,
            "name": client.full_name,
            "contact": client.email or client.phone,
        }
    if form.is_valid():
        case = taking.take(by=request.actor, **form.values())
        if client is not None:
            keeping.assign(by=request.actor, case=case, client=client)
        messages.success(request, _("Noted. Its clock began when it came."))
        return redirect(request.account.url("desk_case", case.pk))
    status = 422 if form.is_bound else 200
    context = {"form": form, "client": client}
    return render(request, "privacy/desk/new.html", context, status=status)


@require(Permission.REQUESTS, while_closing=True)
@require_safe
def desk_case(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show one request."""
    return _page(request, get_object_or_404(DeskCase.objects.all(), pk=pk))


@require(Permission.REQUESTS, step_up=True, while_closing=True)
@require_POST
def desk_turn(request: AccountRequest, pk: UUID, turn: str) -> HttpResponse:
    """Do what one of the forms of a request asks for."""
    case: DeskCase = get_object_or_404(DeskCase.objects.all(), pk=pk)
    if turn not in TURNS:
        raise Http404
    form = _form(turn, case, request)
    if form.is_valid():
        try:
            TURNS[turn].do(request.actor, case, form)
        except ValidationError as refusal:
            form.add_error(None, "; ".join(refusal.messages))
        else:
            messages.success(request, str(TURNS[turn].done))
            return redirect(request.account.url("desk_case", pk))
    case.refresh_from_db()
    return _page(request, case, status=422, bound={turn: form})


@require(Permission.REQUESTS, while_closing=True)
@require_POST
def desk_person(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say whose data a request is about, chosen among those that the typed words find."""
    case: DeskCase = get_object_or_404(DeskCase.objects.all(), pk=pk)
    somebody = choosing.chosen(request.POST.get("person", ""))
    if "search" in request.POST or not isinstance(somebody, Client):
        return _page(request, case, words=request.POST.get("find", ""))
    try:
        keeping.assign(by=request.actor, case=case, client=somebody)
    except ValidationError as refusal:
        messages.error(request, "; ".join(refusal.messages))
    return redirect(request.account.url("desk_case", pk))


@require(Permission.REQUESTS, while_closing=True)
@require_POST
def desk_step(request: AccountRequest, pk: UUID, name: str) -> HttpResponse:
    """Tick a step that somebody did."""
    case: DeskCase = get_object_or_404(DeskCase.objects.all(), pk=pk)
    get_object_or_404(case.steps, name=name)
    try:
        granting.tick(by=request.actor, case=case, name=name)
    except ValidationError as refusal:
        messages.error(request, "; ".join(refusal.messages))
    return redirect(request.account.url("desk_case", pk))


@require(Permission.REQUESTS, while_closing=True)
@require_POST
def desk_telling(request: AccountRequest, pk: UUID, telling_pk: UUID) -> HttpResponse:
    """Note that a recipient was told, said that they did it, or why they can't be told."""
    row: DeskTelling = get_object_or_404(DeskTelling.objects.all(), pk=telling_pk, case_id=pk)
    did = request.POST.get("did", "")
    try:
        if did == "given_up":
            because = request.POST.get("because", "")
            telling.give_up(by=request.actor, telling=row, because=because)
        elif did in ("told", "acknowledged"):
            getattr(telling, did)(by=request.actor, telling=row)
    except ValidationError as refusal:
        messages.error(request, "; ".join(refusal.messages))
    return redirect(request.account.url("desk_case", pk))


@require(Permission.REQUESTS, while_closing=True)
@require_safe
@stays("opaque ids, counts and dates; names no client")
def desk_certificate(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Send the signed certificate of a request."""
    found: DeskCertificate = get_object_or_404(DeskCertificate.objects.all(), case_id=pk)
    response = HttpResponse(
        certificates.as_file(found, request.account.region), content_type="application/json"
    )
    name = f"{found.case.reference}-certificate.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _form(turn: str, case: DeskCase, request: AccountRequest | None = None) -> forms.Form:
    kind = TURNS[turn].form
    more: dict[str, Any] = {"right": case.right} if kind is GrantForm else {}
    return kind(request.POST if request else None, **more)


def _page(
    request: AccountRequest,
    case: DeskCase,
    *,
    status: int = 200,
    words: str = "",
    bound: Mapping[str, forms.Form] = MappingProxyType({}),
) -> HttpResponse:
    waits = DeskWait.objects.filter(case=case, until=None)
    pack, _where = clocks.of_case(case)
    client = case.client
    context = {
        "case": case,
        "client": client,
        "line": showing.line(case, clocks.clock_of(case, tuple(each.what for each in waits))),
        "waits": [(each, WAITS[each.what]) for each in waits],
        "dates": clocks.dates(case),
        "pack": pack,
        "missing": keeping.reason_to_wait(case),
        "route": route(case.right),
        "steps": showing.steps_of(case),
        "tellings": list(DeskTelling.objects.filter(case=case)),
        "certificate": DeskCertificate.objects.filter(case=case).first(),
        "forms": {turn: bound.get(turn) or _form(turn, case) for turn in TURNS},
        "failed": next(iter(bound), ""),
        "sorts": "sorting" if case.right == DeskCase.Right.OTHER else next(iter(bound), ""),
        "words": words,
        "choices": choosing.found(words, among=(choosing.CLIENT,)) if words else [],
        "zone": case.zone,
    }
    return render(request, "privacy/desk/case.html", context, status=status)
