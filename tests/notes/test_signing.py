"""Two signatures, amendments and withdrawals: verbs and pages (features E3, E4; a signed note of the wrong client)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member, Practitioner, User
from accounts.tenancy import acting_in
from clients import timeline as clients_timeline
from clients.models import Client as Person
from notes import amending, finishing, proof, reading, rules, signing, withdrawing, writing
from notes.models import Note, NoteVersion, Withdrawal
from tests.browser import sign_in
from tests.factories import make_client
from tests.notes.parts import ANSWERS, Practice, colleague, draft, practice, signed

pytestmark = pytest.mark.django_db(databases="__all__")
WORDS = "Sleeping through since Thursday."


@dataclass
class Placement:
    """A practice whose Owner, Mei, supervises Tom."""

    p: Practice
    user: User
    tom: Member
    student: Practitioner

    def acting(self, by: Any = None) -> Any:
        return acting_in(self.p.account.ref, by=by or self.tom.actor)

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.p.account.slug, *args])

    def draft(self, **fields: Any) -> Note:
        return draft(self.p, by=self.tom.actor, author=self.student, **fields)


def placement() -> Placement:
    """Return the practice with its student."""
    p = practice()
    user, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        student = Practitioner.objects.get(member=tom)
        rules.supervise(by=p.by, author=student, supervisor=p.author)
    return Placement(p, user, tom, student)


def entries(p: Practice, person: Person) -> list[tuple[str, str, str]]:
    """Return title, badge and further words of each note on a client's timeline."""
    listed = clients_timeline.PROVIDERS["notes"][0](person, clients_timeline.NEWEST)
    return [(each.title, each.badge, each.text) for each in listed]


def test_a_students_note_is_final_when_both_have_signed(client: Client) -> None:
    x = placement()
    with x.acting():
        note = x.draft()
    page = x.url("note", note.pk)
    sign_in(client, x.user, x.p.account)
    assert "asks Mei Tanaka to co-sign" in client.get(page).text
    data = {"version": 1, "title": "Knee", "subjective": WORDS, "confirmed": "yes"}
    assert client.post(x.url("note_signature", note.pk), data).status_code == 302
    waiting = client.get(page).text
    assert "Mei Tanaka is asked to co-sign" in waiting
    assert "not final yet" in waiting
    assert "addendum-form" not in waiting
    assert client.post(x.url("note_addendum", note.pk), {"text": "x"}).status_code == 409
    listed = client.get(x.url("notes")).text
    assert "Waiting for a co-signature" in listed
    assert client.post(x.url("note_cosignature", note.pk), {"as_shown": "2"}).status_code == 302
    with x.acting():
        assert Note.objects.get(pk=note.pk).state == "awaiting"

    sign_in(client, x.p.owner_user, x.p.account)
    todo = client.get(x.url("notes")).text
    assert "To co-sign" in todo
    assert '<span class="count">1</span>' in todo
    assert "Tom Okafor asks for your signature" in client.get(page).text
    client.post(x.url("note_cosignature", note.pk), {"as_shown": "1"})
    with x.acting():
        assert Note.objects.get(pk=note.pk).state == "awaiting"
    client.post(x.url("note_cosignature", note.pk), {"as_shown": "2"})
    signed_page = client.get(page).text
    assert "Co-signed by Mei Tanaka" in signed_page
    assert "Checked just now" in signed_page
    client.post(x.url("note_addendum", note.pk), {"text": "Rang back."})
    with x.acting():
        kept = reading.find(note.pk)
        cosignature = reading.cosignature_of(kept)
        assert cosignature is not None
        found = proof.check(kept, reading.addenda_of(kept), cosignature)
        assert found.holds is True
        assert proof.check(kept, reading.addenda_of(kept)).holds is False
        cosignature.cosigner_name = "Somebody else"
        assert proof.check(kept, [], cosignature).cosignature_holds is False


def test_a_note_given_back_is_a_draft_with_the_remark_beside_it(client: Client) -> None:
    x = placement()
    with x.acting():
        note = signing.sign(
            by=x.tom.actor, note=x.draft(), version=1, title="Knee", answers=ANSWERS
        )
    sign_in(client, x.p.owner_user, x.p.account)
    remark = x.url("note_remark", note.pk)
    assert client.post(remark, {"text": " "}).status_code == 422
    assert client.post(remark, {"text": "Say which knee."}).status_code == 302
    assert client.get(x.url("note", note.pk)).status_code == 403  # a draft again: the student's own
    sign_in(client, x.user, x.p.account)
    page = client.get(x.url("note", note.pk)).text
    assert "Mei Tanaka gave it back" in page
    assert "Say which knee." in page
    data = {"version": 2, "title": "Left knee", "subjective": WORDS, "confirmed": "yes"}
    client.post(x.url("note_signature", note.pk), data)
    client.post(x.url("note_retraction", note.pk))
    with x.acting():
        again = reading.find(note.pk)
        assert (again.state, again.signed_at, again.content_hash) == ("draft", None, "")
        assert NoteVersion.objects.filter(note=note).count() == 3
    with x.acting(x.p.by), pytest.raises(signing.NotAsked):
        signing.cosign(by=x.p.by, note=note, version=3)


