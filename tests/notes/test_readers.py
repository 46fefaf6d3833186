"""Who reads a note: the database's policy, the page's words, and a reason that opens what is closed (features A4, E9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import ProgrammingError, connections, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import Member, Practitioner, Role, User
from accounts.permissions import Permission
from accounts.rights import ROLE_PERMISSIONS
from accounts.tenancy import acting_in
from clients import timeline as clients_timeline
from notes import reading, rules, sharing, signing, writing
from notes.models import (
    Addendum,
    Note,
    NoteOpening,
    NoteReader,
    NoteVersion,
    NotForThisReader,
    Visibility,
)
from notes.rules import Opening
from privacy.vocabulary import scope
from privacy.vocabulary.scope import SYSTEM, VISITOR
from tests.browser import sign_in
from tests.factories import make_member
from tests.notes.parts import Practice, draft, practice, signed

pytestmark = pytest.mark.django_db(databases="__all__")
WORDS = "Sleeping through since Thursday."


@dataclass
class Clinic:
    """A practice with clinicians of two disciplines beside the author, and somebody at the desk."""

    p: Practice
    author: Member
    people: dict[str, tuple[User, Member]]
    by: Any
    profile: Practitioner

    def member(self, name: str) -> Member:
        return self.people[name][1]


def clinic() -> Clinic:
    """Return the practice of Mei, its Owner: the author is Ada, a physiotherapist like Ben; Cleo is a psychologist."""
    p = practice()
    people = {"owner": (p.owner_user, p.owner)}
    for name, profession in (
        ("ada", "Physiotherapist"),
        ("ben", "physiotherapist"),
        ("cleo", "Psychologist"),
    ):
        people[name] = make_member(p.account, Role.PRACTITIONER, name=name.title())
        with acting_in(p.account.ref):
            Practitioner(member=people[name][1], name=name.title(), profession=profession).save(
                force_insert=True
            )
    people["desk"] = make_member(p.account, Role.RECEPTION)
    ada = people["ada"][1]
    with acting_in(p.account.ref):
        profile = Practitioner.objects.get(member=ada)
    return Clinic(p, ada, people, ada.actor, profile)


def written(c: Clinic, *, sign: bool = True, **fields: Any) -> Note:
    """Return a note by Ada in the open account."""
    note = draft(c.p, by=c.by, author=c.profile, **fields)
    if sign:
        answers = {"subjective": WORDS, "pain": 4}
        note = signing.sign(by=c.by, note=note, version=1, title="Shoulder", answers=answers)
        signing.add(by=c.by, note=note, author=c.profile, text="Seen again.")
    return note


def readable(note: Note) -> bool:
    """Whether every way to the words of a note gives them to the one who acts; all say the same or the test fails."""
    with connections["region_au"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notes_noteversion WHERE note_id = %s", [note.pk])
        versions = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM notes_addendum WHERE note_id = %s", [note.pk])
        addenda = cursor.fetchone()[0]
    kept = Note.objects.get(pk=note.pk)
    ways = {
        "sql": versions > 0,
        "text": kept.text is not None,
        "joined": reading.stub(note.pk).text is not None,
        "listed": note.pk in reading.texts_of([kept]),
        "versions": reading.versions_of(kept).exists(),
        "count": NoteVersion.objects.filter(note=note).count() > 0,
        "related": kept.versions.exists(),
    }
    if kept.state == "final":
        ways["addenda"] = addenda > 0
        ways["added"] = Addendum.objects.filter(note=note).exists()
    assert len(set(ways.values())) == 1, ways
    if not ways["sql"]:
        for ask in (lambda: kept.title, lambda: kept.content, lambda: reading.find(note.pk)):
            with pytest.raises(NotForThisReader):
                ask()
    return bool(ways["sql"])


def readers(c: Clinic, note: Note) -> set[str]:
    """Return who reads a note, and hold the page's words about it to the same."""
    found = set()
    for name in c.people:
        member = c.member(name)
        with acting_in(c.p.account.ref, by=member.actor):
            # the desk is stopped at the door of every page; its eyes are nobody's, see `sessions.find`
            if name != "desk" and readable(note):
                found.add(name)
            elif name != "desk":
                kept = reading.stub(note.pk)
                by_right = kept.is_final and kept.is_restricted and rules.belongs(member, kept)
                expected = Opening.BY_RIGHT if by_right else None
                if expected is None and name in ("owner", "ada"):
                    expected = Opening.BREAKING
                assert rules.opening_for(member, kept) == expected, name
    return found


EVERYBODY = {"owner", "ada", "ben", "cleo"}
FOR = {
    Visibility.CLINICIANS: EVERYBODY,
    Visibility.DISCIPLINE: {"owner", "ada", "ben"},
    Visibility.NAMED: {"ada", "cleo"},
    Visibility.AUTHOR: {"ada"},
}


