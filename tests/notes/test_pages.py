"""The pages of notes: who gets in, what is saved, what is refused and what is kept then."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Member, Practitioner, RegionSession, Role
from accounts.templatetags.keepwell import day
from accounts.tenancy import acting_in
from bookings.models import Attendee
from clients.models import Alert
from notes import proof, sharing, signing, templates, writing
from notes.models import Addendum, Note
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import make_account, make_appointment, make_client, make_member
from tests.notes.parts import Practice, colleague, draft, practice, signed
from tests.parts import Parts

pytestmark = pytest.mark.django_db(databases="__all__")
PLAIN = {"title": "Shoulder review", "subjective": "Better", "pain": "4", "plan": "Rest"}


@pytest.fixture
def p(client: Client) -> Practice:
    """A practice whose Owner is signed in."""
    made = practice()
    sign_in(client, made.owner_user, made.account)
    return made


def url(p: Practice, name: str, *args: Any) -> str:
    """Return the address of a page of the practice."""
    return reverse(name, args=[p.account.slug, *args])


def write(p: Practice, **fields: Any) -> Note:
    """Return a draft of the practice."""
    with acting_in(p.account.ref, by=p.by):
        return draft(p, **fields)


def sign(p: Practice, **fields: Any) -> Note:
    """Return a signed note of the practice."""
    with acting_in(p.account.ref, by=p.by):
        return signed(p, **fields)


def kept(p: Practice, note: Note) -> Note:
    """Return what is kept of a note, opened."""
    with acting_in(p.account.ref, by=p.by):
        stored: Note = Note.objects.get(pk=note.pk)
        str(stored.title), stored.content, str(stored.content_hash)
        return stored


def autosave(client: Client, p: Practice, note: Note, **fields: Any) -> HttpResponse:
    """Send a form as the page does while somebody types."""
    data = {"version": note.version, **PLAIN, **fields}
    return client.post(url(p, "note_draft", note.pk), data, headers={"X-Autosave": "1"})  # type: ignore[return-value]


PAGES = (
    "note",
    "note_draft",
    "note_beside",
    "note_signature",
    "note_versions",
    "note_print",
    "note_discard",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_neighbour_finds_nothing(client: Client, p: Practice, name: str) -> None:
    note = sign(p)
    theirs = practice()
    client.cookies.clear()
    sign_in(client, theirs.owner_user, theirs.account)
    assert client.get(url(theirs, name, note.pk)).status_code == 404
    assert client.get(url(p, name, note.pk)).status_code == 302


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.BOOKKEEPER])
@pytest.mark.parametrize("name", PAGES)
def test_who_may_not_read_records_gets_nowhere(
    client: Client, p: Practice, name: str, role: str
) -> None:
    user, _ = make_member(p.account, role)
    sign_in(client, user, p.account)
    note = sign(p)
    assert client.get(url(p, name, note.pk)).status_code == 403
    assert client.get(url(p, "notes")).status_code == 403
    assert client.get(url(p, "note_new", p.client.pk)).status_code == 403
    assert client.post(url(p, "note_addendum", note.pk), {"text": "x"}).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_a_colleague_reads_what_is_signed_and_no_draft(
    client: Client, p: Practice, name: str
) -> None:
    user, _ = colleague(p)
    sign_in(client, user, p.account)
    assert client.get(url(p, name, write(p).pk)).status_code == 403
    assert client.get(url(p, name, sign(p).pk)).status_code in (200, 302)


def test_the_owner_opens_a_colleagues_draft_with_a_reason_and_cant_write_in_it(
    client: Client, p: Practice
) -> None:
    _, tom = colleague(p)
    with acting_in(p.account.ref, by=tom.actor):
        author = Practitioner.objects.get(member=tom)
        note = draft(p, by=tom.actor, author=author)
        writing.save(
            by=tom.actor, note=note, version=1, title="Knee", answers={"plan": "Ice tonight"}
        )
    closed = client.get(url(p, "note", note.pk))
    assert (closed.status_code, "Ice tonight" in closed.text) == (403, False)
    assert client.get(url(p, "note_print", note.pk)).status_code == 403
    opening = url(p, "note_opening", note.pk)
    assert client.post(opening, {"reason": "  "}).status_code == 422
    assert client.post(opening, {"reason": "Tom is ill, the surgeon asks"}).status_code == 302
    page = client.get(url(p, "note", note.pk))
    assert page.status_code == 200
    assert "Ice tonight" in page.text
    assert "Draft, not signed" in page.text
    assert "data-autosave" not in page.text
    assert "Tom is ill, the surgeon asks" in page.text
    assert client.post(url(p, "note", note.pk), {"version": 2, **PLAIN}).status_code == 403
    assert client.post(url(p, "note_discard", note.pk)).status_code == 403
    signature = url(p, "note_signature", note.pk)
    assert client.post(signature, {"as_shown": 2, "confirmed": "yes"}).status_code == 403
    assert autosave(client, p, note).status_code == 403


def test_a_note_is_begun_from_a_template_about_a_visit(client: Client, p: Practice) -> None:
    with acting_in(p.account.ref, by=p.by):
        visit = make_appointment(p.client)
    address = url(p, "note_new", p.client.pk) + f"?appointment={visit.pk}"
    assert "Physio follow-up" in client.get(address).text
    answer = client.post(address, {"template": p.template.pk})
    with acting_in(p.account.ref, by=p.by):
        note = Note.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url(p, "note", note.pk))
    assert note.appointment_id == visit.pk
    again = client.get(address)
    assert (again.status_code, again["Location"]) == (302, url(p, "note", note.pk))


def test_an_unknown_template_or_none_is_told(client: Client, p: Practice) -> None:
    address = url(p, "note_new", p.client.pk)
    for posted in ({}, {"template": str(uuid4())}, {"template": "x"}):
        assert client.post(address, posted).status_code == 422


@pytest.mark.parametrize("appointment", ["x", "5e0c7d3a-2b1f-4a68-9c1d-0d6f3b7a9e21", "other"])
def test_a_visit_that_is_not_the_clients_is_not_there(
    client: Client, p: Practice, appointment: str
) -> None:
    with acting_in(p.account.ref, by=p.by):
        visit = make_appointment(make_client())
    named = str(visit.pk) if appointment == "other" else appointment
    address = url(p, "note_new", p.client.pk) + f"?appointment={named}"
    assert client.get(address).status_code == 404


def test_a_client_of_a_neighbour_is_not_there(client: Client, p: Practice) -> None:
    theirs = practice()
    assert client.get(url(p, "note_new", theirs.client.pk)).status_code == 404


def test_who_has_no_profile_is_told_plainly(client: Client, p: Practice) -> None:
    user, _ = colleague(p, profile=False)
    sign_in(client, user, p.account)
    page = client.get(url(p, "note_new", p.client.pk))
    assert (page.status_code, "Only practitioners write notes" in page.text) == (403, True)
    assert client.get(url(p, "notes")).status_code == 200
    note = sign(p)
    assert "addendum-form" not in client.get(url(p, "note", note.pk)).text
    assert client.post(url(p, "note_addendum", note.pk), {"text": "x"}).status_code == 403


def test_the_page_shows_alerts_first_questions_and_when_it_was_saved(
    client: Client, p: Practice
) -> None:
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        writing.save(by=p.by, note=note, version=1, title="Shoulder", answers={"pain": 4})
        Alert(client=p.client, kind="allergy", text="Latex.").save(force_insert=True)
    page = client.get(url(p, "note", note.pk)).text
    assert page.index("Latex.") < page.index("Subjective")
    assert 'value="4" id="id_pain_4" checked' in page or 'value="4" checked' in page
    assert "Saved " in page
    assert 'name="version" value="2"' in page
    assert "Haddad" not in page[page.index("<title>") : page.index("</title>")]


@pytest.mark.parametrize(
    ("severity", "tone"), [("severe", "danger"), ("care", "warn"), ("info", "info")]
)
def test_an_alert_is_as_grave_beside_a_note_as_on_the_client(
    client: Client, p: Practice, severity: str, tone: str
) -> None:
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        Alert(client=p.client, kind="allergy", severity=severity, text="Latex.").save(
            force_insert=True
        )
    shown = client.get(url(p, "note", note.pk)).text
    record = client.get(url(p, "client", p.client.pk)).text
    for page in (shown, record):
        tones = re.findall(r'class="notice notice--(\w+)', page[: page.index("Latex.")])
        assert tones[-1] == tone


def test_typing_is_saved_and_answered_with_version_and_time(client: Client, p: Practice) -> None:
    note = write(p)
    answer = autosave(client, p, note)
    assert answer.status_code == 200
    assert answer.json()["version"] == 2  # type: ignore[attr-defined]
    assert answer.json()["saved"]  # type: ignore[attr-defined]
    assert kept(p, note).content == {"subjective": "Better", "pain": 4, "plan": "Rest"}
    assert autosave(client, p, note).json() == answer.json()  # type: ignore[attr-defined]


def test_two_windows_the_second_gets_both_texts(client: Client, p: Practice) -> None:
    note = write(p)
    autosave(client, p, note, plan="From the first window")
    answer = autosave(client, p, note, plan="From the second <b>window</b>")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "From the first window" in text
    assert "From the second &lt;b&gt;window&lt;/b&gt;" in text
    assert 'data-keep-mine data-version="2"' in text
    assert "<html" not in text
    assert kept(p, note).content["plan"] == "From the first window"
    assert autosave(client, p, note, version=2, plan="Mine after all").status_code == 200


def test_a_plain_stale_save_keeps_the_text_in_the_form(client: Client, p: Practice) -> None:
    note = write(p)
    autosave(client, p, note, plan="Kept")
    page = client.post(url(p, "note", note.pk), {"version": 1, **PLAIN, "plan": "Typed"})
    assert page.status_code == 409
    assert "Typed</textarea>" in page.text
    assert "Kept" in page.text
    assert 'name="version" value="2"' in page.text
    after = client.post(url(p, "note", note.pk), {"version": 2, **PLAIN, "plan": "Typed"})
    assert after.status_code == 302
    assert kept(p, note).content["plan"] == "Typed"


def test_what_is_too_long_is_told_beside_its_question(client: Client, p: Practice) -> None:
    note = write(p)
    long = "a" * 20_001
    answer = autosave(client, p, note, plan=long)
    assert answer.status_code == 422
    assert "20000 characters; it has 20001" in answer.content.decode().replace(",", "")
    page = client.post(url(p, "note", note.pk), {"version": 1, **PLAIN, "plan": long, "pain": "12"})
    assert page.status_code == 422
    assert long in page.text
    assert "Choose a number from 0 to 10." in page.text
    assert kept(p, note).version == 1


def test_more_than_a_hundred_kilobytes_is_told(client: Client, p: Practice) -> None:
    note = write(p)
    wide = "ā" * 19_000
    fields = {"subjective": wide, "objective": wide, "assessment": wide}
    answer = autosave(client, p, note, **fields)
    assert answer.status_code == 422
    assert "holds up to 100 KB" in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 40])
def test_a_version_that_makes_no_sense_saves_nothing(
    client: Client, p: Practice, version: str
) -> None:
    note = write(p)
    assert autosave(client, p, note, version=version).status_code in (409, 422)
    assert kept(p, note).version == 1


def test_signed_out_while_typing_answers_401_and_the_text_comes_back(
    client: Client, p: Practice
) -> None:
    note = write(p)
    with acting_in(p.account.ref, by=p.by):
        RegionSession.objects.all().delete()
    assert autosave(client, p, note).status_code == 401
    plain = client.post(url(p, "note", note.pk), {"version": 1, **PLAIN, "plan": "Long thought"})
    assert (plain.status_code, "Long thought" in plain.text) == (401, True)
    sign_in(client, p.owner_user, p.account)
    token = client.get(url(p, "note_draft", note.pk), headers={"X-Autosave": "1"})
    assert len(token.json()["csrf"]) == 64
    assert "signed in again" in client.get(url(p, "note_draft", note.pk)).text
    assert autosave(client, p, note).status_code == 200


def test_signing_in_one_act_locks_and_shows_hash_time_and_zone(client: Client, p: Practice) -> None:
    note = write(p)
    data = {"version": 1, **PLAIN, "confirmed": "yes"}
    assert client.post(url(p, "note_signature", note.pk), data).status_code == 302
    stored = kept(p, note)
    page = client.get(url(p, "note", note.pk)).text
    with acting_in(p.account.ref, by=p.by):
        assert stored.content_hash in page
    assert "Signed by Mei Tanaka" in page
    assert "Australia/Sydney" in page
    assert "this is the text that was signed" in page
    assert "data-autosave" not in page


def test_without_javascript_signing_saves_and_asks_first(client: Client, p: Practice) -> None:
    note = write(p)
    asked = client.post(url(p, "note_signature", note.pk), {"version": 1, **PLAIN})
    assert asked["Location"] == url(p, "note_signature", note.pk)
    assert kept(p, note).state == "draft"
    page = client.get(asked["Location"]).text
    assert "Sign this note?" in page
    assert 'name="as_shown" value="2"' in page
    autosave(client, p, note, version=2, plan="Changed elsewhere")
    client.post(asked["Location"], {"as_shown": "2", "confirmed": "yes"})
    assert kept(p, note).state == "draft"
    client.post(asked["Location"], {"as_shown": "3", "confirmed": "yes"})
    assert kept(p, note).state == "final"


def test_an_empty_note_is_not_signed(client: Client, p: Practice) -> None:
    note = write(p)
    data = {"version": 1, "title": "Empty", "confirmed": "yes"}
    page = client.post(url(p, "note_signature", note.pk), data)
    assert (page.status_code, "nothing to sign" in page.text) == (422, True)


def test_typing_on_after_signing_elsewhere_is_shown_to_copy(client: Client, p: Practice) -> None:
    note = sign(p)
    answer = autosave(client, p, note, plan="Too late")
    assert answer.status_code == 409
    assert "Add what is missing as an addendum" in answer.content.decode()
    page = client.post(url(p, "note", note.pk), {"version": 1, **PLAIN, "plan": "Too late"})
    assert (page.status_code, "Too late" in page.text) == (409, True)
    confirmed = {"version": 1, **PLAIN, "confirmed": "yes"}
    assert client.post(url(p, "note_signature", note.pk), confirmed).status_code == 409
    assert client.post(url(p, "note_discard", note.pk)).status_code == 409
    assert client.get(url(p, "note_signature", note.pk)).status_code == 302


def test_an_addendum_is_added_below(client: Client, p: Practice) -> None:
    note = sign(p)
    address = url(p, "note_addendum", note.pk)
    assert client.post(address, {"text": "Rang back: better."}).status_code == 302
    page = client.get(url(p, "note", note.pk)).text
    assert page.index("Rang back: better.") > page.index("Signed by")
    assert client.post(address, {"text": "  "}).status_code == 422
    long = client.post(address, {"text": "a" * 20_001})
    assert (long.status_code, "a" * 20_001 in long.text) == (422, True)
    assert client.post(url(p, "note_addendum", write(p).pk), {"text": "x"}).status_code == 409
    with acting_in(p.account.ref, by=p.by):
        assert Addendum.objects.count() == 1


def test_the_last_note_stands_beside_and_fills_what_is_empty(client: Client, p: Practice) -> None:
    last, note = sign(p), write(p)
    fragment = client.get(url(p, "note_beside", note.pk)).text
    assert "Sleeping through since Thursday." in fragment
    assert "<html" not in fragment
    assert client.get(url(p, "note_beside", note.pk) + "?hide=1").text.strip() == ""
    whole = client.get(url(p, "note", note.pk) + "?beside=last").text
    assert "Sleeping through since Thursday." in whole
    data = {"version": 1, "title": "Today", "plan": "New plan"}
    assert client.post(url(p, "note_copy", note.pk), data).status_code == 302
    stored = kept(p, note)
    assert stored.content["plan"] == "New plan"
    assert stored.content["subjective"] == "Sleeping through since Thursday."
    assert kept(p, last).state == "final"


def test_an_earlier_note_stands_beside_and_gives_one_answer(client: Client, p: Practice) -> None:
    with acting_in(p.account.ref, by=p.by):
        first = signed(p, {"plan": "Ice", "pain": 7})
        signed(p, {"plan": "Heat"})
    note = write(p)
    beside = url(p, "note_beside", note.pk)
    assert "Heat" in client.get(beside).text
    earlier = client.get(f"{beside}?of={first.pk}").text
    assert "Ice" in earlier
    assert f"?of={first.pk}&amp;only=pain" in earlier
    assert "Heat" in client.get(f"{beside}?of=x").text
    take = url(p, "note_copy", note.pk) + f"?of={first.pk}&only=pain&only=nothing"
    data = {"version": 1, "title": "Today", "plan": "Rest", "pain": "2"}
    assert client.post(take, data)["Location"].endswith(f"?beside={first.pk}")
    assert kept(p, note).content == {"plan": "Rest", "pain": 7}
    nowhere = url(p, "note_copy", note.pk) + f"?of={uuid4()}"
    assert client.post(nowhere, {**data, "version": 3}).status_code == 404


def test_the_day_on_which_somebody_was_seen_is_said_apart_and_signed(
    client: Client, p: Practice
) -> None:
    note = write(p)
    seen = (clock.now() - timedelta(days=3)).date()
    later = (clock.now() + timedelta(days=3)).date()
    refused = autosave(client, p, note, **{"seen-on": later.isoformat()})
    assert (refused.status_code, "still to come" in refused.content.decode()) == (422, True)
    assert autosave(client, p, note, **{"seen-on": seen.isoformat()}).status_code == 200
    data = {"version": 2, **PLAIN, "seen-on": seen.isoformat(), "confirmed": "yes"}
    assert client.post(url(p, "note_signature", note.pk), data).status_code == 302
    assert "seen on" in client.get(url(p, "note", note.pk)).text
    with acting_in(p.account.ref, by=p.by):
        stored = Note.objects.get(pk=note.pk)
        assert (stored.seen_on, proof.check(stored).holds) == (seen, True)
        assert stored.signed_at.date() > seen
        stored.words.seen_on = later
        assert proof.check(stored).holds is False
        visit = make_appointment(p.client)
        about = draft(p, appointment=visit)
    assert "seen-on" not in client.get(url(p, "note", about.pk)).text


def test_what_a_template_requires_is_asked_before_signing_alone(
    client: Client, p: Practice
) -> None:
    sections = [
        {
            "key": "s",
            "title": "Session",
            "questions": [
                {"key": "risk", "label": "Risk", "type": "text", "required": True},
                {"key": "told", "label": "Told", "type": "text", "default": "Exercises explained"},
            ],
        }
    ]
    with acting_in(p.account.ref, by=p.by):
        template = templates.add(by=p.by, name="Strict", sections=sections)
        note = draft(p, template=template)
        assert note.content == {"told": "Exercises explained"}
    data = {"version": 1, "title": "Strict", "told": "Exercises explained"}
    assert client.post(url(p, "note", note.pk), data).status_code == 302
    refused = client.post(url(p, "note_signature", note.pk), {**data, "confirmed": "yes"})
    assert (refused.status_code, "before you sign" in refused.text) == (422, True)
    asked = client.post(url(p, "note_signature", note.pk), {"as_shown": "1", "confirmed": "yes"})
    assert asked.status_code == 302
    assert kept(p, note).state == "draft"
    answered = {**data, "risk": "None", "confirmed": "yes"}
    assert client.post(url(p, "note_signature", note.pk), answered).status_code == 302


def test_a_body_chart_is_saved_read_and_compared(client: Client, p: Practice) -> None:
    sections = [
        {
            "key": "s",
            "title": "Where",
            "questions": [{"key": "where", "label": "Where", "type": "chart"}],
        }
    ]
    with acting_in(p.account.ref, by=p.by):
        note = draft(p, template=templates.add(by=p.by, name="Chart", sections=sections))
    page = client.get(url(p, "note", note.pk)).text
    assert page.count('<svg class="figure"') == 2
    line = '[{"view":"front","kind":"pain","width":2,"points":[1190,3260,1210,3290]}]'
    data = {"version": 1, "title": "Knee", "where": line}
    assert client.post(url(p, "note", note.pk), data).status_code == 302
    broken = client.post(url(p, "note", note.pk), {**data, "version": 2, "where": "[{"})
    assert (broken.status_code, "can&#x27;t be read" in broken.text) == (422, True)
    named = {"where-part-0": "back.lower_back", "where-kind-0": "ache", "where-words": "Mornings"}
    assert client.post(url(p, "note", note.pk), {**data, "version": 2, **named}).status_code == 302
    versions = client.get(url(p, "note_versions", note.pk)).text
    assert "Pain: left knee (Front)" in versions
    assert 'class="change__drawn"' in versions
    against = client.get(url(p, "note_versions", note.pk) + "?version=2&against=3").text
    assert "Compared with version 3" in against
    assert "<del>" in against
    confirmed = {**data, "version": 3, **named, "confirmed": "yes"}
    client.post(url(p, "note_signature", note.pk), confirmed)
    for name in ("note", "note_print"):
        read = client.get(url(p, name, note.pk)).text
        assert "Ache: lower back (Back)" in read
        assert "Mornings" in read
        assert read.count('class="drawn drawn--pain" d="M1190 3260 L1210 3290"') == 1


def test_without_a_last_note_there_is_nothing_to_copy(client: Client, p: Practice) -> None:
    note = write(p)
    assert "note_beside" not in client.get(url(p, "note", note.pk)).text
    assert client.post(url(p, "note_copy", note.pk), {"version": 1, **PLAIN}).status_code == 404


def test_every_version_is_readable_with_what_it_changed(client: Client, p: Practice) -> None:
    note = write(p)
    autosave(client, p, note, plan="Rest until Monday")
    autosave(client, p, note, version=2, plan="Rest until Friday")
    page = client.get(url(p, "note_versions", note.pk)).text
    assert "<del>Monday</del><ins>Friday</ins>" in page
    assert "Rest until Monday" in client.get(url(p, "note_versions", note.pk) + "?version=2").text
    assert "How it began" in client.get(url(p, "note_versions", note.pk) + "?version=1").text
    for named in ("9", "x", "-1", "9" * 30):
        bad = client.get(url(p, "note_versions", note.pk) + f"?version={named}")
        assert bad.status_code == 404


def test_the_page_to_print_holds_text_signature_and_hash(client: Client, p: Practice) -> None:
    note = sign(p)
    page = client.get(url(p, "note_print", note.pk)).text
    assert "Leila Haddad" in page
    assert "Sleeping through" in page
    assert page.count(f"SHA-256 {kept(p, note).content_hash}") == 2
    assert url(p, "note_check") in page


def test_chosen_notes_of_a_client_go_on_paper_under_a_chosen_head(
    client: Client, p: Practice
) -> None:
    notes = [sign(p, answers={"plan": f"Plan {n}"}) for n in range(3)]
    with acting_in(p.account.ref, by=p.by):
        p.client.birth_date, p.client.occupation = date(1961, 7, 14), "Lighthouse keeper"
        p.client.save()
        sharing.share(by=p.by, note=notes[2], visibility="clinicians", restricted=True)
        signing.add(by=p.by, note=notes[0], author=p.author, text="Rang back.")
    choice = client.get(url(p, "client_notes", p.client.pk)).text
    assert choice.count('name="note"') == 3
    assert choice.count("data-apart") == 1
    to_print = url(p, "client_notes_print", p.client.pk)
    counted = []
    for chosen in (notes[:1], notes):
        with CaptureQueriesContext(connections["region_au"]) as queries:
            paper = client.get(to_print, {"note": [str(note.pk) for note in chosen]}).text
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert paper.index("Plan 0") < paper.index("Plan 1") < paper.index("Plan 2")
    assert paper.count("Rang back.") == 1
    assert paper.count(f"Birth date {day(p.client.birth_date)}") == 3
    assert ("Lighthouse" in paper, paper.count("Shoulder review")) == (False, 6)
    rules = {"finish_hours": 24, "breaking": "owner", "print_head": ["occupation"]}
    assert client.post(url(p, "note_settings"), rules).status_code == 302
    usual = client.get(url(p, "note_print", notes[0].pk)).text
    assert "Occupation Lighthouse keeper" in usual
    assert (
        "Birth date" in usual.partition("<h1")[0].rpartition("<header")[2],
        "Shoulder review" in usual,
    ) == (False, False)
    once = client.get(url(p, "note_print", notes[0].pk), {"head": ["", "title"]}).text
    assert ("Lighthouse" in once, "Shoulder review" in once) == (False, True)
    assert client.get(to_print).status_code == 302
    assert client.get(to_print, {"note": "nonsense"}).status_code == 302


def test_a_paper_is_checked_by_the_hash_in_its_foot(client: Client, p: Practice) -> None:
    note, page = sign(p), url(p, "note_check")
    with acting_in(p.account.ref, by=p.by):
        found = str(Note.objects.get(pk=note.pk).content_hash)
    assert "Check a printed note" in client.get(page).text
    typed = f" SHA-256 {found[:32].upper()} {found[32:]}"
    assert "Genuine" in client.post(page, {"hash": typed}).text
    assert "No note of this practice" in client.post(page, {"hash": "0" * 64}).text
    assert client.post(page, {"hash": "abc"}).status_code == 422
    theirs = practice()
    sign_in(client, theirs.owner_user, theirs.account)
    foreign = client.post(url(theirs, "note_check"), {"hash": found})
    assert "No note of this practice" in foreign.text
    user, _ = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        sharing.share(by=p.by, note=note, visibility="author", restricted=False)
    sign_in(client, user, p.account)
    hidden = client.post(page, {"hash": found}).text
    assert "which is not for you to read" in hidden
    assert "Sleeping" not in hidden


def test_a_discarded_draft_leaves_the_list(client: Client, p: Practice) -> None:
    note = write(p)
    address = url(p, "note_discard", note.pk)
    assert "Discard this draft?" in client.get(address).text
    assert client.post(address)["Location"] == url(p, "notes")
    assert "Leila Haddad" not in client.get(url(p, "notes")).text
    assert "Discarded" in client.get(url(p, "note", note.pk)).text


def test_drafts_and_visits_without_a_note_wait_in_the_list(client: Client, p: Practice) -> None:
    with acting_in(p.account.ref, by=p.by):
        seen, other = make_client(given_name="Noah"), make_client(given_name="Priya")
        done = make_client(given_name="Ewa")
        for person in (seen, done):
            visit = make_appointment(person, practitioner=p.author)
            Attendee.objects.filter(appointment=visit).update(state="seen")
        signed(p, client=done, appointment=visit)
        make_appointment(other, practitioner=p.author)
        draft(p)
    page = client.get(url(p, "notes")).text
    assert "Leila" in page
    assert "Noah" in page
    assert "Priya" not in page
    assert "Ewa" not in page


@pytest.mark.parametrize("page", ["2", "x", "99999999999", "-1"])
def test_any_page_of_the_list_answers(client: Client, p: Practice, page: str) -> None:
    assert client.get(url(p, "notes") + f"?page={page}").status_code == 200


def test_the_list_costs_the_same_for_one_and_for_three(client: Client, p: Practice) -> None:
    def add() -> None:
        with acting_in(p.account.ref, by=p.by):
            draft(p, client=make_client())
            visit = make_appointment(make_client(), practitioner=p.author)
            Attendee.objects.filter(appointment=visit).update(state="seen")

    counts = []
    for more in (1, 2):
        for _ in range(more):
            add()
        client.get(url(p, "notes"))
        with CaptureQueriesContext(connections["region_au"]) as queries:
            client.get(url(p, "notes"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_history_costs_the_same_for_one_and_for_three(client: Client, p: Practice) -> None:
    note = write(p)
    counts = []
    for version in (1, 2, 3):
        autosave(client, p, note, version=version, plan=f"Version {version}")
        with CaptureQueriesContext(connections["region_au"]) as queries:
            client.get(url(p, "note_versions", note.pk))
        counts.append(len(queries))
    assert counts[0] == counts[2]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_reading_a_note_stands_in_the_audit_and_the_list_reads_none(
    client: Client, parts: Parts
) -> None:
    made = practice()
    sign_in(client, made.owner_user, made.account)
    note = write(made)

    def reads() -> int:
        name = connections["region_au"].settings_dict["NAME"]
        with psycopg.connect(parts.postgres, dbname=name) as database:
            found = database.execute(
                "SELECT count(*) FROM accounts_auditqueue WHERE action = 'record.read' AND kind = 'notes.NoteVersion'"
            ).fetchone()
        return int(found[0]) if found else -1

    before = reads()
    client.get(url(made, "notes"))
    assert reads() == before
    client.get(url(made, "note", note.pk))
    assert reads() == before + 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_an_altered_note_says_so_on_screen_and_on_paper(client: Client, parts: Parts) -> None:
    made = practice()
    sign_in(client, made.owner_user, made.account)
    note = sign(made)
    assert "Altered" not in client.get(url(made, "note", note.pk)).text
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.postgres, dbname=name) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(
            "UPDATE notes_note SET signed_at = signed_at - interval '1 day' WHERE id = %s",
            [note.pk],
        )
    for page in ("note", "note_print"):
        text = client.get(url(made, page, note.pk)).text
        assert "Altered since it was signed" in text
        assert "this is the text that was signed" not in text


def test_visits_of_long_ago_dont_wait_for_a_note(client: Client, p: Practice) -> None:
    with acting_in(p.account.ref, by=p.by):
        for days, name in ((200, "Longago"), (20, "Lately")):
            visit = make_appointment(
                make_client(given_name=name),
                practitioner=p.author,
                starts_at=clock.now() - timedelta(days=days),
            )
            Attendee.objects.filter(appointment=visit).update(state="seen")
    page = client.get(url(p, "notes")).text
    assert ("Lately" in page, "Longago" in page) == (True, False)


def test_a_closing_account_shows_notes_and_keeps_them(client: Client, p: Practice) -> None:
    note = write(p)
    with acting_in(p.account.ref) as scope, connections[scope.database].cursor() as cursor:
        cursor.execute("UPDATE accounts_accountanchor SET state = 'closing'")
    assert client.get(url(p, "note", note.pk)).status_code == 200
    assert autosave(client, p, note).status_code == 409
    assert client.get(url(p, "note_new", p.client.pk)).status_code == 200


def test_a_removed_members_draft_stays_with_the_owner(client: Client, p: Practice) -> None:
    _, tom = colleague(p)
    with acting_in(p.account.ref, by=tom.actor):
        note = draft(p, by=tom.actor, author=Practitioner.objects.get(member=tom))
        Member.objects.filter(pk=tom.pk).update(removed_at=note.created_at)
    client.post(url(p, "note_opening", note.pk), {"reason": "Tom has left"})
    assert client.get(url(p, "note", note.pk)).status_code == 200


def test_another_practice_of_the_same_user_keeps_its_own_notes(client: Client, p: Practice) -> None:
    note = sign(p)
    second = make_account(owner=p.owner_user)
    sign_in(client, p.owner_user, second)
    assert client.get(reverse("note", args=[second.slug, note.pk])).status_code == 404
