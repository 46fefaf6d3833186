"""From nothing to an open account: sign-in, practice, region with its reason, agreements, in."""

from typing import Any

import pytest
from django.test import Client

from accounts.forms import likely_country
from accounts.models import Account, AccountAccess, AgreementAcceptance, Member, Practitioner, Role
from accounts.tenancy import acting_in
from tests.factories import make_account, make_user, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")

PRACTICE = {
    "name": "Liffey Psychology",
    "country": "IE",
    "person": "Aoife Byrne",
    "is_practitioner": "on",
}


@pytest.fixture
def signed_in(client: Client) -> Client:
    """A browser of a new User without an account."""
    client.force_login(make_user(name=""))
    return client


def test_the_start_page_opens(client: Client) -> None:
    body = client.get("/").content.decode()
    assert "Open an account" in body
    assert "/agreements/terms/" in body


def test_who_has_no_sign_in_makes_one_first(client: Client) -> None:
    assert client.get("/open/")["Location"] == "/sign-in/signup/?next=%2Fopen%2F"


def test_the_region_is_shown_with_its_reason_before_anything_is_opened(signed_in: Client) -> None:
    answer = signed_in.post("/open/", PRACTICE)
    assert answer["Location"] == "/open/confirm/"
    body = signed_in.get(answer["Location"]).content.decode()
    assert "Your data will live in Frankfurt" in body
    assert "European Economic Area" in body
    assert Account.objects.count() == 0


def test_opening_places_the_account_and_leads_in(signed_in: Client) -> None:
    signed_in.post("/open/", PRACTICE)
    answer = signed_in.post("/open/confirm/", {"accept": "on"})
    account = Account.objects.get()
    assert (account.name, account.cell, account.state) == ("Liffey Psychology", "eu-1", "active")
    assert account.region_basis == "rule"
    assert AgreementAcceptance.objects.filter(account=account).count() == 2
    assert AccountAccess.objects.get().is_owner
    assert answer["Location"].startswith(f"/enter/{account.slug}/?next=%2Fa%2F{account.slug}%2F")
    *_, (inside, _) = signed_in.get(answer["Location"], follow=True).redirect_chain
    assert inside.startswith(f"/a/{account.slug}/se")  # setup or settings
    owner = owner_of(account)
    assert (owner.name, owner.role) == ("Aoife Byrne", Role.OWNER)
    with acting_in(account.ref):
        assert Practitioner.objects.get().member_id == owner.pk


def test_who_sees_no_clients_is_no_practitioner(signed_in: Client) -> None:
    signed_in.post("/open/", {**PRACTICE, "is_practitioner": ""})
    signed_in.post("/open/confirm/", {"accept": "on"})
    with acting_in(Account.objects.get().ref):
        assert Practitioner.objects.count() == 0
        assert Member.objects.count() == 1


def test_without_acceptance_nothing_is_opened(signed_in: Client) -> None:
    signed_in.post("/open/", PRACTICE)
    answer = signed_in.post("/open/confirm/", {})
    assert answer.status_code == 200
    assert "We need your acceptance" in answer.content.decode()
    assert Account.objects.count() == 0


def test_faults_are_told_beside_the_field_and_all_is_kept(signed_in: Client) -> None:
    body = signed_in.post("/open/", {**PRACTICE, "name": ""}).content.decode()
    assert "Aoife Byrne" in body
    assert '<option value="IE" selected>' in body
    assert "id_name_error" in body


def test_going_back_keeps_what_was_typed(signed_in: Client) -> None:
    signed_in.post("/open/", PRACTICE)
    body = signed_in.get("/open/").content.decode()
    assert "Liffey Psychology" in body
    assert '<option value="IE" selected>' in body


def test_a_state_is_asked_for_where_it_matters(signed_in: Client) -> None:
    canada = {**PRACTICE, "country": "CA"}
    body = signed_in.post("/open/", canada).content.decode()
    assert "Choose where in the country you practise" in body
    assert "Nova Scotia" in body
    signed_in.post("/open/", {**canada, "subdivision": "CA-NS"})
    assert "Nova Scotia" in signed_in.get("/open/confirm/").content.decode()


def test_a_state_of_another_country_is_refused(signed_in: Client) -> None:
    answer = signed_in.post("/open/", {**PRACTICE, "country": "CA", "subdivision": "AU-NSW"})
    assert answer.status_code == 200


def test_with_htmx_the_states_come_as_soon_as_the_country_is_chosen(signed_in: Client) -> None:
    answer = signed_in.post("/open/", {"country": "AU"}, headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert "New South Wales" in body
    assert "<html" not in body
    assert "needs your eye" not in body


def test_an_unknown_country_is_refused(signed_in: Client) -> None:
    assert signed_in.post("/open/", {**PRACTICE, "country": "XX"}).status_code == 200


def test_confirming_without_a_practice_leads_back(signed_in: Client) -> None:
    assert signed_in.get("/open/confirm/")["Location"] == "/open/"


@pytest.mark.parametrize(
    ("header", "country"),
    [("en-AU,en;q=0.9", "AU"), ("de", ""), ("", ""), ("xx-XX,en-IE;q=0.5", "IE"), ("en_US", "")],
)
def test_the_country_is_guessed_from_the_language(header: str, country: str) -> None:
    assert likely_country(header) == country


def test_one_practice_is_gone_into_at_once(client: Client) -> None:
    user = make_user()
    account = make_account(owner=user)
    client.force_login(user)
    assert client.get("/accounts/")["Location"] == f"/enter/{account.slug}/"
    assert account.name in client.get("/accounts/?choose=1").content.decode()


def test_several_practices_are_listed_with_their_regions(client: Client) -> None:
    user = make_user()
    own = [make_account(owner=user), make_account(owner=user, country="IE")]
    other = make_account(name="Somebody Else's")
    client.force_login(user)
    body = client.get("/accounts/").content.decode()
    assert all(account.name in body for account in own)
    assert "Sydney" in body
    assert "Frankfurt" in body
    assert "Somebody Else" not in body
    assert other.slug not in body


def test_the_list_asks_for_a_sign_in(client: Client) -> None:
    assert client.get("/accounts/")["Location"].startswith("/sign-in/login/")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/agreements/terms/2026-11/", 200),
        ("/agreements/processing/2026-11/", 200),
        ("/agreements/terms/1999-01/", 404),
        ("/agreements/other/2026-11/", 404),
    ],
)
def test_agreements_have_an_address_for_each_version(
    client: Client, path: str, status: int
) -> None:
    assert client.get(path).status_code == status


def test_the_list_takes_the_same_queries_for_one_and_three(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    user = make_user()
    make_account(owner=user)
    client.force_login(user)
    client.get("/accounts/?choose=1")
    with django_assert_max_num_queries(4):
        client.get("/accounts/?choose=1")
    make_account(owner=user)
    make_account(owner=user)
    with django_assert_max_num_queries(4):
        client.get("/accounts/?choose=1")
