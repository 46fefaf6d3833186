"""The archive that an Owner gave: taken in, read while a job keeps its lease, thrown away (EX-7)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any, BinaryIO
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import audit, dispatch, objects, outbox
from accounts.models import (
    AccountAnchor,
    AuditQueue,
    Member,
    OutboxJob,
    Practitioner,
    RegionSession,
)
from accounts.models.practice import current_anchor
from accounts.tenancy import AccountRef, acting_in
from privacy.inventory import kinds_in
from privacy.models import ArchiveImport
from privacy.vocabulary import clock, scope, sealing
from privacy.vocabulary.placement import Placement
from privacy.vocabulary.scope import SYSTEM, Actor, Purpose
from privacy.vocabulary.streams import KEY_SIZE, SealedReader, SealedWriter

LIFE = timedelta(days=7)
CHECK, BRING = "archive.check", "archive.bring"
# What an account may have when an archive comes: its Owner, and what remembers that they came
BEGUN: dict[str, int] = {Member._meta.label: 1, Practitioner._meta.label: 1}
State = ArchiveImport.State


class NotTaken(ValueError):
    """An archive can't be given, brought or thrown away now; the text says why to the Owner."""


def present() -> ArchiveImport | None:
    """Return the archive of the active account that is being looked at or brought, else the last one."""
    found: ArchiveImport | None = ArchiveImport.objects.order_by("-created_at").first()
    return found


def what_is_here() -> dict[str, int]:
    """Return the kinds of the active account that have rows already, which an archive would fall among."""
    here = {}
    for kind in kinds_in(Placement.REGION):
        if not kind.is_exported or kind.model in (
            AccountAnchor,
            AuditQueue,
            OutboxJob,
            RegionSession,
        ):
            continue
        if isinstance(kind.declared.arrives, str):
            continue
        count = kind.model._default_manager.count()
        if count > BEGUN.get(kind.label, 0):
            here[kind.label] = count
    return here


def take(
    *, by: Actor, member: Member, account: AccountRef, pieces: Iterable[bytes]
) -> ArchiveImport:
    """Keep an archive, sealed, and ask for its check; raise `NotTaken` for an account that isn't empty or is busy."""
    with acting_in(account, by=by):
        _refuse_unless_empty()
    archive = ArchiveImport(expires_at=clock.now() + LIFE, storage_key=objects.new_key(account.id))
    key, size, digest = token_bytes(KEY_SIZE), 0, sha256()
    place = _place(account, archive.pk)
    with (
        objects.writing(account.cell, archive.storage_key) as target,
        SealedWriter(target, key, place) as sealed,
    ):
        for piece in pieces:
            sealed.write(piece)
            digest.update(piece)
            size += len(piece)
    with acting_in(account, by=by):
        _refuse_unless_empty()
        archive.account_id = account.id
        archive.requested_by = Member.objects.get(pk=member.pk)
        archive.file_key, archive.size, archive.sha256 = key.hex(), size, digest.hexdigest()
        archive.save(force_insert=True)
        ask(archive, CHECK)
        audit.record("archive.given", by=by, of=archive, detail={"sha256": archive.sha256})
    return archive


def _refuse_unless_empty() -> None:
    if what_is_here():
        raise NotTaken(_("Only an account with nothing in it takes a copy. Open a new one for it."))
    busy = ArchiveImport.objects.filter(state__in=[State.CHECKING, State.BRINGING, State.CHECKED])
    if busy.exists() or not current_anchor().is_active:
        raise NotTaken(_("A copy is here already. Bring it in or throw it away first."))


def ask(archive: ArchiveImport, job: str) -> None:
    """Ask for the next piece of work on an archive."""
    asked = outbox.enqueue(job, {"archive": str(archive.pk)}, requested_by=archive.requested_by_id)
    archive.job_id = asked.pk
    archive.save(update_fields=["job_id"])


def drop(archive: ArchiveImport, *, by: Actor = SYSTEM) -> None:
    """Throw away an archive that wasn't brought; of one that was, the file alone goes."""
    objects.delete(scope.current().cell, archive.storage_key)
    archive.storage_key = archive.file_key = ""
    if archive.state in (State.CHECKING, State.CHECKED):
        archive.state = State.DROPPED
    archive.people = {}
    archive.save(update_fields=["storage_key", "file_key", "state", "people"])
    audit.record("archive.dropped", by=by, of=archive)


@contextmanager
def reading(
    account: AccountRef, archive: ArchiveImport, beat: Callable[[], None]
) -> Iterator[BinaryIO]:
    """Open an archive as it was given, plain and seekable; `beat` is called as it is read."""
    with objects.opened(account.cell, archive.storage_key) as source:
        reader = _Beating(source, bytes.fromhex(archive.file_key), _place(account, archive.pk))
        reader.beat = beat
        yield io.BufferedReader(reader, 2**20)


class _Beating(SealedReader):
    """A sealed archive that keeps the job's lease while it is read."""

    beat: Callable[[], None]

    def readinto(self, buffer: Any, /) -> int:
        self.beat()
        return super().readinto(buffer)


def _place(account: AccountRef, archive_id: UUID) -> bytes:
    return sealing.place(
        account.region, account.id, None, ArchiveImport._meta.label, archive_id, "file"
    )


def ids_are_taken(cell: str, former: UUID) -> bool:
    """Tell whether rows of a former account lie in a cell already: its own, or those another archive brought."""
    with dispatch.connect(cell, "dispatch") as connection:
        row = connection.execute(
            "SELECT 1 FROM accounts_accountanchor WHERE account_id = %(former)s"
            " OR formerly @> jsonb_build_array(jsonb_build_object('account', %(former)s::text, 'renamed', false))",
            {"former": former},
        ).fetchone()
    return row is not None


def loaded(work: outbox.Work) -> ArchiveImport:
    """Return the archive of a job, its keys opened."""
    with acting_in(work.account, purpose=Purpose.EXPORT):
        work.beat_here()
        archive: ArchiveImport = ArchiveImport.objects.select_related("requested_by").get(
            pk=work.payload["archive"]
        )
        str(archive.file_key), archive.people
        return archive
