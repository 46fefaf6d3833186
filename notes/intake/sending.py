"""Sending forms: made for a client, sent by their channel, reminded of once, sent again, taken back, expired."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, outbox
from bookings.messaging import recipients, topics
from bookings.models import Attendee, Message
from clients.consents import notices, purposes
from clients.models import Client, Restriction
from clients.restrictions.standing import permits
from notes.intake import agreeing, asking
from notes.intake.asking import CONSENT, NOTICE
from notes.intake.templates import worded
from notes.models import Form, FormTemplate
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind

EXPIRE, REMIND = "form.expire", "form.remind"
USUAL_DAYS, USUAL_REMINDER = 30, 3
BEFORE_VISIT = timedelta(days=1)
# Whoever got the link less than this ago needs no reminder
JUST_SENT = timedelta(hours=12)
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
    if not permits(stored.client, Restriction.Use.FORMS):
        raise ValidationError(
            _("The client objects to forms by link, or their data are only stored.")
        )
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
    if form.reminded_at is None and (remind_at := _remind_at(form)):
        outbox.enqueue(REMIND, {"form": str(form.pk)}, run_at=remind_at)


def _remind_at(form: Form) -> datetime | None:
    """Return when to remind of a form that was sent: after so many days, but a day before the visit that it is for."""
    days = form.template.remind_days if form.template else USUAL_REMINDER
    if not days or form.sent_at is None or form.expires_at is None:
        return None
    moment: datetime = form.sent_at + timedelta(days=days)
    if form.attendee is not None:
        moment = min(moment, form.attendee.appointment.starts_at - BEFORE_VISIT)
    return moment if form.sent_at + JUST_SENT <= moment < form.expires_at else None


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
    """Remind once, of a form that still waits; one whose visit was moved, or that was sent again, when its time comes."""
    form: Form | None = (
        Form.objects.select_for_update(of=("self",))
        .select_related("client", "template", "attendee__appointment")
        .filter(pk=work.payload["form"], reminded_at=None, state__in=(State.SENT, State.OPENED))
        .first()
    )
    moment = _remind_at(form) if form is not None else None
    if form is None or moment is None:
        return
    if moment > clock.now():
        outbox.enqueue(REMIND, work.payload, run_at=moment)
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
        .select_related("client", "template", "attendee__appointment")
        .get(pk=form.pk)
    )
    return stored


def _save(form: Form) -> None:
    form.updated_at = clock.now()
    form.save()
