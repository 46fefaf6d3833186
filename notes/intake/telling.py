"""Messages about forms: whether each is still true as it leaves, until when it makes sense, what its placeholders say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts import practice_settings
from accounts.models import AccountAnchor
from accounts.templatetags.keepwell import when
from bookings.messaging import topics
from bookings.models import Attendee, Message
from notes.intake import proving
from notes.intake.links import link_of, token_of
from notes.models import Form
from privacy.vocabulary import clock

Category = Message.Category


def _about(message: Message) -> Form | None:
    rows = Form.objects.select_related("attendee__appointment")
    form: Form | None = rows.filter(pk=message.topic_id).first()
    return form


def _against(message: Message) -> str:
    form = _about(message)
    if form is None:
        return "revoked"
    if form.is_complete:
        return "answered"
    if form.state not in (Form.State.SENT, Form.State.OPENED):
        return "past" if form.state == Form.State.EXPIRED else "revoked"
    if form.expires_at is None or form.expires_at <= clock.now():
        return "past"
    return _visit_against(form) if message.category == Category.FORM_REMINDER else ""


def _visit_against(form: Form) -> str:
    """Return why nobody needs to be reminded of a form for a visit: it is called off, or has begun."""
    place = form.attendee
    if place is None:
        return ""
    if place.state == Attendee.State.CANCELLED:
        return "cancelled"
    return "past" if place.appointment.starts_at <= clock.now() else ""


def _ends(message: Message) -> datetime | None:
    form = _about(message)
    return form.expires_at if form else None


def _facts(message: Message, account: AccountAnchor) -> Mapping[str, str]:
    form = Form.objects.get(pk=message.topic_id)
    return {
        "form_link": link_of(account, form),
        "answer_by": when(form.expires_at, practice_settings.zone()),
    }


def _link(message: Message, _account: AccountAnchor) -> tuple[str, ...]:
    form = _about(message)
    return (token_of(form),) if form else ()


def _code_against(message: Message) -> str:
    form = _about(message)
    if form is None or form.code_at is None:
        return "superseded"
    return "past" if form.code_at + proving.CODE_LIFE <= clock.now() else ""


def _code_ends(message: Message) -> datetime | None:
    form = _about(message)
    return form.code_at + proving.CODE_LIFE if form and form.code_at else None


def _code_facts(message: Message, _account: AccountAnchor) -> Mapping[str, str]:
    return {"code": proving.code_of(Form.objects.get(pk=message.topic_id))}


def _code_hidden(message: Message, _account: AccountAnchor) -> tuple[str, ...]:
    form = _about(message)
    return (proving.code_of(form),) if form else ()


for _kind in (Category.FORM, Category.FORM_REMINDER):
    topics.register(_kind, topics.Topic(_against, _ends, _facts, _link))
topics.register(
    Category.CODE,
    topics.Topic(_code_against, _code_ends, _code_facts, _code_hidden, at_once=True),
)
