"""A practice that sends forms, and a person who fills one in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import Account, PrivacyNotice
from accounts.tenancy import acting_in
from clients.models import Client
from notes.intake import filling, sending, templates
from notes.intake.asking import asked_of
from notes.models import Form, FormTemplate
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind
from tests.bookings.public import Practice, at, open_practice
from tests.factories import make_client

# A Monday in Sydney's summer, 9 am
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
BORN = date(1984, 5, 17)


@dataclass(slots=True)
class Scene:
    """The practice, its notice, one client and the templates by what they stand for."""

    practice: Practice
    client: Client
    templates: dict[str, FormTemplate]

    @property
    def account(self) -> Account:
        """The account."""
        return self.practice.account

    @property
    def notice(self) -> PrivacyNotice:
        """The privacy notice in force."""
        return self.practice.notice

    def made(self, standard: str = "about_you", **fields: Any) -> Form:
        """Return a form of the client, in the open account, not sent yet."""
        return sending.make(
            **{
                "by": SYSTEM,
                "client": self.client,
                "template": self.templates[standard],
                **fields,
            }
        )

    def sent(self, standard: str = "about_you", **fields: Any) -> Form:
        """Return a form that was sent."""
        return sending.send(by=SYSTEM, form=self.made(standard, **fields))


def open_scene(settings: Any) -> Scene:
    """Return an open practice with the standard templates and one client with everything on record."""
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        found = templates.provide_defaults()
        client = make_client(
            given_name="Anaïs",
            family_name="Ó Súilleabháin",
            birth_date=BORN,
            email="anais@mail.example",
            phone="+61491570006",
        )
        str(client.given_name)
    return Scene(practice, client, {each.standard: each for each in found})


def me(form: Form) -> Actor:
    """Return the client of a form as the one who acts."""
    return Actor(ActorKind.CLIENT, form.client_id)


def answers_for(form: Form, **mine: Any) -> dict[str, Any]:
    """Return an answer to each question that has to be answered, and `mine`."""
    first: dict[str, Any] = {
        "text": "Yes",
        "paragraph": "My knee, since Sunday.",
        "date": "1984-05-17",
        "number": "3",
        "consent": "permit",
        "notice": "accepted",
        "signature": {"name": "Anaïs Ó Súilleabháin", "strokes": [[10, 10, 200, 90]]},
    }
    found: dict[str, Any] = {}
    for each in asked_of(form.sections):
        if not each.question.required:
            continue
        if each.kind == "scale":
            found[each.key] = 4
        elif each.kind == "radio":
            found[each.key] = each.question.options[1]
        else:
            found[each.key] = first[each.kind]
    return found | mine


def filled(form: Form, **mine: Any) -> Form:
    """Return a sent form, begun and filled in by its client, not completed yet."""
    begun, _secret = filling.begin(by=me(form), form=form, language="", by_whom="client")
    keys = {each.key for each in asked_of(begun.sections)}
    return filling.save(form=begun, keys=keys, answers=answers_for(begun, **mine))


def completed(form: Form, **mine: Any) -> Form:
    """Return a sent form, completed by its client."""
    return filling.complete(by=me(form), form=filled(form, **mine), way=Form.Way.LINK)
