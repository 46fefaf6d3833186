"""An export loads back into an empty account of any region, and comes out again as it went in (EX-7)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.db import DatabaseError

from accounts import invitations, outbox, sequencer
from accounts.models import Account, Member, OutboxJob, User
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from accounts.wall import tenant_models
from clients.models import Client
from notes import proof, signing
from notes.models import Addendum, Note, NoteTemplate
from privacy.arrival import bringing, keeping
from privacy.arrival.values import not_brought
from privacy.inventory import kind_of
from privacy.models import Export, PastEvent
from privacy.vocabulary.former import Names
from tests.accounts.test_mirror import CHAIN, made
from tests.factories import make_account, make_client, make_member, owner_of
from tests.notes.parts import practice as practice_of_notes
from tests.notes.parts import signed
from tests.privacy import scene
from tests.privacy.arrival import parts

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

# What is another in another account, and why
ANOTHER: dict[str, set[str]] = {
    "accounts.accountanchor": {"*"},  # the account itself: its name and address are its own
    "accounts.member": {"user_id", "removed_at", "email", "name", "joined_at"},  # nobody is let in
    "bookings.message": {"state"},  # what waited to be sent waits no more
}


def differences(before: bytes, after: bytes) -> list[str]:
    """Return what is another in the second archive: listed fields apart, and ids of those who stand in for others."""
    old, new = parts.rows(before), parts.rows(after)
    [hop] = new["accounts.accountanchor"][0]["formerly"]
    names = Names(UUID(new["accounts.accountanchor"][0]["account_id"]) if hop["renamed"] else None)
    names = replace(names, same={now: then for then, now in hop["same"].items()})
    found = []
    for kind in sorted(old.keys() - not_brought().keys() - {"privacy.pastevent"}):
        listed = ANOTHER.get(kind, set()) | {"account_id", "file"}
        was, came = (
            {row["id"]: {k: v for k, v in row.items() if k not in listed} for row in rows}
            for rows in (old[kind], names.all_in(new[kind]))
        )
        found += [f"{kind} {pk}" for pk in was.keys() | came.keys() if was.get(pk) != came.get(pk)]
    there = sorted(parts.files(before).values())
    return found + (["files"] if there != sorted(parts.files(after).values()) else [])


@pytest.fixture
def practice() -> tuple[Account, Client]:
    """A practice with a record of every sort, a second member and a signed note that proves itself."""
    account = make_account(name="Harbour Physio")
    make_member(account, name="Ana Costa")
    client = scene.fill(account, given_name="Leila", family_name="Haddad")
    return account, client


def test_it_comes_back_in_another_region_as_it_was(practice: tuple[Account, Client]) -> None:
    account, client = practice
    with acting_in(account.ref):
        note = Note.objects.get()
        held = proof.check(note, Addendum.objects.all()).note_holds
    while sequencer.sequence("au-1"):
        pass
    before = parts.exported(account)
    mail.outbox.clear()
    other = make_account(country="DE", name="Hafen Physio")
    archive = parts.brought(other, before)

    assert (archive.state, archive.storage_key) == ("brought", "")
    assert archive.found["signed_by"] == "Sydney"
    assert archive.receipt["came"]["clients.client"] == 1
    after = parts.exported(other)
    assert differences(before, after) == []
    assert mail.outbox == []
    with acting_in(other.ref):
        came = Client.objects.get()
        assert (came.pk, came.given_name) == (client.pk, "Leila")
        assert (
            Client.objects.get(email=client.email).pk == client.pk
        )  # its blind index is made anew
        assert proof.check(Note.objects.get()).note_holds is held
        assert not OutboxJob.objects.filter(name="message.send").exists()
        others = Member.objects.exclude(role="owner")
        assert [each.removed_at is not None for each in others] == [True]
        ana = others[0]
        Member.objects.filter(pk=ana.pk).update(user_id=uuid4())  # as from another house
        assert Member.objects.filter(role="owner").count() == 1
        assert PastEvent.objects.filter(action="account.opened").count() == 1
        owner = Member.objects.get(role="owner")
        invited = invitations.invite(
            by=owner.actor, email=ana.email, name="Ana", role="manager", is_practitioner=False
        )
        user = User.objects.get(email=ana.email)
        assert invitations.accept(user=user, invitation=invited).pk == ana.pk
    assert {row["action"] for row in parts.rows(after)["privacy.pastevent"]} >= {"account.opened"}
    assert len(parts.rows(after)["privacy.pastevent"]) == len(
        parts.rows(before)["accounts.auditevent"]
    )


class Killed(BaseException):
    """What a SIGKILL looks like from inside."""


def test_beside_its_former_self_ids_are_others_and_signatures_hold_killed_again_and_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids are taken where the former account still lives: all of them become others, and proofs know the former ones."""
    p = practice_of_notes()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        signing.add(by=p.by, note=note, author=p.author, text="Also the left knee.")
        first, second = make_client(), make_client()
        Client.objects.filter(pk=first.pk).update(alias_of=second.pk)  # points at a later row
        scene.store(p.client, "letter.txt", b"Dear colleague")
    before = parts.exported(p.account)
    other = make_account(name="Harbour Physio Two")
    archive = parts.given(other, before)
    assert archive.found["counts"]["clients.client"] == 3
    parts.begun(other)
    with acting_in(other.ref), pytest.raises(DatabaseError, match="read-only"):
        make_client()  # nobody else writes meanwhile

    monkeypatch.setattr(bringing, "CHUNK", 1)
    beat, kills, limit = outbox.Work.beat_here, 0, [0]

    def dying(work: outbox.Work, *numbers: int) -> None:
        limit[0] -= 1
        if limit[0] < 0:
            raise Killed
        beat(work, *numbers)

    monkeypatch.setattr(outbox.Work, "beat_here", dying)
    while parts.found(other).state == "bringing":
        limit[0] = 3 + 5 * kills
        settings.CLOCK_OFFSET = outbox.LEASE * 2 * kills
        with suppress(Killed):
            scene.run_jobs(other, keeping.BRING)
        kills += 1
    monkeypatch.undo()

    assert (parts.found(other).state, kills > 3) == ("brought", True)
    assert differences(before, parts.exported(other)) == []
    with acting_in(other.ref):
        came = Note.objects.get()
        assert came.pk != note.pk
        proved = proof.check(came, Addendum.objects.all())
        assert (proved.holds, len(proved.addenda)) == (True, 1)
        assert not Client.objects.filter(pk=first.pk).exists()
        assert Client.objects.exclude(alias_of=None).count() == 1
        mine = replace(p, account=other, owner=owner_of(other), client=came.client)
        mine.author, mine.template = came.author, NoteTemplate.objects.first()
        assert proof.check(signed(mine)).holds
        assert current_anchor().formerly[-1]["renamed"] is True
    with acting_in(p.account.ref):
        assert proof.check(Note.objects.get(pk=note.pk)).holds


def without_file(row: Any) -> None:
    """Leave a row's file out, which no store has."""
    if row.data_policy.file:
        setattr(row, row.data_policy.file.storage_key, "")


def test_a_row_of_every_kind_comes_back() -> None:
    """Whatever is added to the product comes back, or its model says why it doesn't."""
    account = make_account()
    existing: dict[Any, Any] = {}
    with acting_in(account.ref):
        for model in tenant_models(apps.get_models()):
            if kind_of(model).is_exported and model.__name__ not in (*CHAIN, "AccountAnchor"):
                made(model, existing, without_file)
        Export.objects.update(state=Export.State.DELETED)  # those that others point at
    before = parts.exported(account)
    other = make_account(country="DE")
    archive = parts.given(other, before)
    assert archive.problems == []
    parts.begun(other)
    scene.run_jobs(other, keeping.BRING)
    assert parts.found(other).state == "brought"
    assert differences(before, parts.exported(other)) == []
