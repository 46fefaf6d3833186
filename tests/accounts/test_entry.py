"""Into an account by a one-time code, and out of it again."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import connections
from django.test import Client

from accounts import agreements, control_tasks, sessions
from accounts.models import (
    Account,
    AccountAccess,
    AgreementAcceptance,
    ControlTask,
    EntryCode,
    Member,
    RegionSession,
    Role,
    User,
)
from accounts.tenancy import acting_in
from privacy.vocabulary import clock
from tests import parts
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import PASSWORD, make_account, make_member, make_user

pytestmark = pytest.mark.django_db(databases="__all__")


def make_owner() -> tuple[User, Account]:
    user = make_user()
    return user, make_account(owner=user)


def way_in(client: Client, account: Account, query: str = "") -> str:
    """Begin in the region, where the browser is known; return the address in control that gives a code."""
    response = client.get(f"/a/{account.slug}/enter/{query}")
    assert response.status_code == 302, response.content
    return str(response["Location"])


def door(client: Client, account: Account, query: str = "") -> str:
    """Return the address in the region, with the code that control gave to this browser."""
    response = client.get(way_in(client, account, query))
    assert response.status_code == 302, response.content
    return str(response["Location"])


def enter(client: Client, account: Account, query: str = "") -> Any:
    """Follow the way in as a browser does, up to the first page inside."""
    return client.get(door(client, account, query))


def asked_for(address: str) -> dict[str, str]:
    """Return what an address asks for, value by name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_without_a_sign_in_the_way_leads_over_it_and_back(client: Client) -> None:
    user, account = make_owner()
    response = client.get(f"/a/{account.slug}/settings/")
    assert response.status_code == 302
    assert response["Location"].startswith(f"/enter/{account.slug}/")
    login = client.get(response["Location"])
    assert urlsplit(login["Location"]).path == "/sign-in/login/"
    signed_in = client.post(login["Location"], {"login": user.email, "password": PASSWORD})
    assert signed_in.status_code == 302
    assert urlsplit(signed_in["Location"]).path == f"/enter/{account.slug}/"
    region = client.get(signed_in["Location"])["Location"]
    assert region == f"/a/{account.slug}/enter/?next=%2Fa%2F{account.slug}%2Fsettings%2F"
    code = client.get(client.get(region)["Location"])["Location"]
    assert asked_for(code).keys() == {"code", "next"}
    inside = client.get(code)
    assert inside["Location"] == f"/a/{account.slug}/settings/"
    assert client.get(inside["Location"]).status_code == 200


