"""An erasure leaves nothing that anybody can read; killed after any step it goes on; a lie is never certified."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.apps import apps
from django.core import mail
from django.core.cache import caches
from django.core.exceptions import ValidationError

from accounts import objects, outbox
from accounts.models import Account, AccountAnchor, Member
from accounts.tenancy import acting_in
from accounts.wall import tenant_models
from clients.disclosures import disclosing
from clients.models import Client, Document
from notes.models import NoteVersion
from privacy.cases import DeskCase, DeskCertificate, DeskStep, DeskTelling
from privacy.desk import certificates, granting, keeping, proving, taking, telling, working
from privacy.desk.routes import BY_HAND, route
from privacy.vocabulary import clock
from privacy.vocabulary.fields import EncryptedField, is_unreadable
from tests.accounts.test_mirror import CHAIN, made
from tests.factories import make_account, make_client, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
# What hides from the planting of words, because nothing is sealed in it
JOB = granting.WORK


class Killed(BaseException):
    """The worker died here."""


@pytest.fixture(autouse=True)
def cache(cache_address: str, settings: Any) -> None:
    """Point the region's cache at the test server."""
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }


@pytest.fixture
def account() -> Account:
    return make_account(name="Harbour Physio")


def a_row_of_every_kind(account: Account) -> Client:
    """Return a client with a row of every kind there is, a file in the store, something cached, and who got data."""
    existing: dict[Any, Any] = {}
    with acting_in(account.ref):
        for model in tenant_models(apps.get_models()):
            if model is not AccountAnchor and model.__name__ not in CHAIN:
                made(model, existing)
        client: Client = Client.objects.get(pk=existing[Client].pk)
        scene.store(client, "Überweisung.txt", scene.FILE)
        disclosing.record(
            by=owner_of(account).actor,
            client=client,
            what=disclosing.What((Client,), "Report"),
            to=disclosing.Recipient("insurer", "Southern Cover", "claims@cover.example"),
            way="mail",
        )
        caches["au"].set(f"{account.pk}:client:{client.pk}", "x", 600)
        return client


def asked(account: Account, client: Client, right: str = "erasure", **what: Any) -> DeskCase:
    """Return a request that was proved and granted."""
    by = owner_of(account).actor
    with acting_in(account.ref, by=by):
        case = taking.take(by=by, right=right, way="call", name="Leila", contact="02 5550 1234")
        keeping.assign(by=by, case=case, client=client)
        keeping.prove(by=by, case=case, how="document", document="passport …1234")
        return granting.grant(by=by, case=case, what=granting.Grant(**what))


def work_on(account: Account, *, dies_after: str = "") -> None:
    """Let a worker take the request's job, perhaps dying once a step is done."""
    [job] = scene.jobs(account, JOB)[:1]
    work, _handler = outbox._lease(account.ref, job.pk)
    assert work is not None

    def after(step: str) -> None:
        if step == dies_after:
            raise Killed

    try:
        working.run(work, after=after)
    finally:
        with acting_in(account.ref):
            type(job).objects.filter(pk=job.pk).update(leased_until=None)


def readable(account: Account, ids: list[UUID]) -> list[str]:
    """Return what can still be opened in rows of these clients."""
    found = []
    with acting_in(account.ref):
        for model in tenant_models(apps.get_models()):
            path = model.data_policy.client
            if path is None:
                continue
            for row in model.objects.filter(**{f"{path}__in": ids}):
                for field in model._meta.concrete_fields:
                    if isinstance(field, EncryptedField):
                        value = getattr(row, field.attname)
                        if value and not is_unreadable(value):
                            found.append(f"{model._meta.label}.{field.name}")
    return found


