"""The process pass: brings a checked archive into its account, kind after kind, resumed where it was killed (EX-7).

Each transaction places some rows and writes how far it came, so that neither is ever ahead of the other. Nothing is told
to anybody, and no job of the former account runs: what waited there waits no more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import batched
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.models import AccountAnchor, OutboxJob
from accounts.tenancy import acting_in
from privacy.arrival import archive as archives
from privacy.arrival import history, keeping, members, order, placing
from privacy.arrival.archive import Archive
from privacy.arrival.checking import Pulse
from privacy.arrival.values import is_brought, values_of
from privacy.inventory import Kind
from privacy.models import ArchiveImport, PastEvent
from privacy.records import FILE
from privacy.vocabulary import clock, keyring, scope
from privacy.vocabulary.former import Names
from privacy.vocabulary.scope import SYSTEM, Actor, Purpose

log = logging.getLogger("keepwell.arrival")

CHUNK, FILES_AT_ONCE = 500, 20
MAX_FAILURES = 6
State = ArchiveImport.State
Numbered = tuple[int, dict[str, Any]]


class NotWhole(RuntimeError):
    """What came isn't what the archive says; the job tries again, and then says so."""


def begin(*, by: Actor, was: str, knows_signer: bool = False) -> ArchiveImport:
    """Bring the active account's checked archive; `was`: which of its members the Owner is, empty for none of them.

    `knows_signer`: the Owner answers for a key that no region of ours signs with. From here on the account is read-only
    until everything is in. Raises `NotTaken`.
    """
    archive: ArchiveImport | None = (
        ArchiveImport.objects.select_for_update().filter(state=State.CHECKED).first()
    )
    anchor: AccountAnchor = AccountAnchor.objects.select_for_update().get(
        account_id=scope.current().account_id
    )
    if archive is None or not anchor.is_active or keeping.what_is_here():
        raise keeping.NotTaken(_("This copy can't be brought in any more."))
    if not archive.found["signed_by"] and not knows_signer:
        raise keeping.NotTaken(_("Say that you know who signed this copy."))
    people = {each["id"] for each in archive.people["members"]}
    if was and was not in people:
        raise keeping.NotTaken(_("Choose one of the members on the list."))
    former = UUID(archive.found["account_id"])
    archive.plan = {"was": was, "renamed": keeping.ids_are_taken(scope.current().cell, former)}
    archive.state = State.BRINGING
    archive.save(update_fields=["plan", "state"])
    anchor.state = AccountAnchor.State.ARRIVING
    anchor.save(update_fields=["state"])
    keeping.ask(archive, keeping.BRING)
    audit.record("archive.bringing", by=by, of=archive, detail=archive.plan)
    return archive


def again(*, by: Actor) -> bool:
    """Go on with the archive whose bringing was given up; return whether there is one."""
    archive = ArchiveImport.objects.select_for_update().filter(state=State.FAILED).first()
    if archive is None or not archive.storage_key:
        return False
    archive.state = State.BRINGING
    archive.save(update_fields=["state"])
    keeping.ask(archive, keeping.BRING)
    audit.record("archive.again", by=by, of=archive)
    return True


@outbox.handles(keeping.BRING, long=True)
def bring(work: outbox.Work) -> None:
    """Bring an archive in; killed at any point it goes on from there."""
    archive = keeping.loaded(work)
    if archive.state != State.BRINGING:
        return
    try:
        pulse = Pulse(work)
        with (
            keeping.reading(work.account, archive, pulse) as source,
            archives.opened(source) as opened,
        ):
            Bringing(work, archive, opened, pulse).run()
    except outbox.LeaseLost:
        raise
    except Exception:
        if not _is_given_up(work):
            raise
        log.exception("archive not brought", extra={"job": keeping.BRING})


