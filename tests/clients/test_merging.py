"""Two records that are one person: everything is read together, nothing is rewritten, all of it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connections, transaction
from django.http import Http404
from django.test import Client as Browser

from accounts.models import Location, Practitioner, PrivacyNotice, Role
from accounts.tenancy import acting_in, confine
from bookings.cases import keeping as cases
from bookings.groups.places import join
from bookings.models import Attendee, Message, WaitingEntry, WaitingOffer
from bookings.recalls import keeping as recalls
from clients import (
    alerts,
    caring,
    codes,
    directory,
    holdings,
    identity,
    merging,
    reaching,
    records,
    referring,
)
from clients.consents import giving, notices, purposes
from clients.consents.giving import Given
from clients.disclosures import disclosing
from clients.documents import keeping
from clients.models import Client, ConsentPurpose, How, Merge, Relationship
from clients.relationships import relating
from clients.restrictions.restricting import object_to
from notes import finishing, reading, signing, writing
from notes.intake import sending
from notes.intake import templates as intake_templates
from notes.letters import signing as letters
from notes.letters import writing as letter_writing
from privacy import reading as audit_reading
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.scope import Sight
from tests.bookings.office import Office, browser_of, open_office, ten
from tests.bookings.public import NOW, at
from tests.clients.practice import told
from tests.factories import make_appointment, make_client
from tests.notes.parts import Practice, practice, signed

everywhere = pytest.mark.django_db(databases="__all__")
THEN = datetime(2026, 11, 2, 1, tzinfo=UTC)


def make_attendee(p: Practice, source: Client) -> str:
    make_appointment(source, starts_at=THEN, service_name="Knee check")
    return "Knee check"


def make_message(p: Practice, source: Client) -> str:
    Message(
        client=source, category=Message.Category.CONFIRMATION, channel="sms", send_at=THEN
    ).save(force_insert=True)
    return "by SMS"


def make_note(p: Practice, source: Client) -> str:
    p.client = source
    return str(signed(p, title="First look").title)


def make_alert(p: Practice, source: Client) -> str:
    alerts.add(by=p.by, client=source, kind="allergy", severity="severe", text="Latex gloves")
    return "Latex gloves"


def make_document(p: Practice, source: Client) -> str:
    upload = SimpleUploadedFile("referral.txt", b"Please see Leila.", "text/plain")
    keeping.attach(by=p.by, client=source, upload=upload)
    return "referral.txt"


def make_entry(p: Practice, source: Client) -> str:
    appointment = make_appointment(source)
    entry = WaitingEntry(client=source, service=appointment.service, until=date(2027, 1, 1))
    entry.save(force_insert=True)
    WaitingOffer(
        entry=entry,
        client=source,
        practitioner=appointment.practitioner,
        location=appointment.location,
        starts_at=THEN,
        ends_at=THEN + timedelta(hours=1),
        expires_at=THEN,
    ).save(force_insert=True)
    return "Joined the waiting list"


def make_point(p: Practice, source: Client) -> str:
    values = {"more_phones": [reaching.Line("work", "02 5550 1234")]}
    records.change(by=p.by, client=source, values=values)
    return "(02) 5550 1234"


def make_code(p: Practice, source: Client) -> str:
    codes.issue(by=p.by, client=source)
    return "/revocation/"


def make_consent(p: Practice, source: Client) -> str:
    purposes.provide_defaults()
    purpose = ConsentPurpose.objects.get(kind=ConsentPurpose.Kind.PHOTOS)
    text = purposes.current_texts("en", [purpose.pk])[purpose.pk]
    given = Given(how=How.PAPER, evidence="Blue folder")
    giving.record(by=p.by, client=source, text=text, decision="permit", given=given)
    return "Agreed"


def make_answer(p: Practice, source: Client) -> str:
    notice = PrivacyNotice(version=1, text="We keep what you tell us.")
    notice.save(force_insert=True)
    given = Given(how=How.PHONE)
    notices.answer(by=p.by, client=source, notice=notice, accepted=False, given=given)
    return "Declined"


def make_referral(p: Practice, source: Client) -> str:
    kind = referring.add_type(by=p.by, name="A leaflet")
    referring.say(by=p.by, client=source, source=kind)
    return "A leaflet"


def make_relationship(p: Practice, source: Client) -> str:
    about = relating.About(kind=Relationship.Kind.PARTNER)
    mother = make_client(given_name="Samira", family_name="Marsh")
    relating.relate(by=p.by, client=source, somebody=mother, about=about)
    return "Samira Marsh"


def make_disclosure(p: Practice, source: Client) -> str:
    disclosing.record(
        by=p.by,
        client=source,
        what=disclosing.What((Client,), "Report"),
        to=disclosing.Recipient("clinician", "Dr Ines Prado"),
        way="mail",
    )
    return "To Dr Ines Prado"


def make_case(p: Practice, source: Client) -> str:
    cases.begin(by=p.by, client=source, values={"name": "Left ankle"})
    return "Left ankle"


def make_recall(p: Practice, source: Client) -> str:
    kind = recalls.add_kind(by=p.by, values={"name": "Yearly look", "months": 12})
    recalls.plan(by=p.by, client=source, kind=kind, due_on=date(2027, 1, 1))
    return "Yearly look"


def make_form(p: Practice, source: Client) -> str:
    template = intake_templates.provide_defaults(by=p.by)[0]
    return str(sending.make(by=p.by, client=source, template=template).name)


def make_letter(p: Practice, source: Client) -> str:
    letter = letter_writing.begin(
        by=p.by, member=p.owner, client=source, template=None, addressee="client"
    )
    letter.subject, letter.body = "About your ankle", "It mends well."
    letter.save(update_fields=["subject", "body"])
    letters.sign(by=p.by, letter=letter, version=letter.version)
    return "About your ankle"


def make_objection(p: Practice, source: Client) -> str:
    object_to(by=p.by, client=source, reason="by phone", uses=["sharing"])
    return "Programs and calendar feeds"


def make_carer(p: Practice, client: Client) -> str:
    carer = Practitioner(name="Ida Larsen")
    carer.save(force_insert=True)
    caring.change(by=p.by, client=client, practitioners=[carer])
    return "Ida Larsen"


# Kind of row → what makes one for a record, and returns what the client's pages show of it
MAKERS: dict[str, Callable[[Practice, Client], str]] = {
    "bookings.Attendee": make_attendee,
    "bookings.Message": make_message,
    "bookings.Recall": make_recall,
    "bookings.WaitingEntry": make_entry,
    "clients.Alert": make_alert,
    "clients.BookingCode": make_code,
    "clients.Case": make_case,
    "clients.Caring": make_carer,
    "clients.Consent": make_consent,
    "clients.ContactPoint": make_point,
    "clients.Disclosure": make_disclosure,
    "clients.Document": make_document,
    "clients.NoticeAnswer": make_answer,
    "clients.Referral": make_referral,
    "clients.Relationship": make_relationship,
    "clients.Restriction": make_objection,
    "notes.Form": make_form,
    "notes.Letter": make_letter,
    "notes.Note": make_note,
}


def pages_of(p: Practice, browser: Browser, client: Client) -> str:
    """Return all that the pages about a client show."""
    here = f"/a/{p.account.slug}/clients/{client.pk}/"
    pages = (here, f"{here}?show=files&all=1", f"{here}codes/")
    return "".join(browser.get(page).content.decode() for page in pages)


def rows_of(client: Client) -> list[str]:
    """Return a record's rows as they lie in the database."""
    found: list[str] = []
    with connections["region_au"].cursor() as cursor:
        for model in holdings.kinds():
            table = model._meta.db_table
            cursor.execute(
                f"SELECT t::text FROM {table} t WHERE client_id = %s ORDER BY id", [client.pk]
            )
            found += [text for (text,) in cursor.fetchall()]
    return found


