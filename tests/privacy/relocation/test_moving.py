"""An account moves to another region whole, provably, and is never writable in two places (RP-11, RP-2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core import mail
from django.db import DatabaseError

from accounts import directory, objects, sequencer
from accounts.chain import findings
from accounts.models import Account, AccountAnchor, AuditEvent
from accounts.tenancy import AccountRef, acting_in
from clients.models import Client
from notes import proof, signing
from notes.models import Addendum, Note
from privacy import records
from privacy.models import Relocation
from privacy.relocation import asking, certifying, leasing, moving
from privacy.residency import census
from privacy.vocabulary.scope import SYSTEM
from tests.factories import make_account, make_client, make_practice
from tests.notes.parts import Practice, practice, signed
from tests.privacy import scene
from tests.privacy.arrival import parts

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

LATER = moving.LINGER + timedelta(minutes=2)
STEPS = (
    "freezing", "frozen", "copying", "copied", "comparing", "compared", "opening", "flipped", "opened", "leaving",
    "work brought", "deleted",
)  # fmt: skip


class Killed(BaseException):
    """What a SIGKILL looks like from inside."""


def no_nudge(cell: str, account_id: object, job_id: object) -> None:
    """Leave jobs to be found."""


@pytest.fixture(autouse=True)
def valkey_of_all(valkey: str, cache_address: str, settings: Any) -> None:
    """Point every region's cache and broker at the test server, where the census looks."""
    settings.VALKEYS = dict.fromkeys(settings.REGION_CODES, valkey)
    settings.OUTBOX_NUDGE = f"{__name__}.no_nudge"
    here = {"LOCATION": cache_address}
    regions = {code: {**settings.CACHES[code], **here} for code in settings.REGION_CODES}
    settings.CACHES = {**settings.CACHES, **regions}


@pytest.fixture
def here() -> Practice:
    """A practice in Sydney with a signed note, a file, a merged record, waiting work and a chained audit."""
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        signing.add(by=p.by, note=signed(p), author=p.author, text="Also the left knee.")
        first, second = make_client(), make_client(family_name="Quillfeather")
        Client.objects.filter(pk=first.pk).update(alias_of=second.pk)
        scene.store(p.client, "letter.txt", scene.FILE)
    return p


def ask(account: Account, region: str = "eu") -> Relocation:
    return asking.ask(
        by=SYSTEM,
        account=account,
        region=region,
        basis="requested",
        document="Letter of 1 November",
        decided_by="Mei Tanaka",
        asked_by=None,
    )


def sides(account: Account) -> dict[str, AccountRef]:
    return {cell: AccountRef(account.pk, account.slug, cell) for cell in ("au-1", "eu-1")}


def writable(account: Account) -> list[str]:
    """Return the cells in which something can be written down now."""
    found = []
    for cell, ref in sides(account).items():
        try:
            with acting_in(ref):
                if AccountAnchor.objects.exists():
                    make_practice()
                    found.append(cell)
                    raise Undone
        except (DatabaseError, Undone):
            continue
    return found


class Undone(Exception):
    """Takes back what was only tried."""


def readable(account: Account) -> bool:
    """Tell whether the account's records can be read where control says that it lives."""
    account.refresh_from_db()
    with acting_in(account.ref):
        return "Haddad" in [client.family_name for client in Client.objects.all()]


def test_it_moves_whole(here: Practice, settings: Any) -> None:
    account = here.account
    with acting_in(account.ref):
        note = Note.objects.get()
    while sequencer.sequence("au-1"):
        pass
    before = parts.exported(account)
    assert writable(account) == ["au-1"]
    row = ask(account)
    with pytest.raises(asking.NotNow, match="moving already"):
        ask(account)
    moving.go_on()

    row.refresh_from_db()
    account.refresh_from_db()
    assert (row.step, row.error) == ("leaving", "")
    assert (account.cell, account.home_region, account.epoch) == ("eu-1", "eu", 2)
    assert writable(account) == ["eu-1"]
    assert census.take().of(account.pk) == []
    with acting_in(
        sides(account)["au-1"]
    ):  # what a page of a slower process still reads, and who read it
        assert Client.objects.get(pk=here.client.pk).given_name == "Leila"
    settings.CLOCK_OFFSET = LATER
    moving.go_on()
    row.refresh_from_db()
    assert row.step == "done"
    assert census.take().of(account.pk) == []
    assert objects.keys_of("au-1", account.pk) == []
    with acting_in(sides(account)["au-1"]):
        assert not AccountAnchor.objects.exists()

    proves(row)
    scene.run_jobs(account)
    assert mail.outbox[-1].subject == f"{account.name} has moved to Frankfurt"
    directory.forget_all()
    sequencer.sequence("eu-1")
    with acting_in(account.ref):
        came = Note.objects.get(pk=note.pk)
        assert proof.check(came, Addendum.objects.all()).holds
    with acting_in(account.ref, reading=True):
        events = list(AuditEvent.objects.order_by("seq").values())
        assert list(findings(events, anchors={}, head=len(events))) == []
        assert [e["action"] for e in events].count("move.done") == 1
        told = [records.detail_of(each) for each in AuditEvent.objects.exclude(detail=None)]
        assert None not in told
    moved = parts.rows(parts.exported(account))
    for kind, rows in parts.rows(before).items():
        if kind not in ("accounts.accountanchor", "accounts.auditevent"):
            assert (kind, moved[kind]) == (kind, rows)


