"""What a client does with a form: begins it, goes through its steps, looks it over, hands it in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import practice_settings
from accounts.permissions import public
from accounts.requests import AccountRequest
from bookings.public.agreements import choices_token
from bookings.public.pages import page, phones
from clients.consents import notices
from clients.consents.standing import holding
from clients.models import ByWhom, ConsentPurpose
from notes.answers import AnswersRefused
from notes.intake import answering, filling, links, proving
from notes.intake.asking import CONSENT, asked_of
from notes.intake.public.doors import (
    by_link,
    client_of,
    is_over,
    over,
    remember,
    secret_of,
    see,
    start,
    working,
)
from notes.intake.public.proof import ProofForm, ask_proof
from notes.intake.public.urgent import number_for
from notes.intake.sending import Closed
from notes.intake.showing import answered_sections
from notes.intake.step_form import BACK, StepForm
from notes.intake.templates import worded
from notes.models import Form
from notes.showing import saved_words

State = Form.State


@public
@require_safe
@by_link
def form_link(request: AccountRequest, form: Form) -> HttpResponse:
    """Show where a form stands: to begin, to go on, to prove whose it is, done, or over."""
    if form.is_complete:
        return _done(request, form)
    if is_over(form):
        return over(request, form)
    if form.state == State.SENT:
        return _welcome(request, form)
    if proving.needs_proof(form, secret_of(request, form)):
        return ask_proof(request, form, ProofForm())
    return see(step_url(request, form, _first_open(form)))


@public
@require_POST
@by_link
def form_begin(request: AccountRequest, form: Form) -> HttpResponse:
    """Begin a form on this device, in the language that the page speaks."""
    if form.state != State.SENT or is_over(form):
        return see(start(request, form))
    who = request.POST.get("by_whom", "")
    begun, secret = filling.begin(
        by=client_of(form),
        form=form,
        language=get_language() or "",
        by_whom=who if who in ByWhom.values else ByWhom.CLIENT,
    )
    return remember(see(step_url(request, begun, 1)), begun, secret)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@working
def form_step(request: AccountRequest, form: Form, number: int) -> HttpResponse:
    """Ask the questions of one section; "Next" keeps them and says what still has to be answered."""
    section = _section(form, number)
    if request.method != "POST":
        return _step(request, form, number, StepForm(section, form.answers))
    step = StepForm(section, form.answers, request.POST)
    if not step.is_valid():
        return _step(request, form, number, step, status=422)
    try:
        saved = filling.save(form=form, keys=step.keys, answers=step.answers)
    except (Closed, AnswersRefused) as refused:
        return _refused(request, form, number, step, refused)
    problems = answering.missing([section], saved.answers)
    if problems and BACK not in request.POST:
        step.refuse(problems)
        return _step(request, saved, number, step, status=422, may_skip=True)
    onward = number - 1 if BACK in request.POST else number + 1
    if onward > len(form.sections):
        return see(request.account.url("form_completion", links.token_of(form)))
    return see(step_url(request, form, max(1, onward)))


@public
@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def form_draft(request: AccountRequest, form: Form, number: int) -> HttpResponse:
    """Keep a section as it is typed; what can't be kept is said in a fragment. GET gives a page a token that works."""
    if form.is_complete or is_over(form):
        return page(request, "forms/closed_fragment", status=409)
    if form.state == State.SENT or proving.needs_proof(form, secret_of(request, form)):
        return see(start(request, form))
    if request.method != "POST":
        return JsonResponse({"csrf": get_token(request)})
    step = StepForm(_section(form, number), form.answers, request.POST)
    if not step.is_valid():
        return page(request, "forms/refused", form=step, status=422)
    try:
        saved = filling.save(form=form, keys=step.keys, answers=step.answers)
    except AnswersRefused as refused:
        step.refuse(refused.problems)
        return page(request, "forms/refused", form=step, status=422)
    except Closed:
        return page(request, "forms/closed_fragment", status=409)
    said = saved_words(saved.updated_at, practice_settings.zone())
    return JsonResponse({"version": saved.version, "saved": said})


@public
@require_http_methods(["GET", "HEAD", "POST"])
@working
def form_completion(request: AccountRequest, form: Form) -> HttpResponse:
    """Show all that was answered, then hand it in."""
    if request.method != "POST":
        return _review(request, form, answering.missing(form.sections, form.answers))
    try:
        filling.complete(by=client_of(form), form=form, way=Form.Way.LINK)
    except filling.Incomplete as refused:
        return _review(request, form, refused.problems, status=422)
    except Closed:
        return see(start(request, form))
    return see(start(request, form))


