"""Appointments and notes of another system: whose they are, when they were, final, silent; and all of it taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connections, transaction

from accounts.models import OutboxJob, Practitioner
from accounts.tenancy import acting_in
from bookings.models import Appointment, Attendee, Service
from clients import directory, records
from clients.importing import undoing
from clients.models import Client, ImportedRow
from notes.models import Note, NoteVersion
from notes.proof import check
from privacy.vocabulary import keyring
from tests.clients.importing.flow import csv, imported, owner_in, tried, upload, worked
from tests.factories import make_account, make_appointment, make_practice

pytestmark = pytest.mark.django_db(databases="__all__")

CLIENTS = csv(
    ("Patient ID", "First Name", "Last Name", "Date of Birth", "Email"),
    ("1", "Ana", "Vega", "23/04/1981", "ana@mail.example"),
    ("2", "Bo", "Li", "05/06/1990", ""),
    ("3", "Bo", "Li", "07/08/1960", ""),
)
APPOINTMENTS = csv(
    ("Appointment ID", "Patient ID", "Patient", "Practitioner", "Appointment type", "Starts at", "Ends at", "Status",
     "Cancellation reason", "Notes"),
    ("a1", "1", "", "Mei Tanaka", "First visit", "23/04/2025 09:30", "23/04/2025 10:15", "Completed", "", "left knee"),
    ("a2", "", "Vega, Ana", "Old Hand", "Cupping", "24/04/2025 09:30", "24/04/2025 10:15", "DNA", "", ""),
    ("a3", "2", "", "Mei Tanaka", "First visit", "23/04/2025 10:00", "23/04/2025 10:30", "Cancelled", "flu", ""),
    ("a4", "3", "", "Mei Tanaka", "First visit", "23/04/2025 09:45", "23/04/2025 10:00", "Completed", "", ""),
    ("a5", "3", "", "Mei Tanaka", "First visit", "02/02/2027 09:00", "02/02/2027 10:00", "Booked", "", ""),
    ("a6", "", "Bo Li", "Mei Tanaka", "First visit", "25/04/2025 09:30", "25/04/2025 10:15", "Completed", "", ""),
    ("a7", "99", "", "Mei Tanaka", "First visit", "25/04/2025 11:30", "25/04/2025 11:15", "Completed", "", ""),
)  # fmt: skip
MATCHED = {
    "practitioner": {"Old Hand": "former"},
    "service": {"Cupping": "former"},
}
NOTES = csv(
    ("Note ID", "Patient ID", "Author", "Title", "Date", "Subjective", "Plan"),
    ("n1", "1", "Dr Ex Colleague", "Knee", "23/04/2025 10:20", "<p>Hurts <b>less</b></p>", "Go on"),
    ("n2", "2", "Mei Tanaka", "", "24/04/2025", "Second", ""),
    ("n3", "8", "Mei Tanaka", "", "24/04/2025", "Nobody's", ""),
)  # fmt: skip


def test_history_arrives_whole_and_can_be_taken_back() -> None:
    account = make_account()
    with acting_in(account.ref):
        location, mei, _service = make_practice()
        Practitioner.objects.filter(pk=mei.pk).update(deactivated_at=None)
        mei.name = "Mei Tanaka"
        mei.save()
        zone = location.time_zone
    people = imported(account, "clients", CLIENTS)
    told = {"values": MATCHED, "defaults": {"location": str(location.pk)}}
    visits = imported(account, "appointments", APPOINTMENTS, **told)
    assert (visits.counts["good"], visits.counts["bad"]) == (5, 2)
    assert (visits.counts["code:several_clients"], visits.counts["code:no_client"]) == (1, 1)
    with acting_in(account.ref):
        ana = Client.objects.get(email="ana@mail.example")
        found = {
            row.reference: row.object_id
            for row in ImportedRow.objects.filter(batch=visits, is_first=True)
        }
        first, missed, off, beside, coming = (
            Appointment.objects.get(pk=found[f"a{n}"]) for n in range(1, 6)
        )
        assert (first.starts_at, first.time_zone) == (
            datetime(2025, 4, 22, 23, 30, tzinfo=UTC),
            zone,
        )
        assert (first.duration_minutes, first.provenance, first.practitioner_id) == (
            45,
            "import",
            mei.pk,
        )
        places = {place.appointment_id: place for place in Attendee.objects.all()}
        states = [places[each.pk].state for each in (first, missed, off, beside, coming)]
        assert states == ["seen", "no_show", "cancelled", "seen", "expected"]
        assert (places[first.pk].client_id, places[missed.pk].client_id) == (ana.pk, ana.pk)
        assert (places[first.pk].comment, places[off.pk].cancel_note) == ("left knee", "flu")
        assert (off.state, off.cancelled_at, beside.is_overbooked, first.is_overbooked) == (
            "cancelled", off.starts_at, True, False,
        )  # fmt: skip
        old = Practitioner.objects.get(pk=missed.practitioner_id)
        assert (old.name, old.deactivated_at is not None, missed.service_name) == (
            "Old Hand",
            True,
            "Cupping",
        )
        assert Service.objects.get(pk=missed.service_id).archived_at is not None

    notes = imported(account, "notes", NOTES, values={"author": {"Dr Ex Colleague": str(mei.pk)}})
    assert (notes.counts["good"], notes.counts["bad"]) == (2, 1)
    with acting_in(account.ref):
        note = Note.objects.get(client_id=ana.pk)
        assert (note.state, note.author_name, note.author_id) == (
            "final",
            "Dr Ex Colleague",
            mei.pk,
        )
        assert (note.signed_at, note.seen_on) == (
            datetime(2025, 4, 23, 0, 20, tzinfo=UTC),
            date(2025, 4, 23),
        )
        assert note.content["text"] == "Subjective\nHurts less\n\nPlan\nGo on"
        row = ImportedRow.objects.get(batch=notes, object_id=note.pk)
        assert (note.content["source_hash"], note.content["source_file"]) == (
            row.source_hash,
            notes.sha256,
        )
        assert (note.title, check(note).holds, row.reference) == ("Knee", True, "n1")
        # no message, no reminder, no expiry: whatever was asked for is the import's own
        named = set(OutboxJob.objects.values_list("name", flat=True))
        assert {name for name in named if not name.startswith("imports.")} == {"clients.duplicates"}
        for table, pk in (
            ("clients_client", ana.pk),
            ("notes_note", note.pk),
            ("bookings_attendee", places[first.pk].pk),
        ):
            with (
                pytest.raises(DatabaseError, match="only an import"),
                transaction.atomic(using="region_au"),
            ):
                connections["region_au"].cursor().execute(
                    f"DELETE FROM {table} WHERE id = %s", [pk]
                )

        # the clients can't go while others hang on them
        assert undoing.touched(people).by.keys() >= {"Attendees", "Notes"}
        undoing.ask(by=owner_in(account).actor, batch=notes, changed_too=False)
    notes = worked(account, notes)
    assert (notes.state, notes.counts["left"], notes.counts["stayed"]) == (
        "undone", {"notes.Note": 2, "notes.NoteVersion": 2}, 0,
    )  # fmt: skip
    with acting_in(account.ref):
        assert (Note.objects.count(), NoteVersion.objects.count()) == (0, 0)
        # somebody moves one of the appointments: it stays, and so does its client
        coming.refresh_from_db()
        coming.sequence += 1
        coming.save()
        touched = undoing.touched(visits)
        assert (touched.total, touched.going, touched.only_changed) == (5, 4, 1)
        undoing.ask(by=owner_in(account).actor, batch=visits, changed_too=False)
    visits = worked(account, visits)
    assert (visits.counts["left"], visits.counts["stayed"]) == (
        {"bookings.Appointment": 4, "bookings.Attendee": 4}, 1,
    )  # fmt: skip
    again = tried(account, upload(account, "appointments", APPOINTMENTS, **told))
    assert (again.counts["good"], again.counts["known"]) == (4, 1)


def test_what_was_changed_stays_unless_asked_and_keys_go_with_clients() -> None:
    account = make_account()
    batch = imported(account, "clients", CLIENTS)
    with acting_in(account.ref):
        by = owner_in(account).actor
        rows = {
            row.reference: row.object_id
            for row in ImportedRow.objects.filter(batch=batch, is_first=True)
        }
        records.change(by=by, client=Client.objects.get(pk=rows["1"]), values={"city": "Orange"})
        make_appointment(Client.objects.get(pk=rows["2"]))
        assert len(directory.search("li")) == 2
        found = undoing.touched(batch)
        assert (found.going, found.only_changed, dict(found.by)) == (1, 1, {"Attendees": 1})
        undoing.ask(by=by, batch=batch, changed_too=True)
        with pytest.raises(undoing.NotNow):
            undoing.ask(by=by, batch=batch, changed_too=True)
    batch = worked(account, batch)
    with acting_in(account.ref):
        assert [client.pk for client in Client.objects.all()] == [rows["2"]]
        assert keyring.client_ids_with_keys() == {rows["2"]}
        assert [each.id for each in directory.search("li")] == [rows["2"]]
    again = tried(account, upload(account, "clients", CLIENTS))
    assert (again.counts["good"], again.counts["known"]) == (2, 1)