def test_a_session_is_kept_in_the_region_and_recorded(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    enter(client, account)
    with acting_in(account.ref):
        session = RegionSession.objects.get()
        assert session.member.user_id == user.pk
        assert session.stepped_up_at is None
    assert sessions.cookie_name(account.slug) in client.cookies


def test_somebody_elses_practice_and_one_that_is_not_there_look_the_same(client: Client) -> None:
    user, _ = make_owner()
    stranger = make_account()
    client.force_login(user)
    foreign = client.get(f"/enter/{stranger.slug}/")
    unknown = client.get("/enter/no-such-practice/")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert _without_tokens(foreign.content) == _without_tokens(unknown.content)


def _without_tokens(body: bytes) -> str:
    return re.sub(r'value="\w{64}"|nonce="[^"]*"', "", body.decode())


def test_a_code_works_once(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    address = door(client, account)
    assert client.get(address).status_code == 302
    again = client.get(address)
    assert again.status_code == 400
    assert f"/enter/{account.slug}/" in again.content.decode()


def test_a_code_works_in_its_own_browser_only(client: Client) -> None:
    """And the browser that shows it wrongly uses it up: nobody brings it home afterwards."""
    user, account = make_owner()
    client.force_login(user)
    address = door(client, account)
    assert Client().get(address).status_code == 400
    assert client.get(address).status_code == 400
    assert client.get(door(client, account)).status_code == 302


def test_a_code_asked_for_another_browser_opens_nothing_in_this_one(client: Client) -> None:
    """Somebody lures a signed-in person to an address made with the digest of their own browser's secret."""
    user, account = make_owner()
    client.force_login(user)
    client.get(f"/a/{account.slug}/enter/")
    theirs = Client()
    lure = way_in(theirs, account)
    address = client.get(lure)["Location"]
    assert client.get(address).status_code == 400
    assert theirs.get(address).status_code == 400  # used up by the person who was lured
    with acting_in(account.ref):
        assert RegionSession.objects.count() == 0


def test_nobody_is_signed_in_as_somebody_else(client: Client) -> None:
    """The other way round: a code of the attacker's own sign-in, given to a person whose digest they don't know."""
    attacker, account = make_owner()
    theirs = Client()
    theirs.force_login(attacker)
    address = door(theirs, account)
    client.get(f"/a/{account.slug}/enter/")  # this browser has a secret of its own
    assert client.get(address).status_code == 400
    assert sessions.cookie_name(account.slug) not in client.cookies


@pytest.mark.parametrize("browser", ["", "short", "g" * 64, "A" * 64, "a" * 63, "a" * 65])
def test_control_gives_no_code_without_a_browsers_digest(client: Client, browser: str) -> None:
    user, account = make_owner()
    client.force_login(user)
    page = f"/a/{account.slug}/settings/"
    answer = client.get(
        f"/enter/{account.slug}/", {"browser": browser, "next": page, "again": "yes"}
    )
    assert urlsplit(answer["Location"]).path == f"/a/{account.slug}/enter/"
    assert asked_for(answer["Location"]) == {"next": page, "again": "1"}
    assert EntryCode.objects.count() == 0
    onward = asked_for(client.get(answer["Location"])["Location"])
    secret = client.cookies[sessions.BROWSER_COOKIE].value
    digest = sessions.digest(secret).hex()
    assert onward == {"browser": digest, "next": page, "again": "1"}


def test_the_secret_itself_is_in_no_address(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    addresses = [way_in(client, account), door(client, account)]
    secret = client.cookies[sessions.BROWSER_COOKIE].value
    assert [address for address in addresses if secret in address] == []
    assert way_in(client, account) == addresses[0]  # and it stays the same


def test_a_code_works_for_its_own_account_only(client: Client) -> None:
    user, account = make_owner()
    other = make_account(owner=user)
    client.force_login(user)
    address = door(client, account)
    assert client.get(address.replace(account.slug, other.slug)).status_code == 400


def test_a_code_lives_a_minute(client: Client, settings: Any) -> None:
    user, account = make_owner()
    client.force_login(user)
    address = door(client, account)
    settings.CLOCK_OFFSET = timedelta(seconds=61)
    assert client.get(address).status_code == 400


def test_a_removed_member_is_told_so(client: Client) -> None:
    _, account = make_owner()
    user, member = make_member(account)
    with acting_in(account.ref):
        Member.objects.filter(pk=member.pk).update(removed_at=clock.now())
    client.force_login(user)
    assert enter(client, account).status_code == 404


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "/admin/", "/a/other/"]
)
def test_next_never_leads_elsewhere(client: Client, url: str) -> None:
    user, account = make_owner()
    client.force_login(user)
    inside = enter(client, account, f"?next={url}")
    assert inside["Location"].startswith(f"/a/{account.slug}/")


def test_next_leads_to_a_page_of_the_account(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    page = f"/a/{account.slug}/settings/team/"
    assert enter(client, account, f"?next={page}")["Location"] == page


def test_a_step_up_asks_for_the_password_again(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    address = way_in(client, account, "?again=1")
    asked = client.get(address)
    assert urlsplit(asked["Location"]).path == "/sign-in/reauthenticate/"
    assert asked_for(asked["Location"])["next"] == address
    back = client.post(asked["Location"], {"password": PASSWORD})
    assert back["Location"] == address
    client.get(client.get(back["Location"])["Location"])
    with acting_in(account.ref):
        assert sessions.is_stepped_up(RegionSession.objects.get())


def records_age(client: Client, minutes: float) -> None:
    """Let what the browser's sign-in consists of have happened so long ago."""
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= minutes * 60
    session.save()


def sign_in_with_password(client: Client, user: User) -> None:
    answer = client.post("/sign-in/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()


def give_code(client: Client, secret: str) -> None:
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    answer = client.post("/sign-in/second-factor/authenticate/", {"code": code})
    assert answer.status_code == 302, answer.content.decode()


def test_signing_in_is_a_proof_for_ten_minutes(client: Client) -> None:
    user, account = make_owner()
    sign_in_with_password(client, user)
    assert enter(client, account, "?again=1").status_code == 302
    with acting_in(account.ref):
        assert sessions.is_stepped_up(RegionSession.objects.get())
    records_age(client, 10)
    asked = client.get(way_in(client, account, "?again=1"))
    assert urlsplit(asked["Location"]).path == "/sign-in/reauthenticate/"


@pytest.mark.parametrize(("later", "opens"), [(1, True), (3, False)])
def test_ten_minutes_count_from_the_proof_not_from_going_in(
    client: Client, settings: Any, later: int, opens: bool
) -> None:
    user, account = make_owner()
    sign_in_with_password(client, user)
    records_age(client, 8)
    enter(client, account)
    settings.CLOCK_OFFSET = timedelta(minutes=later)
    with acting_in(account.ref):
        assert sessions.is_stepped_up(RegionSession.objects.get()) is opens


def test_a_password_alone_is_no_proof_where_a_second_factor_follows(client: Client) -> None:
    user, account = make_owner()
    sign_in_with_password(client, user)
    TOTP.activate(user, generate_totp_secret())
    asked = client.get(way_in(client, account, "?again=1"))
    assert urlsplit(asked["Location"]).path == "/sign-in/reauthenticate/"


def test_password_and_second_factor_together_are_a_proof(client: Client) -> None:
    user, account = make_owner()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    sign_in_with_password(client, user)
    give_code(client, secret)
    assert enter(client, account, "?again=1").status_code == 302
    with acting_in(account.ref):
        assert sessions.is_stepped_up(RegionSession.objects.get())


def test_a_wrong_password_does_not_step_up(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    answer = client.post("/sign-in/reauthenticate/", {"password": "not the password"})
    assert answer.status_code == 200
    asked = client.get(way_in(client, account, "?again=1"))
    assert urlsplit(asked["Location"]).path == "/sign-in/reauthenticate/"
    assert EntryCode.objects.count() == 0


def test_a_required_second_factor_is_set_up_first(client: Client, settings: Any) -> None:
    user, account = make_owner()
    account.requires_second_factor = True
    account.save(update_fields=["requires_second_factor"])
    client.force_login(user)
    address = way_in(client, account)
    answer = client.get(address)
    assert answer.status_code == 403
    assert "/sign-in/second-factor/totp/activate/" in answer.content.decode()
    assert "Not now" not in answer.text
    assert client.get(f"{address}&later=1").status_code == 403
    assert EntryCode.objects.count() == 0
    # While it may wait, who says so comes in, until they sign in anew
    account.second_factor_from = clock.now() + timedelta(days=7)
    account.save(update_fields=["second_factor_from"])
    assert "Not now" in client.get(address).text
    assert client.get(f"{address}&later=1").status_code == 302
    assert enter(client, account).status_code == 302
    settings.CLOCK_OFFSET = timedelta(days=8)
    assert client.get(way_in(client, account)).status_code == 403
    settings.CLOCK_OFFSET = timedelta()
    TOTP.activate(user, generate_totp_secret())
    assert enter(client, account).status_code == 302


def test_the_owner_accepts_a_new_version_before_work_goes_on(client: Client) -> None:
    user, account = make_owner()
    AgreementAcceptance.objects.filter(account=account, document="terms").update(version="2025-01")
    client.force_login(user)
    address = way_in(client, account)
    answer = client.get(address)
    assert answer.status_code == 403
    assert "/agreements/terms/" in answer.content.decode()
    client.post(address, {"accept": "yes"})
    assert agreements.missing(account.pk) == []
    assert enter(client, account).status_code == 302


def test_others_wait_for_the_owner(client: Client) -> None:
    _, account = make_owner()
    AgreementAcceptance.objects.filter(account=account).delete()
    user, _ = make_member(account)
    client.force_login(user)
    answer = client.post(way_in(client, account), {"accept": "yes"})
    assert answer.status_code == 403
    assert agreements.missing(account.pk) == ["terms", "processing"]


def test_leaving_ends_the_session_and_the_sign_in(client: Client) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    control = client.post(f"/a/{account.slug}/leave/")["Location"]
    with acting_in(account.ref):
        assert RegionSession.objects.count() == 0
    assert client.get(control)["Location"] == "/"
    assert "_auth_user_id" not in client.session
    assert client.get(f"/a/{account.slug}/settings/").status_code == 302


def test_the_way_out_of_one_person_ends_nobody_elses_sign_in(client: Client) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    address = client.post(f"/a/{account.slug}/leave/")["Location"]
    other = Client()
    other.force_login(make_user())
    for query in (urlsplit(address).query, "leaving=99999999999.x", "leaving=x"):
        assert other.get(f"/sign-in/logout/?{query}").status_code == 200  # asks first
        assert "_auth_user_id" in other.session


def test_the_way_out_closes_after_a_minute(client: Client, settings: Any) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    address = client.post(f"/a/{account.slug}/leave/")["Location"]
    settings.CLOCK_OFFSET = timedelta(seconds=61)
    assert client.get(address).status_code == 200
    assert "_auth_user_id" in client.session


def test_changing_practice_keeps_the_sign_in(client: Client) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    answer = client.post(f"/a/{account.slug}/leave/", {"only": "1"})
    assert answer["Location"] == "/accounts/?choose=1"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_leaving_is_not_done_by_a_link(client: Client) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    assert client.get(f"/a/{account.slug}/leave/").status_code == 405


def run_control_tasks() -> None:
    """Do the ending of sessions as the cell's worker does, account by account."""
    for task in ControlTask.objects.filter(done_at=None):
        for access in AccountAccess.objects.select_related("account"):
            if access.account.cell == task.cell:
                with acting_in(access.account.ref):
                    control_tasks.end_in_account(task.payload)


def test_signing_out_ends_every_practices_session(client: Client) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    answer = client.post("/sign-in/logout/")
    assert answer.status_code == 302
    assert client.cookies[sessions.cookie_name(account.slug)].value == ""
    task = ControlTask.objects.get(name="sessions.end", cell="au-1")
    assert task.payload["user"] == str(user.pk)
    run_control_tasks()
    with acting_in(account.ref):
        assert RegionSession.objects.count() == 0


def test_a_session_begun_after_the_sign_out_stays(client: Client, settings: Any) -> None:
    user, account = make_owner()
    client.force_login(user)
    client.post("/sign-in/logout/")
    settings.CLOCK_OFFSET = timedelta(seconds=2)
    sign_in(client, user, account)
    run_control_tasks()
    with acting_in(account.ref):
        assert RegionSession.objects.count() == 1


def test_a_changed_password_ends_sessions_and_codes(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    door(client, account)
    assert EntryCode.objects.filter(used_at=None).count() == 1
    new = "a quite different password"
    answer = client.post(
        "/sign-in/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert ControlTask.objects.filter(name="sessions.end").exists()
    assert EntryCode.objects.filter(used_at=None).count() == 0


def test_an_expired_session_keeps_what_was_typed(client: Client) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    with acting_in(account.ref):
        RegionSession.objects.all().delete()
    answer = client.post(
        f"/a/{account.slug}/settings/practice/",
        {"name": "Typed with care"},
        HTTP_REFERER=f"http://testserver/a/{account.slug}/settings/practice/",
    )
    assert answer.status_code == 401
    body = answer.content.decode()
    assert "Typed with care" in body
    assert f"/enter/{account.slug}/" in body


def test_a_form_without_its_token_keeps_what_was_typed() -> None:
    user, _account = make_owner()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    answer = strict.post("/open/", {"name": "Typed with care", "password": "secret words"})
    assert answer.status_code == 403
    assert "Typed with care" in answer.content.decode()
    assert "secret words" not in answer.content.decode()


def test_a_closing_account_says_that_it_is_read_only(client: Client) -> None:
    user, account = make_owner()
    sign_in(client, user, account)
    from accounts.models import AccountAnchor

    with acting_in(account.ref):
        AccountAnchor.objects.update(state="closing", closing_at=clock.now())
    answer = client.post(f"/a/{account.slug}/settings/practice/", {"name": "Typed with care"})
    assert answer.status_code == 409
    assert "closing" in answer.content.decode()
    assert "Typed with care" in answer.content.decode()
    assert client.post(f"/a/{account.slug}/leave/").status_code == 302


def test_each_role_begins_where_it_may(client: Client) -> None:
    _, account = make_owner()
    user, _ = make_member(account, Role.BOOKKEEPER)
    client.force_login(user)
    inside = enter(client, account)
    assert client.get(inside["Location"]).status_code == 200


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_asking_for_a_foreign_practice_stands_in_its_audit(client: Client) -> None:
    stranger = make_account()
    client.force_login(make_user())
    client.get(f"/enter/{stranger.slug}/")
    name = connections["region_au"].settings_dict["NAME"]
    query = (
        "SELECT result FROM accounts_auditqueue WHERE action = 'denied.enter' AND account_id = %s"
    )
    with psycopg.connect(parts.standing(HOME).postgres, dbname=name) as superuser:
        assert superuser.execute(query, [stranger.pk]).fetchall() == [("not_found",)]


def test_a_second_way_in_replaces_the_session(client: Client) -> None:
    user, account = make_owner()
    client.force_login(user)
    enter(client, account)
    enter(client, account)
    with acting_in(account.ref):
        assert RegionSession.objects.count() == 1


def test_a_changed_address_reaches_the_members(client: Client) -> None:
    user, account = make_owner()
    User.objects.filter(pk=user.pk).update(email="new@mail.example")
    control_tasks.HANDLERS["member.address"]("au-1", {"user": str(user.pk)})
    with acting_in(account.ref):
        assert Member.objects.get().email == "new@mail.example"


def test_an_account_that_is_not_open_yet_is_not_there(client: Client) -> None:
    user, account = make_owner()
    Account.objects.filter(pk=account.pk).update(state="closed")
    client.force_login(user)
    assert client.get(f"/enter/{account.slug}/").status_code == 404
