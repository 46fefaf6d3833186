"""Sending forms: made for a client, sent by their channel, reminded of once, sent again, taken back, expired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, outbox, practice_settings
from accounts.models import AccountAnchor
from accounts.templatetags.keepwell import when
from bookings.messaging import recipients, topics
from bookings.models import Attendee, Message
from clients.consents import notices, purposes
from clients.models import Client
from notes.intake import agreeing, asking, proving
from notes.intake.asking import CONSENT, NOTICE
from notes.intake.links import link_of, token_of
from notes.intake.templates import worded
from notes.models import Form, FormTemplate
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind

EXPIRE, REMIND = "form.expire", "form.remind"
USUAL_DAYS = 30
State, Category = Form.State, Message.Category


class Closed(Exception):
    """The form is completed, taken back or expired: what was asked of it can't be done; `form` is what is kept."""

    def __init__(self, form: Form) -> None:
        super().__init__("The form is closed.")
        self.form = form


def make(
    *,
    by: Actor,
    client: Client,
    template: FormTemplate,
    attendee: Attendee | None = None,
    replaces: Form | None = None,
) -> Form:
    """Make a form from a template; it is not sent yet. `replaces` is a completed one whose answers it begins with."""
    form = Form(
        client=client,
        template=template,
        template_version=template.version,
        attendee=attendee,
        replaces=replaces,
        kind=template.kind,
        scoring=template.scoring,
        created_by=by.id if by.kind == ActorKind.MEMBER else None,
    )
    put_words(form, client.language)
    if replaces is not None:
        keys = {each.key for each in asking.asked_of(form.sections) if not each.is_special}
        form.answers = {key: value for key, value in replaces.answers.items() if key in keys}
    return _made(by, form)


def make_request(
    *, by: Actor, client: Client, wanted: Iterable[UUID], asks_notice: bool = False
) -> Form:
    """Make a form that only asks for consents and, if wanted, for an answer to the privacy notice (features F3)."""
    form = Form(
        client=client,
        kind=FormTemplate.Kind.INTAKE,
        created_by=by.id if by.kind == ActorKind.MEMBER else None,
        sections=agreeing.alone([str(pk) for pk in wanted], asks_notice),
    )
    put_words(form, client.language)
    if not form.sections:
        raise ValidationError(_("Choose what to ask for."))
    return _made(by, form)


def put_words(form: Form, language: str) -> None:
    """Let a form, not saved yet, ask what its template asks today, in the words and versions that are in force."""
    if form.template is not None:
        form.name, form.intro, sections = worded(form.template, language)
        form.template_version, form.scoring = form.template.version, form.template.scoring
    else:
        asked = list(asking.asked_of(form.sections))
        with translation.override(language or settings.LANGUAGE_CODE):
            form.name, form.intro = agreeing.name_alone(), ""
            sections = agreeing.alone(
                [each.purpose for each in asked if each.kind == CONSENT],
                any(each.kind == NOTICE for each in asked),
            )
    wanted = {each.purpose for each in asking.asked_of(sections) if each.kind == CONSENT}
    texts = purposes.current_texts(language, [UUID(pk) for pk in wanted])
    in_use = {pk: text for pk, text in texts.items() if text.purpose.archived_at is None}
    form.sections = asking.freeze(sections, in_use, notices.current())
    form.language = language


def send(*, by: Actor, form: Form) -> Form:
    """Send a form's link, or send it again with the days of its template to come; return the form.

    What was filled in stays. Raises `Closed` for a completed form, ValidationError for a client without an address.
    """
    stored = _locked(form)
    if stored.is_complete:
        raise Closed(stored)
    if not is_reachable(stored.client):
        raise ValidationError(_("The client has neither an e-mail address nor a phone number."))
    _let_live(stored)
    _save(stored)
    topics.send(stored.client, Category.FORM, stored.pk)
    audit.record("form.sent", by=by, of=stored, client_id=stored.client_id)
    return stored


def show_link(*, by: Actor, form: Form) -> Form:
    """Let a form be opened without a message: from a code on the screen, or a link that staff hand over."""
    stored = _locked(form)
    if stored.is_complete:
        raise Closed(stored)
    if stored.state in (State.SENT, State.OPENED):
        return stored
    _let_live(stored)
    _save(stored)
    audit.record("form.link_shown", by=by, of=stored, client_id=stored.client_id)
    return stored