def test_the_policy_gives_words_to_their_readers_alone() -> None:
    c = clinic()
    with acting_in(c.p.account.ref, by=c.by):
        note, open_draft = written(c), written(c, sign=False)
    assert readers(c, open_draft) == {"ada"}
    for visibility, restricted in product(Visibility, (False, True)):
        with acting_in(c.p.account.ref, by=c.by):
            named = [c.member("cleo").pk] if visibility == Visibility.NAMED else []
            sharing.share(
                by=c.by, note=note, visibility=visibility, restricted=restricted, named=named
            )
        assert readers(c, note) == ({"ada"} if restricted else FOR[visibility]), visibility
        with acting_in(c.p.account.ref, by=c.by):
            kept = reading.stub(note.pk)
            belong = {name for name in EVERYBODY if rules.belongs(c.member(name), kept)}
        assert belong == FOR[visibility]
    with acting_in(c.p.account.ref, by=c.by):
        sharing.share(by=c.by, note=note, visibility="clinicians", restricted=False)
        assert NoteReader.objects.count() == 0
    for nobody in (VISITOR, c.member("desk").actor):
        with acting_in(c.p.account.ref, by=nobody):
            assert readable(note) is False or nobody is not VISITOR
    with acting_in(c.p.account.ref, by=SYSTEM):
        assert readable(note) is True
    with acting_in(c.p.account.ref):
        rules.change_settings(by=c.p.by, authors_only=True)
    assert readers(c, note) == {"owner", "ada"}
    with acting_in(c.p.account.ref):
        rules.change_settings(by=c.p.by, authors_only=False)
        Member.objects.filter(pk=c.member("ben").pk).update(rights={"notes": "own"})
    assert readers(c, note) == {"owner", "ada", "cleo"}
    with acting_in(c.p.account.ref, by=c.by):
        sharing.share(
            by=c.by,
            note=note,
            visibility="named",
            restricted=False,
            named=[c.member("ben").pk],
        )
    assert readers(c, note) == {"ada", "ben"}
    with acting_in(c.p.account.ref):
        Member.objects.filter(pk=c.member("ada").pk).update(removed_at=Now())
        rules.change_settings(by=c.p.by, authors_only=False)


@pytest.mark.parametrize(
    "reader",
    [None, "", "nobody", "System", "{id}x", "{ID}", "00000000-0000-0000-0000-000000000000"],
)
def test_a_word_that_names_no_reader_reads_nothing(reader: str | None) -> None:
    """Nor does it make a statement fail; and the application can't say otherwise in the rule's own place."""
    p = practice()
    with acting_in(p.account.ref, by=p.by), connections["region_au"].cursor() as cursor:
        signed(p)
        count = "SELECT count(*) FROM notes_noteversion"
        assert cursor.execute(count).fetchone()[0] == 2
        if reader is None:
            cursor.execute("RESET app.reader")
        else:
            word = reader.format(id=p.owner.pk, ID=str(p.owner.pk).upper())
            cursor.execute("SELECT set_config('app.reader', %s, true)", [word])
        assert cursor.execute(count).fetchone()[0] == 0
        for rule in (
            "CREATE OR REPLACE FUNCTION may_read_note(of_account uuid, asked uuid)",
            "CREATE FUNCTION pg_temp.may_read_note(of_account uuid, asked uuid)",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic("region_au"),
            ):
                cursor.execute(f"{rule} RETURNS boolean LANGUAGE sql AS 'SELECT true'")


def test_whoever_loses_the_role_reads_nothing_from_then_on() -> None:
    c = clinic()
    with acting_in(c.p.account.ref, by=c.by):
        note = written(c)
    ben = c.member("ben")
    with acting_in(c.p.account.ref, by=ben.actor):
        assert readable(note) is True
    with acting_in(c.p.account.ref):
        Member.objects.filter(pk=ben.pk).update(removed_at=Now())
    with acting_in(c.p.account.ref, by=ben.actor):
        assert readable(note) is False


def test_the_eyes_of_the_outer_scope_come_back_after_an_inner_one() -> None:
    c = clinic()
    with acting_in(c.p.account.ref, by=c.by):
        note = written(c)
        sharing.share(by=c.by, note=note, visibility="author", restricted=False)
    with acting_in(c.p.account.ref, by=c.member("ben").actor):
        assert readable(note) is False
        with acting_in(c.p.account.ref):
            assert readable(note) is True
        assert readable(note) is False
        with pytest.raises(ZeroDivisionError), acting_in(c.p.account.ref):
            _ = 1 / 0
        assert readable(note) is False
        with acting_in(c.p.account.ref, by=c.by):
            assert readable(note) is True
        assert readable(note) is False


