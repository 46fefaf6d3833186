"""Records keep what was typed, never overwrite blindly, and are hinted at, never matched."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections

from accounts.permissions import Permission
from accounts.tenancy import acting_in
from clients import directory, duplicates, phones, records, timeline
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import told
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def closed() -> None:
    directory.forget()


def test_a_faulty_record_is_not_added() -> None:
    with acting_in(make_account().ref):
        for values in (
            {"given_name": ""},
            {"given_name": "A", "email": "x"},
            {"given_name": "x" * 81},
        ):
            with pytest.raises(ValidationError):
                records.add(by=SYSTEM, values=values)
        with pytest.raises(FieldDoesNotExist):
            records.add(by=SYSTEM, values={"given_name": "A", "is_confirmed": True})
        assert Client.objects.count() == 0


def test_a_change_names_its_fields_in_the_audit_and_nothing_else() -> None:
    with acting_in(make_account().ref):
        client = records.add(by=SYSTEM, values={"given_name": "Ana", "family_name": "Vega"})
        with told() as actions:
            records.change(by=SYSTEM, client=client, values={"family_name": "Veiga"})
            records.change(by=SYSTEM, client=client, values={"family_name": "Veiga"})
        assert actions == ["client.changed"]


def test_a_stale_change_is_refused() -> None:
    with acting_in(make_account().ref):
        client = records.add(by=SYSTEM, values={"given_name": "Ana"})
        seen = client.updated_at
        records.change(by=SYSTEM, client=client, values={"given_name": "Bea"}, seen_at=seen)
        with pytest.raises(records.Stale) as stale:
            records.change(by=SYSTEM, client=client, values={"given_name": "Cleo"}, seen_at=seen)
        assert stale.value.client.given_name == "Bea"


def test_what_cant_be_read_is_never_overwritten_by_nothing() -> None:
    with acting_in(make_account().ref):
        pk = records.add(by=SYSTEM, values={"given_name": "Ana", "address": "1 Quay St"}).pk
        damage = "UPDATE clients_client SET address = set_byte(address, 40, 7) WHERE id = %s"
        with connections["region_au"].cursor() as cursor:
            cursor.execute(damage, [pk])
        client = Client.objects.get(pk=pk)
        records.change(by=SYSTEM, client=client, values={"given_name": "Bea", "address": ""})
        again = Client.objects.get(pk=pk)
        assert (again.given_name, is_unreadable(again.address)) == ("Bea", True)


@pytest.mark.parametrize(
    ("typed", "country", "kept", "shown"),
    [
        ("0412 000 101", "AU", "+61412000101", "0412 000 101"),
        ("+353 85 012 3456", "AU", "+353850123456", "+353 85 012 3456"),
        ("(415) 555-0132", "US", "+14155550132", "(415) 555-0132"),
        ("ask Sam", "AU", "ask Sam", "ask Sam"),
        ("", "AU", "", ""),
    ],
)
def test_phones_are_kept_in_one_form(typed: str, country: str, kept: str, shown: str) -> None:
    assert phones.kept(typed, country) == kept
    assert phones.shown(kept, country) == shown


def shares(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(match.person.given_name, match.shares) for match in duplicates.like(values)]


def test_who_could_be_the_same_person_is_hinted_at() -> None:
    with acting_in(make_account().ref):
        records.add(
            by=SYSTEM,
            values={
                "given_name": "Ana",
                "family_name": "Véga",
                "email": "Ana@mail.example",
                "phone": "0412 000 101",
                "birth_date": date(1988, 2, 3),
            },
        )
        same = {"given_name": "ana", "family_name": "VEGA"}
        born = {"birth_date": date(1988, 2, 3)}
        assert shares(same) == [("Ana", "Same name")]
        assert shares({**same, **born}) == [("Ana", "Same name, same birth date")]
        swapped = {"given_name": "Vega", "family_name": "Ana"}
        assert shares({**swapped, **born}) == [("Ana", "Names swapped, same birth date")]
        slipped = {"given_name": "Anna", "family_name": "Vegga", "phone": "+61 412 000 101"}
        assert shares(slipped) == [
            ("Ana", "Same phone, family names that look alike, given names that look alike")
        ]
        married = {"given_name": "Ana", "family_name": "Lee", "email": "ana@MAIL.example"}
        assert [name for name, _why in shares({**married, **born})] == ["Ana"]
        child = {"given_name": "Leo", "family_name": "Véga", "birth_date": date(2019, 5, 6)}
        assert shares({**child, "email": "ana@mail.example", "phone": "0412000101"}) == []
        assert shares({**same, "birth_date": date(1961, 8, 30)}) == []
        assert shares({}) == []


def test_no_hint_crosses_accounts_and_none_is_about_oneself() -> None:
    first, second = make_account(), make_account()
    with acting_in(first.ref):
        pk = make_client(given_name="Ana", family_name="", email="ana@mail.example").pk
        assert duplicates.of_client(Client.objects.get(pk=pk)) == []
    with acting_in(second.ref):
        assert duplicates.like({"given_name": "Ana", "email": "ana@mail.example"}) == []


def test_the_timeline_shows_each_kind_to_those_who_may_see_it(monkeypatch: Any) -> None:
    monkeypatch.setattr(timeline, "PROVIDERS", {})
    early, late = datetime(2026, 1, 1, 22, 30, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    timeline.provides("notes")(lambda client: [timeline.Entry(late, "A note")])
    timeline.provides("appointments")(
        lambda client: [timeline.Entry(early, "A visit", zone="Europe/Dublin")]
    )
    with acting_in(make_account().ref):
        client = make_client()
        both = timeline.entries(client, set(Permission))
        assert [entry.title for entry in both] == ["A note", "A visit"]
        desk = timeline.entries(client, {Permission.CLIENTS_CARE})
        assert [entry.title for entry in desk] == ["A visit"]
        assert timeline.entries(client, {Permission.CLIENTS_CARE}, "notes") == []
        assert [kind.name for kind in timeline.kinds(set(Permission))] == ["appointments", "notes"]
    with pytest.raises(LookupError):
        timeline.provides("gossip")


def test_an_entry_tells_its_own_time_else_the_practices() -> None:
    account = make_account()
    at = datetime(2026, 1, 1, 22, 30, tzinfo=UTC)
    with acting_in(account.ref):
        from accounts.models.practice import current_anchor

        anchor = current_anchor()
        here = timeline.row(timeline.Entry(at, "x", to=("clients",)), anchor, "Australia/Sydney")
        there = timeline.row(
            timeline.Entry(at, "x", zone="Europe/Dublin"), anchor, "Australia/Sydney"
        )
    assert (here["when"], here["url"]) == ("Fri 2 Jan 2026, 9:30 am", f"/a/{account.slug}/clients/")
    assert there["when"] == "Thu 1 Jan 2026, 10:30 pm"
    assert clock.now() > at
