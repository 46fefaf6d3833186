"""Signing notes: by the author, by a supervisor as well where one is asked, and adding to what is signed for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Practitioner
from notes.answers import clean_answers, clean_title, unanswered
from notes.models import Addendum, CoSignature, Note, Remark
from notes.proof import addendum_hash, cosignature_hash, note_hash
from notes.writing import (
    Closed,
    NothingWritten,
    NotTheAuthor,
    StaleWrite,
    be_the_author,
    clean_reason,
    clean_seen_on,
    keep,
    lock,
    locked,
)
from notes.zones import zone_of
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

ADDENDUM_LENGTH = 20_000
REMARK_LENGTH = 2_000


class Unanswered(ValueError):
    """Questions that a template requires have no answer yet; `keys` names them."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__("Required answers are missing.")
        self.keys = keys


class AddendumRefused(ValueError):
    """Words that can't be added; `message` says why to their writer."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAsked(ValueError):
    """The note does not wait for this person's signature."""


def sign(
    *,
    by: Actor,
    note: Note,
    version: int,
    title: str,
    answers: Mapping[str, object],
    seen_on: date | None = None,
    reason: str = "",
) -> Note:
    """Keep what was typed and sign it: text, template, author's name and time are frozen and hashed. Return the note.

    A supervised author's note awaits its co-signature then; any other is final. Raises `NothingWritten`, `Unanswered` and
    all that `save` raises. Nothing unlocks a signed note (features E3).
    """
    stored = lock(by, note)
    title, content = clean_title(title), clean_answers(stored.sections, answers)
    reason = clean_reason(stored, reason)
    if not content or (stored.amends_id and not reason):
        raise NothingWritten
    if missing := unanswered(stored.sections, content):
        raise Unanswered(missing)
    stored = keep(by, stored, version, title, content, clean_seen_on(stored, seen_on), reason)
    signed_at = max(clock.now(), stored.updated_at)
    freeze(stored, signed_at=signed_at, zone=zone_of(stored), final=stored.cosigner_id is None)
    stored.save()
    audit.record("note.signed", by=by, of=stored, client_id=stored.client_id)
    return stored


def cosign(*, by: Actor, note: Note, version: int) -> CoSignature:
    """Sign below the author as their supervisor: the note is final. Raises `NotAsked`, and `StaleWrite` for other words."""
    stored = _awaiting(by, note)
    if stored.version != version:
        raise StaleWrite(stored)
    cosigner = _cosigner(stored)
    cosignature = CoSignature(
        note=stored,
        client_id=stored.client_id,
        version=stored.version,
        cosigner=cosigner,
        cosigner_name=signature_of(cosigner),
        signed_at=max(clock.now(), stored.signed_at or clock.now()),
        signed_zone=zone_of(stored),
    )
    cosignature.content_hash = cosignature_hash(cosignature, stored.content_hash)
    cosignature.save(force_insert=True)
    stored.state = Note.State.FINAL
    stored.save(update_fields=["state"])
    audit.record("note.cosigned", by=by, of=stored, client_id=stored.client_id)
    return cosignature


def give_back(*, by: Actor, note: Note, text: str) -> Remark:
    """Return a note to its author with what should change: a draft again, every version kept. Raises `NotAsked`."""
    stored = _awaiting(by, note)
    remark = Remark(
        note=stored,
        client_id=stored.client_id,
        version=stored.version,
        author=_cosigner(stored),
        text=_clean(text, REMARK_LENGTH),
    )
    remark.save(force_insert=True)
    _reopen(stored)
    audit.record("note.given_back", by=by, of=stored, client_id=stored.client_id)
    return remark


def take_back(*, by: Actor, note: Note) -> Note:
    """Let the author write on while nobody has co-signed; the signature goes, every version stays. Raises `Closed`."""
    stored = locked(note)
    be_the_author(by, stored.author)
    if stored.state != Note.State.AWAITING:
        raise Closed(stored)
    _reopen(stored)
    audit.record("note.taken_back", by=by, of=stored, client_id=stored.client_id)
    return stored


def ask_another(*, by: Actor, note: Note, cosigner: Practitioner) -> Note:
    """Ask another supervisor for the co-signature that a note awaits. Raises `NotAsked` for the author, and `Closed`."""
    stored = locked(note)
    be_the_author(by, stored.author)
    if stored.state != Note.State.AWAITING:
        raise Closed(stored)
    if cosigner.pk == stored.author_id or cosigner.deactivated_at is not None:
        raise NotAsked
    stored.cosigner = cosigner
    stored.save(update_fields=["cosigner"])
    audit.record("note.cosigner_changed", by=by, of=stored, client_id=stored.client_id)
    return stored


def add(*, by: Actor, note: Note, author: Practitioner, text: str) -> Addendum:
    """Add to a signed note, chained to what stands before it; return the addendum.

    Raises `NotTheAuthor` when `author` is not the one who acts, `Closed` unless the note is final, `NothingWritten` and
    `AddendumRefused`.
    """
    be_the_author(by, author)
    stored: Note = Note.objects.select_for_update().get(pk=note.pk)
    if not stored.is_final:
        raise Closed(stored)
    last: Addendum | None = stored.addenda.order_by("-added_at", "-id").first()
    before = last or stored.cosignatures.first() or stored
    addendum = Addendum(
        note=stored,
        client_id=stored.client_id,
        author=author,
        author_name=signature_of(author),
        text=_clean(text, ADDENDUM_LENGTH),
        # never equal to the one before it, so that their order is the chain's
        added_at=max(clock.now(), last.added_at + timedelta(microseconds=1))
        if last
        else max(clock.now(), stored.signed_at or clock.now()),
    )
    addendum.content_hash = addendum_hash(addendum, str(before.content_hash))
    addendum.save(force_insert=True)
    audit.record("note.addendum_added", by=by, of=addendum, client_id=stored.client_id)
    return addendum


def freeze(note: Note, *, signed_at: datetime, zone: str, final: bool = True) -> None:
    """Put the author's signature below a note's words, not saved yet."""
    note.state = Note.State.FINAL if final else Note.State.AWAITING
    note.author_name = signature_of(note.author)
    note.signed_at, note.signed_zone = signed_at, zone
    note.content_hash = note_hash(note)


def signature_of(author: Practitioner) -> str:
    """Return the author's name as a signature freezes it, with the registration number when there is one."""
    return ", ".join(part for part in (author.name, author.registration) if part)


def _awaiting(by: Actor, note: Note) -> Note:
    """Return a note, locked until commit, that awaits the signature of the one who acts."""
    stored = locked(note)
    if stored.state != Note.State.AWAITING or by.id != _cosigner(stored).member_id:
        raise NotAsked
    return stored


def _cosigner(note: Note) -> Practitioner:
    if note.cosigner is None or note.cosigner.deactivated_at is not None:
        raise NotAsked
    return note.cosigner  # type: ignore[no-any-return]


def _reopen(note: Note) -> None:
    note.state = Note.State.DRAFT
    note.signed_at, note.signed_zone = None, ""
    note.author_name = note.content_hash = ""
    note.updated_at = max(clock.now(), note.updated_at)
    note.save()


def _clean(text: str, limit: int) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NothingWritten
    if len(text) > limit:
        raise AddendumRefused(
            _("Keep it to %(limit)d characters; this one has %(length)d.")
            % {"limit": limit, "length": len(text)}
        )
    return text


__all__ = [
    "AddendumRefused",
    "NotAsked",
    "NotTheAuthor",
    "Unanswered",
    "add",
    "ask_another",
    "cosign",
    "freeze",
    "give_back",
    "sign",
    "signature_of",
    "take_back",
]
