"""No work without its account, no override without its reason, no relation across databases (TI-7, RP-1, RP-3)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from celery.exceptions import NotRegistered
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, models, transaction
from django.db.utils import IntegrityError

from accounts import outbox, tasks
from accounts.models import Account, Location
from accounts.outbox import Work
from accounts.signup import Override, open_account
from accounts.tenancy import AccountRef, acting_in, placement_of
from config.celery import app
from privacy.vocabulary import keyring
from privacy.vocabulary.models import AccountKey, ClientKey
from privacy.vocabulary.scope import NoAccount, WrongAccount
from tests.factories import make_account, make_client, make_user

pytestmark = pytest.mark.django_db(databases="__all__")
_ran: list[Work] = []


@outbox.handles("test.body")
def body(work: Work) -> None:
    _ran.append(work)


@outbox.handles("test.forgets_to_enter", long=True)
def forgets_to_enter(work: Work) -> None:
    _ran.append(work)
    Location.objects.count()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda job: tasks.run_job("", "", "", job),
        lambda job: tasks.run_job("au-1", "not an id", "", job),
        lambda job: tasks.run_job("no-such-cell", str(uuid4()), "", job),
        lambda job: tasks.run_job("au-1"),
        lambda job: tasks.run_due_jobs(""),
        lambda job: app.tasks["accounts.run_job_of_nobody"],
        lambda job: outbox.enqueue("test.body"),
        lambda job: call_command("audit", "verify", "no-such-practice"),
    ],
)
def test_without_a_valid_account_nothing_begins(attempt: Callable[[str], object]) -> None:
    _ran.clear()
    account = make_account()
    with acting_in(account.ref):
        job = outbox.enqueue("test.body")
    with pytest.raises(
        (TypeError, ValueError, LookupError, NoAccount, NotRegistered, CommandError)
    ):
        attempt(str(job.pk))
    assert _ran == []


def test_a_job_under_another_accounts_name_is_not_there() -> None:
    _ran.clear()
    account, other = make_account(), make_account()
    with acting_in(account.ref):
        job = outbox.enqueue("test.body")
    for name in (other.ref, AccountRef(uuid4(), "", "au-1"), AccountRef(account.pk, "", "eu-1")):
        assert outbox.run(name, job.pk) is False
    assert _ran == []
    assert outbox.run(account.ref, job.pk) is True
    assert len(_ran) == 1


def test_a_long_job_that_forgets_to_enter_reads_nothing() -> None:
    account = make_account()
    with acting_in(account.ref):
        job = outbox.enqueue("test.forgets_to_enter")
    assert outbox.run(account.ref, job.pk) is True
    with acting_in(account.ref):
        job.refresh_from_db()
    assert (job.done_at, job.error) == (None, "NoAccount")


@pytest.mark.parametrize(
    ("basis", "document", "actor"),
    [
        ("rule", "", ""),
        ("rule", "letter 7", "ana"),
        ("", "letter 7", "ana"),
        ("requested", "", "ana"),
        ("requested", "  ", "ana"),
        ("contracted", "letter 7", ""),
    ],
)
def test_an_override_without_reason_is_refused(basis: str, document: str, actor: str) -> None:
    with pytest.raises(ValueError, match="override"):
        Override("us", basis, document, actor)


def test_the_database_refuses_it_too() -> None:
    account = make_account()
    for fields in ({"region_basis": "requested"}, {"region_basis": "contracted", "slug": "new"}):
        bare = {"region_document": "", "region_decided_by": "", "pk": uuid4(), "slug": "other"}
        row = Account(**{**vars_of(account), **bare, **fields})
        with pytest.raises(IntegrityError), transaction.atomic("default"):
            row.save(force_insert=True)


def vars_of(account: Account) -> dict[str, object]:
    return {field.attname: getattr(account, field.attname) for field in account._meta.local_fields}


def test_an_override_stands_with_basis_document_actor_and_date() -> None:
    account = open_account(
        by=make_user(),
        name="Elsewhere",
        country="AU",
        override=Override("eu", "requested", "letter 7", "ana"),
    )
    kept = Account.objects.get(pk=account.pk)
    assert (kept.cell, kept.region_basis, kept.region_document) == ("eu-1", "requested", "letter 7")
    assert kept.region_decided_by == "ana"
    assert kept.region_decided_at is not None


def test_no_relation_crosses_placements() -> None:
    crossing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(target := field.related_model, type)
        and issubclass(target, models.Model)
        and placement_of(target) != placement_of(model)
    ]
    assert crossing == []


def test_an_object_of_another_region_is_refused() -> None:
    there, here = make_account(country="IE"), make_account()
    with acting_in(there.ref):
        row = Location(name="Liffey", time_zone="Europe/Dublin")
        row.save(force_insert=True)
    with acting_in(here.ref), pytest.raises(WrongAccount):
        row.save()
    with acting_in(here.ref), pytest.raises(WrongAccount):
        row.refresh_from_db()
    with acting_in(here.ref), pytest.raises(WrongAccount):
        Location.objects.using("region_eu").count()


@pytest.mark.parametrize("model", [AccountKey, ClientKey])
def test_the_keyring_shows_nothing_without_an_account_and_no_others_keys(model: type) -> None:
    ours, theirs = make_account(), make_account()
    for account in (ours, theirs):
        with acting_in(account.ref):
            make_client()
    with acting_in(ours.ref), keyring.keyring_transaction():
        found = set(model.objects.using("keyring_au").values_list("account_id", flat=True))  # type: ignore[attr-defined]
        assert found == {ours.pk}
    connection = connections["keyring_au"]
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with transaction.atomic("keyring_au"), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.account_id', '', true)")
            with pytest.raises(DatabaseError):
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")  # type: ignore[attr-defined]
            connection.set_rollback(True)
    finally:
        connection.execute_wrappers = wrappers