def step_url(request: AccountRequest, form: Form, number: int) -> str:
    """Return the address of a step."""
    return request.account.url("form_step", links.token_of(form), number)


def _welcome(request: AccountRequest, form: Form) -> HttpResponse:
    name, intro = form.name, form.intro
    if form.template is not None:
        name, intro, _sections = worded(form.template, get_language() or "")
    return page(
        request,
        "forms/welcome",
        form_name=name,
        intro=intro,
        steps_count=len(form.sections),
        notice=notices.current(),
        expires_at=form.expires_at,
        zone=practice_settings.zone(),
        whos=_whos(form.by_whom),
        urgent_number=number_for(form, request.account.country),
        begin_url=request.account.url("form_begin", links.token_of(form)),
        phones=phones(),
    )


def _whos(chosen: str) -> list[dict[str, Any]]:
    words = {
        ByWhom.CLIENT: _("I am the client"),
        ByWhom.GUARDIAN: _("I am a parent or guardian"),
        ByWhom.RELATIVE: _("I am a relative or carer"),
    }
    return [
        {"value": value, "title": title, "checked": value == chosen}
        for value, title in words.items()
    ]


def _step(
    request: AccountRequest,
    form: Form,
    number: int,
    step: StepForm,
    *,
    status: int = 200,
    may_skip: bool = False,
) -> HttpResponse:
    token, sections = links.token_of(form), form.sections
    is_last = number == len(sections)
    onward = (
        request.account.url("form_completion", token)
        if is_last
        else request.account.url("form_step", token, number + 1)
    )
    return page(
        request,
        "forms/step",
        form=step,
        form_name=form.name,
        title=sections[number - 1]["title"],
        step=number,
        steps=len(sections) + 1,
        version=form.version,
        draft_url=request.account.url("form_draft", token, number),
        skip_url=onward if may_skip else "",
        is_first=number == 1,
        languages=[],  # a form that was begun keeps its language
        saved=saved_words(form.updated_at, practice_settings.zone()),
        status=status,
    )


def _refused(
    request: AccountRequest, form: Form, number: int, step: StepForm, refused: Exception
) -> HttpResponse:
    if isinstance(refused, AnswersRefused):
        step.refuse(refused.problems)
        return _step(request, form, number, step, status=422)
    return see(start(request, form))


def _review(
    request: AccountRequest, form: Form, problems: dict[str, str], *, status: int = 200
) -> HttpResponse:
    token = links.token_of(form)
    shown = [
        {
            "title": section.title,
            "answers": section.answers,
            "url": request.account.url("form_step", token, number),
            "missing": [each for each in section.asked if each.key in problems],
        }
        for number, section in enumerate(answered_sections(form), start=1)
    ]
    return page(
        request,
        "forms/review",
        form_name=form.name,
        sections=shown,
        is_whole=not problems,
        languages=[],
        step=len(form.sections) + 1,
        steps=len(form.sections) + 1,
        back_url=step_url(request, form, len(form.sections)),
        complete_url=request.account.url("form_completion", token),
        status=status,
    )


def _done(request: AccountRequest, form: Form) -> HttpResponse:
    """Say thank you. What was answered is not shown: the link may lie in anybody's inbox."""
    wanted = [each.purpose for each in asked_of(form.sections) if each.kind == CONSENT]
    held = [
        purpose
        for purpose in ConsentPurpose.objects.filter(pk__in=wanted)
        if holding(form.client_id, purpose)
    ]
    return page(
        request,
        "forms/done",
        form_name=form.name,
        completed_at=form.completed_at,
        zone=practice_settings.zone(),
        has_agreed=bool(held),
        urgent_number=number_for(form, request.account.country),
        choices_url=request.account.url("client_choices", choices_token(form.client_id)),
        phones=phones(),
    )


def _first_open(form: Form) -> int:
    """Return the number of the first section with something left to answer, else of the last."""
    for number, section in enumerate(form.sections, start=1):
        asked = [each for each in asked_of([section]) if each.is_asked(form.answers)]
        if not any(each.key in form.answers for each in asked):
            return number
    return len(form.sections)


def _section(form: Form, number: int) -> dict[str, Any]:
    if not 1 <= number <= len(form.sections):
        raise Http404
    found: dict[str, Any] = form.sections[number - 1]
    return found
