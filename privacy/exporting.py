"""Exports of the whole account: asked for, fetched, deleted after seven days; `building` makes them (EX-10, EX-12)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db.models import Q, QuerySet

from accounts import audit, objects, outbox, uploads
from accounts.models import Member, Practitioner
from accounts.permissions import Permission
from accounts.rights import permissions_of
from clients import identity
from clients.models import Client
from privacy.export import age
from privacy.export.verify_export import fingerprint
from privacy.models import Export
from privacy.vocabulary import clock, scope, sealing
from privacy.vocabulary.scope import SYSTEM, Actor
from privacy.vocabulary.streams import SealedReader

LIFE_DAYS = 7
UNDER_WAY = (Export.State.WAITING, Export.State.RUNNING)
LIFE = timedelta(days=LIFE_DAYS)
MOST_A_DAY = 40


class TooOften(Exception):
    """Somebody asked for more exports in a day than anybody needs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: everything, or one of the rest. `choices`: what `scopes.choosing.chosen` made."""

    client: Client | None = None
    practitioner: Practitioner | None = None
    choices: Mapping[str, Any] | None = None

    @property
    def scope(self) -> Export.Scope:
        """The sort of export."""
        if self.client is not None:
            return Export.Scope.CLIENT
        if self.practitioner is not None:
            return Export.Scope.PRACTITIONER
        return Export.Scope.ACCOUNT if self.choices is None else Export.Scope.DATA_SET


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom an export is encrypted: who has the key of `recipient` (`age1…`) or knows `passphrase`; else to nobody."""

    recipient: str = ""
    passphrase: str = ""

    @property
    def encryption(self) -> Export.Encryption:
        """The sort of encryption."""
        if self.recipient:
            return Export.Encryption.RECIPIENT
        return Export.Encryption.PASSPHRASE if self.passphrase else Export.Encryption.NONE

    def close(self, export: Export) -> None:
        """Give an export a file key, wrapped; the passphrase is kept nowhere, and the key only until it is made."""
        if not (self.recipient or self.passphrase):
            return
        key = os.urandom(age.FILE_KEY_SIZE)
        made = (
            age.to_recipient(key, self.recipient)
            if self.recipient
            else age.to_passphrase(key, self.passphrase)
        )
        export.header, export.file_key = made.header.decode(), key.hex()
        export.recipient = self.recipient.strip()


EVERYTHING = Wanted()
OPEN = Envelope()


def request(
    *,
    by: Actor,
    member: Member,
    wanted: Wanted = EVERYTHING,
    envelope: Envelope = OPEN,
    whole: bool = False,
) -> Export:
    """Ask for an export of the active account or of a part of it; the same under way already is returned as it is.

    `whole`: also with the rows that are set apart, such as restricted notes. Of a client it holds what `member` may read.
    Raises `TooOften`.
    """
    under_way: Export | None = _same(member, wanted).filter(state__in=UNDER_WAY).first()
    if under_way is not None:
        return under_way
    if _asked_today(member, wanted) >= MOST_A_DAY:
        raise TooOften
    export = Export(
        requested_by=member,
        scope=wanted.scope,
        client=wanted.client,
        practitioner=wanted.practitioner,
        choices=dict(wanted.choices or {}),
        is_whole=whole,
        encryption=envelope.encryption,
    )
    envelope.close(export)
    export.save(force_insert=True)
    job = outbox.enqueue("export.build", {"export": str(export.pk)}, requested_by=member.pk)
    export.job_id = job.pk
    export.save(update_fields=["job_id"])
    about = wanted.client.pk if wanted.client else None
    detail = {"scope": export.scope, "whole": whole, "encryption": export.encryption}
    audit.record("export.requested", by=by, of=export, client_id=about, detail=detail)
    if wanted.client is None and overseers(member):
        outbox.enqueue("export.tell", {"export": str(export.pk)})
    return export


def overseers(member: Member) -> list[Member]:
    """Return who else looks at the audit, and so is told that somebody asked for the practice's data (EX-10)."""
    others = Member.objects.filter(removed_at=None).exclude(pk=member.pk)
    return [each for each in others if Permission.AUDIT_VIEW in permissions_of(each)]


def _asked_today(member: Member, wanted: Wanted) -> int:
    """Count what somebody asked for in a day: of clients, or of the practice's data."""
    since = clock.now() - timedelta(days=1)
    found = Export.objects.filter(requested_by=member, created_at__gt=since)
    of_clients = Q(scope=Export.Scope.CLIENT)
    return int(found.filter(of_clients if wanted.client else ~of_clients).count())


def _same(member: Member, wanted: Wanted) -> QuerySet[Export]:
    """Return the exports of the same: of the practice's data whoever asked for them, of a client one's own."""
    found: QuerySet[Export] = Export.objects.filter(scope=wanted.scope)
    if wanted.client is not None:
        found = found.filter(identity.of(wanted.client), requested_by=member)
    return found.filter(practitioner=wanted.practitioner, choices=dict(wanted.choices or {}))


class Archive(SealedReader):
    """An archive as it was before it was sealed; closing it closes the stored object, too."""

    def close(self) -> None:
        """Close both."""
        self._source.close()
        super().close()


def opened(export: Export) -> BinaryIO:
    """Return the archive as it leaves, a seekable stream; raise `FileNotFoundError` or `Unreadable`.

    One that is encrypted to somebody leaves as it lies there. Else its last segment is checked at once, so what can't be
    read whole is noticed before the first byte leaves.
    """
    source = objects.opened(scope.current().cell, export.storage_key)
    if export.header:
        return source
    try:
        return cast(BinaryIO, Archive(source, bytes.fromhex(export.file_key), place(export.pk)))
    except BaseException:
        source.close()
        raise


def expire(export: Export) -> None:
    """Delete an archive whose days are over; its row stays, with counts and hash."""
    for key in (export.storage_key, export.spool_key):
        uploads.abandon(scope.current().cell, key)
        objects.delete(scope.current().cell, key)
    if export.is_ready:
        export.state = Export.State.DELETED
    export.file_key = export.storage_key = export.spool_key = export.spool_file_key = ""
    export.parts.all().delete()
    export.save(update_fields=["state", "file_key", "storage_key", "spool_key", "spool_file_key"])
    audit.record("export.deleted", by=SYSTEM, of=export)


def place(export_id: UUID) -> bytes:
    """Return the place that binds an archive to its account and row."""
    active = scope.current()
    return sealing.place(
        active.region, active.account_id, None, Export._meta.label, export_id, "archive"
    )


def signer(region: str) -> Ed25519PrivateKey:
    """Return the key with which a region signs manifests and certificates."""
    return Ed25519PrivateKey.from_private_bytes(settings.EXPORT_SIGNING_KEYS[region])


def public_key(region: str) -> tuple[str, str]:
    """Return a region's public key in hexadecimal, and its fingerprint for reading aloud."""
    raw = signer(region).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return raw, fingerprint(raw)