def test_nothing_is_left_to_read_wherever_the_worker_dies(account: Account) -> None:
    client = a_row_of_every_kind(account)
    with acting_in(account.ref):
        neighbour = make_client(given_name="Ana")
        kept_file = scene.store(neighbour, "other.txt", b"x" * 100)
    assert readable(account, [client.pk])
    case = asked(account, client)
    with acting_in(account.ref):
        assert [each.recipient for each in DeskTelling.objects.filter(case=case)] == [
            "Southern Cover"
        ]
    automatic = [name for name in route("erasure").steps if name not in BY_HAND]
    for step in automatic:
        with pytest.raises(Killed):
            work_on(account, dies_after=step)
    work_on(account)
    with acting_in(account.ref):
        steps = DeskStep.objects.filter(case=case, state="verified")
        assert {each.name for each in steps} == set(automatic)
        assert not case.certificates.exists()  # whoever got data was not told yet
        by = owner_of(account).actor
        with pytest.raises(ValidationError):
            granting.tick(by=by, case=case, name="recipients")
        telling.told(by=by, telling=DeskTelling.objects.get(case=case))
        granting.tick(by=by, case=case, name="recipients")
    scene.run_jobs(account, JOB)

    assert readable(account, [client.pk]) == []
    assert set(proving.counted(account.ref, [client.pk])) <= set(proving.STANDS)
    assert objects.keys_of("au-1", account.pk) == [kept_file.storage_key]
    assert caches["au"].get(f"{account.pk}:client:{client.pk}") is None
    with acting_in(account.ref):
        assert Client.objects.get(pk=neighbour.pk).given_name == "Ana"
        stub = Client.objects.get(pk=client.pk)
        assert stub.archived_at is not None
        fresh = DeskCase.objects.get(pk=case.pk)
        assert fresh.state == "done"
        signed = DeskCertificate.objects.get(case=fresh)
        whole = json.loads(certificates.as_file(signed, "au"))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(whole["public_key"]))
        key.verify(
            bytes.fromhex(whole["signature"]), certificates.canonical(whole["statement"]).encode()
        )
        told = whole["statement"]
        assert [each["name"] for each in told["steps"]] == list(route("erasure").steps)
        assert {each["table"] for each in told["kept"]} <= set(proving.STANDS)
        assert "Leila" not in signed.text
        assert (told["told"], told["acknowledged"], told["not_told"]) == (1, 0, 0)


def test_what_was_typed_goes_two_weeks_later(account: Account, settings: Any) -> None:
    with acting_in(account.ref):
        client = make_client()
    case = asked(account, client)
    with acting_in(account.ref):
        granting.tick(by=owner_of(account).actor, case=case, name="recipients")
    scene.run_jobs(account, JOB)
    settings.CLOCK_OFFSET = timedelta(days=certificates.ANSWER_DAYS, minutes=1)
    scene.run_jobs(account, certificates.FORGET)
    with acting_in(account.ref):
        fresh = DeskCase.objects.get(pk=case.pk)
        assert (fresh.name, fresh.contact, fresh.document) == ("—", "", "")


def test_what_is_not_found_done_is_not_certified(account: Account) -> None:
    with acting_in(account.ref):
        client = make_client()
    case = asked(account, client)
    stray = objects.new_key(account.pk)
    with objects.writing("au-1", stray) as target:  # a file that the deletion missed
        target.write(b"still here")
    with acting_in(account.ref):
        granting.tick(by=owner_of(account).actor, case=case, name="recipients")
    mail.outbox.clear()
    for _again in range(2):
        with pytest.raises(working.NotProved, match="search"):
            work_on(account)
    with acting_in(account.ref):
        step = DeskStep.objects.get(case=case, name="search")
        assert (step.state, step.reason) == ("failed", "1 files are left")
        assert DeskCase.objects.get(pk=case.pk).state == "working"
        assert not DeskCertificate.objects.exists()
    assert [each.subject for each in mail.outbox] == [f"Request {case.reference} is not done yet"]
    objects.delete("au-1", stray)
    work_on(account)
    with acting_in(account.ref):
        assert DeskCertificate.objects.get(case=case).signed_at
        assert DeskCase.objects.get(pk=case.pk).state == "done"


def test_a_law_has_it_kept_first(account: Account, settings: Any) -> None:
    client = scene.fill(account)
    until = clock.now().date() + timedelta(days=400)
    with pytest.raises(ValidationError):
        asked(account, client, keep_until=until)  # which law?
    case = asked(account, client, keep_until=until, keep_law="Health Records Act")
    scene.run_jobs(account, JOB)
    member: Member = owner_of(account)
    with acting_in(account.ref, by=member.actor):
        assert not NoteVersion.objects.exists()  # only stored
        assert not Document.objects.exists()
        assert str(Client.objects.get(pk=client.pk).given_name) == client.given_name
        granting.tick(by=member.actor, case=case, name="recipients")
    settings.CLOCK_OFFSET = timedelta(days=401)
    scene.run_jobs(account, JOB)
    assert readable(account, [client.pk]) == []
    with acting_in(account.ref):
        told = json.loads(DeskCertificate.objects.get(case=case).text)
        assert (told["kept_first_until"], told["kept_first_by_law"]) == (
            until.isoformat(),
            "Health Records Act",
        )