def test_another_supervisor_is_asked_when_the_first_is_away(client: Client) -> None:
    x = placement()
    with acting_in(x.p.account.ref):
        other = Practitioner(name="Aroha Ngata", member=None)
        other.save(force_insert=True)
    with x.acting():
        note = signing.sign(
            by=x.tom.actor, note=x.draft(), version=1, title="Knee", answers=ANSWERS
        )
        for nobody in (x.student,):
            with pytest.raises(signing.NotAsked):
                signing.ask_another(by=x.tom.actor, note=note, cosigner=nobody)
        with pytest.raises(writing.NotTheAuthor):
            signing.ask_another(by=x.p.by, note=note, cosigner=other)
    sign_in(client, x.user, x.p.account)
    ask = x.url("note_cosigner", note.pk)
    assert client.post(ask, {"cosigner": "x"}).status_code == 404
    assert client.post(ask, {"cosigner": str(other.pk)}).status_code == 302
    with x.acting(x.p.by), pytest.raises(signing.NotAsked):
        signing.cosign(by=x.p.by, note=note, version=2)


def test_an_amendment_takes_the_place_of_a_note_and_both_stay(client: Client) -> None:
    p = practice()
    _, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        with pytest.raises(writing.NotTheAuthor):
            amending.amend(by=tom.actor, note=note)
    sign_in(client, p.owner_user, p.account)

    def url(name: str, pk: Any) -> str:
        return reverse(name, args=[p.account.slug, pk])

    begun = client.post(url("note_amendment", note.pk))
    with acting_in(p.account.ref, by=p.by):
        amendment = Note.objects.get(amends=note)
        assert amendment.content == ANSWERS
        assert amending.amend(by=p.by, note=note).pk == amendment.pk
    assert begun["Location"] == url("note", amendment.pk)
    assert "You are amending this note" in client.get(url("note", note.pk)).text
    asked = client.get(begun["Location"]).text
    assert "Why is it amended?" in asked
    assert asked.index("autofocus") < asked.index('name="subjective"'), "the reason comes first"
    data = {"version": 1, "title": "Shoulder review", "plan": "Left", "confirmed": "yes"}
    missing = client.post(url("note_signature", amendment.pk), data)
    assert (missing.status_code, "amended" in missing.text) == (422, True)
    data["why-amended"] = "The side was wrong"
    assert client.post(url("note_signature", amendment.pk), data).status_code == 302
    old, new = client.get(url("note", note.pk)).text, client.get(url("note", amendment.pk)).text
    assert "this is the note as it was before" in old
    assert WORDS in old
    assert "The side was wrong" in new
    assert "Superseded: this note was amended" in client.get(url("note_print", note.pk)).text
    with acting_in(p.account.ref, by=p.by):
        assert [badge for _, badge, _ in entries(p, p.client)] == ["Signed", "Amended since"]
        last = reading.last_signed(p.client)
        assert last is not None
        assert last.pk == amendment.pk
        kept = reading.find(amendment.pk)
        assert proof.check(kept).holds is True
        kept.words.reason = "Something else"
        assert proof.check(kept).holds is False
        with pytest.raises(writing.Closed):
            amending.amend(by=p.by, note=note)
        third = amending.amend(by=p.by, note=amendment)
        writing.discard(by=p.by, note=third)
        assert amending.amend(by=p.by, note=amendment).pk != third.pk