@everywhere
def test_every_kind_of_row_is_read_as_one_persons_and_comes_apart_again() -> None:
    """A kind that is new needs a maker here, and so somebody has looked whether it is read of all records."""
    p = practice()
    browser = browser_of(p.account, Role.PRACTITIONER)
    with acting_in(p.account.ref, by=p.by):
        client, source = p.client, make_client(given_name="Lila", family_name="Hadad")
        unseen = {"privacy.PastEvent"}  # the audit of an account of before, told on no page
        assert {model._meta.label for model in holdings.kinds()} - unseen == set(MAKERS)
        marks = {label: make(p, source) for label, make in MAKERS.items()}
        before = rows_of(source)
    shown = pages_of(p, browser, client)
    assert [label for label, mark in marks.items() if mark in shown] == []
    with acting_in(p.account.ref, by=p.by):
        done = merging.merge(by=p.by, source=source, client=client)
        assert rows_of(source) == before, "nothing was rewritten"
    shown = pages_of(p, browser, client)
    assert [label for label, mark in marks.items() if mark not in shown] == []
    files = {line for line in shown.split('"') if line.endswith("/file/")}
    assert b"Please see Leila." in [b"".join(browser.get(each)) for each in files]
    old = browser.get(f"/a/{p.account.slug}/clients/{source.pk}/")
    assert old["Location"] == f"/a/{p.account.slug}/clients/{client.pk}/"
    with acting_in(p.account.ref, by=p.by):
        merging.undo(by=p.by, merge=done)
    shown = pages_of(p, browser, client)
    assert [label for label, mark in marks.items() if mark in shown] == []
    shown = pages_of(p, browser, source)
    assert [label for label, mark in marks.items() if mark not in shown] == []


