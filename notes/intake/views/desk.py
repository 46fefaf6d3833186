"""Filling a form in at the practice: staff type, section by section, what the client says or wrote on paper."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes.answers import AnswersRefused
from notes.intake import answering, filling, reading
from notes.intake.sending import Closed
from notes.intake.step_form import BACK, StepForm
from notes.models import Form
from notes.showing import saved_words

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.CLINICAL_WRITE)
@require_POST
def form_desk(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Begin to fill a form in at the practice, or go on with it."""
    try:
        filling.begin_at_desk(by=request.actor, form=reading.find_readable(request, pk))
    except Closed:
        messages.error(request, _("The form has moved on meanwhile. Here it is as it is now."))
        return redirect(request.account.url("form", pk))
    return redirect(request.account.url("form_desk_step", pk, 1))


@require(Permission.CLINICAL_WRITE)
@both
def form_desk_step(request: AccountRequest, pk: UUID, number: int) -> HttpResponse:
    """Ask the questions of one section; after the last one the form is completed."""
    form = reading.find_readable(request, pk)
    if form.is_complete or form.opened_at is None:
        return redirect(request.account.url("form", pk))
    if not 1 <= number <= len(form.sections):
        raise Http404
    section = form.sections[number - 1]
    if request.method != "POST":
        return _page(request, form, number, StepForm(section, form.answers))
    step = StepForm(section, form.answers, request.POST)
    if not step.is_valid():
        return _page(request, form, number, step, status=422)
    try:
        saved = filling.save(form=form, keys=step.keys, answers=step.answers, at_desk=True)
    except AnswersRefused as refused:
        step.refuse(refused.problems)
        return _page(request, form, number, step, status=422)
    except Closed:
        messages.error(request, _("The form has moved on meanwhile. Here it is as it is now."))
        return redirect(request.account.url("form", pk))
    if BACK in request.POST and number > 1:
        return redirect(request.account.url("form_desk_step", pk, number - 1))
    if number < len(form.sections):
        return redirect(request.account.url("form_desk_step", pk, number + 1))
    return _complete(request, saved)


@require(Permission.CLINICAL_WRITE)
@both
def form_desk_draft(request: AccountRequest, pk: UUID, number: int) -> HttpResponse:
    """Keep a section as it is typed; GET gives a page that was signed out and in again a token that works."""
    form = reading.find_readable(request, pk)
    if request.method != "POST":
        return JsonResponse({"csrf": get_token(request)})
    if not 1 <= number <= len(form.sections):
        raise Http404
    step = StepForm(form.sections[number - 1], form.answers, request.POST)
    try:
        if not step.is_valid():
            raise AnswersRefused({})
        saved = filling.save(form=form, keys=step.keys, answers=step.answers, at_desk=True)
    except AnswersRefused as refused:
        step.refuse(refused.problems)
        return render(request, "booking/forms/refused.html", {"form": step}, status=422)
    except Closed:
        return render(request, "booking/forms/closed_fragment.html", status=409)
    said = saved_words(saved.updated_at, practice_settings.zone())
    return JsonResponse({"version": saved.version, "saved": said})


def _complete(request: AccountRequest, form: Form) -> HttpResponse:
    """Complete a form at the desk; what is missing leads back to where it is asked."""
    try:
        filling.complete(by=request.actor, form=form, way=Form.Way.DESK)
    except filling.Incomplete as refused:
        missing = set(refused.problems)
        number = next(
            place
            for place, section in enumerate(form.sections, start=1)
            if missing & {each["key"] for each in section["questions"]}
        )
        return redirect(request.account.url("form_desk_step", form.pk, number, missing=1))
    messages.success(request, _("Completed. What was agreed in it is on record."))
    return redirect(request.account.url("form", form.pk))


def _page(
    request: AccountRequest, form: Form, number: int, step: StepForm, *, status: int = 200
) -> HttpResponse:
    to = request.account.url
    context = {
        "client_form": form,
        "form": step,
        "title": form.sections[number - 1]["title"],
        "step": number,
        "steps": len(form.sections),
        "is_first": number == 1,
        "is_last": number == len(form.sections),
        "action": to("form_desk_step", form.pk, number),
        "draft_url": to("form_desk_draft", form.pk, number),
        "missing": _missing(step) if "missing" in request.GET else [],
        "saved": saved_words(form.updated_at, practice_settings.zone()),
    }
    return render(request, "forms/desk.html", context, status=status)


def _missing(step: StepForm) -> list[str]:
    """Return the questions of a section that still need an answer."""
    problems = answering.missing([step.section], step.initial_answers)
    return [each.question.label for each in step.asked if each.key in problems]
