"""The practice's settings: doors by role, name, region, places, notice, second factor, a member's own sessions."""

import re
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import outbox, sessions
from accounts.browsers import browser_name
from accounts.models import (
    Account,
    AccountAnchor,
    Location,
    Member,
    OutboxJob,
    PrivacyNotice,
    RegionSession,
    Role,
    User,
)
from accounts.tenancy import acting_in
from tests.browser import sign_in
from tests.factories import make_account, make_member, make_user

pytestmark = pytest.mark.django_db(databases="__all__")

ROOMS = {
    "name": "Circular Quay",
    "address": "1 Alfred St",
    "phone": "",
    "time_zone": "Australia/Sydney",
    "is_online": "on",
}


@pytest.fixture
def account() -> Account:
    """An account with its Owner."""
    return make_account(name="Harbour Physio")


@pytest.fixture
def owner(client: Client, account: Account) -> Client:
    """The Owner's browser."""
    sign_in(client, User.objects.get(accesses__account=account), account)
    return client


def at(account: Account, page: str) -> str:
    """Return the address of a settings page."""
    return f"/a/{account.slug}/settings/{page}"


def test_the_owner_sees_every_door(owner: Client, account: Account) -> None:
    body = owner.get(at(account, "")).content.decode()
    for page in ("practice/", "locations/", "team/", "privacy-notice/", "security/", "you/"):
        assert at(account, page) in body


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.RECEPTION, Role.BOOKKEEPER])
def test_others_see_their_own_door_and_no_other(
    client: Client, account: Account, role: str
) -> None:
    user, _ = make_member(account, role)
    sign_in(client, user, account)
    body = client.get(at(account, "")).content.decode()
    assert at(account, "you/") in body
    for page in ("practice/", "locations/", "team/", "privacy-notice/", "security/"):
        assert at(account, page) not in body
        assert client.get(at(account, page)).status_code == 403
        assert client.post(at(account, page), {"name": "x"}).status_code == 403
    assert client.get(at(account, "locations/new/")).status_code == 403


@pytest.mark.parametrize(
    ("role", "page", "words"),
    [
        (Role.RECEPTION, "diary", "Back to the diary"),
        (Role.BOOKKEEPER, "clients", "Back to your first page"),
    ],
)
def test_a_page_that_is_not_theirs_offers_the_way_back(
    client: Client, account: Account, role: str, page: str, words: str
) -> None:
    user, _ = make_member(account, role)
    sign_in(client, user, account)
    refused = client.get(at(account, "team/"))
    assert refused.status_code == 403
    link = f'<a class="button button--primary" href="/a/{account.slug}/{page}/">{words}</a>'
    assert link in refused.content.decode()


def test_the_name_changes_here_at_once_and_in_the_directory_soon(
    owner: Client, account: Account
) -> None:
    typed = {"name": "Quay Physio", "word": "client"}
    assert owner.post(at(account, "practice/"), typed).status_code == 302
    with acting_in(account.ref):
        assert AccountAnchor.objects.get().name == "Quay Physio"
        job = OutboxJob.objects.get(name="directory.rename")
    assert Account.objects.get().name == "Harbour Physio"
    outbox.run(account.ref, job.pk)
    assert Account.objects.get().name == "Quay Physio"


def test_an_empty_name_is_refused_beside_the_field(owner: Client, account: Account) -> None:
    body = owner.post(at(account, "practice/"), {"name": " "}).content.decode()
    assert "id_name_error" in body


def test_the_region_is_shown_with_reason_and_basis(owner: Client, account: Account) -> None:
    body = owner.get(at(account, "practice/")).content.decode()
    assert account.region_reason in body
    assert account.region_rule_version in body
    assert "Closest by rule" in body
    assert "Data processing agreement" in body


def test_a_phone_has_a_number_in_it(owner: Client, account: Account) -> None:
    answer = owner.post(at(account, "locations/new/"), {**ROOMS, "phone": "call me"})
    assert "Enter a number that clients can call" in answer.content.decode()
    assert 'value="call me"' in answer.content.decode()
    good = {**ROOMS, "phone": "04 555 0137, ring twice"}
    assert owner.post(at(account, "locations/new/"), good).status_code == 302