@everywhere
def test_the_directory_knows_one_person_by_both_names(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = make_client(given_name="Leila", family_name="Haddad", phone="+61412000101")
        source = make_client(
            given_name="Lila",
            family_name="Marsh",
            email="lila@mail.example",
            birth_date=date(1988, 2, 3),
        )
        assert {each.id for each in directory.search("l")} == {client.pk, source.pk}
        done = merging.merge(by=office.by, source=source, client=client)
        for words in ("marsh", "lila haddad", "lila@mail", "3.2.1988", "0412000101"):
            assert [each.id for each in directory.search(words)] == [client.pk], words
        assert [each.id for each in directory.listing().object_list] == [client.pk]
        assert directory.names([source.pk, client.pk]) == dict.fromkeys(
            (source.pk, client.pk), "Leila Haddad"
        )
        directory.forget()
        assert directory.names([source.pk]) == {source.pk: "Leila Haddad"}
        assert [each.id for each in directory.people([source.pk, client.pk])] == [client.pk]
        directory.search("l")
        merging.undo(by=office.by, merge=done)
        assert [each.id for each in directory.search("marsh")] == [source.pk]
        assert directory.names([source.pk]) == {source.pk: "Lila Marsh"}


@everywhere
def test_fields_are_taken_over_and_go_back_unless_changed_since(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = make_client(email="old@mail.example", phone="", reminders="none")
        source = make_client(
            email="new@mail.example",
            phone="+61412000101",
            birth_date=date(1988, 2, 3),
            reminders="both",
            location=office.location,
        )
        take = ["email", "phone", "birth_date", "reminders", "location", "given_name"]
        done = merging.merge(by=office.by, source=source, client=client, take=take)
        client = Client.objects.get(pk=client.pk)
        assert (client.email, client.birth_date, client.reminders) == (
            "new@mail.example",
            date(1988, 2, 3),
            "both",
        )
        assert (client.location, client.given_name) == (office.location, source.given_name)
        assert Client.objects.filter(email="new@mail.example").count() == 2
        records.change(by=office.by, client=client, values={"phone": "+61412000999"})
        client = Client.objects.get(pk=client.pk)
        back = {name for name, _before, _now in merging.going_back(done, client)}
        assert back == {"email", "birth_date", "reminders", "location", "given_name"}
        merging.undo(by=office.by, merge=done)
        client = Client.objects.get(pk=client.pk)
        assert (client.email, client.birth_date) == ("old@mail.example", None)
        assert (client.phone, client.reminders, client.location) == ("+61412000999", "none", None)
        with connections["region_au"].cursor() as cursor:
            cursor.execute("SELECT former FROM clients_merge WHERE id = %s", [done.pk])
            assert b"old@mail" not in bytes(cursor.fetchone()[0])


@everywhere
def test_a_merge_of_a_merge_comes_apart_in_any_order(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        a, b, c, d = (make_client() for _ in range(4))
        ab = merging.merge(by=office.by, source=a, client=b)
        bc = merging.merge(by=office.by, source=b, client=c)
        merging.merge(by=office.by, source=d, client=c)
        assert set(identity.ids(identity.find(a.pk))) == {a.pk, b.pk, c.pk, d.pk}
        assert identity.find(a.pk).pk == c.pk
        assert [each.source_id for each in merging.standing(c)] == [d.pk, b.pk, a.pk]
        for alias in (a, b, d):
            with pytest.raises(ValidationError, match="merged meanwhile"):
                merging.merge(by=office.by, source=c, client=alias)
        merging.undo(by=office.by, merge=bc)
        assert set(identity.ids(identity.find(a.pk))) == {a.pk, b.pk}
        assert set(identity.ids(identity.find(c.pk))) == {c.pk, d.pk}
        again = merging.merge(by=office.by, source=b, client=c)
        merging.undo(by=office.by, merge=ab)
        assert identity.ids(identity.find(a.pk)) == [a.pk]
        assert set(identity.ids(identity.find(b.pk))) == {b.pk, c.pk, d.pk}
        assert again.undone_at is None


@everywhere
def test_who_cant_be_merged(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        known, claim = make_client(), make_client(is_confirmed=False)
        away = make_client(archived_at=clock.now())
        for source, client in ((known, known), (known, claim), (known, away)):
            with pytest.raises(ValidationError):
                merging.merge(by=office.by, source=source, client=client)
        merging.merge(by=office.by, source=away, client=known)
        with pytest.raises(IntegrityError), transaction.atomic(using="region_au"):
            Client.objects.filter(pk=known.pk).update(alias_of_id=known.pk)
        with pytest.raises(records.Stale) as stale:
            records.change(by=office.by, client=away, values={"phone": "1"})
        assert stale.value.client.pk == known.pk, "who still edits the old record is led to the new"
    neighbour = open_office()
    with acting_in(neighbour.account.ref, by=neighbour.by), pytest.raises(Http404):
        identity.find(known.pk)


@everywhere
def test_what_comes_later_goes_to_the_one_that_is_left(office: Office) -> None:
    """Places, limits and messages of the old record count for the person; undoing leaves what came since."""
    with acting_in(office.account.ref, by=office.by):
        client = make_client(email="kept@mail.example")
        source = make_client(email="gone@mail.example")
        alerts.add(by=office.by, client=client, kind="risk", severity="severe", text="Falls")
        first = office.booked(ten(), client=source)
        session = office.booked(ten(14), client=source)
        session.capacity = 5
        session.save()
        done = merging.merge(by=office.by, source=source, client=client)
        place = Attendee.objects.get(appointment=first)
        assert (place.client.pk, place.client_id) == (client.pk, source.pk)
        icons = {each.id: each.alert_icon for each in office.diary().columns[0].blocks}
        assert "Has an alert" in icons[first.pk]
        person = identity.find(source.pk)
        with pytest.raises(ValidationError, match="place in this session"):
            join(by=office.by, appointment=session, client=person)
        later = office.booked(ten(16), client=identity.find(source.pk))
        assert Attendee.objects.get(appointment=later).client_id == client.pk
        merging.undo(by=office.by, merge=done)
        assert Attendee.objects.get(appointment=later).client.pk == client.pk
        assert Attendee.objects.get(appointment=first).client.pk == source.pk


@everywhere
def test_both_in_one_session_keep_their_places(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        client, source = make_client(), make_client()
        session = office.booked(ten(), client=client)
        Attendee(appointment=session, client=source).save(force_insert=True)
        said = holdings.remarks(client, source, frozenset())
        assert len(said) == 1
        assert said[0].startswith("Both have a place in First visit")
        merging.merge(by=office.by, source=source, client=client)
        assert Attendee.objects.filter(identity.of(identity.find(client.pk))).count() == 2


@everywhere
def test_notes_of_either_are_the_persons(office: Office) -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        client, source = p.client, make_client()
        visit = make_appointment(source, starts_at=clock.now() - timedelta(days=1))
        Attendee.objects.filter(appointment=visit).update(state=Attendee.State.SEEN)
        p.client = source
        old = signed(p, title="Before")
        done = merging.merge(by=p.by, source=source, client=client)
        person = identity.find(source.pk)
        last = reading.last_signed(person)
        assert last is not None
        assert last.pk == old.pk
        assert finishing.unfinished(p.author).missing_count == 1
        note = writing.begin(
            by=p.by, client=person, author=p.author, template=p.template, appointment=visit
        )
        assert note.client_id == client.pk
        assert finishing.unfinished(p.author).missing_count == 0
        added = signing.add(by=p.by, note=old, author=p.author, text="More")
        assert added.client_id == source.pk, "a part goes with its whole"
        merging.undo(by=p.by, merge=done)
        assert finishing.unfinished(p.author).missing_count == 1


@everywhere
def test_both_are_told_of_in_the_audit_and_both_are_shredded(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        client, source = make_client(), make_client()
        with told() as actions:
            done = merging.merge(
                by=office.by, source=source, client=client, take=["email", "given_name"]
            )
        assert actions == ["client.changed", "client.merged", "client.merged"]
        assert audit_reading._records_of(source.pk) == [client.pk, source.pk]
        keyring.destroy_client_keys(identity.ids(identity.find(source.pk)))
        keyring.forget()
        with pytest.raises(ValidationError, match="erased"):
            merging.undo(by=office.by, merge=Merge.objects.get(pk=done.pk))


@everywhere
def test_by_the_pages(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = make_client(given_name="Leila", email="same@mail.example", phone="")
        source = make_client(
            given_name="Lila",
            email="same@mail.example",
            phone="+61412000101",
            is_confirmed=False,
            provenance="self_booking",
        )
        office.booked(ten(), client=source)
    browser = office.browser()
    page = browser.get(office.url("client", source.pk)).content.decode()
    assert "This is Leila" in page
    choice = browser.get(office.url("client_merging", client.pk)).content.decode()
    assert f"with={source.pk}" in choice
    found = browser.post(office.url("client_merging", client.pk), {"q": "lila"}).content.decode()
    assert f"with={source.pk}" in found
    compare = office.url("client_merging", client.pk)
    shown = browser.get(compare, {"with": str(source.pk)}).content.decode()
    assert 'name="phone" value="source" checked' in shown
    assert 'name="given_name" value="client" checked' in shown
    assert "Appointments" in shown
    wrong = browser.get(office.url("client_merging", source.pk), {"with": str(client.pk)})
    assert wrong.status_code == 409
    assert browser.get(compare, {"with": "nobody"}).status_code == 404
    sent = browser.post(compare, {"with": str(source.pk), "phone": "source"})
    assert sent["Location"] == office.url("client", client.pk)
    page = browser.get(office.url("client", client.pk)).content.decode()
    assert "Merged with the record of" in page
    assert "0412 000 101" in page
    with acting_in(office.account.ref):
        merge = Merge.objects.get()
    looked = browser.get(office.url("merge", merge.pk)).content.decode()
    assert "0412 000 101" in looked
    assert "Undo the merge" in looked
    undone = browser.post(office.url("merge_reversal", merge.pk))
    assert undone["Location"] == office.url("client", source.pk)
    assert browser.post(office.url("merge_reversal", merge.pk)).status_code == 302
    assert "This merge was undone" in browser.get(office.url("merge", merge.pk)).content.decode()
    reader = browser_of(office.account, Role.BOOKKEEPER)
    assert reader.post(compare, {"with": str(source.pk)}).status_code == 403
    assert "Undo the merge" not in reader.get(office.url("merge", merge.pk)).content.decode()
    neighbour = open_office()
    foreign = neighbour.browser()
    for name, pk in (("client_merging", client.pk), ("merge_reversal", merge.pk)):
        assert foreign.post(neighbour.url(name, pk)).status_code == 404


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_of_rival_merges_one_wins(settings: Any) -> None:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref, by=office.by):
        one, other, third = (make_client() for _ in range(3))
    pairs = [(one, other), (other, one), (other, third), (one, third)]
    barrier = Barrier(len(pairs))

    def run(pair: tuple[Client, Client]) -> Any:
        try:
            with acting_in(office.account.ref, by=office.by):
                barrier.wait()
                return merging.merge(by=office.by, source=pair[0], client=pair[1])
        except ValidationError as error:
            return error
        finally:
            for each in connections.all():
                each.close()

    with ThreadPoolExecutor(len(pairs)) as pool:
        results = list(pool.map(run, pairs))
    assert 1 <= sum(isinstance(each, Merge) for each in results) <= 2
    with acting_in(office.account.ref, by=office.by):
        for each in Client.objects.exclude(alias_of=None):
            assert Client.objects.get(pk=each.alias_of_id).alias_of_id is None
        assert Merge.objects.count() == Client.objects.exclude(alias_of=None).count()


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@everywhere
def test_a_purge_in_batches_is_not_stopped_by_records_that_stand_for_others(office: Office) -> None:
    with acting_in(office.account.ref), connections["region_au"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'clients_client_alias_of_id_fk'"
        )
        assert "ON DELETE SET NULL (alias_of_id)" in cursor.fetchone()[0]


@everywhere
def test_who_may_see_only_one_of_two_records_sees_that_one(office: Office) -> None:
    """Somebody confined to a location meets the merged record there, though the one it stands for is elsewhere."""
    with acting_in(office.account.ref, by=office.by):
        elsewhere = Location(name="Bay", time_zone="Australia/Sydney")
        elsewhere.save(force_insert=True)
        client = make_client(given_name="Leila", location=elsewhere)
        source = make_client(given_name="Lila", location=office.location)
        appointment = office.booked(ten(), client=source)
        merging.merge(by=office.by, source=source, client=client)
    with acting_in(office.account.ref, by=office.by) as scope:
        confine(scope, Sight(office.location.pk))
        directory.forget()
        assert directory.names([source.pk])[source.pk].startswith("Lila")
        assert Attendee.objects.get(appointment=appointment).client.given_name == "Lila"
        assert identity.find(source.pk).pk == source.pk
        assert [each.id for each in directory.search("lila")] == [source.pk]
        with pytest.raises(Http404):
            identity.find(client.pk)
