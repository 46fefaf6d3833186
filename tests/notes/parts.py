"""What the tests of notes begin with: a practice, its people and a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import Account, Member, Practitioner, Role, User
from accounts.tenancy import acting_in
from clients.models import Client
from notes import signing, templates, writing
from notes.models import Note, NoteTemplate
from privacy.vocabulary.scope import Actor
from tests.factories import (
    make_account,
    make_client,
    make_member,
    make_practice,
    make_user,
    owner_of,
)


@dataclass(slots=True)
class Practice:
    """An account whose Owner writes notes, with a client."""

    account: Account
    owner_user: User
    owner: Member
    author: Practitioner
    client: Client
    template: NoteTemplate

    @property
    def by(self) -> Actor:
        """The Owner as the one who acts."""
        return self.owner.actor


def practice() -> Practice:
    """Return an open practice in Sydney with the default templates and one client."""
    user = make_user(name="Mei Tanaka")
    account = make_account(owner=user)
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        make_practice()
        author = Practitioner.objects.get(member=owner)
        client = make_client(given_name="Leila", family_name="Haddad")
        template = templates.provide_defaults()[0]
    return Practice(account, user, owner, author, client, template)


def colleague(practice: Practice, *, profile: bool = True) -> tuple[User, Member]:
    """Return another practitioner of the practice; without `profile` one who can't write notes."""
    user, member = make_member(practice.account, Role.PRACTITIONER, name="Tom Okafor")
    if profile:
        with acting_in(practice.account.ref):
            Practitioner(member=member, name="Tom Okafor").save(force_insert=True)
    return user, member


def draft(practice: Practice, **fields: Any) -> Note:
    """Return a new draft on the practice's client, in the open account."""
    return writing.begin(
        **{
            "by": practice.by,
            "client": practice.client,
            "author": practice.author,
            "template": practice.template,
            **fields,
        }
    )


ANSWERS = {"subjective": "Sleeping through since Thursday.", "pain": 4, "plan": "Banded rotation."}


def signed(practice: Practice, answers: dict[str, Any] | None = None, **fields: Any) -> Note:
    """Return a signed note on the practice's client, in the open account."""
    note = draft(practice, **fields)
    return signing.sign(
        by=practice.by,
        note=note,
        version=note.version,
        title="Shoulder review",
        answers=answers or ANSWERS,
    )
