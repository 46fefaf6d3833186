"""Clients' pages and messages in every language offered: complete, with the same placeholders, chosen as people expect."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.utils import translation

from accounts.models import User
from accounts.tenancy import acting_in
from bookings.messaging.wording import default_words
from bookings.models import Message
from clients.models import Client
from tests.bookings.public import NOW, TEN, Practice, at, fill, open_practice
from tests.bookings.public.catalogs import asked, compiled, read, source_of, sources
from tests.browser import sign_in
from tests.factories import owner_of

pytestmark = pytest.mark.django_db(databases="__all__")
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def test_there_is_something_to_translate() -> None:
    found = asked(sources())
    assert len(found) > 150
    assert ("", "When suits you?", "") in found
    assert ("", "%d place left", "%d places left") in found
    assert set(TRANSLATED) == {"de", "fr", "es"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing(language: str) -> None:
    known = {entry.key for entry in read(source_of(language))}
    missing = {key: where for key, where in asked(sources()).items() if key not in known}
    assert missing == {}


def test_nothing_is_translated_that_nobody_asks_for() -> None:
    for language in TRANSLATED:
        gone = {entry.key for entry in read(source_of(language))} - asked(sources()).keys()
        assert gone == set(), language


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_answer_is_whole(language: str) -> None:
    for entry in read(source_of(language)):
        forms = (entry.singular, entry.plural) if entry.plural else (entry.singular,)
        assert len(entry.answers) == len(forms), entry.singular
        for form, answer in zip(forms, entry.answers, strict=True):
            assert answer, entry.singular
            assert sorted(PLACEHOLDER.findall(answer)) == sorted(PLACEHOLDER.findall(form)), answer
            assert answer.count("\n") == form.count("\n"), entry.singular
            assert (answer[:1] == " ", answer[-1:] == " ") == (form[:1] == " ", form[-1:] == " ")


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_read_is_what_stands_in_the_source(language: str) -> None:
    catalog = compiled(language)
    for entry in read(source_of(language)):
        if entry.plural:
            given = tuple(catalog.ngettext(entry.singular, entry.plural, n) for n in (1, 2))
        elif entry.context:
            given = (catalog.pgettext(entry.context, entry.singular),)
        else:
            given = (catalog.gettext(entry.singular),)
        assert given == entry.answers


def test_the_browsers_language_then_the_cookies(practice: Practice) -> None:
    browser, address = Browser(), practice.url("book_when", practice.service.pk)

    def heading(**headers: str) -> str:
        page = browser.get(address, headers=headers).content.decode()
        found = re.search(r"<h1>([^<]*)</h1>", page)
        assert found
        assert f'lang="{translation_of(page)}"' in page
        return found[1]

    def translation_of(page: str) -> str:
        return str(re.findall(r'<html lang="(\w+)"', page)[0])

    assert heading() == "When suits you?"
    assert heading(**{"accept-language": "fr-CH, de;q=0.5"}) == "Quand cela vous convient-il\u00a0?"
    assert heading(**{"accept-language": "ja"}) == "When suits you?"
    answer = browser.post(practice.url("book_language"), {"language": "de", "next": address})
    assert answer["Location"] == address
    assert answer.cookies["language"].value == "de"
    assert heading(**{"accept-language": "fr"}) == "Wann passt es Ihnen?"
    assert 'aria-current="true">Deutsch' in browser.get(address).content.decode()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_the_switch_leads_nowhere_else(practice: Practice, there: str) -> None:
    answer = Browser().post(practice.url("book_language"), {"language": "tlh", "next": there})
    assert answer["Location"] == practice.url("book")
    assert "language" not in answer.cookies


def test_a_newcomer_is_written_to_as_they_read(practice: Practice) -> None:
    for language, hour in (("de", 9), ("en", 11)):
        browser = Browser(headers={"accept-language": language})
        fill(browser, practice.details(TEN.replace(hour=hour)), email=f"{language}@mail.example")
    with acting_in(practice.account.ref):
        told = {client.email[:2]: client.language for client in Client.objects.all()}
        assert told == {"de": "de", "en": ""}


@pytest.mark.parametrize("language", TRANSLATED)
def test_messages_are_translated(language: str) -> None:
    for category in Message.Category.values:
        for channel in Message.Channel.values:
            words = default_words(category, channel, language)
            english = default_words(category, channel, "en")
            assert words.body != english.body
            assert sorted(PLACEHOLDER.findall(words.body)) == sorted(
                PLACEHOLDER.findall(english.body)
            )


def test_dates_and_times_as_people_write_them(practice: Practice) -> None:
    page = Browser(headers={"accept-language": "de"}).get(practice.details()).content.decode()
    assert "Di, 24. Nov. 2026, 10:00" in page
    assert "Ortszeit Sydney" in page
    assert translation.get_language() == "en"


def test_the_practices_own_pages_stay_english(practice: Practice) -> None:
    browser = Browser(headers={"accept-language": "de"})
    assert "Sign in" in browser.get("/sign-in/login/").content.decode()
    owner = User.objects.get(pk=owner_of(practice.account).user_id)
    sign_in(browser, owner, practice.account)
    page = browser.get(f"/a/{practice.account.slug}/settings/").content.decode()
    assert '<html lang="en"' in page
