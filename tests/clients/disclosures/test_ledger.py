"""The ledger of a client: what was noted, by whom it may be read, and that nobody can change it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from clients.disclosures import disclosing, ledger
from clients.disclosures.disclosing import Recipient, What
from clients.models import Client, Disclosure
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import Practice, practice, told
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")
BY_HAND = {
    "on": "2026-11-20",
    "to": "clinician",
    "recipient": "Dr Ines Prado",
    "country": "NZ",
    "way": "call",
    "kinds": ["notes.note", "clients.alert"],
    "words": "Findings of the knee",
    "basis": "consent",
}


@pytest.fixture
def owner() -> Practice:
    return practice()


def sent(client: Client | None, way: str = "mail", **more: Any) -> Disclosure:
    to = Recipient("insurer", "Southern Cover", "claims@cover.example", "AU")
    return disclosing.record(
        by=SYSTEM, client=client, what=What((Client,), "Report"), to=to, way=way, **more
    )


def test_the_page_lists_what_left_and_what_was_noted(owner: Practice) -> None:
    pk = owner.client(given_name="Leila")
    assert "Nobody got anything yet" in owner.get(f"{pk}/disclosures/").content.decode()
    with acting_in(owner.account.ref):
        other = make_client()
        sent(Client.objects.get(pk=pk))
        sent(None, "export")
        sent(other, "link")
    with told() as actions:
        assert owner.post(f"{pk}/disclosures/new/", BY_HAND).status_code == 302
    assert "disclosure.noted" in actions
    page = owner.get(f"{pk}/disclosures/").content.decode()
    for words in ("Southern Cover", "claims@cover.example", "of all clients", "Dr Ines Prado"):
        assert words in page
    assert "New Zealand" in page  # not the practice's own country
    assert page.count('<th scope="row">') == 3
    only = owner.get(f"{pk}/disclosures/?way=call&to=clinician").content.decode()
    assert only.count('<th scope="row">') == 1
    assert "Nothing like that" in owner.get(f"{pk}/disclosures/?way=api").content.decode()
    assert "Dr Ines Prado" in owner.get(f"{pk}/?show=disclosures").content.decode()
    assert "Dr Ines Prado" in owner.get(f"{pk}/disclosures/paper/").content.decode()


def test_a_note_by_hand_is_corrected_beside_itself(owner: Practice) -> None:
    pk = owner.client()
    owner.post(f"{pk}/disclosures/new/", BY_HAND)
    with acting_in(owner.account.ref):
        first = Disclosure.objects.get()
    form = owner.get(f"{pk}/disclosures/new/?corrects={first.pk}").content.decode()
    assert "Dr Ines Prado" in form
    wrong = {**BY_HAND, "recipient": "Dr Ana Prado"}
    again = f"{pk}/disclosures/new/?corrects={first.pk}"
    assert owner.post(again, wrong).status_code == 302
    page = owner.get(f"{pk}/disclosures/").content.decode()
    assert "Corrected by a later entry" in page
    assert "Corrects an earlier entry" in page
    assert "Dr Ines Prado" in page
    assert owner.post(again, wrong).status_code == 422  # corrected once already
    with acting_in(owner.account.ref):
        last = Disclosure.objects.get(replaces=first.pk)
        [entry] = ledger.timeline_entries(Client.objects.get(pk=pk))
        assert "Dr Ana Prado" in entry.text
    owner.post(f"{pk}/disclosures/new/?corrects={last.pk}", {**BY_HAND, "never": "on"})
    assert "this never was" in owner.get(f"{pk}/disclosures/").content.decode()
    with acting_in(owner.account.ref):
        assert list(ledger.timeline_entries(Client.objects.get(pk=pk))) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": "2031-01-01"}, "on"),
        ({"recipient": ""}, "recipient"),
        ({"kinds": []}, "kinds"),
        ({"way": "export"}, "way"),
        ({"to": "practice"}, "to"),
    ],
)
def test_a_note_that_says_too_little_is_asked_again(
    owner: Practice, change: dict[str, Any], field: str
) -> None:
    answer = owner.post(f"{owner.client()}/disclosures/new/", {**BY_HAND, **change})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    with acting_in(owner.account.ref):
        assert Disclosure.objects.count() == 0


def test_what_was_written_by_a_way_out_is_nobodys_to_correct(owner: Practice) -> None:
    pk = owner.client()
    with acting_in(owner.account.ref):
        client = Client.objects.get(pk=pk)
        row = sent(client)
        values: dict[str, Any] = {
            "by": SYSTEM, "client": client, "kinds": ["notes.note"], "to": Recipient("other", "X"),
            "way": "call", "basis": "law",
        }  # fmt: skip
        with pytest.raises(ValidationError):
            disclosing.note(at=clock.now(), replaces=row, **values)
        with pytest.raises(ValidationError):
            disclosing.note(at=clock.now() + timedelta(hours=1), **values)
    assert owner.get(f"{pk}/disclosures/new/?corrects={row.pk}").status_code == 404


def test_only_those_who_read_notes_see_it(owner: Practice) -> None:
    pk = owner.client()
    for role, status in ((Role.RECEPTION, 403), (Role.PRACTITIONER, 200)):
        member = practice(role, owner.account)
        for rest in ("", "paper/", "new/"):
            assert member.get(f"{pk}/disclosures/{rest}").status_code == status
    neighbour = practice()
    assert neighbour.get(f"{pk}/disclosures/").status_code == 404


def test_the_database_only_adds() -> None:
    with acting_in(make_account().ref):
        row = sent(make_client())
        for statement in (
            "UPDATE clients_disclosure SET way = 'print'",
            "DELETE FROM clients_disclosure",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(using="region_au"):
                connections["region_au"].cursor().execute(f"{statement} WHERE id = %s", [row.pk])
        with pytest.raises(DatabaseError), transaction.atomic(using="region_au"):
            row.save(update_fields=["way"])


def test_an_erased_client_leaves_the_fact_without_the_names() -> None:
    with acting_in(make_account().ref):
        client = make_client()
        pk: UUID = sent(client).pk
        keyring.destroy_client_keys([client.pk])
        row = Disclosure.objects.get(pk=pk)
        assert (row.way, row.kinds) == ("mail", ["clients.client"])
        assert "Southern" not in str(row.recipient)


def test_the_list_asks_as_often_for_three_as_for_one(owner: Practice) -> None:
    pk = owner.client()
    counts = []
    for more in (1, 2):
        with acting_in(owner.account.ref):
            for _ in range(more):
                sent(Client.objects.get(pk=pk))
        with CaptureQueriesContext(connections["region_au"]) as queries:
            owner.get(f"{pk}/disclosures/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
