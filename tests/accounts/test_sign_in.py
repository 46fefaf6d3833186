"""Signing in: throttled, silent about who exists, with codes, passwords and second factors."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import ControlTask, User
from tests.factories import PASSWORD, make_account, make_user

pytestmark = pytest.mark.django_db(databases="__all__")
LOGIN = "/sign-in/login/"
SIGNUP = "/sign-in/signup/"
RESET = "/sign-in/password/reset/"


@pytest.fixture
def outbox(settings: Any) -> list[Any]:
    """Control's mail, kept in memory."""
    settings.MAILERS = {
        name: {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
        for name in settings.MAILERS
    }
    mail.outbox = []
    return mail.outbox


def plain(body: bytes) -> str:
    """A page without what differs each time: tokens, nonces and the address typed."""
    text = re.sub(r'value="\w{64}"|nonce="[^"]*"|content="\w{64}"', "", body.decode())
    return re.sub(r"[\w.+-]+@[\w.-]+", "ADDRESS", text)


def test_a_wrong_password_and_an_unknown_address_look_the_same() -> None:
    known = make_user()
    wrong = Client().post(LOGIN, {"login": known.email, "password": "wrong password 1"})
    unknown = Client().post(LOGIN, {"login": "nobody@mail.example", "password": "wrong password 1"})
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert plain(wrong.content) == plain(unknown.content)
    assert "go together" in wrong.content.decode()


def test_what_was_typed_is_kept_but_the_password(client: Client) -> None:
    answer = client.post(LOGIN, {"login": "who@mail.example", "password": "wrong password 1"})
    body = answer.content.decode()
    assert "who@mail.example" in body
    assert "wrong password 1" not in body


@pytest.mark.parametrize(
    ("page", "values", "kept"),
    [
        (LOGIN, {"login": "who@mail.example", "password": "wrong password 1"}, False),
        ("/sign-in/password/reset/", {"email": "who at mail"}, True),
    ],
)
def test_a_form_with_a_password_does_not_say_that_all_is_still_there(
    client: Client, page: str, values: dict[str, str], kept: bool
) -> None:
    body = client.post(page, values).content.decode()
    assert "One thing needs your eye." in body
    assert ("All you typed is still here." in body) == kept


def test_a_wrong_password_is_said_in_the_same_words_wherever_it_is_asked_for(
    client: Client,
) -> None:
    client.force_login(make_user())
    again = client.post("/sign-in/reauthenticate/", {"password": "wrong password 1"})
    values = {"oldpassword": "wrong password 1", "password1": "x", "password2": "x"}
    change = client.post("/sign-in/password/change/", values)
    for answer in (again, change):
        assert "That is not your password." in answer.content.decode()


def test_sign_up_says_the_same_for_a_known_address(outbox: list[Any]) -> None:
    known = make_user()
    words = {"password1": "three random words here"}
    first, second = Client(), Client()
    old = first.post(SIGNUP, {"email": known.email, **words})
    new = second.post(SIGNUP, {"email": "new@mail.example", **words})
    assert (old.status_code, new.status_code) == (302, 302)
    assert old["Location"] == new["Location"]
    pages = [c.get(old["Location"]).content for c in (first, second)]
    assert plain(pages[0]) == plain(pages[1])
    assert [m.to for m in outbox] == [[known.email], ["new@mail.example"]]
    assert User.objects.filter(email=known.email).count() == 1


def test_a_password_reset_says_the_same_for_an_unknown_address(outbox: list[Any]) -> None:
    known = make_user()
    first, second = Client(), Client()
    old = first.post(RESET, {"email": known.email})
    new = second.post(RESET, {"email": "nobody@mail.example"})
    assert old["Location"] == new["Location"]
    assert plain(first.get(old["Location"]).content) == plain(second.get(new["Location"]).content)


def test_the_reset_link_works_once_and_ends_sessions(client: Client, outbox: list[Any]) -> None:
    user = make_user()
    make_account(owner=user)
    client.post(RESET, {"email": user.email})
    link = re.search(r"http://testserver(\S+)", str(outbox[0].body))
    assert link is not None
    form = client.get(link[1], follow=True)
    new = {"password1": "three other random words", "password2": "three other random words"}
    done = client.post(form.redirect_chain[-1][0], new)
    assert done.status_code == 302
    assert ControlTask.objects.filter(name="sessions.end").count() == 1
    assert "doesn't work any more" in Client().get(link[1]).content.decode()
    answer = Client().post(LOGIN, {"login": user.email, "password": new["password1"]})
    assert answer.status_code == 302


def test_a_changed_password_leads_to_the_practices(client: Client, outbox: list[Any]) -> None:
    client.force_login(make_user())
    new = "three other random words"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = client.post("/sign-in/password/change/", values)
    assert answer["Location"] == "/accounts/"
    page = client.get(answer["Location"], follow=True)
    assert page.redirect_chain[-1][0] == "/sign-in/login/?next=/accounts/"
    assert "Your password is changed. Use the new one from now on." in page.content.decode()


@pytest.mark.parametrize("weak", ["short", "password1234", "user-at-mail.example"])
def test_weak_passwords_are_refused(client: Client, weak: str) -> None:
    answer = client.post(SIGNUP, {"email": "user-at@mail.example", "password1": weak})
    assert answer.status_code == 200
    assert "user-at@mail.example" in answer.content.decode()
    assert User.objects.count() == 0


def test_an_address_counts_once_its_code_was_typed(client: Client, outbox: list[Any]) -> None:
    client.post(
        SIGNUP + "?next=/open/",
        {"email": "New@mail.example", "password1": "three random words here", "next": "/open/"},
    )
    page = "/sign-in/confirm-email/"
    wrong = client.post(page, {"code": "AAAAAA"})
    assert wrong.status_code == 200
    code = re.search(r"^([A-Z0-9-]{4,12})$", str(outbox[0].body), re.M)
    assert code is not None, outbox[0].body
    answer = client.post(page, {"code": code[1]})
    assert answer["Location"] == "/open/"
    assert client.session["_auth_user_id"] == str(User.objects.get(email="new@mail.example").pk)


def test_failed_sign_ins_are_throttled(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    cache.clear()
    user = make_user()
    for _ in range(5):
        client.post(LOGIN, {"login": user.email, "password": "wrong password 1"})
    right = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert right.status_code == 200
    assert "Too many tries" in right.content.decode()
    cache.clear()


def test_many_sign_ups_from_one_place_are_throttled(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    cache.clear()
    answers = [client.post(SIGNUP, {"email": "", "password1": ""}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    cache.clear()


def test_the_second_factor_is_asked_for(client: Client) -> None:
    user = make_user()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert answer["Location"].startswith("/sign-in/second-factor/authenticate/")
    assert "_auth_user_id" not in client.session
    page = client.get(answer["Location"])
    assert "Use a passkey" in page.content.decode()
    wrong = client.post(answer["Location"], {"code": "1"}).content.decode()
    assert "That is not the code. Type the one your app shows now." in wrong
    assert 'value="1"' in wrong
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    inside = client.post(answer["Location"], {"code": code})
    assert inside["Location"] == "/accounts/"


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_setting_up_an_app_ends_other_sessions(client: Client, outbox: list[Any]) -> None:
    user = make_user()
    make_account(owner=user)
    client.force_login(user)
    client.post("/sign-in/reauthenticate/", {"password": PASSWORD})
    page = client.get("/sign-in/second-factor/totp/activate/")
    assert page.status_code == 200
    assert "data:image/svg+xml" in page.content.decode()
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = client.post("/sign-in/second-factor/totp/activate/", {"code": code})
    assert [m.to for m in outbox] == [[user.email]]
    assert answer["Location"] == "/sign-in/second-factor/recovery-codes/"
    assert "Your recovery codes" in client.get(answer["Location"]).content.decode()
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    assert ControlTask.objects.filter(name="sessions.end").exists()


PAGES = (
    "/sign-in/login/",
    "/sign-in/signup/",
    "/sign-in/password/reset/",
    "/sign-in/password/reset/done/",
    "/sign-in/password/reset/key/done/",
    "/sign-in/inactive/",
    "/sign-in/password/reset/key/1-set-password/",
)
PAGES_INSIDE = (
    "/sign-in/password/change/",
    "/sign-in/email/",
    "/sign-in/logout/",
    "/sign-in/reauthenticate/",
    "/sign-in/second-factor/",
    "/sign-in/second-factor/totp/activate/",
    "/sign-in/second-factor/webauthn/",
    "/sign-in/second-factor/webauthn/add/",
)


@pytest.mark.parametrize("page", PAGES)
def test_pages_before_sign_in_are_ours(client: Client, page: str) -> None:
    body = client.get(page).content.decode()
    assert "public__brand" in body
    assert no_inline_script(body)


@pytest.mark.parametrize("page", PAGES_INSIDE)
def test_pages_of_sign_in_are_ours(client: Client, page: str) -> None:
    client.force_login(make_user())
    client.post("/sign-in/reauthenticate/", {"password": PASSWORD})
    body = client.get(page).content.decode()
    assert "public__brand" in body
    assert no_inline_script(body)


def no_inline_script(body: str) -> bool:
    """Every script is a file of ours, or data that no browser runs; no style is inline."""
    scripts = re.findall(r"<script([^>]*)>", body)
    return "style=" not in body and all("src=" in s or "application/json" in s for s in scripts)


def test_a_page_for_a_foreign_redirect_stays_here(client: Client) -> None:
    user = make_user()
    answer = client.post(
        LOGIN + "?next=https://evil.example/",
        {"login": user.email, "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert answer["Location"] == "/accounts/"
