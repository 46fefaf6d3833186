"""All records are compared in a job; pairs are looked at, dismissed for good, or merged."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts import outbox
from accounts.models import OutboxJob, Role
from accounts.tenancy import acting_in
from clients import duplicates, merging
from clients.alike import looking, scanning
from clients.models import Client, Likeness
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import Practice, practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
BORN = date(1988, 2, 3)


def search(owner: Practice) -> None:
    """Search as the worker does."""
    with acting_in(owner.account.ref):
        job = scanning.request(by=SYSTEM)
        assert scanning.request(by=SYSTEM).pk == job.pk, "one at a time"
    assert outbox.run(owner.account.ref, job.pk)
    with acting_in(owner.account.ref):
        done = OutboxJob.objects.get(pk=job.pk)
        assert (done.progress, done.error) == (done.total, "")


def pairs(owner: Practice) -> set[frozenset[UUID]]:
    with acting_in(owner.account.ref):
        return {frozenset((each.client_id, each.other_id)) for each in looking.waiting()}


def test_pairs_are_found_told_in_words_and_settled() -> None:
    owner, neighbour = practice(), practice()
    born: dict[str, Any] = {"birth_date": BORN}
    ana = owner.client(given_name="Ana", family_name="Véga", **born)
    twice = owner.client(given_name="Vega", family_name="Ana", is_confirmed=False, **born)
    owner.client(given_name="Grace", family_name="Whitlam", birth_date=BORN)
    old = owner.client(given_name="Ana", family_name="Vega", archived_at=clock.now(), **born)
    older = owner.client(given_name="Anna", family_name="Vega", archived_at=clock.now(), **born)
    neighbour.client(given_name="Ana", family_name="Véga", **born)
    assert b"Nobody has searched yet" in owner.get("duplicates/").content
    assert owner.post("duplicates/").status_code == 302
    running = owner.get("duplicates/").content.decode()
    assert "Getting ready" in running
    assert "duplicates/progress/" in running
    assert "HX-Refresh" not in owner.get("duplicates/progress/")
    search(owner)
    assert owner.get("duplicates/progress/")["HX-Refresh"] == "true"
    every = {frozenset(each) for each in ((ana, twice), (ana, old), (ana, older))}
    assert pairs(owner) >= every
    assert frozenset((old, older)) not in pairs(owner), "of two in the archive nobody need think"
    page = owner.get("duplicates/").content.decode()
    assert "Names swapped, same birth date" in page
    assert f"clients/{ana}/merging/?with={twice}" in page, "the confirmed record is left"
    with acting_in(owner.account.ref):
        claim = Client.objects.get(pk=twice)
        assert ana in {match.id for match in duplicates.of_client(claim)}
        row = Likeness.objects.get(client_id=min(ana, twice), other_id=max(ana, twice))
        assert "Vega" not in str(row.reasons)
    assert owner.post(f"duplicates/{row.pk}/dismissal/").status_code == 302
    assert frozenset((ana, twice)) not in pairs(owner)
    search(owner)
    assert frozenset((ana, twice)) not in pairs(owner), "what was said is remembered"
    with acting_in(owner.account.ref):
        assert ana not in {match.id for match in duplicates.of_client(claim)}
    owner.post(f"duplicates/{row.pk}/return/")
    assert frozenset((ana, twice)) in pairs(owner)
    owner.post(f"duplicates/{row.pk}/dismissal/")
    with acting_in(owner.account.ref):
        merging.merge(
            by=SYSTEM, source=Client.objects.get(pk=old), client=Client.objects.get(pk=ana)
        )
    assert not any(old in pair for pair in pairs(owner))
    search(owner)
    assert frozenset((ana, twice)) not in pairs(owner)
    assert not any(old in pair for pair in pairs(owner))


def test_a_list_costs_the_same_for_one_pair_and_for_three_and_keeps_its_door() -> None:
    owner = practice()
    counts = []
    for _ in range(3):
        with acting_in(owner.account.ref):
            one, other = make_client(birth_date=BORN), make_client(birth_date=BORN)
            Likeness(
                client_id=min(one.pk, other.pk),
                other_id=max(one.pk, other.pk),
                score=12,
                reasons=["names"],
            ).save(force_insert=True)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert owner.get("duplicates/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2]
    with acting_in(owner.account.ref):
        pk = Likeness.objects.values_list("pk", flat=True).first()
    assert practice(Role.BOOKKEEPER, owner.account).get("duplicates/").status_code == 403
    assert practice().post(f"duplicates/{pk}/dismissal/").status_code == 404
