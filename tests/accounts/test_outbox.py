"""Jobs are asked for with the change, run once, taken up again when a worker dies (house.md 3)."""

from datetime import timedelta
from uuid import UUID

import pytest

from accounts import dispatch, outbox
from accounts.models import Location, OutboxJob
from accounts.outbox import LEASE, Work
from accounts.tenancy import AccountRef, acting_in
from privacy.vocabulary import clock
from tests.factories import make_account

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@outbox.handles("test.name_location")
def name_location(work: Work) -> None:
    Location.objects.filter(pk=work.payload["location"]).update(name=work.payload["name"])


@outbox.handles("test.fails")
def fails(work: Work) -> None:
    Location.objects.update(name="half-done")
    raise RuntimeError("on purpose")


@pytest.fixture
def account() -> AccountRef:
    made = make_account().ref
    with acting_in(made):
        Location(name="Before", time_zone="Australia/Sydney").save(force_insert=True)
    return made


def ask(account: AccountRef, name: str) -> UUID:
    with acting_in(account):
        location = Location.objects.get()
        return outbox.enqueue(name, {"location": str(location.pk), "name": "After"}).pk


def test_a_job_runs_once(account: AccountRef) -> None:
    job = ask(account, "test.name_location")
    assert [found for found in dispatch.due("au-1") if found[1] == job] == [
        (AccountRef(account.id, account.slug, "au-1"), job)
    ]
    assert outbox.run(account, job) is True
    assert outbox.run(account, job) is False
    with acting_in(account):
        assert Location.objects.get().name == "After"
        assert OutboxJob.objects.get(pk=job).done_at is not None
    assert dispatch.due("au-1") == []


def test_a_failed_job_leaves_nothing_half_done_and_waits(account: AccountRef) -> None:
    job = ask(account, "test.fails")
    assert outbox.run(account, job) is True
    with acting_in(account):
        assert Location.objects.get().name == "Before"
        kept = OutboxJob.objects.get(pk=job)
        assert (kept.error, kept.attempts, kept.done_at) == ("RuntimeError", 1, None)
        assert kept.run_at > clock.now()


def test_a_dead_workers_job_is_taken_up_and_the_dead_one_cant_finish(account: AccountRef) -> None:
    job = ask(account, "test.name_location")
    dead, _ = outbox._lease(account, job)
    assert dead is not None
    assert outbox.run(account, job) is False, "it is leased"
    with acting_in(account):
        OutboxJob.objects.filter(pk=job).update(leased_until=clock.now() - timedelta(seconds=1))
    assert timedelta(seconds=60) >= LEASE
    assert len(dispatch.due("au-1")) == 1
    assert outbox.run(account, job) is True
    with pytest.raises(outbox.LeaseLost):
        dead.beat(1, 2)


def test_asking_without_a_handler_is_an_error(account: AccountRef) -> None:
    with acting_in(account), pytest.raises(LookupError):
        outbox.enqueue("nobody.home")