def proves(row: Relocation) -> None:
    """The certificate is signed by both regions, and says what was compared."""
    assert row.certificate is not None
    statement = row.certificate["statement"]
    for signed_by in row.certificate["signatures"].values():
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed_by["public_key"]))
        key.verify(bytes.fromhex(signed_by["signature"]), certifying.canonical(statement))
    assert statement["compared"]["rows"]["clients.client"][0] == 3
    assert statement["compared"]["files"][0] == 1
    assert (statement["from"]["region"], statement["to"]["region"]) == ("au", "eu")


def dying_at(step: str) -> Callable[[str], None]:
    """Return a callback that kills the worker once `step` is done."""

    def after(done: str) -> None:
        if done == step:
            raise Killed

    return after


def test_killed_after_each_step_it_is_writable_once_and_readable_throughout(
    here: Practice, settings: Any
) -> None:
    account, row = here.account, ask(here.account)
    for number, step in enumerate(STEPS, 1):
        settings.CLOCK_OFFSET = LATER * number
        with pytest.raises(Killed):
            moving.run(row.pk, after=dying_at(step))
        row.refresh_from_db()
        assert len(writable(account)) == (
            1 if step == "freezing" or (row.has_flipped and step != "flipped") else 0
        ), step
        assert readable(account), step
        assert not moving.run(row.pk)  # the dead worker's lease still holds
    settings.CLOCK_OFFSET += LATER
    assert moving.go_on() == 1
    row.refresh_from_db()
    assert (row.step, writable(account), readable(account)) == ("done", ["eu-1"], True)
    assert census.take().of(account.pk) == []


@pytest.mark.parametrize("step", ["compared"])
def test_taken_back_before_it_lives_there_nothing_has_changed(
    here: Practice, settings: Any, step: str
) -> None:
    account, row = here.account, ask(here.account)
    with pytest.raises(Killed):
        moving.run(row.pk, after=dying_at(step))
    assert asking.abort(relocation=row)
    moving.go_on()
    row.refresh_from_db()
    assert (row.step, writable(account), readable(account)) == ("aborted", ["au-1"], True)
    assert objects.keys_of("eu-1", account.pk) == []
    assert census.take().of(account.pk) == []
    assert not asking.abort(relocation=row)


def test_a_copy_that_differs_ends_the_move(here: Practice, settings: Any) -> None:
    account, row = here.account, ask(here.account)
    with pytest.raises(Killed):
        moving.run(row.pk, after=dying_at("copied"))
    [key] = objects.keys_of("eu-1", account.pk)
    objects.delete("eu-1", key)
    settings.CLOCK_OFFSET = leasing.LEASE * 2
    moving.go_on()
    moving.go_on()
    row.refresh_from_db()
    assert (row.step, writable(account)) == ("aborted", ["au-1"])
    assert "clients.document" in row.error


def test_nothing_else_changes_a_region() -> None:
    account = make_account()
    with pytest.raises(DatabaseError, match="changes its region by moving there"):
        Account.objects.filter(pk=account.pk).update(cell="eu-1")
    row = ask(account)
    for change in ({"step": "opening"}, {"to_cell": "us-1"}, {"step": "done"}):
        with pytest.raises(DatabaseError, match="step by step"):
            Relocation.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="permission denied"):
        row.delete()
    with acting_in(account.ref), pytest.raises(DatabaseError, match="permission denied"):
        AccountAnchor.objects.update(cell="eu-1")