def _is_given_up(work: outbox.Work) -> bool:
    """After too many attempts: say so. The Owner may ask again, and it goes on from where it is."""
    with acting_in(work.account, purpose=Purpose.EXPORT):
        job = OutboxJob.objects.get(pk=work.job_id)
        if job.attempts < MAX_FAILURES:
            return False
        ArchiveImport.objects.filter(pk=work.payload["archive"]).update(state=State.FAILED)
        return True


class Bringing:
    """One run over a checked archive."""

    def __init__(
        self, work: outbox.Work, archive: ArchiveImport, opened: Archive, pulse: Pulse
    ) -> None:
        self.work, self.archive, self.opened, self.pulse = work, archive, opened, pulse
        self.kinds = [kind for kind in order.in_order() if is_brought(kind)]
        self.brought = {kind.name for kind in self.kinds}
        self.me = archive.requested_by
        with acting_in(work.account):
            same = members.stand_ins(opened, me=self.me, was=archive.plan["was"])
        self.names = Names(work.account.id if archive.plan["renamed"] else None, same)
        pulse.total = sum(opened.count(kind.name) for kind in self.kinds)
        pulse.total += opened.count(history.KIND)

    def run(self) -> None:
        """Bring every kind that hasn't come yet, then the history; compare, and open the account."""
        done = set(self.archive.cursor.get("done", []))
        for kind in self.kinds:
            if kind.name in done:
                self.pulse.done += self.opened.count(kind.name)
            else:
                self._bring(kind)
        self._bring_history()
        self._finish()

    def _bring(self, kind: Kind) -> None:
        """Place all rows of a kind; those that point at later ones of it come in a further round."""
        start = (
            self.archive.cursor.get("at", 0) if self.archive.cursor.get("kind") == kind.name else 0
        )
        held = self._round(kind, start)
        while held:
            if self._round(kind, 0) >= held:
                raise NotWhole(f"{kind.name}: rows point at each other in a circle")
            held = self._held
        self._note(kind.name, done=True)

    _held = 0

    def _round(self, kind: Kind, after: int) -> int:
        """Place what can be placed of a kind's rows `after` a number; return how many are held back for others."""
        size = FILES_AT_ONCE if kind.declared.file else CHUNK
        self._held = 0
        for chunk in batched(self.opened.rows(kind.name, after=after), size, strict=False):
            self._held += self._place(kind, chunk)
            self.pulse.done += len(chunk)
        return self._held

    def _place(self, kind: Kind, chunk: tuple[Numbered, ...]) -> int:
        with acting_in(self.work.account, purpose=Purpose.EXPORT):
            rows = [self._values(kind, row) for _, row in chunk]
        if kind.declared.file:
            rows = self._with_files(kind, rows, [row.get(FILE) for _, row in chunk])
        with acting_in(self.work.account, purpose=Purpose.EXPORT), placing.let_in():
            self.work.beat_here(min(self.pulse.done, self.pulse.total), self.pulse.total)
            ready, held = order.ready(kind, rows)
            placing.place(kind, ready)
            if kind.name == members.PRACTITIONER:
                members.take_over(ready, self.names.same.values())
            if not held and not self._held:
                self._note_here(kind.name, at=chunk[-1][0])
        if self.pulse.done % (CHUNK * 10) < len(chunk):
            keyring.forget()  # keys of thousands of clients are no use twice
        return len(held)

    def _values(self, kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
        values = values_of(kind, row, self.names, self.brought)
        if kind.name == members.MEMBER:
            return members.settle(values, me=self.me, account_id=self.work.account.id)
        return values

    def _with_files(
        self, kind: Kind, rows: list[dict[str, Any]], paths: list[str | None]
    ) -> list[dict[str, Any]]:
        """Return rows with their files stored; those that are here already stay as they are."""
        with acting_in(self.work.account, purpose=Purpose.EXPORT):
            fresh = {row["id"] for row in placing.absent(kind, rows)}
        return [
            placing.store(self.work.account, kind, row, self.opened.pieces(path))
            if row["id"] in fresh
            else row
            for row, path in zip(rows, paths, strict=True)
        ]

    def _bring_history(self) -> None:
        former = UUID(self.opened.facts["account_id"])
        rows: Iterator[Numbered] = self.opened.rows(history.KIND)
        for chunk in batched(rows, CHUNK, strict=False):
            with acting_in(self.work.account, purpose=Purpose.EXPORT), placing.let_in():
                self.work.beat_here(min(self.pulse.done, self.pulse.total), self.pulse.total)
                history.place([row for _, row in chunk], former, self.names)
            self.pulse.done += len(chunk)

    def _note(self, kind: str, *, done: bool) -> None:
        with acting_in(self.work.account, purpose=Purpose.EXPORT):
            self._note_here(kind, done=done)

    def _note_here(self, kind: str, *, at: int = 0, done: bool = False) -> None:
        cursor = self.archive.cursor
        cursor = {**cursor, "kind": kind, "at": at}
        if done:
            cursor = {**cursor, "at": 0, "done": [*cursor.get("done", []), kind]}
        self.archive.cursor = cursor
        ArchiveImport.objects.filter(pk=self.archive.pk).update(cursor=cursor)

    def _finish(self) -> None:
        """Compare what is here with what the archive counts, keep the receipt, open the account."""
        with acting_in(self.work.account, purpose=Purpose.EXPORT), placing.let_in():
            self.work.beat_here(self.pulse.total, self.pulse.total)
            archive = ArchiveImport.objects.select_for_update().get(pk=self.archive.pk)
            archive.receipt = self._receipt()
            archive.state, archive.finished_at = State.BROUGHT, clock.now()
            archive.save(update_fields=["receipt", "state", "finished_at"])
            anchor: AccountAnchor = AccountAnchor.objects.select_for_update().get(
                account_id=self.work.account.id
            )
            anchor.formerly = self._formerly()
            anchor.state = AccountAnchor.State.ACTIVE
            anchor.save(update_fields=["formerly", "state"])
            rows = sum(archive.receipt["came"].values())
            audit.record("archive.brought", by=SYSTEM, of=archive, count=rows)
            keeping.drop(archive)
        keyring.forget()

    def _receipt(self) -> dict[str, Any]:
        """Return how many rows of each kind came; raise `NotWhole` when they aren't as many as the archive has."""
        former = UUID(self.opened.facts["account_id"])
        came = {history.KIND: history.count(former)}
        for kind in self.kinds:
            mine = 1 if self._has_one_more(kind) else 0
            mine += came[history.KIND] if kind.model is PastEvent else 0
            came[kind.name] = kind.model._default_manager.count() - mine
        for name, number in came.items():
            if number != self.opened.count(name):
                raise NotWhole(f"{name}: {number} of {self.opened.count(name)}")
        return {
            "came": {name: n for name, n in came.items() if n},
            "files": self.archive.found["files"],
        }

    def _has_one_more(self, kind: Kind) -> bool:
        """Tell whether the Owner's own row stands beside the archive's, because they are none of them."""
        if kind.name not in (members.MEMBER, members.PRACTITIONER):
            return False
        here = set(self.names.same.values())
        mine = kind.model._default_manager.filter(
            **{"pk": self.me.pk} if kind.name == members.MEMBER else {"member": self.me.pk}
        ).first()
        return mine is not None and str(mine.pk) not in here

    def _formerly(self) -> list[dict[str, Any]]:
        """Return which accounts this one was, the latest last."""
        before: list[dict[str, Any]] = next(
            (row.get("formerly") or [] for _, row in self.opened.rows("accounts.accountanchor")), []
        )
        facts = self.opened.facts
        return [
            *before,
            {
                "account": facts["account_id"],
                "until": facts["snapshot_at"],
                "region": facts["region"],
                "renamed": self.archive.plan["renamed"],
                "same": dict(self.names.same),
                "public_key": self.archive.found["public_key"],
                "manifest_account": facts.get("account", ""),
            },
        ]