def test_a_note_of_the_wrong_client_moves_with_its_signature(client: Client) -> None:
    p = practice()
    user, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        right = make_client(given_name="Right", family_name="Person")
        note = signed(p)
        signing.add(by=p.by, note=note, author=p.author, text="Seen again.")
        amendment = amending.amend(by=p.by, note=note)
        later = signing.sign(
            by=p.by,
            note=amendment,
            version=1,
            title="Shoulder, left",
            answers=ANSWERS,
            reason="The side",
        )
        hashes = [note.content_hash, later.content_hash]

    def url(name: str, pk: Any) -> str:
        return reverse(name, args=[p.account.slug, pk])

    sign_in(client, user, p.account)
    assert client.get(url("note_withdrawal", note.pk)).status_code == 302
    with acting_in(p.account.ref, by=tom.actor), pytest.raises(writing.NotTheAuthor):
        withdrawing.withdraw(by=tom.actor, note=note, reason="Not hers", to=right)

    sign_in(client, p.owner_user, p.account)
    page = url("note_withdrawal", note.pk)
    assert "In the wrong record?" in client.get(page).text
    assert "Right Person" in client.post(page, {"find": "Right"}).text
    asked = {"confirmed": "yes", "reason": "Written into the wrong record"}
    assert client.post(page, asked).status_code == 422
    assert client.post(page, {**asked, "person": f"client:{p.client.pk}"}).status_code == 302
    with acting_in(p.account.ref, by=p.by):
        assert Note.objects.get(pk=note.pk).state == "final"
    moved = client.post(page, {**asked, "person": f"client:{right.pk}"})
    assert moved.status_code == 302

    with acting_in(p.account.ref, by=p.by):
        assert entries(p, p.client) == [
            ("A note that stood here by mistake", "Withdrawn", ""),
            ("A note that stood here by mistake", "Withdrawn", ""),
        ]
        copies = list(Note.objects.filter(client=right).order_by("created_at"))
        assert [copy.content_hash for copy in copies] == hashes
        assert [copy.amends_id for copy in copies] == [None, copies[0].pk]
        for copy in copies:
            kept = reading.find(copy.pk)
            assert proof.check(kept, reading.addenda_of(kept)).holds is True
        assert [each.text for each in reading.addenda_of(copies[0])] == ["Seen again."]
        assert entries(p, right)[0] == (
            "Shoulder, left",
            "Signed",
            "Moved here from another record",
        )
        withdrawal = Withdrawal.objects.get(note=later)
        assert (withdrawal.client_id, withdrawal.moved_to) == (p.client.pk, copies[1].pk)
        assert reading.stub(note.pk).text is None
    assert moved["Location"] == url("note", copies[1].pk)
    assert "Moved here from another record" in client.get(moved["Location"]).text
    closed = client.get(url("note", note.pk))
    assert (closed.status_code, WORDS in closed.text) == (403, False)
    assert "Right" not in closed.text
    client.post(url("note_opening", note.pk), {"reason": "The board asks"})
    opened = client.get(url("note", note.pk)).text
    assert "Written into the wrong record" in opened
    assert WORDS in opened


def test_the_owner_withdraws_for_an_author_who_has_left_without_naming_another(
    client: Client,
) -> None:
    x = placement()
    with acting_in(x.p.account.ref):
        rules.supervise(by=x.p.by, author=x.student, supervisor=None)
    with x.acting():
        note = signing.sign(
            by=x.tom.actor, note=x.draft(), version=1, title="Knee", answers=ANSWERS
        )
    sign_in(client, x.p.owner_user, x.p.account)
    asked = {"confirmed": "yes", "reason": "Nobody knows her", "nowhere": "on"}
    assert client.post(x.url("note_withdrawal", note.pk), asked)["Location"] == x.url(
        "client", x.p.client.pk
    )
    with x.acting(x.p.by):
        assert Withdrawal.objects.get().moved_to is None
        assert finishing.unfinished(x.p.author).to_cosign == []


def test_who_supervises_and_what_is_late_is_the_owners_to_say(client: Client) -> None:
    p = practice()
    user, tom = colleague(p)
    with acting_in(p.account.ref):
        student = Practitioner.objects.get(member=tom)
    page = reverse("note_settings", args=[p.account.slug])
    sign_in(client, user, p.account)
    assert client.get(page).status_code == 403
    assert client.get(reverse("notes_of_all", args=[p.account.slug])).status_code == 403
    sign_in(client, p.owner_user, p.account)
    assert "Tom Okafor" in client.get(page).text
    chosen = {
        "breaking": "clinicians",
        "authors_only": "on",
        "finish_hours": "48",
        f"{student.pk.hex}-supervisor": str(p.author.pk),
    }
    assert client.post(page, {**chosen, "finish_hours": "0"}).status_code == 422
    own = {**chosen, f"{p.author.pk.hex}-supervisor": str(p.author.pk)}
    assert client.post(page, own).status_code == 422
    assert client.post(page, chosen).status_code == 302
    with acting_in(p.account.ref):
        kept = rules.settings()
        assert (kept.authors_only, kept.breaking, kept.finish_hours, kept.reminds) == (
            True,
            "clinicians",
            48,
            False,
        )
        assert rules.profile_of(student).supervisor_id == p.author.pk
    habit = reverse("note_habit", args=[p.account.slug])
    sign_in(client, user, p.account)
    assert client.post(habit, {"visibility": "named"}).status_code == 422
    named = {"visibility": "named", "members": [str(p.owner.pk)]}
    assert client.post(habit, named).status_code == 302
    with acting_in(p.account.ref, by=tom.actor):
        note = draft(p, by=tom.actor, author=student)
        assert (note.visibility, note.cosigner_id) == ("named", p.author.pk)
        assert list(note.readers.values_list("member_id", flat=True)) == [p.owner.pk]
