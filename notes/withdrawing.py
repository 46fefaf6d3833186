"""Withdrawing a note that stands in the wrong record: hidden there, moved to the right one, its hash as it was signed."""

from __future__ import annotations

from accounts import audit
from accounts.models import Member, Role
from clients.models import Client
from notes.models import Addendum, CoSignature, Note, NoteReader, NoteVersion, Withdrawal
from notes.proof import added_as, signed_as
from notes.writing import Closed, NotAttending, NothingWritten, NotTheAuthor, be_the_author, locked
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

REASON_LENGTH = 500


def withdraw(*, by: Actor, note: Note, reason: str, to: Client | None = None) -> list[Withdrawal]:
    """Withdraw a signed note, with what it amends and what amends it, and move it to the record of `to` when one is named.

    Both records keep a stub, the text stays where nobody reads it without a reason, and the copies prove themselves by the
    hashes of what was signed. Drafts that amend it are discarded. By its author or the Owner, who has to have opened it.
    Raises `NotTheAuthor`, `Closed` unless it is final, `NothingWritten` without a reason and `NotAttending` for its own
    client.
    """
    stored = locked(note)
    _may_withdraw(by, stored)
    reason = " ".join(reason.split())[:REASON_LENGTH]
    if not reason:
        raise NothingWritten
    if to is not None and to.pk == stored.client.pk:
        raise NotAttending
    if not stored.is_final:
        raise Closed(stored)
    done, moved = [], None
    for each in _chain(stored):
        if not each.is_final:
            each.state = Note.State.VOID
            each.save(update_fields=["state"])
            continue
        moved = _move(each, to, moved, by) if to is not None else None
        done.append(_take_out(each, by=by, reason=reason, moved=moved))
    return done


def _may_withdraw(by: Actor, note: Note) -> None:
    try:
        be_the_author(by, note.author)
    except NotTheAuthor:
        if not Member.objects.filter(pk=by.id, role=Role.OWNER, removed_at=None).exists():
            raise


def _chain(note: Note) -> list[Note]:
    """Return a note with what it amends and what amends it, oldest first, locked."""
    while note.amends is not None:
        note = note.amends
    found: list[Note] = []
    following: Note | None = note
    while following is not None:
        found.append(locked(following))
        following = found[-1].amendments.exclude(state=Note.State.VOID).first()
    return found


def _take_out(note: Note, *, by: Actor, reason: str, moved: Note | None) -> Withdrawal:
    withdrawal = Withdrawal(
        note=note,
        client_id=note.client_id,
        reason=reason,
        withdrawn_at=max(clock.now(), note.signed_at or clock.now()),
        withdrawn_by=by.id,
        moved_to=moved.pk if moved else None,
    )
    withdrawal.save(force_insert=True)
    note.state = Note.State.WITHDRAWN
    note.save(update_fields=["state"])
    audit.record("note.withdrawn", by=by, of=note, client_id=note.client_id)
    if moved is not None:
        audit.record("note.moved_here", by=by, of=moved, client_id=moved.client_id)
    return withdrawal


def _move(note: Note, to: Client, amends: Note | None, by: Actor) -> Note:
    """Return a copy of a signed note in the record of `to`, sealed with that client's key, with all that was added."""
    copy = Note(
        client=to,
        author=note.author,
        author_name=note.author_name,
        cosigner_id=note.cosigner_id,
        template_id=note.template_id,
        template_version=note.template_version,
        sections=note.sections,
        state=note.state,
        version=note.version,
        visibility=note.visibility,
        is_restricted=note.is_restricted,
        content_hash=note.content_hash,
        proof_version=note.proof_version,
        amends=amends,
        origin=signed_as(note),
        created_at=note.created_at,
        updated_at=note.updated_at,
        signed_at=note.signed_at,
        signed_zone=note.signed_zone,
        provenance=note.provenance,
    )
    copy.save(force_insert=True)
    _copy_text(note, copy, by)
    for cosignature in note.cosignatures.all():
        _again(CoSignature, cosignature, copy)
    for addendum in note.addenda.order_by("added_at", "id"):
        _again(Addendum, addendum, copy, origin=added_as(addendum))
    for reader in note.readers.all():
        _again(NoteReader, reader, copy)
    return copy


def _copy_text(note: Note, copy: Note, by: Actor) -> None:
    text = note.words
    copy.latest = NoteVersion(
        note=copy,
        client_id=copy.client_id,
        version=note.version,
        title=text.title,
        content=text.content,
        seen_on=text.seen_on,
        reason=text.reason,
        saved_at=note.updated_at,
        saved_by=by.id,
    )
    copy.latest.save(force_insert=True)


def _again(
    model: type, row: Addendum | CoSignature | NoteReader, copy: Note, **more: object
) -> None:
    """Add to `copy` what stands below the note that it was copied from."""
    own = ("id", "account_id", "note_id", "client_id", *more)
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in own
    }
    model(note=copy, client_id=copy.client_id, **values, **more).save(force_insert=True)
