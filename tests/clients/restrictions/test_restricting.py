"""Restrictions and objections: what the database refuses, what is not sent, what pages say, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, transaction

from accounts.models import Role
from accounts.tenancy import acting_in
from bookings.messaging.objections import NEEDED, use_of
from bookings.models import Message
from clients import alerts, merging
from clients.models import Client, Document, Restriction
from clients.restrictions import standing
from clients.restrictions.restricting import answering, lift, object_to, restrict
from notes.models import Note, NoteVersion
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.messaging.post import Sink, run_due, states, take
from tests.bookings.office import NOW, Office, at, browser_of, open_office, ten
from tests.bookings.public import Practice
from tests.bookings.waiting.lists import offered, waits
from tests.clients.practice import practice as another_practice
from tests.clients.practice import told
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
Area, Use = Restriction.Area, Restriction.Use


@contextmanager
def refused(code: str = "KW005") -> Iterator[None]:
    """Expect the database itself to refuse a change, and go on."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(using="region_au"):
        yield
    assert getattr(caught.value.__cause__, "sqlstate", "") == code


def run(sql: str, *values: Any) -> int:
    """Run plain SQL as the application's role; return how many rows it reached."""
    with connections["region_au"].cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def written(office: Office, client: Client) -> Note:
    """Return a draft with words."""
    note = Note(client=client, author=office.mei)
    words = NoteVersion(note=note, client=client, version=1, title="Knee", content={"a": "b"})
    note.save(force_insert=True)
    words.saved_at = note.updated_at
    words.save(force_insert=True)
    return note


def test_the_database_keeps_what_is_only_stored(office: Office) -> None:
    with acting_in(office.account.ref):
        client, other = make_client(), make_client()
        office.booked(ten(), client)
        alerts.add(by=SYSTEM, client=client, kind="risk", severity="care", text="Falls")
        note = written(office, client)
        file = Document(client=client, name="scan.pdf", size=1, storage_key="a/b", file_key="k")
        file.save(force_insert=True)
        restrict(by=office.by, client=client, reason="says it is wrong", allows=[Area.BOOKING])
    with acting_in(office.account.ref, by=office.by):
        # plain SQL of the application's own role, as a member
        with refused():
            run("UPDATE clients_client SET archived_at = now() WHERE id = %s", client.pk)
        with refused():
            run("UPDATE clients_alert SET resolved_at = now() WHERE client_id = %s", client.pk)
        with refused():
            run("UPDATE notes_note SET state = 'void' WHERE id = %s", note.pk)
        with refused():
            run("DELETE FROM clients_contactpoint WHERE client_id = %s", client.pk)
            alerts.add(by=office.by, client=client, kind="risk", severity="care", text="More")
        with refused():  # nor does the record become part of another one's
            run("UPDATE clients_client SET alias_of_id = %s WHERE id = %s", client.pk, other.pk)
        # words and files aren't there; the alert, which protects people, is
        assert run("SELECT 1 FROM notes_noteversion WHERE client_id = %s", client.pk) == 0
        assert run("SELECT 1 FROM clients_document WHERE client_id = %s", client.pk) == 0
        assert run("SELECT 1 FROM clients_alert WHERE client_id = %s", client.pk) == 1
        # what the client wants to go on, and everybody else's
        assert run("UPDATE bookings_attendee SET comment = comment WHERE client_id = %s", client.pk)
        assert run("UPDATE clients_client SET archived_at = NULL WHERE id = %s", other.pk) == 1
        # and the work on their request
        with answering():
            assert NoteVersion.objects.filter(client=client).count() == 1
            assert run("UPDATE clients_client SET archived_at = NULL WHERE id = %s", client.pk) == 1
        with refused():
            run("UPDATE clients_client SET archived_at = NULL WHERE id = %s", client.pk)
        # the row itself is only lifted, with a reason, once
        row = Restriction.objects.get()
        with refused("KW003"):
            run("UPDATE clients_restriction SET allows = '[\"care\"]' WHERE id = %s", row.pk)
        with pytest.raises(ValidationError):
            lift(by=office.by, restriction=row, because=" ")
        with pytest.raises(ValidationError):
            restrict(by=office.by, client=client, reason="again")
        with told() as actions:
            lift(by=office.by, restriction=row, because="The report was corrected")
            lift(by=office.by, restriction=row, because="twice is once")
        assert actions == ["restriction.lifted"]
        assert NoteVersion.objects.filter(client=client).count() == 1
        assert run("UPDATE clients_alert SET resolved_at = now() WHERE client_id = %s", client.pk)
        with refused("KW003"):
            run("UPDATE clients_restriction SET lifted_at = NULL WHERE id = %s", row.pk)


