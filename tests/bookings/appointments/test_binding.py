"""Binding a self-booked person to a known client: everything comes along and stays readable, and can go back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from accounts.tenancy import acting_in
from bookings.appointments.binding import bind, unbind
from bookings.appointments.booking import book
from bookings.models import Attendee, Message, WaitingEntry, WaitingWish
from clients import alerts, documents
from clients.models import Binding, Client, Document
from privacy.vocabulary import clock, keyring
from tests.bookings.office import Office, browser_of, open_office, ten
from tests.bookings.public import NOW, at
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def newcomer(office: Office, **fields: Any) -> Client:
    """Return somebody who booked online, with a comment, a message that was written and a wish."""
    person = make_client(
        **{"given_name": "Lila", "is_confirmed": False, "provenance": "self_booking", **fields}
    )
    appointment = book(
        by=office.by,
        practitioner=office.mei,
        service=office.service,
        location=office.location,
        starts_local=ten(),
        client=person,
        comment="Left knee",
        provenance="self_booking",
    )
    message = Message.objects.filter(client=person).first()
    assert message is not None
    message.address, message.body = "lila@mail.example", "Your appointment"
    message.save()
    entry = WaitingEntry(
        client=person, service=appointment.service, until=clock.today("UTC"), note="Mornings"
    )
    entry.save(force_insert=True)
    WaitingWish(entry=entry, client=person, practitioner=office.mei).save(force_insert=True)
    return person


def test_everything_comes_along_and_is_read_with_the_clients_key(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        person, known = newcomer(office), make_client(given_name="Leila", email="old@mail.example")
        seen = known.updated_at
        binding = bind(by=office.by, newcomer=person, client=known)
        # Without the newcomer's key nothing may be lost any more
        keyring.destroy_client_keys([person.pk])
        keyring.forget()
        place = Attendee.objects.get(client=known)
        assert place.comment == "Left knee"
        message = Message.objects.filter(client=known).order_by("created_at").first()
        assert message is not None
        assert (message.address, message.body) == ("lila@mail.example", "Your appointment")
        entry = WaitingEntry.objects.get(client=known)
        assert (entry.note, entry.wishes.get().client_id) == ("Mornings", known.pk)
        for model in (Attendee, Message, WaitingEntry, WaitingWish):
            assert not model.objects.filter(client=person).exists()
        known.refresh_from_db()
        assert (known.given_name, known.email, known.updated_at) == (
            "Leila",
            "old@mail.example",
            seen,
        ), "nothing of theirs is overwritten"
        assert binding.moved["bookings.Attendee"] == [str(place.pk)]


def test_the_newcomers_own_words_stay_with_their_record(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        person, known = newcomer(office), make_client()
        bind(by=office.by, newcomer=person, client=known)
        person.refresh_from_db()
        assert (person.given_name, person.is_confirmed) == ("Lila", False)
        assert person.archived_at is not None


def test_undone(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        person, known = newcomer(office), make_client()
        theirs = office.booked(ten(14), client=known)
        binding = bind(by=office.by, newcomer=person, client=known)
        unbind(by=office.by, binding=binding)
        unbind(by=office.by, binding=binding)
        keyring.forget()
        assert Attendee.objects.get(client=person).comment == "Left knee"
        assert Attendee.objects.get(client=known).appointment_id == theirs.pk
        person.refresh_from_db()
        assert (person.archived_at, person.is_confirmed) == (None, False)
        again = bind(by=office.by, newcomer=person, client=known)
        assert again.pk != binding.pk


def test_files_come_along_sealed_anew(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        person, known = newcomer(office), make_client()
        upload = SimpleUploadedFile("referral.txt", b"Please see Lila.", "text/plain")
        before = documents.attach(by=office.by, client=person, upload=upload)
        binding = bind(by=office.by, newcomer=person, client=known)
        file = Document.objects.get()
        assert (file.pk, file.client_id, file.name) == (before.pk, known.pk, "referral.txt")
        assert file.storage_key != before.storage_key
        assert b"".join(documents.contents(file)) == b"Please see Lila."
        unbind(by=office.by, binding=binding)
        back = Document.objects.get()
        assert back.client_id == person.pk
        assert b"".join(documents.contents(back)) == b"Please see Lila."
        documents.store().delete(back.storage_key)
        with pytest.raises(ValidationError, match="file of this record"):
            bind(by=office.by, newcomer=person, client=known)
        assert Attendee.objects.get().client_id == person.pk, "all of it or nothing"


def test_who_cant_be_bound(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        person, known = newcomer(office), make_client()
        claim = make_client(is_confirmed=False)
        away = make_client(archived_at=clock.now())
        for one, other in (
            (person, person),
            (known, make_client()),
            (person, claim),
            (person, away),
        ):
            with pytest.raises(ValidationError):
                bind(by=office.by, newcomer=one, client=other)
        alerts.add(by=office.by, client=person, kind="allergy", severity="care", text="latex")
        with pytest.raises(ValidationError, match="added to this record"):
            bind(by=office.by, newcomer=person, client=known)
        assert Binding.objects.count() == 0


def test_both_in_one_session(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        person, known = newcomer(office), make_client()
        appointment = Attendee.objects.get(client=person).appointment
        Attendee(appointment=appointment, client=known).save(force_insert=True)
        with pytest.raises(ValidationError, match="same session"):
            bind(by=office.by, newcomer=person, client=known)


def test_by_the_page_with_undo(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        known = make_client(given_name="Leila", email="same@mail.example")
        person = newcomer(office, email="same@mail.example")
    browser = office.browser()
    page = browser.get(office.url("client", person.pk)).content.decode()
    assert "This is Leila" in page
    answer = browser.post(office.url("client_binding", person.pk), {"client": str(known.pk)})
    assert answer["Location"] == office.url("client", known.pk)
    bound = browser.get(office.url("client", person.pk)).content.decode()
    assert "turned out to be a known client" in bound
    with acting_in(office.account.ref):
        binding = Binding.objects.get()
    undone = browser.post(office.url("binding_reversal", binding.pk))
    assert undone["Location"] == office.url("client", person.pk)
    assert "This is Leila" in browser.get(undone["Location"]).content.decode()
    with acting_in(office.account.ref):
        assert Attendee.objects.get().client_id == person.pk
    refused = browser.post(office.url("client_binding", known.pk), {"client": str(person.pk)})
    assert refused["Location"] == office.url("client", known.pk)
    assert browser.post(office.url("client_binding", person.pk), {"client": "x"}).status_code == 404


def test_only_who_may_edit_clients_of_this_practice(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        known, person = make_client(), newcomer(office)
    address = office.url("client_binding", person.pk)
    sent = {"client": str(known.pk)}
    assert browser_of(office.account, Role.BOOKKEEPER).post(address, sent).status_code == 403
    neighbour = open_office()
    foreign = neighbour.url("client_binding", person.pk)
    assert neighbour.browser().post(foreign, sent).status_code == 404
