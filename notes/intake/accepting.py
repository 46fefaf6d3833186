"""Looking at a completed form: answers that staff take over into the record, field by field; nothing goes by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models.practice import current_anchor
from clients import alerts, phones, records
from clients.models import Alert, Client
from clients.views.showing import birth_day
from notes.intake.asking import FILLS, asked_of
from notes.models import Form, FormReview
from notes.showing import as_text
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor, ActorKind

ALERT = "alert:"
ALERT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer that could go into the record: where, what it says, what stands there now.

    `value` is None for what no record can hold.
    """

    key: str
    fills: str
    label: str | Promise
    said: str
    now: str
    value: Any

    @property
    def changes(self) -> bool:
        """Whether it says something else than the record."""
        return self.said != self.now

    @property
    def replaces(self) -> bool:
        """Whether taking it over would replace something."""
        return bool(self.now) and self.changes and not self.fills.startswith(ALERT)


def proposals(form: Form, client: Client) -> list[Proposal]:
    """Return the answers of a completed form that could go into the record, in their order."""
    standing = {alert.text for alert in alerts.standing(client)}
    found = []
    for each in asked_of(form.sections):
        answer = form.answers.get(each.key)
        if not each.fills or not answer:
            continue
        said, value = as_text(answer, each.question), answer
        if each.fills == "birth_date":
            value = date.fromisoformat(str(answer))
            said = birth_day(value)
        elif each.fills == "phone":
            said, value = _phone(str(answer))
        elif each.fills.startswith(ALERT):
            said = value = " ".join(said.split())[:ALERT_LENGTH]
        else:
            value = said
        now = said if said in standing else _now(client, each.fills)
        found.append(Proposal(each.key, each.fills, FILLS[each.fills], said, now, value))
    return found


def look_at(*, by: Actor, form: Form, take: Collection[str] = ()) -> FormReview:
    """Say that a completed form was looked at, and take the answers of these keys over into the record.

    Raises ValidationError, and writes nothing, when the record can't hold one of them.
    """
    client: Client = Client.objects.select_for_update().get(pk=form.client.pk)
    taken = [each for each in proposals(form, client) if each.key in take and each.changes]
    if any(each.value is None for each in taken):
        raise ValidationError(
            _("The phone number is not a whole one. Ask the client, then enter it.")
        )
    values = {each.fills: each.value for each in taken if not each.fills.startswith(ALERT)}
    if values:
        try:
            records.change(by=by, client=client, values=values)
        except ValidationError as refused:
            raise ValidationError(_words(refused)) from None
    for each in taken:
        if each.fills.startswith(ALERT):
            alerts.add(
                by=by,
                client=client,
                kind=each.fills.removeprefix(ALERT),
                severity=Alert.Severity.CARE,
                text=each.value,
            )
    review = FormReview(
        form=form,
        client_id=form.client_id,
        reviewed_by=by.id if by.kind == ActorKind.MEMBER else None,
        accepted=[each.fills for each in taken],
    )
    review.save(force_insert=True)
    audit.record(
        "form.looked_at",
        by=by,
        of=form,
        client_id=form.client_id,
        detail={"fields": review.accepted},
    )
    return review


def _now(client: Client, fills: str) -> str:
    if fills.startswith(ALERT):
        return ""
    value = getattr(client, fills)
    if is_unreadable(value) or not value:
        return ""
    if fills == "birth_date":
        return birth_day(value)
    return phones.shown(value, current_anchor().country) if fills == "phone" else str(value)


def _phone(typed: str) -> tuple[str, str | None]:
    country = current_anchor().country
    try:
        kept = phones.normalised(typed, country)
    except ValueError:
        return typed, None
    return phones.shown(kept, country), kept


def _words(refused: ValidationError) -> list[str]:
    if not hasattr(refused, "error_dict"):
        return list(refused.messages)
    return [
        f"{FILLS.get(name, name)}: {' '.join(problems)}"
        for name, problems in refused.message_dict.items()
    ]