def test_a_location_is_added_changed_archived_and_back(owner: Client, account: Account) -> None:
    assert "Australia/Sydney" in owner.get(at(account, "locations/new/")).content.decode()
    assert owner.post(at(account, "locations/new/"), ROOMS).status_code == 302
    with acting_in(account.ref):
        place = Location.objects.get()
        assert (place.name, place.time_zone, place.is_online) == (
            "Circular Quay",
            "Australia/Sydney",
            True,
        )
    page = at(account, f"locations/{place.pk}/")
    assert "1 Alfred St" in owner.get(page).content.decode()
    owner.post(page, {**ROOMS, "name": "Manly", "time_zone": "Australia/Brisbane"})
    owner.post(f"{page}stop/")
    with acting_in(account.ref):
        place = Location.objects.get()
        assert (place.name, place.time_zone) == ("Manly", "Australia/Brisbane")
        assert place.archived_at is not None
    assert "Out of use" in owner.get(at(account, "locations/")).content.decode()
    owner.post(f"{page}restoration/")
    with acting_in(account.ref):
        assert Location.objects.get().archived_at is None


@pytest.mark.parametrize("zone", ["", "Nowhere/Else", "../../etc/passwd"])
def test_a_zone_comes_from_the_list(owner: Client, account: Account, zone: str) -> None:
    answer = owner.post(at(account, "locations/new/"), {**ROOMS, "time_zone": zone})
    assert answer.status_code == 200
    assert "1 Alfred St" in answer.content.decode()


def test_two_places_have_two_names(owner: Client, account: Account) -> None:
    owner.post(at(account, "locations/new/"), ROOMS)
    answer = owner.post(at(account, "locations/new/"), ROOMS)
    assert "Another location has this name" in answer.content.decode()
    with acting_in(account.ref):
        page = at(account, f"locations/{Location.objects.get().pk}/")
    assert owner.post(page, ROOMS).status_code == 302


def test_a_neighbours_place_is_not_there(owner: Client, account: Account) -> None:
    other = make_account()
    with acting_in(other.ref):
        theirs = Location(name="Theirs", time_zone="Australia/Perth")
        theirs.save(force_insert=True)
    page = at(account, f"locations/{theirs.pk}/")
    assert owner.get(page).status_code == 404
    assert owner.post(f"{page}archive/").status_code == 404


