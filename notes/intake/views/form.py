"""One form: where it stands, what was answered, its link; looked at, sent again, taken back, put away, printed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import qrcode
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from qrcode.image.svg import SvgPathImage

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.messaging.log import LOOK as MESSAGE_LOOK
from bookings.messaging.reasons import why
from bookings.models import Message
from notes.intake import accepting, filling, reading, sending
from notes.intake.links import link_of
from notes.intake.sending import Closed
from notes.intake.showing import answered_sections
from notes.intake.timeline import LOOK
from notes.models import Form, FormReview

State = Form.State


@require(Permission.CLIENTS_CARE)
@require_safe
def form(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a form; its answers only to those who may read clinical records."""
    found = reading.find(pk)
    return _page(request, found)


@require(Permission.CLINICAL_WRITE)
@require_POST
def form_review(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say that a completed form was looked at, and take the chosen answers over into the record."""
    found = reading.find_readable(request, pk)
    if not found.is_complete:
        raise PermissionDenied
    take = request.POST.getlist("take") if Permission.CLIENTS_EDIT in request.permissions else []
    try:
        review = accepting.look_at(by=request.actor, form=found, take=take)
    except ValidationError as refused:
        return _page(request, found, status=422, problems=refused.messages, taken=take)
    count = len(review.accepted)
    messages.success(request, _("Looked at.") if not count else _("Taken over into the record."))
    return redirect(request.account.url("form", pk))


@require(Permission.CLIENTS_EDIT)
@require_POST
def form_sending(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Send a form's link, or send it once more."""
    return _act(request, pk, sending.send, _("On its way."))


@require(Permission.CLIENTS_EDIT)
@require_POST
def form_code_shown(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Let a form be opened from a code on the screen."""
    return _act(request, pk, sending.show_link, _("The link works now. Let them scan the code."))


@require(Permission.CLIENTS_EDIT)
@require_POST
def form_revocation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Make a form's links worthless."""
    return _act(request, pk, sending.take_back, _("The link no longer works."))


@require(Permission.CLINICAL_WRITE)
@require_POST
def form_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Put a completed form away, or take it out again."""
    found = reading.find(pk)
    away = found.state != State.ARCHIVED
    return _act(
        request,
        pk,
        lambda **given: sending.put_away(away=away, **given),
        _("Put away.") if away else _("Back among the forms."),
    )


@require(Permission.CLIENTS_EDIT)
@require_POST
def form_correction(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Make a new form with what a completed one says, to take its place once it is completed."""
    found = reading.find(pk)
    if not found.is_complete or found.template is None:
        raise PermissionDenied
    made = sending.make(
        by=request.actor, client=found.client, template=found.template, replaces=found
    )
    messages.success(
        request, _("A new form with these answers. It replaces this one once it is in.")
    )
    return redirect(request.account.url("form", made.pk))


def _act(request: AccountRequest, pk: UUID, verb: Callable[..., Form], said: str) -> HttpResponse:
    try:
        verb(by=request.actor, form=reading.find(pk))
    except Closed:
        messages.error(request, _("The form has moved on meanwhile. Here it is as it is now."))
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, said)
    return redirect(request.account.url("form", pk))


def _page(
    request: AccountRequest,
    found: Form,
    *,
    status: int = 200,
    problems: list[str] | None = None,
    taken: list[str] | None = None,
) -> HttpResponse:
    may_read = reading.reads_answers(request.member, request.permissions, found.client)
    may_write = Permission.CLINICAL_WRITE in request.permissions and request.account.is_active
    may_edit = Permission.CLIENTS_EDIT in request.permissions and request.account.is_active
    icon, tone = LOOK[State(found.state)]
    is_live = found.state in (State.SENT, State.OPENED)
    context: dict[str, Any] = {
        "form": found,
        "icon": icon,
        "tone": tone,
        "may_read": may_read,
        "may_write": may_write,
        "may_edit": may_edit,
        "zone": practice_settings.zone(),
        "messages_sent": _messages(found),
        "reviews": list(FormReview.objects.filter(form=found)),
        "problems": problems or [],
        "link": link_of(request.account, found) if is_live and may_edit else "",
        "reachable": sending.is_reachable(found.client),
    }
    if context["link"]:
        context["code"] = _code(context["link"])
    if may_read and found.opened_at is not None:
        context["sections"] = answered_sections(found)
    if may_read and found.is_complete:
        proposals = accepting.proposals(found, found.client)
        context |= {
            "altered": not filling.holds(found),
            "proposals": proposals,
            "can_take": may_edit and any(each.changes for each in proposals),
            "taken": taken or [],
            "scores": reading.scores(found) if found.score else [],
        }
    return render(request, "forms/form.html", context, status=status)


def _messages(found: Form) -> list[dict[str, Any]]:
    rows = (
        Message.objects.filter(topic_id=found.pk)
        .defer("address", "subject", "body")
        .order_by("-created_at")[:10]
    )
    return [
        {
            "message": row,
            "icon": MESSAGE_LOOK[row.state][0],
            "tone": MESSAGE_LOOK[row.state][1],
            "why": why(row),
        }
        for row in rows
    ]


def _code(link: str) -> str:
    """Return a link as a picture that a phone's camera reads, in an address of its own."""
    drawn = qrcode.make(link, image_factory=SvgPathImage, box_size=10, border=2)
    picture: bytes = drawn.to_string()
    return f"data:image/svg+xml;base64,{b64encode(picture).decode()}"
