"""Contacts and where clients come from: kept, found, named, archived; nobody of another account is ever reached."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from clients import choosing, contacts, directory, referring
from clients.models import Client, Contact, Referral
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import Practice, practice, told
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")
GP = {
    "kind": "gp",
    "title": "Dr",
    "given_name": "Ngaire",
    "family_name": "Lam",
    "organisation": "Quay Surgery",
    "phone": "02 5550 1000",
    "city": "Sydney",
}


@pytest.fixture(autouse=True)
def closed() -> None:
    directory.forget()


def page_of(owner: Practice, rest: str, **data: Any) -> str:
    url = f"/a/{owner.account.slug}/{rest}"
    answer = owner.browser.post(url, data) if data else owner.browser.get(url)
    return str(answer.content.decode())


def test_a_contact_is_added_found_changed_and_put_away() -> None:
    owner = practice()
    assert "No contacts yet" in page_of(owner, "contacts/")
    with told() as actions:
        answer: Any = owner.browser.post(f"/a/{owner.account.slug}/contacts/new/", GP)
        pk = UUID(answer.url.split("/")[-2])
        here = f"contacts/{pk}/"
        assert "Enter a person, an organisation or both." in page_of(
            owner, "contacts/new/", kind="school", title="Dr"
        )
        page_of(owner, f"{here}edit/", **GP | {"profession": "Rheumatology", "notes": "Slow <fax>"})
        page_of(owner, f"{here}archive/", x="1")
        assert "No client names this contact yet" in page_of(owner, here)
        assert "Archived" in page_of(owner, here)
        page_of(owner, f"{here}return/", x="1")
    kept = [action for action in actions if not action.startswith("record.")]
    assert kept == ["contact.added", "contact.changed", "contact.archived", "contact.unarchived"]
    page = page_of(owner, here)
    assert "Slow &lt;fax&gt;" in page
    assert '<a href="tel:+61255501000">(02) 5550 1000</a>' in page
    for words, fits in {"lam rheum": True, "5550 1000": True, "quay": True, "zz": False}.items():
        assert ("Ngaire Lam" in page_of(owner, "contacts/", q=words)) is fits, words
    assert "None here" in page_of(owner, "contacts/?kind=archived")
    assert "Ngaire Lam" in page_of(owner, "contacts/?kind=gp")


def test_a_list_of_contacts_asks_no_more_for_more(django_assert_max_num_queries: Any) -> None:
    owner = practice()
    counts = []
    for more in (1, 2):
        with acting_in(owner.account.ref):
            for n in range(more):
                contacts.add(by=SYSTEM, values=GP | {"given_name": f"N{more}{n}"})
        with CaptureQueriesContext(connections["region_au"]) as queries:
            page_of(owner, "contacts/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_where_a_client_comes_from_is_said_and_taken_back() -> None:
    owner = practice()
    pk, friend = owner.client(given_name="Ana"), owner.client(given_name="Bo", family_name="Silva")
    ways = f"/a/{owner.account.slug}/settings/referrals/"
    assert owner.browser.post(ways, {"name": "Web search"}).status_code == 302
    assert (
        "on the list already" in owner.browser.post(ways, {"name": "Web search"}).content.decode()
    )
    with acting_in(owner.account.ref):
        gp = contacts.add(by=SYSTEM, values=GP)
        (way,) = referring.types()
    found = page_of(owner, "clients/people/", find="lam", radios="source", among="contact")
    assert f'name="source" value="contact:{gp.pk}"' in found
    typed = page_of(owner, f"clients/{pk}/referral/", search="1", find="silva", note="at tennis")
    assert f'value="client:{friend}"' in typed
    assert "at tennis" in typed
    for value, shown in (
        (f"type:{way.pk}", "Web search"),
        (f"contact:{gp.pk}", "Dr Ngaire Lam"),
        (f"client:{friend}", "Bo Silva"),
    ):
        owner.post(f"{pk}/referral/", {"source": value, "note": "at tennis"})
        page = owner.get(f"{pk}/").content.decode()
        assert "Came from" in page
        assert shown in page
        assert f'value="{value}" checked' in page_of(owner, f"clients/{pk}/referral/")
        assert ("Ana" in page_of(owner, f"contacts/{gp.pk}/")) is (value == f"contact:{gp.pk}")
    owner.browser.post(f"{ways}{way.pk}/archive/")
    assert "Web search" not in page_of(owner, f"clients/{pk}/referral/")
    owner.post(f"{pk}/referral/", {"source": ""})
    assert "Came from" not in owner.get(f"{pk}/").content.decode()


def test_nobody_of_another_account_can_be_chosen_and_a_referral_names_one() -> None:
    with acting_in(make_account().ref):
        theirs = make_client()
    owner = practice()
    pk = owner.client()
    for value in (f"client:{theirs.pk}", "client:x", "nobody", f"staff:{theirs.pk}"):
        answer = owner.post(f"{pk}/referral/", {"source": value})
        assert (answer.status_code, "Choose somebody" in answer.content.decode()) == (422, True)
    with acting_in(owner.account.ref):
        client, gp = Client.objects.get(pk=pk), contacts.add(by=SYSTEM, values=GP)
        with pytest.raises(ValidationError):
            contacts.add(by=SYSTEM, values={"kind": "gp"})
        assert choosing.of(gp).detail == "General practitioner · Quay Surgery · Sydney"
        with pytest.raises(IntegrityError), transaction.atomic(using="region_au"):
            Referral(client=client, by_client=make_client(), by_contact=gp).save(force_insert=True)
        assert Contact.objects.count() == 1


def test_a_bookkeeper_reads_contacts_and_changes_none() -> None:
    keeper = practice(Role.BOOKKEEPER)
    assert "Add a contact" not in page_of(keeper, "contacts/")
    assert keeper.browser.post(f"/a/{keeper.account.slug}/contacts/new/", GP).status_code == 403
