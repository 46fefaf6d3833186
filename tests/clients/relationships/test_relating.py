"""Who stands by a client: each direction has its own grants, widening tells, adulthood and an end take them back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.tenancy import acting_in
from clients import contacts, records, signals
from clients.models import Client, Relationship
from clients.relationships import adulthood, relating
from clients.relationships.relating import NOTHING, About, Grants
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.factories import make_account, make_client

EVERYTHING = Grants(can_book=True, can_fill_forms=True, gets_messages=True, gets_receipts=True)
MOTHER = About(kind="parent", ends_at_adulthood=True, is_emergency=True)


@pytest.fixture
def shared() -> Iterator[list[Client]]:
    """Collect whom it is told that more of theirs is shared."""
    told: list[Client] = []

    def listen(relationship: Relationship, **more: Any) -> None:
        told.append(relationship.client)

    signals.newly_shared.connect(listen)
    yield told
    signals.newly_shared.disconnect(listen)


def at(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 3, tzinfo=UTC))


@pytest.mark.django_db(databases="__all__")
def test_directions_have_their_own_grants_and_only_widening_tells(shared: list[Client]) -> None:
    with acting_in(make_account().ref):
        mia, rosa = make_client(birth_date=date(2015, 3, 1)), make_client()
        row = relating.relate(by=SYSTEM, client=mia, somebody=rosa, about=MOTHER, grants=EVERYTHING)
        assert shared == [mia]
        (hers,), (theirs,) = relating.around(mia), relating.around(rosa)
        assert (hers.row.kind, hers.grants, hers.ends) == ("parent", EVERYTHING, date(2033, 3, 1))
        assert (theirs.row.kind, theirs.grants, theirs.ends) == ("child", NOTHING, None)
        assert relating.mirrors([hers])[row.pair].row == theirs.row
        fewer = Grants(gets_messages=True)
        relating.change(by=SYSTEM, relationship=row, about=MOTHER, grants=fewer)
        assert shared == [mia]  # less is shared than before: nobody is told
        relating.change(
            by=SYSTEM, relationship=row, about=MOTHER, grants=fewer, back=Grants(can_book=True)
        )
        assert shared == [mia, rosa]
        assert [each.other for each in relating.those_who("gets_messages", mia)] == [rosa]
        assert relating.those_who("can_book", mia) == []
        records.archive(by=SYSTEM, client=rosa)
        assert relating.those_who("gets_messages", mia) == []
        relating.end(by=SYSTEM, relationship=row)
        assert (relating.around(mia), relating.around(rosa)) == ([], [])
        again = relating.relate(by=SYSTEM, client=mia, somebody=rosa, about=MOTHER)
        assert again.pk != row.pk


@pytest.mark.django_db(databases="__all__")
def test_grants_end_with_adulthood_or_on_their_day(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting_in(make_account().ref):
        mia, rosa = make_client(birth_date=date(2010, 2, 28)), make_client()
        school = contacts.add(by=SYSTEM, values={"kind": "school", "organisation": "High School"})
        at(monkeypatch, date(2027, 6, 1))
        mother = relating.relate(
            by=SYSTEM, client=mia, somebody=rosa, about=MOTHER, grants=EVERYTHING
        )
        until = About(kind="other", ends_on=date(2027, 7, 1))
        relating.relate(
            by=SYSTEM, client=mia, somebody=school, about=until, grants=Grants(can_fill_forms=True)
        )

        def held() -> list[bool]:
            return [bool(relating.those_who("can_fill_forms", mia)), sum_of() > 1]

        def sum_of() -> int:
            return len(relating.those_who("can_fill_forms", mia))

        assert held() == [True, True]
        at(monkeypatch, date(2027, 7, 1))
        assert held() == [True, False]
        at(monkeypatch, date(2028, 2, 28))
        assert held() == [False, False]
        adulthood.choose(by=SYSTEM, adult_age=20)
        assert held() == [True, False]
        adulthood.choose(by=SYSTEM, adult_age=None)
        # A corrected birth date counts at once
        records.change(by=SYSTEM, client=mia, values={"birth_date": date(2012, 2, 28)})
        assert relating.those_who("gets_messages", Client.objects.get(pk=mia.pk)) == [mother]


@pytest.mark.django_db(databases="__all__")
def test_nobody_stands_by_themselves_or_twice() -> None:
    with acting_in(make_account().ref):
        mia, rosa = make_client(), make_client()
        friend = contacts.add(by=SYSTEM, values={"kind": "family", "given_name": "Bo"})
        about = About(kind="other")
        for somebody in (rosa, friend):
            relating.relate(by=SYSTEM, client=mia, somebody=somebody, about=about)
        for client, somebody in ((mia, mia), (mia, rosa), (rosa, mia), (mia, friend)):
            with pytest.raises(ValidationError):
                relating.relate(by=SYSTEM, client=client, somebody=somebody, about=about)
        for faulty in (
            Relationship(client=mia, other=mia, kind="other"),
            Relationship(client=mia, other=make_client(), contact=friend, kind="other"),
            Relationship(client=mia, kind="other"),
            Relationship(client=mia, contact=friend, kind="other"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic(using="region_au"):
                faulty.save(force_insert=True)


@pytest.mark.parametrize(
    ("born", "years", "day"),
    [
        (date(2008, 5, 3), 18, date(2026, 5, 3)),
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(2008, 2, 29), 20, date(2028, 2, 29)),
    ],
)
def test_the_day_of_adulthood(born: date, years: int, day: date) -> None:
    assert adulthood.comes_of_age(born, years) == day
    assert (adulthood.of_country("AU"), adulthood.of_country("NZ")) == (18, 20)