def test_a_reason_opens_a_note_for_an_hour_and_stays_on_record() -> None:
    c = clinic()
    cleo = c.member("cleo")
    with acting_in(c.p.account.ref, by=c.by):
        note = written(c)
        sharing.share(by=c.by, note=note, visibility="author", restricted=True)
    with acting_in(c.p.account.ref, by=cleo.actor):
        kept = reading.stub(note.pk)
        with pytest.raises(writing.NotTheAuthor):
            sharing.open_with_reason(by=cleo.actor, member=cleo, note=kept, reason="Curious")
    with acting_in(c.p.account.ref):
        rules.change_settings(by=c.p.by, breaking="clinicians")
    with acting_in(c.p.account.ref, by=cleo.actor):
        with pytest.raises(sharing.ReasonMissing):
            sharing.open_with_reason(by=cleo.actor, member=cleo, note=kept, reason=" ")
        opening = sharing.open_with_reason(
            by=cleo.actor, member=cleo, note=kept, reason="She is at risk, Ada is away"
        )
        assert (opening.by_right, readable(note)) == (False, True)
    with acting_in(c.p.account.ref, by=c.member("ben").actor):
        assert readable(note) is False
        NoteOpening(
            note=note,
            client=c.p.client,
            member=c.member("ben"),
            by_right=False,
            reason="An hour ago",
            ends_at=Now() - timedelta(hours=1),
        ).save(force_insert=True)
        assert readable(note) is False


def test_the_pages_keep_a_note_for_its_readers(client: Client) -> None:
    c = clinic()
    with acting_in(c.p.account.ref, by=c.by):
        note = written(c)
        other = written(c)
        sharing.share(by=c.by, note=note, visibility="discipline", restricted=True)

    def url(name: str, pk: Any = note.pk) -> str:
        return reverse(name, args=[c.p.account.slug, pk])

    pages = ("note", "note_print", "note_versions", "note_beside", "note_readers")
    sign_in(client, c.people["cleo"][0], c.p.account)
    for name in pages:
        answer = client.get(url(name))
        assert (answer.status_code, WORDS in answer.text) == (403, False), name
    assert client.post(url("note_opening"), {"reason": "x"}).status_code == 403
    assert client.post(url("note_addendum"), {"text": "x"}).status_code == 403
    assert "ask its author, or the Owner" in client.get(url("note")).text
    record = client.get(url("client", c.p.client.pk)).text
    assert record.count("Shoulder") == 1
    assert "A note for other eyes" in record
    new = client.get(url("note_new", c.p.client.pk))
    assert new.status_code == 200

    sign_in(client, c.people["ben"][0], c.p.account)
    closed = client.get(url("note"))
    assert "A restricted note" in closed.text
    assert WORDS not in closed.text
    assert client.post(url("note_opening"), {"reason": "Taking over on Friday"}).status_code == 302
    assert WORDS in client.get(url("note")).text
    assert client.get(url("note_readers")).status_code == 302

    sign_in(client, c.people["ada"][0], c.p.account)
    page = client.get(url("note")).text
    assert WORDS in page
    assert "Taking over on Friday" in page
    form = client.get(url("note_readers")).text
    assert "Cleo" in form
    assert client.post(url("note_readers"), {"visibility": "named"}).status_code == 422
    chosen = {"visibility": "named", "members": [str(c.member("cleo").pk)]}
    assert client.post(url("note_readers"), chosen).status_code == 302
    sign_in(client, c.people["cleo"][0], c.p.account)
    assert WORDS in client.get(url("note")).text
    assert WORDS in client.get(url("note", other.pk)).text


def test_nobodys_eyes_open_at_the_door_for_who_reads_no_records(client: Client) -> None:
    """Each role's reader is set as its session is found: the member's own, or nobody's."""
    c = clinic()
    seen: dict[str, str] = {}

    def remember(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        active = scope.active()
        if active is not None and sql.startswith("SELECT a.account_id"):
            seen["at the door"] = active.reader
        if active is not None and "client" in sql:
            seen["inside"] = active.reader
        return execute(sql, params, many, context)

    for role in Role:
        user, member = (
            (c.p.owner_user, c.p.owner) if role == Role.OWNER else make_member(c.p.account, role)
        )
        sign_in(client, user, c.p.account)
        seen.clear()
        with connections["region_au"].execute_wrapper(remember):
            client.get(reverse("clients", args=[c.p.account.slug]))
        reads = Permission.CLINICAL_READ in ROLE_PERMISSIONS[role]
        assert seen == {"at the door": "", "inside": str(member.pk) if reads else ""}, role


def test_a_timeline_tells_everybody_that_a_note_is_there(client: Client) -> None:
    c = clinic()
    with acting_in(c.p.account.ref, by=c.by):
        note = written(c)
        sharing.share(by=c.by, note=note, visibility="author", restricted=False)
    allowed = ROLE_PERMISSIONS[Role.PRACTITIONER]
    with acting_in(c.p.account.ref, by=c.member("ben").actor):
        (entry,) = clients_timeline.entries(c.p.client, allowed, only="notes")
        assert (entry.title, entry.to) == ("A note for other eyes", ("note", note.pk))
        assert reading.last_signed(c.p.client) is None
    with acting_in(c.p.account.ref, by=c.by):
        (entry,) = clients_timeline.entries(c.p.client, allowed, only="notes")
        assert entry.title == "Shoulder"
        last = reading.last_signed(c.p.client)
        assert last is not None
        assert last.pk == note.pk
