"""Searches all records of an account for pairs that could be one person: a job with progress, kept for somebody to look."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from clients import opening
from clients.alike.facts import Facts, facts
from clients.alike.pairing import PASSES, Pair, pairs
from clients.models import Client, Likeness
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Actor, Purpose

JOB = "clients.duplicates"
# The likeliest are kept; who has looked through so many searches again
MOST_KEPT = 2000
_BEAT_SECONDS = 10
_STUCK = timedelta(hours=1)


def request(*, by: Actor) -> OutboxJob:
    """Ask for a search; one that is under way is returned instead."""
    running = under_way()
    if running is not None:
        return running
    audit.record("duplicates.search_asked", by=by)
    return outbox.enqueue(JOB, requested_by=by.id)


def under_way() -> OutboxJob | None:
    """Return the search that waits or runs."""
    since = clock.now() - _STUCK
    jobs = OutboxJob.objects.filter(
        name=JOB, done_at=None, failed_at=None, created_at__gt=since
    ).order_by("-created_at")
    found: OutboxJob | None = jobs.first()
    return found


def last_done() -> OutboxJob | None:
    """Return the last search that was finished."""
    jobs = OutboxJob.objects.filter(name=JOB, done_at__isnull=False).order_by("-done_at")
    found: OutboxJob | None = jobs.first()
    return found


def progress(job: OutboxJob) -> dict[str, object]:
    """Return a search as the progress component shows it."""
    return {
        "label": _("Comparing records"),
        "done": job.progress,
        "total": job.total or None,
        "left": "",
    }


@outbox.handles(JOB, long=True)
def search(work: outbox.Work) -> None:
    """Open the records, compare them outside any transaction, keep what was found. Killed, it begins anew."""
    work.beat(0, len(PASSES) + 1)
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        ids, records, is_archived = _records()
    work.beat(1)
    found = sorted(_compared(work, records), key=lambda pair: -pair.verdict.score)
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here(len(PASSES) + 1)
        _keep(_to_look_at(found, ids, is_archived))


def search_now() -> None:
    """Search in the open transaction, for a practice that is small."""
    ids, records, is_archived = _records()
    found = sorted(pairs(records), key=lambda pair: -pair.verdict.score)
    _keep(_to_look_at(found, ids, is_archived))


def _to_look_at(
    found: Iterable[Pair], ids: list[UUID], is_archived: list[bool]
) -> list[tuple[UUID, UUID, Pair]]:
    """Return pairs with their ids; of two in the archive nobody need think."""
    return [
        (ids[pair.one], ids[pair.other], pair)
        for pair in found
        if not (is_archived[pair.one] and is_archived[pair.other])
    ]


def _compared(work: outbox.Work, records: list[Facts]) -> Iterator[Pair]:
    beaten = time.monotonic()

    def beat(passes: int) -> None:
        nonlocal beaten
        work.beat(1 + passes)
        beaten = time.monotonic()

    for pair in pairs(records, beat):
        if time.monotonic() - beaten > _BEAT_SECONDS:
            work.beat()
            beaten = time.monotonic()
        yield pair


def _records() -> tuple[list[UUID], list[Facts], list[bool]]:
    """Return ids, facts and whether archived of all persons; what merged records say is theirs too."""
    with opening.no_collection():
        contacts = dict(opening.contacts(None))
        addresses = dict(opening.addresses())
        people = opening.people(None)
    merged: dict[UUID, list[UUID]] = {}
    for person in people:
        if person.alias_of is not None:
            merged.setdefault(person.alias_of, []).append(person.id)
    ids, found, is_archived = [], [], []
    for person in people:
        if person.alias_of is not None:
            continue
        reach = [contacts[each] for each in (person.id, *merged.get(person.id, ()))]
        more = [value for each in reach for value in each.more]
        found.append(
            facts(
                person.given_name,
                person.family_name,
                person.preferred_name,
                next((each.birth_date for each in reach if each.birth_date), None),
                (*(each.phone for each in reach), *(one for one in more if "@" not in one)),
                (*(each.email for each in reach), *(one for one in more if "@" in one)),
                addresses.get(person.id, ""),
            )
        )
        ids.append(person.id)
        is_archived.append(person.is_archived)
    return ids, found, is_archived


def _keep(found: list[tuple[UUID, UUID, Pair]]) -> None:
    """Replace what was found before; what somebody dismissed stays dismissed, also of records merged since."""
    person_of = dict(Client.objects.filter(alias_of__isnull=False).values_list("pk", "alias_of_id"))
    dismissed = {
        frozenset((person_of.get(one, one), person_of.get(other, other)))
        for one, other in Likeness.objects.filter(dismissed_at__isnull=False).values_list(
            "client_id", "other_id"
        )
    }
    Likeness.objects.filter(dismissed_at=None).delete()
    rows = [
        Likeness(
            client_id=min(one, other),
            other_id=max(one, other),
            score=round(pair.verdict.score, 1),
            reasons=pair.verdict.codes,
        )
        for one, other, pair in found
        if frozenset((one, other)) not in dismissed
    ][:MOST_KEPT]
    Likeness.objects.bulk_create(rows, batch_size=500)
    audit.record("duplicates.searched", by=SYSTEM, count=len(rows))
