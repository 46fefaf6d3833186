"""What the database itself keeps of notes, asked in SQL as the application's own role (features E2 to E4)."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from uuid_utils.compat import uuid7

from accounts.models import Practitioner
from accounts.tenancy import acting_in
from notes import amending, bringing, rules, signing, withdrawing, writing
from notes.models import Note
from privacy.vocabulary import clock
from tests.factories import make_client
from tests.notes.parts import ANSWERS, Practice, colleague, draft, practice, signed

pytestmark = pytest.mark.django_db(databases="__all__")

REFUSED = r"never changes|permission denied"
# Columns of a signed note, and a value that each must not take
COLUMNS = {
    "client_id": "gen_random_uuid()",
    "author_id": "gen_random_uuid()",
    "author_name": "'x'::bytea",
    "appointment_id": "gen_random_uuid()",
    "template_id": "NULL",
    "template_version": "9",
    "sections": "'[]'",
    "version": "version + 1",
    "content_hash": "'x'::bytea",
    "hash_index": "'x'::bytea",
    "proof_version": "1",
    "created_at": "created_at - interval '1 day'",
    "updated_at": "now()",
    "signed_at": "coalesce(signed_at, now()) - interval '1 day'",
    "signed_zone": "'UTC'",
    "provenance": "'import'",
    "amends_id": "id",
    "origin": "'{}'",
    "state": "'draft'",
}


def refused(sql: str, *values: Any) -> None:
    """Expect that the database refuses a statement of the application's role."""
    with connections["region_au"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("keepwell_app",)
        with (
            pytest.raises(DatabaseError, match=REFUSED),
            transaction.atomic(using="region_au"),
        ):
            cursor.execute(sql, values)


def supervised(p: Practice) -> tuple[Any, Practitioner, Note]:
    """Return a supervisor, a student, and a note of the student's that awaits the supervisor."""
    _, tom = colleague(p)
    student = Practitioner.objects.get(member=tom)
    rules.supervise(by=p.by, author=student, supervisor=p.author)
    return tom, student, draft(p, by=tom.actor, author=student)


def test_a_signed_note_cant_change_in_any_column() -> None:
    """Nor one that awaits a signature, was withdrawn or discarded; who reads it may change, and who is asked to sign."""
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note, wrong, thrown = signed(p), signed(p), draft(p)
        withdrawing.withdraw(by=p.by, note=wrong, reason="Another client's")
        writing.discard(by=p.by, note=thrown)
        tom, _student, awaiting = supervised(p)
    with acting_in(p.account.ref, by=tom.actor):
        signing.sign(by=tom.actor, note=awaiting, version=1, title="Knee", answers=ANSWERS)
    with acting_in(p.account.ref, by=p.by):
        for each, (column, value) in product((note, awaiting, wrong, thrown), COLUMNS.items()):
            refused(f"UPDATE notes_note SET {column} = {value} WHERE id = %s", each.pk)
        refused("UPDATE notes_note SET cosigner_id = author_id WHERE id = %s", note.pk)
        columns = {f.column for f in Note._meta.concrete_fields}
        kept = {"id", "account_id", "cosigner_id"}
        assert columns - kept - set(COLUMNS) == {"visibility", "is_restricted"}
        refused("DELETE FROM notes_note WHERE id = %s", note.pk)
        refused("UPDATE notes_note SET state = 'withdrawn' WHERE id = %s", note.pk)
        refused("UPDATE notes_note SET state = 'void' WHERE id = %s", note.pk)
        Note.objects.filter(pk=note.pk).update(visibility="author", is_restricted=True)


def test_words_are_only_ever_added_and_only_where_they_belong() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note, other = signed(p), signed(p, client=make_client())
        signing.add(by=p.by, note=note, author=p.author, text="Seen again.")
        for table in ("noteversion", "addendum", "cosignature", "remark", "withdrawal"):
            refused(f"UPDATE notes_{table} SET note_id = %s", other.pk)
            refused(f"DELETE FROM notes_{table} WHERE note_id = %s", note.pk)
        refused("UPDATE notes_addendum SET added_at = now()")
        refused("UPDATE notes_noteopening SET ends_at = now() + interval '1 year'")
        again = "INSERT INTO notes_{table} ({names}) SELECT {values} FROM notes_{table} WHERE note_id = %s"
        for table, changes in (
            # a second text of a signed note, and one more of a draft that is not its next
            ("noteversion", {"version": "version + 1"}),
            ("noteversion", {"saved_at": "saved_at - interval '1 day'", "version": "9"}),
            # an addendum before the signature, before another one, below another client's note
            ("addendum", {"added_at": "added_at - interval '1 year'"}),
            ("addendum", {"added_at": "added_at - interval '1 microsecond'"}),
            ("addendum", {"note_id": f"'{other.pk}'"}),
        ):
            with connections["region_au"].cursor() as cursor:
                cursor.execute(f"SELECT * FROM notes_{table} LIMIT 0")
                names = [column.name for column in cursor.description]
            values = [{"id": f"'{uuid7()}'", **changes}.get(name, name) for name in names]
            refused(
                again.format(table=table, names=", ".join(names), values=", ".join(values)), note.pk
            )


def test_a_draft_cant_be_moved_dated_back_or_born_signed() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note, other = draft(p), make_client()
        writing.save(by=p.by, note=note, version=1, title="Note", answers=ANSWERS)
        for change in (
            f"client_id = '{other.pk}'",
            "author_id = gen_random_uuid()",
            "created_at = created_at - interval '1 hour'",
            "updated_at = updated_at - interval '1 hour'",
            "provenance = 'import'",
            "version = 1",
            "signed_at = now()",
            "state = 'withdrawn'",
            # signed: without a hash, before its last word, without the text that it signs
            "state = 'final', signed_at = now(), content_hash = NULL",
            "state = 'final', signed_at = updated_at - interval '1 hour', content_hash = 'x'",
            "state = 'final', signed_at = now(), content_hash = 'x', version = version + 1",
        ):
            refused(f"UPDATE notes_note SET {change} WHERE id = %s", note.pk)
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(using="region_au"):
            Note(client=p.client, author=p.author, state="final", signed_at=clock.now()).save(
                force_insert=True
            )
        long_ago = clock.now() - timedelta(days=400)
        brought = bringing.bring_in(
            client=p.client,
            author=p.author,
            template=p.template,
            title="Then",
            answers=ANSWERS,
            signed_at=long_ago,
            provenance="import",
        )
        assert (brought.state, brought.signed_at) == ("final", long_ago)


def test_a_supervised_note_is_final_by_its_cosignature_alone_and_for_good() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        tom, _student, note = supervised(p)
        final = "UPDATE notes_note SET state = 'final', signed_at = now(), content_hash = 'x'"
        refused(f"{final}, cosigner_id = NULL WHERE id = %s", note.pk)
        with acting_in(p.account.ref, by=tom.actor):
            signing.sign(by=tom.actor, note=note, version=1, title="Knee", answers=ANSWERS)
        refused("UPDATE notes_note SET state = 'final' WHERE id = %s", note.pk)
        refused("UPDATE notes_note SET author_name = 'x' WHERE id = %s", note.pk)
        signing.cosign(by=p.by, note=note, version=2)
        kept = Note.objects.get(pk=note.pk)
        assert (kept.state, kept.cosignatures.count()) == ("final", 1)
        refused("DELETE FROM notes_cosignature WHERE note_id = %s", note.pk)
        refused("UPDATE notes_cosignature SET signed_at = now() WHERE note_id = %s", note.pk)
        refused("UPDATE notes_note SET cosigner_id = NULL WHERE id = %s", note.pk)
        refused("UPDATE notes_note SET state = 'awaiting' WHERE id = %s", note.pk)


def test_nothing_comes_back_from_where_it_was_put_away() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        thrown, wrong = draft(p), signed(p)
        writing.discard(by=p.by, note=thrown)
        withdrawing.withdraw(by=p.by, note=wrong, reason="Another client's")
        for note in (thrown, wrong):
            for state in ("draft", "awaiting", "final"):
                refused("UPDATE notes_note SET state = %s WHERE id = %s", state, note.pk)
        amended = signed(p)
        amendment = amending.amend(by=p.by, note=amended)
        refused("UPDATE notes_note SET amends_id = NULL WHERE id = %s", amendment.pk)