def take_back(*, by: Actor, form: Form) -> Form:
    """Make a form's links worthless from this moment on and put it away; what was filled in stays on record."""
    stored = _locked(form)
    if not stored.is_open and stored.state != State.EXPIRED:
        raise Closed(stored)
    stored.link_number += 1
    stored.browser, stored.state = None, State.ARCHIVED
    _save(stored)
    audit.record("form.taken_back", by=by, of=stored, client_id=stored.client_id)
    return stored


def put_away(*, by: Actor, form: Form, away: bool) -> Form:
    """Put a completed form away, out of the lists, or take it out again."""
    stored = _locked(form)
    if not stored.is_complete:
        raise Closed(stored)
    wanted = State.ARCHIVED if away else State.COMPLETED
    if stored.state != wanted:
        stored.state = wanted
        stored.save(update_fields=["state"])
        action = "form.put_away" if away else "form.taken_out"
        audit.record(action, by=by, of=stored, client_id=stored.client_id)
    return stored


def is_reachable(client: Client) -> bool:
    """Tell whether there is an address to send to: the client's, or that of who may fill forms in for them."""
    return any(
        bool(address) and not is_unreadable(address)
        for each in recipients.of_client(client, Category.FORM)
        for address in (each.email, each.phone)
    )


def _let_live(form: Form) -> None:
    form.state = State.OPENED if form.opened_at else State.SENT
    form.sent_at = clock.now()
    lives = form.template.valid_days if form.template else USUAL_DAYS
    form.expires_at = form.sent_at + timedelta(days=lives)
    outbox.enqueue(EXPIRE, {"form": str(form.pk)}, run_at=form.expires_at)
    days = form.template.remind_days if form.template else 0
    remind_at = form.sent_at + timedelta(days=days)
    if days and form.reminded_at is None and remind_at < form.expires_at:
        outbox.enqueue(REMIND, {"form": str(form.pk)}, run_at=remind_at)


@outbox.handles(EXPIRE)
def _expire(work: outbox.Work) -> None:
    form: Form | None = Form.objects.select_for_update().filter(pk=work.payload["form"]).first()
    due = form is not None and form.expires_at is not None and form.expires_at <= clock.now()
    if form is None or not due or form.state not in (State.SENT, State.OPENED):
        return
    form.state = State.EXPIRED
    _save(form)
    audit.record("form.expired", by=SYSTEM, of=form, client_id=form.client_id)


@outbox.handles(REMIND)
def _remind(work: outbox.Work) -> None:
    """Remind once, of a form that still waits; one that was sent again since has a later job of its own."""
    form: Form | None = (
        Form.objects.select_for_update(of=("self",))
        .select_related("client", "template")
        .filter(pk=work.payload["form"], reminded_at=None, state__in=(State.SENT, State.OPENED))
        .first()
    )
    if form is None or form.template is None or form.sent_at is None:
        return
    if form.sent_at + timedelta(days=form.template.remind_days) > clock.now():
        return
    form.reminded_at = clock.now()
    _save(form)
    topics.send(form.client, Category.FORM_REMINDER, form.pk)
    audit.record("form.reminded", by=SYSTEM, of=form, client_id=form.client_id)


def _made(by: Actor, form: Form) -> Form:
    form.full_clean(exclude=["answers", "score"])
    form.save(force_insert=True)
    audit.record("form.made", by=by, of=form, client_id=form.client_id)
    return form


def _locked(form: Form) -> Form:
    stored: Form = (
        Form.objects.select_for_update(of=("self",))
        .select_related("client", "template")
        .get(pk=form.pk)
    )
    return stored


def _save(form: Form) -> None:
    form.updated_at = clock.now()
    form.save()


def _about(message: Message) -> Form | None:
    form: Form | None = Form.objects.filter(pk=message.topic_id).first()
    return form


def _against(message: Message) -> str:
    form = _about(message)
    if form is None:
        return "revoked"
    if form.is_complete:
        return "answered"
    if form.state not in (State.SENT, State.OPENED):
        return "past" if form.state == State.EXPIRED else "revoked"
    return "past" if form.expires_at is None or form.expires_at <= clock.now() else ""


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
