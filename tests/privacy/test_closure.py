"""Closing: read-only at once, told at 0, 14 and 27 days, taken back until the day (EX-13)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError

from accounts.models import Account, AccountAnchor
from accounts.tenancy import acting_in
from clients.models import Client
from privacy import closure
from privacy.models import Closure
from privacy.vocabulary import clock
from tests.factories import make_account, make_client, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def close(account: Account, *, has_copy: bool = False) -> Closure:
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        return closure.start(by=owner.actor, member=owner, has_copy=has_copy)


def keep(account: Account) -> None:
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        closure.cancel(by=owner.actor)


@pytest.fixture
def account() -> Account:
    return make_account(name="Harbour Physio")


def test_the_dates_are_one_set_of_numbers() -> None:
    asked = clock.now()
    dates = closure.Dates(asked)
    assert (dates.deleted_at - asked).days == 30
    assert (dates.keyring_backups_end_at - dates.deleted_at).days == 7
    assert (dates.backups_end_at - dates.deleted_at).days == 35
    assert closure.EXPORT_LIFE_DAYS == 7


def test_a_closing_account_refuses_changes_and_can_be_read(account: Account) -> None:
    client = scene.fill(account)
    asked = close(account)
    assert asked.purge_due_at - asked.requested_at == timedelta(days=30)
    with acting_in(account.ref):
        assert Client.objects.get(pk=client.pk).given_name == client.given_name
    with pytest.raises(DatabaseError, match="read-only while it closes"), acting_in(account.ref):
        make_client()
    scene.run_jobs(account)
    account.refresh_from_db()
    assert (account.state, account.purge_due_at) == ("closing", asked.purge_due_at)


def test_closing_twice_and_keeping_an_open_account_are_refused(account: Account) -> None:
    with pytest.raises(closure.NotNow, match="isn't closing"):
        keep(account)
    close(account)
    with pytest.raises(closure.NotNow, match="closing already"):
        close(account)


def test_the_owner_is_mailed_three_times(account: Account, settings: Any) -> None:
    close(account)
    subjects = []
    for days in (0, 13, 14, 26, 27, 29):
        settings.CLOCK_OFFSET = timedelta(days=days, minutes=1)
        mail.outbox.clear()
        scene.run_jobs(account)
        subjects.append((days, [message.subject for message in mail.outbox]))
    assert subjects[0][1][0].startswith("Harbour Physio is closing: everything is deleted on ")
    assert subjects[1:] == [
        (13, []),
        (14, ["16 days left: Harbour Physio is being closed"]),
        (26, []),
        (27, ["3 days left: Harbour Physio is being closed"]),
        (29, []),
    ]


def test_keeping_the_account_restores_everything(account: Account, settings: Any) -> None:
    client = scene.fill(account)
    close(account)
    scene.run_jobs(account)
    settings.CLOCK_OFFSET = timedelta(days=20)
    scene.run_jobs(account)
    keep(account)
    mail.outbox.clear()
    scene.run_jobs(account)
    assert [message.subject for message in mail.outbox] == ["Harbour Physio stays open"]
    account.refresh_from_db()
    assert (account.state, account.purge_due_at) == ("active", None)
    settings.CLOCK_OFFSET = timedelta(days=40)
    mail.outbox.clear()
    scene.run_jobs(account)
    assert mail.outbox == []
    with acting_in(account.ref):
        assert AccountAnchor.objects.get().state == "active"
        assert Client.objects.get(pk=client.pk).given_name == client.given_name
        make_client()
    assert close(account).requested_at > clock.now() - timedelta(minutes=1)
