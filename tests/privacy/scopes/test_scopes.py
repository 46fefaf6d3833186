"""One engine, several scopes: a client's record, what a practitioner takes along, a chosen set; each with its rights."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.models import Account, Member, Practitioner, Role
from accounts.tenancy import acting_in
from bookings.models import Attendee
from clients.models import Client, Relationship
from notes.models import Note
from notes.writing import put
from privacy import exporting
from privacy.export.verify_export import verify
from privacy.inventory import kinds
from privacy.models import Export
from privacy.scopes import choosing
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.factories import make_account, make_appointment, make_client, make_member, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@dataclass
class Clinic:
    """Leila, twice on record and treated by both; Omar, treated by the Owner; a group that holds both."""

    account: Account
    owner: Member
    tom: Member
    tom_practitioner: Practitioner
    leila: Client
    twin: Client
    omar: Client


@pytest.fixture
def clinic() -> Clinic:
    account = make_account(name="Harbour Physio")
    _, tom = make_member(account, Role.PRACTITIONER, name="Tom Okafor")
    leila = scene.fill(account, given_name="Leila", family_name="Haddad")
    omar = scene.fill(account, given_name="Omar", family_name="Quillfeather")
    with acting_in(account.ref):
        treats = Practitioner(member=tom, name="Tom Okafor", registration="PHY-777")
        treats.save(force_insert=True)
        twin = make_client(given_name="Laila", family_name="Hadad")
        Client.objects.filter(pk=twin.pk).update(alias_of=leila)
        write(twin, treats, "Tom saw her knee")
        secret = write(leila, treats, "Tom's process words")
        Note.objects.filter(pk=secret.pk).update(is_restricted=True)
        own = make_appointment(twin, practitioner=treats)
        Attendee(appointment=own, client=omar).save(force_insert=True)
        Relationship(client=leila, other=omar, kind="other").save(force_insert=True)
    return Clinic(account, owner_of(account), tom, treats, leila, twin, omar)


def write(client: Client, author: Practitioner, words: str) -> Note:
    """Return a final note of an author."""
    note = Note(client=client, author=author, state=Note.State.FINAL, provenance="import")
    note.signed_at = clock.now()
    put(note, by=SYSTEM, title="Visit", content={"s": words})
    note.save(force_insert=True)
    note.words.save(force_insert=True)
    return note


def export(clinic: Clinic, member: Member, wanted: exporting.Wanted, **more: Any) -> Export:
    """Return an export that was asked for and made."""
    with acting_in(clinic.account.ref, by=member.actor):
        asked = exporting.request(by=member.actor, member=member, wanted=wanted, **more)
    scene.run_jobs(clinic.account)
    with acting_in(clinic.account.ref):
        made: Export = Export.objects.get(pk=asked.pk)
        return made


class Opened:
    """An archive that was verified: its manifest, its rows, and all of its text."""

    def __init__(self, clinic: Clinic, made: Export) -> None:
        assert made.state == "ready", made.problem
        with acting_in(clinic.account.ref), exporting.opened(made) as source:
            data = source.read()
        assert verify(io.BytesIO(data)).problems == []
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        self.manifest = json.loads(self.zip.read("manifest.json"))
        self.text = b"".join(self.zip.read(name) for name in self.zip.namelist()).decode()

    def rows(self, kind: str) -> list[dict[str, Any]]:
        lines = self.zip.read(f"data/{kind}.ndjson").splitlines()
        return [json.loads(line) for line in lines]

    def ids(self, kind: str) -> set[str]:
        return {row["id"] for row in self.rows(kind)}


def ids(*rows: Any) -> set[str]:
    return {str(row.pk) for row in rows}


def test_a_clients_record_is_complete_and_holds_nobody_else(clinic: Clinic) -> None:
    scene.fill(make_account(), given_name="Stranger")
    found = Opened(clinic, export(clinic, clinic.owner, exporting.Wanted(client=clinic.leila)))
    assert found.ids("clients.client") == ids(clinic.leila, clinic.twin)
    assert found.manifest["scope"]["kind"] == "client"
    assert set(found.manifest["scope"]["client_ids"]) == ids(clinic.leila, clinic.twin)
    assert set(found.manifest["kinds"]) | set(found.manifest["excluded"]) == {
        kind.name for kind in kinds()
    }
    assert "compar" in found.manifest["excluded"]["clients.likeness"]
    for word in ("Omar", "Quillfeather", "Stranger", "PHY-777", clinic.tom.email, "process words"):
        assert (word, word in found.text) == (word, False)
    for word in (scene.PHRASE, "Tom saw her knee", "Tom Okafor", "First visit"):
        assert (word, word in found.text) == (word, True)
    [document] = found.rows("clients.document")
    assert found.zip.read(document["file"]) == scene.FILE
    assert len(found.rows("bookings.appointment")) == 2
    assert found.ids("bookings.attendee").isdisjoint(
        str(pk) for pk in attendees_of(clinic, clinic.omar)
    )
    assert found.manifest["kinds"]["accounts.auditevent"]["rows"] == len(
        found.rows("accounts.auditevent")
    )
    assert {row["client_id"] for row in found.rows("accounts.auditevent")} <= ids(
        clinic.leila, clinic.twin
    )
    whole = Opened(
        clinic, export(clinic, clinic.owner, exporting.Wanted(client=clinic.leila), whole=True)
    )
    assert "process words" in whole.text


def attendees_of(clinic: Clinic, client: Client) -> list[Any]:
    with acting_in(clinic.account.ref):
        return list(Attendee.objects.filter(client=client).values_list("pk", flat=True))


def test_a_practitioner_exports_what_they_may_read(clinic: Clinic) -> None:
    """Their own eyes choose: without the audit; a note that the author keeps to themselves is theirs alone."""
    with acting_in(clinic.account.ref):
        Note.objects.filter(author=clinic.tom_practitioner).update(visibility="author")
    wanted = exporting.Wanted(client=clinic.twin)
    theirs = Opened(clinic, export(clinic, clinic.tom, wanted))
    assert theirs.ids("clients.client") == ids(clinic.leila, clinic.twin)
    assert "Tom saw her knee" in theirs.text
    assert "accounts.auditevent" in theirs.manifest["excluded"]
    others = Opened(clinic, export(clinic, clinic.owner, wanted))
    assert "Tom saw her knee" not in others.text

    with acting_in(clinic.account.ref):
        Member.objects.filter(pk=clinic.tom.pk).update(rights={"copies": "no"})
        asked = exporting.request(by=clinic.tom.actor, member=clinic.tom, wanted=wanted)
        everything = exporting.request(by=clinic.tom.actor, member=clinic.tom)
    scene.run_jobs(clinic.account)
    with acting_in(clinic.account.ref):
        for refused in (asked, everything):
            made = Export.objects.get(pk=refused.pk)
            assert (made.state, made.problem) == ("failed", "rights")


def test_a_leaving_practitioner_takes_their_own_work_along(clinic: Clinic) -> None:
    wanted = exporting.Wanted(practitioner=clinic.tom_practitioner)
    found = Opened(clinic, export(clinic, clinic.owner, wanted, whole=True))
    with acting_in(clinic.account.ref):
        notes = list(Note.objects.filter(author=clinic.tom_practitioner))
    assert found.ids("notes.note") == ids(*notes)
    assert found.ids("clients.client") == ids(clinic.leila, clinic.twin, clinic.omar)
    assert "process words" in found.text
    assert len(found.rows("bookings.attendee")) == 2
    assert len(found.rows("bookings.appointment")) == 1
    for word in (scene.PHRASE, "Überweisung", "Latex"):
        assert (word, word in found.text) == (word, word == "Latex")  # alerts go with the client
    assert "theirs to take" in found.manifest["excluded"]["bookings.message"]
    assert "process words" not in Opened(clinic, export(clinic, clinic.owner, wanted)).text


def test_a_chosen_set_has_its_kinds_fields_and_days_alone(clinic: Clinic) -> None:
    with acting_in(clinic.account.ref):
        make_appointment(clinic.omar, starts_at=datetime(2027, 3, 1, 13, 30, tzinfo=UTC))
        make_appointment(clinic.omar, starts_at=datetime(2027, 3, 2, 13, 30, tzinfo=UTC))
    fields = {"bookings.appointment": ["starts_at", "state"], "clients.client": []}
    choices = choosing.chosen(fields, date(2027, 3, 2), date(2027, 3, 2))
    found = Opened(clinic, export(clinic, clinic.owner, exporting.Wanted(choices=choices)))
    # Half past one in the night of the practice's second of March
    [row] = found.rows("bookings.appointment")
    assert row == {"id": row["id"], "starts_at": "2027-03-01T13:30:00.000000Z", "state": "booked"}
    assert found.rows("clients.client") == []  # nobody was put on record in that time
    assert set(found.manifest["kinds"]) == set(fields)
    assert found.manifest["scope"]["since"] == "2027-03-02"
    left = found.manifest["facts"]["fields_left_out"]["bookings.appointment"]
    assert left["service"] == "not asked for"
    everyone = choosing.chosen({"clients.client": []}, until=date(2031, 1, 1))
    again = Opened(clinic, export(clinic, clinic.owner, exporting.Wanted(choices=everyone)))
    assert len(again.rows("clients.client")) == 3

    wrong: list[dict[str, list[str]]] = [
        {},
        {"clients.clients": []},
        {"privacy.export": []},
        {"clients.client": ["x"]},
    ]
    for each in wrong:
        with pytest.raises(ValueError, match=r"kinds|field"):
            choosing.chosen(each)
    with pytest.raises(ValueError, match="after"):
        choosing.chosen({"clients.client": []}, date(2027, 3, 2), date(2027, 3, 1))