def test_it_holds_for_every_record_of_the_person(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        client, twin = make_client(), make_client()
        merging.merge(by=office.by, source=twin, client=client)
        twin.refresh_from_db()
        row = restrict(by=office.by, client=client, reason="asked")
        assert [each.pk for each in standing.standing(client)] == [row.pk]
        assert standing.is_restricted(client, Area.CARE)
        with refused():
            run("UPDATE clients_client SET archived_at = now() WHERE id = %s", twin.pk)
        lift(by=office.by, restriction=row, because="over")
        assert run("UPDATE clients_client SET archived_at = NULL WHERE id = %s", twin.pk) == 1
        assert standing.permits(client, Use.MESSAGES)


def test_what_was_queued_is_not_sent(practice: Practice, sink: Sink) -> None:
    place = take(practice)
    with acting_in(practice.account.ref):
        client = Client.objects.get(pk=place.client_id)
        row = object_to(by=SYSTEM, client=client, reason="phoned", uses=[Use.MESSAGES])
        with pytest.raises(ValidationError):
            object_to(by=SYSTEM, client=client, reason="again", uses=[Use.MESSAGES])
        with pytest.raises(ValidationError):
            object_to(by=SYSTEM, client=client, reason="nothing", uses=[])
        message = Message.objects.get(category="confirmation")
        # also past the product: nobody marks it as being sent
        with refused():
            run("UPDATE bookings_message SET state = 'sending' WHERE id = %s", message.pk)
    run_due(practice)
    assert sink.mails == []
    assert states(practice)[0] == ("confirmation", "email", "suppressed", "objection")
    with acting_in(practice.account.ref):
        # database and product agree on every kind of message
        for category in Message.Category.values:
            sql = "UPDATE bookings_message SET state = 'sending', category = %s WHERE id = %s"
            if use_of(category) == Use.MESSAGES:
                with refused():
                    run(sql, category, message.pk)
            else:
                assert run(sql, category, message.pk) == 1
        assert {use_of(category) for category in NEEDED} == {""}
        lift(by=SYSTEM, restriction=row, because="wants them again")
        assert run("UPDATE bookings_message SET state = 'sending' WHERE id = %s", message.pk) == 1


def test_no_offers_from_the_waiting_list(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        entry = waits(office)
        object_to(by=office.by, client=entry.client, reason="said so", uses=[Use.OFFERS])
        with pytest.raises(ValidationError, match="object to offers"):
            offered(office, entry)
        with refused():
            run(
                "INSERT INTO bookings_waitingoffer (id, account_id, entry_id, client_id, practitioner_id, location_id,"
                " starts_at, ends_at, expires_at, state, created_at) SELECT gen_random_uuid(), account_id, id, client_id,"
                " %s, %s, now(), now(), now(), 'offered', now() FROM bookings_waitingentry",
                office.mei.pk,
                office.location.pk,
            )


def test_the_pages(office: Office) -> None:
    with acting_in(office.account.ref):
        client, plain = make_client(given_name="Leila"), make_client()
        appointment = office.booked(ten(), client)
        written(office, client)
    browser, desk = office.browser(), browser_of(office.account, Role.RECEPTION)
    assert (
        "Nothing is restricted" in desk.get(office.url("restrictions", client.pk)).content.decode()
    )
    new = office.url("restriction_new", client.pk)
    assert desk.post(new, {"reason": ""}).status_code == 422
    given = {"reason": "says the report is wrong", "allows": ["booking"]}
    with told() as actions:
        assert desk.post(new, given).status_code == 302
    assert actions[0] == "restriction.begun"
    assert desk.post(new, given).status_code == 422  # restricted already
    objects = {"uses": ["messages", "forms"], "reason": "by phone"}
    assert desk.post(office.url("restriction_objection", client.pk), objects).status_code == 302
    page = desk.get(office.url("restrictions", client.pk)).content.decode()
    assert "says the report is wrong" in page
    assert "Forms by link, reminders and other messages" in page
    for name, pk in (("client", client.pk), ("appointment", appointment.pk)):
        shown = browser.get(office.url(name, pk), follow=True).content.decode()
        assert "Data only stored" in shown, name
    refusal = browser.post(office.url("client_archive", client.pk))
    assert refusal.status_code == 409
    assert "These data are only stored" in refusal.content.decode()
    # whoever answers requests lifts it; reception does not
    with acting_in(office.account.ref):
        row = Restriction.objects.get(kind="restriction")
    lifting = office.url("restriction_lifting", client.pk, row.pk)
    assert desk.post(lifting, {"because": "over"}).status_code == 403
    assert browser.post(lifting, {"because": ""}).status_code == 422
    assert browser.post(lifting, {"because": "The report was right"}).status_code == 302
    assert (
        "The report was right" in desk.get(office.url("restrictions", client.pk)).content.decode()
    )
    assert browser.post(office.url("client_archive", client.pk)).status_code == 302
    # neither another practice nor another client's address leads there
    assert browser.get(office.url("restriction_lifting", plain.pk, row.pk)).status_code == 404
    stranger = another_practice()
    assert stranger.get(f"{client.pk}/restrictions/").status_code == 404
