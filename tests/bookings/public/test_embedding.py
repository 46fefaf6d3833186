"""The booking page in a practice's own site: who may frame it, forms without cookies, the script."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client as Browser
from django.urls import reverse

from accounts.tenancy import acting_in
from bookings.models import Appointment, BookingPage
from bookings.public.embedding import form_token
from tests.bookings.public import NOW, TYPED, Practice, at, open_practice

pytestmark = pytest.mark.django_db(databases="__all__")
SITE = "https://www.harbour.example"
START = "2026-11-24T10:00+11:00"


@pytest.fixture
def practice(settings: Any, cache_address: str) -> Practice:
    at(NOW, settings)
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    caches["au"].clear()
    practice = open_practice()
    framed_by(practice, SITE)
    return practice


def framed_by(practice: Practice, *sites: str) -> None:
    with acting_in(practice.account.ref):
        page = BookingPage.objects.first()
        if page is None:
            BookingPage(frame_sites=list(sites)).save(force_insert=True)
        else:
            page.frame_sites = list(sites)
            page.save()


@pytest.fixture
def browser() -> Browser:
    return Browser(enforce_csrf_checks=True)


def inside(practice: Practice, name: str, *args: object) -> str:
    return reverse(f"embed:{name}", args=[practice.account.slug, *args])


def ancestors(response: Any) -> list[str]:
    found = re.search(r"frame-ancestors ([^;]*)", response.headers["Content-Security-Policy"])
    assert found
    return found[1].split()


def token(words: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', words)
    assert found
    return found[1]


def pages(practice: Practice) -> list[str]:
    service = practice.service.pk
    return [
        inside(practice, "book"),
        inside(practice, "book_when", service),
        f"{inside(practice, 'book_details', service)}?start={START.replace('+', '%2B')}",
        inside(practice, "book_privacy"),
    ]


def test_only_the_owners_sites_frame_it(practice: Practice, browser: Browser) -> None:
    for address in pages(practice):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert ancestors(answer) == [SITE]
        assert "X-Frame-Options" not in answer.headers
        assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
        assert not answer.cookies, address


def test_without_sites_nobody_frames_it(practice: Practice, browser: Browser) -> None:
    framed_by(practice)
    answer = browser.get(inside(practice, "book"))
    assert ancestors(answer) == ["'none'"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_elsewhere_frames_stay_forbidden(practice: Practice, browser: Browser) -> None:
    for address in (
        practice.url("book"),
        practice.url("book_when", practice.service.pk),
        practice.details(),
        practice.url("book_change"),
    ):
        answer = browser.get(address)
        assert ancestors(answer) == ["'none'"]
        assert answer.headers["X-Frame-Options"] == "DENY"
    neighbour = open_practice()
    assert ancestors(browser.get(inside(neighbour, "book"))) == ["'none'"]


def test_links_stay_in_the_frame(practice: Practice, browser: Browser) -> None:
    for address in pages(practice):
        words = browser.get(address).content.decode()
        words = re.sub(r'<a [^>]*target="_(?:top|blank)"[^>]*>', "", words)
        leads = set(re.findall(r'(?:href|action)="(/(?:book|embed)/[^"]*)"', words))
        assert leads
        assert all(lead.startswith(f"/embed/{practice.account.slug}/") for lead in leads), leads


def test_booking_without_any_cookie(practice: Practice) -> None:
    service = practice.service.pk
    page = Browser(enforce_csrf_checks=True).get(inside(practice, "book_when", service))
    sent = {"start": START, "form_token": token(page.content.decode())}
    held = Browser(enforce_csrf_checks=True).post(page.context["next_action"], sent)
    assert held["Location"].startswith(inside(practice, "book_details", service))
    form = Browser(enforce_csrf_checks=True).get(held["Location"])
    hidden = {name: form.context["form"].initial[name] for name in ("key", "notice")}
    typed = {**TYPED, **hidden, "form_token": token(form.content.decode())}
    done = Browser(enforce_csrf_checks=True).post(held["Location"], typed)
    assert (done.status_code, bool(done.cookies)) == (303, False)
    last = Browser().get(done["Location"])
    assert "You’re booked" in last.content.decode()
    assert f'href="/book/{practice.account.slug}/manage/' in last.content.decode()
    assert 'target="_blank"' in last.content.decode()


@pytest.mark.parametrize("kind", ["none", "forged", "old", "elsewhere", "ahead"])
def test_a_form_that_is_old_or_from_elsewhere(
    practice: Practice, browser: Browser, settings: Any, kind: str
) -> None:
    given = {"none": "", "forged": "1763848800.x"}.get(kind, "")
    if kind == "elsewhere":
        with acting_in(open_practice().account.ref):
            given = form_token()
    if kind in ("old", "ahead"):
        moved = timedelta(hours=-3 if kind == "old" else 3)
        settings.CLOCK_OFFSET += moved
        with acting_in(practice.account.ref):
            given = form_token()
        settings.CLOCK_OFFSET -= moved
    address = pages(practice)[2]
    answer = browser.post(address, {**TYPED, "form_token": given})
    words = answer.content.decode()
    assert answer.status_code == 403
    for typed in TYPED.values():
        assert typed in words
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 0
    again = browser.post(address, {**TYPED, "form_token": token(words)})
    assert again.status_code == 303


def test_a_frames_token_is_no_pass_outside(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        sent = {**TYPED, "form_token": form_token()}
    assert browser.post(practice.details(), sent).status_code == 403


def test_the_script(practice: Practice, browser: Browser) -> None:
    answer = browser.get(practice.url("book_embed"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "max-age" in answer.headers["Cache-Control"]
    assert "event.origin" in answer.content.decode() or "origin !==" in answer.content.decode()
    assert not answer.cookies
