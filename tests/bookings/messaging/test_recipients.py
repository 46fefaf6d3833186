"""Messages about a child reach who stands by them, as granted when they leave; links of theirs do what is granted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.models import Attendee, Message
from clients import contacts
from clients.models import Client, Relationship
from clients.relationships import relating
from clients.relationships.relating import NOTHING, About, Grants
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.messaging.post import Sink, run_due, states, take
from tests.bookings.public import NOW, TEN, Practice, at
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
MOTHER = About(kind="parent", ends_at_adulthood=True)
MESSAGES = Grants(gets_messages=True)
BOTH = Grants(gets_messages=True, can_book=True)
CHILD = {"given_name": "Mia", "birth_date": date(2019, 3, 1), "email": ""}


def relate(practice: Practice, client: Client, somebody: Any, grants: Grants) -> Relationship:
    with acting_in(practice.account.ref):
        row = relating.relate(
            by=SYSTEM, client=client, somebody=somebody, about=MOTHER, grants=grants
        )
        Message.objects.filter(category="sharing").update(state="suppressed")
        return row


def child(practice: Practice, **fields: Any) -> tuple[Client, Client]:
    """Return a child and her mother, both clients."""
    with acting_in(practice.account.ref):
        return (
            make_client(**CHILD | fields),
            make_client(given_name="Rosa", email="rosa@mail.example"),
        )


def visit(practice: Practice, client: Client) -> Attendee:
    """Book Tuesday at ten for a client."""
    with acting_in(practice.account.ref):
        appointment = book(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN,
            client=Client.objects.get(pk=client.pk),
        )
        place: Attendee = appointment.attendees.get()
        return place


def got(sink: Sink) -> list[tuple[str, str]]:
    """Return to whom each mail went and how it begins."""
    found = []
    for envelope, mail in sink.mails:
        text = mail.get_body().get_content()  # type: ignore[union-attr]
        found.append((envelope.rcpt_tos[0], text.splitlines()[0]))
    return found


def link_of(sink: Sink, practice: Practice) -> str:
    """Return the link in the last mail, as a path."""
    text = sink.mails[-1][1].get_body().get_content()  # type: ignore[union-attr]
    (line,) = [each for each in text.splitlines() if each.startswith("https://keepwell.example/")]
    return str(line.removeprefix("https://keepwell.example"))


def test_a_mother_gets_it_instead_of_the_child_and_her_link_does_what_she_may(
    practice: Practice, sink: Sink, client: Browser
) -> None:
    mia, rosa = child(practice, email="mia@mail.example")
    row = relate(practice, mia, rosa, BOTH)
    place = visit(practice, mia)
    run_due(practice)
    assert got(sink) == [("rosa@mail.example", "This is about Mia.")]
    link = link_of(sink, practice)
    cancel = f"{link}cancellation/"
    assert "sick" in client.get(link).content.decode()  # the reasons for cancelling
    with acting_in(practice.account.ref):
        relating.change(by=SYSTEM, relationship=row, about=MOTHER, grants=MESSAGES)
    shown = client.get(link)
    assert (shown.status_code, 'name="reason"' in shown.content.decode()) == (200, False)
    assert client.post(cancel, {"reason": "sick"}).status_code == 409
    with acting_in(practice.account.ref):
        relating.change(by=SYSTEM, relationship=row, about=MOTHER, grants=BOTH)
    answer = client.post(cancel, {"reason": "sick"})
    assert (answer.status_code, answer["Location"]) == (302, link)
    with acting_in(practice.account.ref):
        assert Attendee.objects.get(pk=place.pk).state == "cancelled"
        relating.end(by=SYSTEM, relationship=row)
    assert client.get(link).status_code == 404


def test_who_gets_it_is_asked_again_when_it_leaves(
    practice: Practice, sink: Sink, gateway: Any, settings: Any
) -> None:
    mia, rosa = child(practice)
    mother = relate(practice, mia, rosa, MESSAGES)
    visit(practice, mia)
    run_due(practice)
    with acting_in(practice.account.ref):
        father = contacts.add(
            by=SYSTEM, values={"kind": "family", "given_name": "Tom", "phone": "+61491570006"}
        )
        relating.end(by=SYSTEM, relationship=mother)
    relate(practice, mia, father, MESSAGES)
    at(NOW + timedelta(minutes=61), settings)
    run_due(practice)
    run_due(practice)
    assert [mail[0] for mail in got(sink)] == ["rosa@mail.example"]
    assert gateway.texts[0][2]["text"].startswith("Mia: ")
    reminders = [each for each in states(practice) if each[0] == "reminder"]
    assert reminders == [
        ("reminder", "email", "suppressed", "unshared"),
        ("reminder", "sms", "sent", ""),
    ]


def test_a_child_who_comes_of_age_gets_it_alone(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    mia, rosa = child(practice, email="mia@mail.example", birth_date=date(2008, 11, 24))
    relate(practice, mia, rosa, MESSAGES)
    visit(practice, mia)  # the day before she is 18
    run_due(practice)
    at(NOW + timedelta(hours=15), settings)  # her birthday, in Sydney
    with acting_in(practice.account.ref):
        Message.objects.filter(category="reminder").update(send_at=NOW + timedelta(hours=14))
    run_due(practice)
    run_due(practice)
    reminders = {row[1:] for row in states(practice) if row[0] == "reminder"}
    assert ("email", "suppressed", "unshared") in reminders
    told = [to for to, _line in got(sink)]
    assert told[:1] == ["rosa@mail.example"]
    assert told[1:] in ([], ["mia@mail.example"])


def test_a_partner_gets_it_beside_an_adult(practice: Practice, sink: Sink) -> None:
    place = take(practice)
    with acting_in(practice.account.ref):
        leila, sam = place.client, make_client(given_name="Sam", email="sam@mail.example")
    relate(practice, leila, sam, MESSAGES)
    run_due(practice)
    run_due(practice)
    assert sorted(got(sink)) == [
        ("leila@mail.example", f"Your appointment at {practice.account.name} is booked."),
        ("sam@mail.example", "This is about Leila."),
    ]


def test_whoevers_data_is_newly_shared_is_told_by_mail(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    mia, rosa = child(practice)
    with acting_in(practice.account.ref):
        ana, bo = make_client(email="ana@mail.example"), make_client(given_name="Bo")
        partner = About(kind="partner")
        row = relating.relate(
            by=SYSTEM, client=ana, somebody=bo, about=partner, grants=Grants(can_book=True)
        )
        taken_back = relating.relate(
            by=SYSTEM, client=bo, somebody=rosa, about=partner, grants=MESSAGES
        )
        relating.change(by=SYSTEM, relationship=taken_back, about=partner, grants=NOTHING)
        relating.relate(by=SYSTEM, client=mia, somebody=rosa, about=MOTHER, grants=BOTH)
        relating.change(by=SYSTEM, relationship=row, about=partner, grants=NOTHING)
        relating.change(by=SYSTEM, relationship=row, about=partner, grants=BOTH)
    at(NOW + timedelta(minutes=2), settings)
    run_due(practice)
    (envelope, mail), *_more = sink.mails
    text = mail.get_body().get_content()  # type: ignore[union-attr]
    assert envelope.rcpt_tos == ["ana@mail.example"]
    assert "From now on Bo " in text
    granted = [line for line in text.splitlines() if line.startswith("- ")]
    assert granted == ["- book, move and cancel appointments", "- get reminders and messages"]
    assert sorted(row[2:] for row in states(practice)) == [
        ("sent", ""),
        ("sent", ""),
        ("suppressed", "no_address"),
        ("suppressed", "superseded"),
    ]
