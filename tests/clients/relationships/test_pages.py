"""The pages about families and carers: somebody is chosen, granted, shown on both records, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from clients import contacts, directory
from clients.models import Client, Relationship
from clients.relationships import relating
from clients.relationships.relating import About
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import practice, told
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def closed() -> None:
    directory.forget()


def test_a_mother_is_chosen_granted_shown_and_ended() -> None:
    owner = practice()
    mia = owner.client(given_name="Mia", family_name="Vega", birth_date=date(2020, 3, 1))
    rosa = owner.client(given_name="Rosa", family_name="Vega", phone="+61412000101")
    found = owner.post(f"{mia}/people/new/", {"search": "1", "find": "rosa"}).content.decode()
    assert f'name="person" value="client:{rosa}"' in found
    assert "Choose somebody" in owner.post(f"{mia}/people/new/", {"person": ""}).content.decode()
    to: Any = owner.post(f"{mia}/people/new/", {"person": f"client:{rosa}"})
    form = owner.browser.get(to.url)
    assert form.context["form"].initial["kind"] == "parent"  # of a child
    page = form.content.decode()
    assert "What Rosa may do for Mia" in page
    assert "Only until Mia is 18" in page
    data = {
        "kind": "parent",
        "grants": ["can_book", "gets_messages"],
        "ends_at_adulthood": "on",
        "is_emergency": "on",
        "note": "Lives <with> her",
    }
    assert owner.browser.post(to.url, {**data, "ends_on": "2020-01-01"}).status_code == 422
    with told() as actions:
        assert owner.browser.post(to.url, data).status_code == 302
    assert [each for each in actions if each.startswith("rel")] == ["relationship.added"] * 2
    assert "stand by this client already" in owner.browser.post(to.url, data).content.decode()
    hers = owner.get(f"{mia}/").content.decode()
    for shown in (
        "Rosa Vega",
        "For Mia: book, move and cancel and get reminders and messages",
        "1 Mar 2038, when Mia comes of age",
        "Emergency",
        "Lives &lt;with&gt; her",
        '<a href="tel:+61412000101">',
    ):
        assert shown in hers
    assert "Mia for Rosa:" not in hers
    theirs = owner.get(f"{rosa}/").content.decode()
    assert "Child" in theirs
    assert "Rosa for Mia: book, move and cancel" in theirs
    with acting_in(owner.account.ref):
        row = Relationship.objects.get(client_id=mia)
    edit = f"{mia}/people/{row.pk}/"
    assert owner.get(edit).context["form"].initial["grants"] == ["can_book", "gets_messages"]
    assert owner.post(edit, {**data, "back": ["gets_receipts"], "grants": []}).status_code == 302
    assert "Mia for Rosa: get receipts" in owner.get(f"{mia}/").content.decode()
    assert owner.post(f"{edit}ending/").status_code == 302
    after = owner.get(f"{mia}/").content.decode()
    assert ("For Mia:" in after, "No longer stands by them" in after) == (False, True)
    assert owner.get(edit).status_code == 404


def test_more_people_ask_no_more_queries() -> None:
    owner = practice()
    counts = []
    with acting_in(owner.account.ref):
        mia = make_client()
    for more in (1, 2):
        with acting_in(owner.account.ref):
            client = Client.objects.get(pk=mia.pk)
            for n in range(more):
                friend = contacts.add(by=SYSTEM, values={"kind": "family", "given_name": f"N{n}"})
                for somebody in (friend, make_client()):
                    relating.relate(
                        by=SYSTEM, client=client, somebody=somebody, about=About(kind="other")
                    )
        with CaptureQueriesContext(connections["region_au"]) as queries:
            owner.get(f"{mia.pk}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_age_is_the_countrys_unless_chosen() -> None:
    owner = practice()
    page = f"/a/{owner.account.slug}/settings/families/"
    assert "Empty: 18" in owner.browser.get(page).content.decode()
    assert owner.browser.post(page, {"adult_age": "9"}).status_code == 422
    assert owner.browser.post(page, {"adult_age": "16"}).status_code == 302
    pk = owner.client(given_name="Mia", birth_date=date(2020, 3, 1))
    friend = owner.client()
    form = owner.get(f"{pk}/people/new/?with=client:{friend}").content.decode()
    assert "Only until Mia is 16" in form


def test_neighbours_and_readers_change_nothing() -> None:
    with acting_in(make_account().ref):
        theirs = make_client()
    keeper = practice(Role.BOOKKEEPER)
    pk = keeper.client()
    assert keeper.post(f"{pk}/people/new/").status_code == 403
    owner = practice(account=None)
    ours = owner.client()
    answer = owner.get(f"{ours}/people/new/?with=client:{theirs.pk}")
    assert "Who stands by them?" in answer.content.decode()
