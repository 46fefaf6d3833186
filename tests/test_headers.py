"""What every answer tells the browser: nothing foreign runs, nothing is framed, nothing is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse

from accounts.tenancy import acting_in
from tests.browser import sign_in
from tests.factories import PASSWORD
from tests.notes.parts import Practice, draft, practice

HTTPS = """
import django, json
django.setup()
from django.conf import settings as s
from accounts import sessions
print(json.dumps({
    "names": [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, sessions.BROWSER_COOKIE, sessions.cookie_name("x")],
    "secure": [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS >= 31536000],
    "domains": [s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN], "paths": [s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_PATH],
}))
from django.http import HttpResponse
from accounts.tenancy import AccountRef
from uuid import UUID
response = HttpResponse()
sessions.set_cookie(response, AccountRef(UUID(int=1), "x", "au-1"), "secret")
print(response.cookies.output(header=""))
"""


@pytest.fixture
def p() -> Practice:
    return practice()


def directives(response: Any) -> dict[str, list[str]]:
    policy = response.headers["Content-Security-Policy"]
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def check(response: Any) -> None:
    policy = directives(response)
    assert "'unsafe-inline'" not in str(policy)
    assert "'unsafe-eval'" not in str(policy)
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert not [
        word for words in policy.values() for word in words if "http" in word or "*" in word
    ]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/sign-in/login/", 200),
        ("/sign-in/signup/", 200),
        ("/no-such-page/", 404),
        ("/book/no-such-practice/", 404),
        ("/accounts/", 302),
        ("/healthz", 200),
    ],
)
def test_outside_an_account(client: Browser, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    check(response)


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("name", ["diary", "clients", "settings", "exports", "closure", "team"])
def test_inside_an_account(client: Browser, p: Practice, name: str) -> None:
    sign_in(client, p.owner_user, p.account, stepped_up=True)
    response = client.get(reverse(name, args=[p.account.slug]))
    assert response.status_code == 200
    check(response)


@pytest.mark.django_db(databases="__all__")
def test_a_note_a_client_the_public_page_and_what_is_not_there(
    client: Browser, p: Practice
) -> None:
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
    sign_in(client, p.owner_user, p.account)
    slug = p.account.slug
    for name, args, status in (
        ("note", [slug, note.pk], 200),
        ("client", [slug, p.client.pk], 200),
        ("client", [slug, note.pk], 404),
        ("book", [slug], 200),
    ):
        response = client.get(reverse(name, args=args))
        assert response.status_code == status
        check(response)


@pytest.mark.django_db(databases="__all__")
def test_nonces_are_new_for_every_page(client: Browser) -> None:
    first, second = (directives(client.get("/sign-in/login/"))["script-src"] for _ in range(2))
    assert first != second or not [word for word in first if "nonce" in word]


@pytest.mark.django_db(databases="__all__")
def test_cookies_are_for_the_server_alone(client: Browser, p: Practice) -> None:
    client.get("/sign-in/login/")
    client.post("/sign-in/login/", {"login": p.owner_user.email, "password": PASSWORD})
    client.get(f"/enter/{p.account.slug}/", follow=True)
    assert {"session", "browser", f"kw-{p.account.slug}"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name
        assert cookie["httponly"] or name in ("csrf", "messages"), name


def test_behind_https_every_cookie_is_bound_to_the_host() -> None:
    child = {
        **os.environ,
        "KEEPWELL_MODE": "test",
        "BASE_URL": "https://keepwell.example",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", HTTPS],
        cwd=settings.BASE_DIR,
        env=child,
        capture_output=True,
        text=True,
        check=True,
    )
    facts, cookie = done.stdout.strip().split("\n", 1)
    assert facts.count('"__Host-') == 4
    assert "false" not in facts
    assert facts.count("null") == 2
    assert facts.count('"/"') == 2
    assert cookie.strip().startswith("__Host-kw-x=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= {
        part.strip() for part in cookie.split(";")
    }