def test_the_list_of_places_takes_the_same_queries_for_one_and_three(
    owner: Client, account: Account
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            owner.get(at(account, "locations/"))
        return len(queries)

    owner.post(at(account, "locations/new/"), ROOMS)
    one = count()
    for name in ("Manly", "Bondi"):
        owner.post(at(account, "locations/new/"), {**ROOMS, "name": name})
    assert count() <= one


def test_the_notice_begins_with_a_text_to_adapt(owner: Client, account: Account) -> None:
    body = owner.get(at(account, "privacy-notice/")).content.decode()
    assert "Nothing is published yet" in body
    assert "Harbour Physio decides what is recorded" in body
    assert "data centre in Sydney" in body
    assert "{%" not in body


def test_publishing_makes_a_new_version_and_keeps_the_old(owner: Client, account: Account) -> None:
    page = at(account, "privacy-notice/")
    owner.post(page, {"text": "First"})
    owner.post(page, {"text": "Second"})
    owner.post(page, {"text": "Second"})
    with acting_in(account.ref):
        found = list(PrivacyNotice.objects.values_list("version", "text"))
    assert found == [(2, "Second"), (1, "First")]
    assert owner.post(page, {"text": ""}).status_code == 200


@pytest.fixture
def proved(client: Client, account: Account) -> Client:
    """The Owner's browser, the password given again."""
    sign_in(client, User.objects.get(accesses__account=account), account, stepped_up=True)
    return client


def test_the_second_factor_is_not_touched_without_the_password(
    owner: Client, account: Account
) -> None:
    assert "again=1" in owner.get(at(account, "security/"))["Location"]
    assert (
        owner.post(
            at(account, "security/"), {"requires_second_factor": "on", "days": "0"}
        ).status_code
        == 401
    )
    assert Account.objects.get().requires_second_factor is False


def test_the_second_factor_is_required_and_optional_again(proved: Client, account: Account) -> None:
    proved.post(at(account, "security/"), {"requires_second_factor": "on", "days": "0"})
    assert Account.objects.get().requires_second_factor is True
    proved.post(at(account, "security/"), {"days": "7"})
    assert Account.objects.get().requires_second_factor is False


def test_a_neighbours_second_factor_is_untouched(proved: Client, account: Account) -> None:
    other = make_account()
    proved.post(at(account, "security/"), {"requires_second_factor": "on", "days": "0"})
    assert Account.objects.get(pk=other.pk).requires_second_factor is False


@pytest.mark.parametrize("role", [Role.OWNER, Role.PRACTITIONER, Role.RECEPTION, Role.BOOKKEEPER])
def test_everybody_has_a_page_of_their_own(client: Client, account: Account, role: str) -> None:
    if role == Role.OWNER:
        user = User.objects.get(accesses__account=account)
    else:
        user, _ = make_member(account, role)
    sign_in(client, user, account)
    assert client.get(at(account, "you/")).status_code == 200
    client.post(at(account, "you/"), {"name": "Another Name"})
    with acting_in(account.ref):
        assert Member.objects.get(user_id=user.pk).name == "Another Name"


def test_own_sessions_are_listed_and_ended(owner: Client, account: Account) -> None:
    elsewhere = Client()
    user = User.objects.get(accesses__account=account)
    sign_in(elsewhere, user, account)
    body = owner.get(at(account, "you/")).content.decode()
    assert "This one" in body
    ends = re.findall(r'action="(\S+/sessions/[0-9a-f-]{36}/end/)"', body)
    assert len(ends) == 1
    owner.post(ends[0])
    assert elsewhere.get(at(account, "you/")).status_code == 302
    assert owner.get(at(account, "you/")).status_code == 200


def test_all_other_sessions_end_but_this(owner: Client, account: Account) -> None:
    user = User.objects.get(accesses__account=account)
    others = [Client(), Client()]
    for other in others:
        sign_in(other, user, account)
    owner.post(at(account, "you/sessions/end/"))
    assert [o.get(at(account, "you/")).status_code for o in others] == [302, 302]
    assert owner.get(at(account, "you/")).status_code == 200


def test_a_colleagues_session_is_not_mine_to_end(owner: Client, account: Account) -> None:
    user, member = make_member(account)
    theirs = Client()
    sign_in(theirs, user, account)
    with acting_in(account.ref):
        session = RegionSession.objects.get(member=member)
    assert owner.post(at(account, f"you/sessions/{session.pk}/end/")).status_code == 404
    owner.post(at(account, "you/sessions/end/"))
    assert theirs.get(at(account, "you/")).status_code == 200


def test_the_frame_tells_account_region_and_the_way_out(owner: Client, account: Account) -> None:
    body = owner.get(at(account, "")).content.decode()
    assert "Sydney" in body
    assert f"/a/{account.slug}/leave/" in body
    assert 'aria-current="page"' in body
    assert "/accounts/?choose=1" in body


def test_pages_inside_read_nothing_of_control(owner: Client, account: Account) -> None:
    for page in ("", "you/", "team/", "locations/", "privacy-notice/"):
        owner.get(at(account, page))
        with CaptureQueriesContext(connections["default"]) as queries:
            owner.get(at(account, page))
        assert len(queries) == 0, page


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17.0 Safari/605.1", "Safari on Mac"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) CriOS/130 Safari/604",
            "Chrome on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox on Linux"),
        ("curl/8", "Unknown browser"),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_a_cookie_that_makes_no_sense_is_no_session(client: Client, account: Account) -> None:
    user = make_user()
    client.force_login(user)
    name = sessions.cookie_name(account.slug)
    values: list[Any] = [
        "",
        "x",
        "au-1.zz.secret",
        f"xx-9.{account.pk.hex}.s",
        f"au-1.{account.pk.hex}.",
    ]
    for value in values:
        client.cookies[name] = value
        assert client.get(at(account, "")).status_code == 302, value
