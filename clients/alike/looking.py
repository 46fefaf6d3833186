"""The pairs that somebody should look at, the likeliest first, and what people say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts import audit
from clients import directory
from clients.alike.weighing import LIKELY, in_words
from clients.finding import Person
from clients.models import Likeness
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Look:
    """A pair as a list shows it: the record to keep first, with what tells each from others, and why."""

    pk: UUID
    kept: Person
    kept_detail: str
    other: Person
    other_detail: str
    why: str
    is_likely: bool


def waiting() -> QuerySet[Likeness]:
    """Return the pairs that nobody has looked at, the likeliest first; merged ones are settled."""
    rows: QuerySet[Likeness] = Likeness.objects.filter(
        dismissed_at=None, client__alias_of=None, other__alias_of=None
    ).order_by("-score", "id")
    return rows


def page(number: str) -> tuple[Page[Likeness], list[Look]]:
    """Return one page of them, in words."""
    found = Paginator(waiting(), PER_PAGE).get_page(number)
    return found, described(found.object_list)


def described(rows: Iterable[Likeness]) -> list[Look]:
    """Return pairs in words; names are opened in one go."""
    pairs = list(rows)
    ids = {pk for row in pairs for pk in (row.client_id, row.other_id)}
    known, reached = directory.known(ids), directory.contacts(ids)
    looks = []
    for row in pairs:
        if row.client_id not in known or row.other_id not in known:
            continue
        kept, other = sorted((known[row.client_id], known[row.other_id]), key=_rank)
        details = [directory.detail(each, reached.get(each.id)) for each in (kept, other)]
        why, is_likely = in_words(row.reasons), row.score >= LIKELY
        looks.append(Look(row.pk, kept, details[0], other, details[1], why, is_likely))
    return looks


def dismiss(*, by: Actor, likeness: Likeness) -> Likeness:
    """Say that two records are two people: they are not shown as a pair again. Twice is once."""
    if likeness.dismissed_at is None:
        likeness.dismissed_at, likeness.dismissed_by = clock.now(), by.id
        likeness.save(update_fields=["dismissed_at", "dismissed_by"])
        for pk in (likeness.client_id, likeness.other_id):
            audit.record("duplicates.dismissed", by=by, of=likeness, client_id=pk)
    return likeness


def bring_back(*, by: Actor, likeness: Likeness) -> Likeness:
    """Take back that two records are two people."""
    if likeness.dismissed_at is not None:
        likeness.dismissed_at, likeness.dismissed_by = None, None
        likeness.save(update_fields=["dismissed_at", "dismissed_by"])
        for pk in (likeness.client_id, likeness.other_id):
            audit.record("duplicates.brought_back", by=by, of=likeness, client_id=pk)
    return likeness


def are_two(one: UUID, others: Iterable[UUID]) -> set[UUID]:
    """Return those of some records that somebody said are other people than `one`."""
    wanted = set(others)
    rows = Likeness.objects.filter(dismissed_at__isnull=False)
    after = rows.filter(client=one, other__in=wanted).values_list("other_id", flat=True)
    before = rows.filter(other=one, client__in=wanted).values_list("client_id", flat=True)
    return {*after, *before}


def _rank(person: Person) -> tuple[bool, bool, UUID]:
    """Return what decides which record is left: a confirmed one, one not archived, the older."""
    return (not person.is_confirmed, person.is_archived, person.id)
