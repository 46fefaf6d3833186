"""Every page of a practice says its own word for the people it treats, and leaves what was typed as it is (A7)."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import Client as Browser
from django.utils.translation import get_language, gettext, ngettext, override

from accounts import terminology
from accounts.models import AccountAnchor
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from tests.browser import sign_in
from tests.factories import make_account, make_user
from tests.test_every_view import MEMBERS, fill, values_for

# But not the name of a value that a letter fills in: "{{client.name}}"
HARD = re.compile(r"(?<!\{)\bclients?\b", re.IGNORECASE)
# What people see or hear: text, and the attributes that are read out or shown
_UNSEEN = re.compile(r"<(script|style|template)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_SPOKEN = re.compile(
    r'(?:aria-label|title|placeholder|alt|content|data-words|data-key-label)="([^"]*)"'
)


def seen(body: bytes) -> str:
    """Return what a page says."""
    text = _UNSEEN.sub(" ", body.decode(errors="replace"))
    return " ".join([*_SPOKEN.findall(text), re.sub(r"<[^>]*>", " ", text)])


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Find a client", "Find a patient"),
        ("Clients’ own words, client-side", "Patients’ own words, patient-side"),
        ("CLIENT and CLIENTS", "PATIENT and PATIENTS"),
        ("%(client)s and {client} of %(clients)s", "%(client)s and {client} of %(clients)s"),
        ("clientele, /clients/ and Client-Data", "clientele, /clients/ and Patient-Data"),
    ],
)
def test_the_word_is_put_in_and_nothing_else(text: str, own: str) -> None:
    assert terminology.said(text, "patient") == own


@pytest.mark.django_db(databases="__all__")
def test_the_word_is_the_accounts_and_ends_with_it() -> None:
    account, other = make_account(), make_account()
    drawn = Template("{% load i18n %}{% translate 'Add a client' %} {{ name }}")
    with acting_in(account.ref):
        AccountAnchor.objects.update(client_word="participant")
    with acting_in(account.ref):
        assert drawn.render(Context({"name": "Client Smith"})) == "Add a participant Client Smith"
        assert ngettext("%(n)d client", "%(n)d clients", 2) % {"n": 2} == "2 participants"
        with override("de"):
            assert get_language() == "de"
        assert (get_language(), gettext("Clients")) == ("en", "Participants")
    with acting_in(other.ref):
        assert gettext("Clients") == "Clients"
    assert gettext("Clients") == "Clients"


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_no_page_is_left_with_the_usual_word(client: Browser) -> None:
    user = make_user()
    account = make_account(owner=user)
    key = fill(account)
    sign_in(client, user, account, stepped_up=True)
    paths = [each.path(**values_for(each, account.slug, key)) for each in MEMBERS]
    usual = [path for path in paths if HARD.search(seen(client.get(path).content))]
    assert len(usual) > len(paths) / 2
    page = f"/a/{account.slug}/settings/practice/"
    assert client.post(page, {"name": account.name, "word": "nobody"}).status_code == 200
    assert client.post(page, {"name": account.name, "word": "patient"}).status_code == 302
    with acting_in(account.ref):
        assert current_anchor().client_word == "patient"
    for path in paths:
        said = seen(getattr(client.get(path), "content", b""))
        left = re.findall(rf".{{0,60}}{HARD.pattern}.{{0,20}}", said, re.IGNORECASE)
        assert left == [], path
    assert "Patients" in client.get(f"/a/{account.slug}/clients/").content.decode()
