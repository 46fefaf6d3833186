"""The public policy says what the software does: change a number or a form, and the text changes or the board breaks."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.test import Client as Browser

from accounts.models import SignIn
from accounts.processors import Processor
from accounts.tenancy import acting_in
from bookings.models import Absence
from privacy import closure, sweeping
from privacy.policy import collecting, periods, purposes
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataClass, FieldMark
from tests.factories import make_account, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(hours=12), "12 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=30), "30 days"),
        (timedelta(days=365), "1 year"),
        (timedelta(days=7 * 365), "7 years"),
    ],
)
def test_periods_in_words(span: timedelta, words: str) -> None:
    assert periods.in_words(span) == words


def test_everything_that_is_there_is_listed(client: Browser) -> None:
    assert (purposes.unlisted(), collecting.unlisted(), periods.unlisted()) == ([], [], [])
    shown = client.get("/privacy/").content.decode()
    assert client.get("/").status_code == 200
    assert client.cookies == {}, "whoever only looks leaves nothing"
    for listed in ("Sydney", "Frankfurt", "Oregon", "Who came in or tried to", "mailto:"):
        assert listed in shown
    stale = {form for way in collecting.WAYS for form in way.forms if not form.endswith("*")}
    assert stale <= collecting.names()


def test_a_changed_period_changes_text_and_job_together(client: Browser, monkeypatch: Any) -> None:
    account = make_account()
    member = owner_of(account)
    with acting_in(account.ref):
        old = SignIn(member=member, kind=SignIn.Kind.ENTERED, at=clock.now() - timedelta(days=40))
        old.save(force_insert=True)
    assert "1 year" in client.get("/privacy/").content.decode()
    sweeping.sweep_account(account.ref)
    with acting_in(account.ref):
        assert SignIn.objects.count() == 1
    lives = SignIn.data_policy.lives
    assert lives is not None
    shorter = replace(SignIn.data_policy, lives=replace(lives, after=33))
    monkeypatch.setattr(SignIn, "data_policy", shorter)
    shown = client.get("/privacy/").content.decode()
    assert "33 days" in shown
    assert "1 year" not in shown
    sweeping.sweep_account(account.ref)
    with acting_in(account.ref):
        assert SignIn.objects.count() == 0


def test_the_numbers_of_a_closure_are_the_jobs_own(client: Browser, monkeypatch: Any) -> None:
    monkeypatch.setattr(closure, "READ_ONLY_DAYS", 41)
    monkeypatch.setattr(closure, "DATA_BACKUP_DAYS", 44)
    shown = client.get("/privacy/").content.decode()
    assert "read for 41 days" in shown
    assert "gone after 44" in shown
    dates = closure.Dates(clock.now())
    assert dates.backups_end_at - dates.asked_at == timedelta(days=85)


def test_who_is_called_is_who_is_listed(client: Browser, settings: Any) -> None:
    assert "Looks for malware in files" not in client.get("/privacy/").content.decode()
    scanner = Processor("scanner", ("scan",), ("scanner",), is_inside=True)
    settings.PROCESSORS = {"au": (scanner,)}
    assert "Looks for malware in files" in client.get("/privacy/").content.decode()


def test_what_has_no_words_is_found(monkeypatch: Any) -> None:
    new = type("NewForm", (forms.Form,), {"__module__": "accounts.forms"})
    assert collecting.unlisted() == ["accounts.forms.NewForm"]
    del new
    gc.collect()  # classes that nobody names any more are no forms of ours
    assert collecting.unlisted() == []
    label = Absence._meta.get_field("label")
    mark = FieldMark(DataClass.PERSONAL, "user.biometric", "marketing")
    monkeypatch.setattr(label, "data_mark", mark)
    assert purposes.unlisted() == ["bookings.Absence.label"]
    monkeypatch.delitem(periods.NAMES, "accounts.SignIn")
    assert periods.unlisted() == ["accounts.SignIn"]
