"""Filling a form in: begun, saved section by section, completed once; what was agreed in it becomes consents."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from accounts import audit
from accounts.models import PrivacyNotice
from clients.consents import giving, notices
from clients.consents.giving import Given
from clients.models import ConsentText, How
from notes.intake import answering, proving, scoring
from notes.intake.answering import ACCEPTED
from notes.intake.asking import CONSENT, NOTICE, SIGNATURE, Asked, asked_of
from notes.intake.sending import Closed, put_words
from notes.models import Form
from notes.proof import canonical
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.former import as_signed
from privacy.vocabulary.scope import Actor, ActorKind

PROOF_VERSION = 1
State, Way = Form.State, Form.Way


class Incomplete(ValueError):
    """Something that has to be answered is not; `problems` says what, by key, in words for its field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("The form is not complete.")
        self.problems = problems


def begin(*, by: Actor, form: Form, language: str, by_whom: str) -> tuple[Form, str]:
    """Begin a form in a language, with the words that are in force today; return it and its device's secret.

    `by_whom` says who fills it in. Whoever begins again keeps what is filled in. Raises `Closed`.
    """
    stored = _open(form)
    if stored.opened_at is None:
        put_words(stored, language)
        stored.notice = notices.current()
        stored.opened_at = clock.now()
        audit.record("form.begun", by=by, of=stored, client_id=stored.client_id)
    stored.by_whom = by_whom
    stored.state = State.OPENED
    secret = proving.let_in(stored)
    _save(stored)
    return stored, secret


def begin_at_desk(*, by: Actor, form: Form) -> Form:
    """Begin a form at the practice: staff type what the client says or wrote on paper. Raises `Closed`."""
    stored = _open(form, at_desk=True)
    if stored.opened_at is None:
        put_words(stored, stored.client.language)
        stored.notice = notices.current()
        stored.opened_at = clock.now()
        stored.state = State.OPENED
        _save(stored)
        audit.record("form.begun", by=by, of=stored, client_id=stored.client_id)
    return stored


def save(
    *, form: Form, keys: Collection[str], answers: Mapping[str, object], at_desk: bool = False
) -> Form:
    """Keep the answers to the questions `keys`, those of one section, as they were typed; return the form.

    Nothing needs to be complete. Raises `Closed` and `AnswersRefused`.
    """
    stored = _open(form, at_desk=at_desk)
    kept = {key: value for key, value in stored.answers.items() if key not in keys}
    mine = {key: value for key, value in answers.items() if key in keys}
    section = [
        {**each, "questions": [q for q in each["questions"] if q["key"] in keys]}
        for each in stored.sections
    ]
    answering.clean(section, mine)  # refuses by key what can't be kept, of this section alone
    cleaned = answering.clean(stored.sections, {**kept, **mine})
    if cleaned != stored.answers:
        stored.answers = cleaned
        stored.version += 1
        _save(stored)
    return stored


def complete(*, by: Actor, form: Form, way: str) -> Form:
    """Complete a form: answers, score and hash are frozen, what was agreed in it is recorded. Return the form.

    Completed twice is completed once. Raises `Incomplete` and `Closed`.
    """
    stored = _locked(form)
    if stored.state == State.COMPLETED:
        return stored
    _check_open(stored, at_desk=way == Way.DESK)
    answers = answering.clean(stored.sections, stored.answers)
    if problems := answering.missing(stored.sections, answers):
        raise Incomplete(problems)
    stored.answers = answers
    stored.score = scoring.score_of(stored.scoring, stored.sections, answers)
    stored.is_urgent = scoring.is_urgent(stored.scoring, stored.sections, answers)
    stored.way, stored.state = way, State.COMPLETED
    stored.completed_at = clock.now()
    stored.completed_by = by.id if by.kind == ActorKind.MEMBER else None
    stored.content_hash = hash_of(stored)
    _save(stored)
    _record_agreements(by, stored)
    _replace(stored)
    audit.record("form.completed", by=by, of=stored, client_id=stored.client_id)
    return stored


def hash_of(form: Form) -> str:
    """Return the SHA-256 of all that completing froze, in hex (canonical JSON as notes have it)."""
    facts = {
        "kind": "form",
        "v": PROOF_VERSION,
        "id": str(form.pk),
        "account": str(form.account_id),
        "client": str(form.client_id),
        "template": str(form.template_id) if form.template_id else None,
        "template_version": form.template_version,
        "name": form.name,
        "language": form.language,
        "sections": form.sections,
        "answers": form.answers,
        "score": form.score,
        "by_whom": form.by_whom,
        "way": form.way,
        "completed_at": _instant(form.completed_at),
    }
    return hashlib.sha256(canonical(as_signed(facts, at=form.completed_at))).hexdigest()


def holds(form: Form) -> bool:
    """Tell whether a completed form is as it was completed."""
    if any(is_unreadable(value) for value in (form.answers, form.content_hash)):
        return False
    return hash_of(form) == str(form.content_hash)


def signature_in(form: Form) -> dict[str, Any] | None:
    """Return the first signature in a form, {"name", "strokes"}."""
    for each in asked_of(form.sections):
        if each.kind == SIGNATURE and each.key in form.answers:
            return dict(form.answers[each.key])
    return None


def _record_agreements(by: Actor, form: Form) -> None:
    """Record each consent and the answer to the notice, with the form as their evidence."""
    signature = signature_in(form) or {}
    given = Given(
        how=How.DESK if form.way == Way.DESK else How.LINK,
        by_whom=form.by_whom,
        by_name=signature.get("name", ""),
        signature=signature.get("strokes") or None,
        form_id=form.pk,
    )
    answered = [each for each in asked_of(form.sections) if each.key in form.answers]
    texts = _texts(answered)
    for each in answered:
        if each.kind == CONSENT:
            giving.record(
                by=by,
                client=form.client,
                text=texts[UUID(each.source)],
                decision=form.answers[each.key],
                given=given,
            )
        elif each.kind == NOTICE:
            notice = PrivacyNotice.objects.get(pk=each.source)
            accepted = form.answers[each.key] == ACCEPTED
            notices.answer(by=by, client=form.client, notice=notice, accepted=accepted, given=given)


def _texts(answered: list[Asked]) -> dict[UUID, ConsentText]:
    sources = [each.source for each in answered if each.kind == CONSENT]
    rows = ConsentText.objects.select_related("purpose").filter(pk__in=sources)
    return {row.pk: row for row in rows}


def _replace(form: Form) -> None:
    """Let a new form stand in the place of the one that it corrects."""
    if form.replaces_id is None:
        return
    replaced: Form = Form.objects.select_for_update().get(pk=form.replaces_id)
    if replaced.state == State.COMPLETED:
        replaced.state = State.SUPERSEDED
        replaced.save(update_fields=["state"])


def _open(form: Form, *, at_desk: bool = False) -> Form:
    stored = _locked(form)
    _check_open(stored, at_desk=at_desk)
    return stored


def _check_open(form: Form, *, at_desk: bool) -> None:
    """Raise `Closed` unless a form can be filled in; at the desk the link's end is no end."""
    late = form.expires_at is not None and form.expires_at <= clock.now()
    lives = form.state in (State.SENT, State.OPENED)
    lives = lives or (at_desk and form.state in (State.DRAFT, State.EXPIRED))
    if not lives or (late and not at_desk):
        raise Closed(form)


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


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None
