"""What nothing needs any more goes, and nothing else: keys, archives, sessions, jobs, codes (RT-11, house.md 4)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session

from accounts import objects, outbox, sessions
from accounts.models import Account, AgreementAcceptance, ControlTask, OutboxJob
from accounts.tenancy import acting_in
from clients.models import Client
from privacy import exporting, sweeping
from privacy.models import Export
from privacy.tasks import sweep
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.placement import Placement
from tests.accounts.test_mirror import made
from tests.factories import make_account, make_client, make_user, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def account() -> Account:
    return make_account()


def test_a_key_without_a_client_goes_after_an_hour(account: Account, settings: Any) -> None:
    lost = uuid4()
    with acting_in(account.ref):
        kept = make_client()
        keyring.create_client_keys([lost])
        assert sweeping.destroy_orphaned_keys() == 0
    settings.CLOCK_OFFSET = timedelta(hours=1, minutes=1)
    with acting_in(account.ref):
        fresh = uuid4()
        keyring.create_client_keys([fresh])
        assert sweeping.destroy_orphaned_keys() == 1
        assert keyring.client_ids_with_keys() == {kept.pk, fresh}


def test_an_archive_goes_on_its_day(account: Account, settings: Any) -> None:
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        exporting.request(by=owner.actor, member=owner)
    scene.run_jobs(account)
    settings.CLOCK_OFFSET = timedelta(days=6, hours=23)
    sweep("au-1")
    assert len(objects.keys_of("au-1", account.pk)) == 1
    settings.CLOCK_OFFSET = timedelta(days=7, minutes=1)
    sweep("au-1")
    assert objects.keys_of("au-1", account.pk) == []
    with acting_in(account.ref):
        export = Export.objects.get()
        assert (export.state, export.file_key, len(export.sha256)) == ("deleted", "", 64)


def control_rows(account: Account) -> None:
    """Put one row of every kind of control whose rows end by themselves."""
    user = make_user()
    sessions.issue_code(user=user, account=account, browser=b"b" * 32)
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=clock.now())
    ControlTask.objects.create(name="x", cell="au-1", done_at=clock.now())
    LogEntry.objects.create(user=user, action_flag=1, object_repr="x", action_time=clock.now())
    AgreementAcceptance.objects.get_or_create(
        account=account, document="terms", version="2026-11", defaults={"user": user}
    )


def test_whatever_ends_goes_on_its_day_and_not_before(account: Account, settings: Any) -> None:
    gone = make_account()
    control_rows(gone)
    Account.objects.filter(pk=gone.pk).update(closed_at=clock.now())
    existing: dict[Any, Any] = {}
    with acting_in(account.ref):
        for kind, _lives in sweeping.ending(Placement.REGION):
            made(kind.model, existing)
    ending = [*sweeping.ending(Placement.REGION), *sweeping.ending(Placement.CONTROL)]
    assert len(ending) >= 9
    begun = clock.now()
    with acting_in(account.ref):
        for kind, lives in ending:
            if "__" not in lives.ends:
                kind.model._default_manager.update(**{lives.ends: begun})
    for after in sorted({lives.after for _kind, lives in ending}):
        for late, is_there in ((timedelta(minutes=-1), True), (timedelta(minutes=1), False)):
            settings.CLOCK_OFFSET = timedelta(days=after) + late
            sweep("au-1")
            with acting_in(account.ref):
                for kind, lives in ending:
                    if lives.after == after:
                        over = {f"{lives.ends}__lte": clock.now()}
                        rows = kind.model._default_manager.filter(**over)
                        assert rows.exists() is (is_there and after > 0), (kind.label, late)


def test_jobs_that_wait_stay(account: Account, settings: Any) -> None:
    with acting_in(account.ref):
        waiting = outbox.enqueue("closure.tell_control", run_at=clock.now() + timedelta(days=90))
    settings.CLOCK_OFFSET = timedelta(days=31)
    assert sweep("au-1") == 1
    with acting_in(account.ref):
        assert [job.pk for job in OutboxJob.objects.all()] == [waiting.pk]


def test_objects_that_no_row_names_go_after_an_hour(account: Account) -> None:
    owner = owner_of(account)
    scene.fill(account)
    with acting_in(account.ref, by=owner.actor):
        exporting.request(by=owner.actor, member=owner)
    scene.run_jobs(account)
    named = objects.keys_of("au-1", account.pk)
    assert len(named) > 1
    fresh, late = objects.new_key(account.pk), objects.new_key(account.pk)
    two_hours_in_ms = 2 * 3600 * 1000 << 80
    late = f"a/{account.pk}/{UUID(int=UUID(late.rpartition('/')[2]).int - two_hours_in_ms)}"
    for key in (fresh, late):
        with objects.writing("au-1", key) as target:
            target.write(b"its row was rolled back")
    sweep("au-1")
    assert set(objects.keys_of("au-1", account.pk)) == {*named, fresh}


def test_objects_of_accounts_that_are_gone_go(account: Account) -> None:
    scene.fill(account)
    gone = uuid4()
    with objects.writing("au-1", objects.new_key(gone)) as late:
        late.write(b"x")
    sweep("au-1")
    assert objects.accounts_with_objects("au-1") == {account.pk}
    with acting_in(account.ref):
        assert Client.objects.count() == 1
