"""Notes to finish: what waits for a practitioner, how late it is, and what waits in the whole practice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q

from accounts.models import Practitioner
from bookings.models import Attendee
from notes import rules
from notes.models import Note, NoteOpening
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.prepared import Given, Prepared

PER_PAGE = 25
# Older visits without a note came from elsewhere; they would bury what waits
LOOK_BACK = timedelta(days=180)
# How long an author is shown who opened a note of theirs with a reason
TOLD_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a practitioner still has to do: notes to co-sign and drafts, oldest first, and visits without a note.

    `missing` holds one page of attendees, newest first; `missing_count` counts them all. What began before `late_before`
    is late. `waiting` are notes that wait for somebody else, `opened` those that others opened with a reason.
    """

    to_cosign: list[Note]
    drafts: list[Note]
    missing: list[Attendee]
    missing_count: int
    late_before: datetime
    waiting: list[Note]
    opened: list[NoteOpening]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits for a practitioner, and how much of it is late."""

    practitioner: Practitioner
    drafts: int
    missing: int
    to_cosign: int
    late: int

    @property
    def total(self) -> int:
        """All that waits."""
        return self.drafts + self.missing + self.to_cosign


def visits_without_note(author: Any = None, since: Any = None) -> TenantQuerySet:
    """Return whom everybody, or the practitioner with this id, saw and has not written about, newest first.

    `since` is an instant; `LOOK_BACK` from now without one.
    """
    due = {"due_notes__starts_at__gt": since or clock.now() - LOOK_BACK}
    if author is not None:
        due["due_notes__practitioner_id"] = author
    visits: TenantQuerySet = Attendee.objects.filter(**due).select_related("appointment", "client")
    return visits.order_by("-due_notes__starts_at", "-id")


def _awaiting() -> TenantQuerySet:
    """Return the notes that await a second signature below their author's, oldest first."""
    notes: TenantQuerySet = (
        Note.objects.filter(state=Note.State.AWAITING)
        .select_related("client", "appointment", "template", "author", "cosigner")
        .order_by("signed_at", "id")
    )
    return notes


_FIRST_VISITS = Prepared[Attendee](
    lambda: visits_without_note(Given("author"), Given("since"))[:PER_PAGE]
)
_AWAITING = Prepared[Note](
    lambda: _awaiting().filter(Q(cosigner_id=Given("author")) | Q(author_id=Given("author")))
)
_DRAFTS = Prepared[Note](
    lambda: (
        Note.objects.filter(author_id=Given("author"), state=Note.State.DRAFT)
        .select_related("client", "appointment", "template")
        .order_by("created_at", "id")
    )
)
# By others than the author
_OPENED = Prepared[NoteOpening](
    lambda: (
        NoteOpening.objects.filter(note__author_id=Given("author"), opened_at__gt=Given("since"))
        .exclude(member=F("note__author__member"))
        .select_related("note", "member", "client")
        .order_by("-opened_at")[:PER_PAGE]
    )
)


def unfinished(author: Practitioner, *, page: int = 1) -> Unfinished:
    """Return what a practitioner still has to do, with the keys of the clients named loaded at once."""
    now, start = clock.now(), (page - 1) * PER_PAGE
    awaiting, drafts = _AWAITING(author=author.pk), _DRAFTS(author=author.pk)
    if page <= 1:
        missing = _FIRST_VISITS(author=author.pk, since=now - LOOK_BACK)
    else:
        missing = list(visits_without_note(author.pk)[start : start + PER_PAGE])
    opened = _OPENED(author=author.pk, since=now - TOLD_FOR)
    named: list[Any] = [*awaiting, *drafts, *missing, *opened]
    keyring.prefetch({row.client_id for row in named})
    is_all = page <= 1 and len(missing) < PER_PAGE
    return Unfinished(
        to_cosign=[note for note in awaiting if note.cosigner_id == author.pk],
        drafts=drafts,
        missing=missing,
        missing_count=len(missing) if is_all else visits_without_note(author.pk).count(),
        late_before=late_before(),
        waiting=[note for note in awaiting if note.author_id == author.pk],
        opened=opened,
    )


def hours() -> int:
    """Return after how many hours what is not finished is late."""
    return rules.settings().finish_hours


def late_before() -> datetime:
    """Return the instant before which whatever is not finished yet is late."""
    return clock.now() - timedelta(hours=hours())


def backlogs() -> list[Backlog]:
    """Return what waits for each practitioner of the practice, counted, without a word of it; the most first."""
    late = late_before()
    drafts = _counted(Note.objects.filter(state=Note.State.DRAFT), "author", created_at__lt=late)
    awaited = _counted(_awaiting().order_by(), "cosigner", signed_at__lt=late)
    visits = visits_without_note().order_by()
    missing = _counted(visits, "appointment__practitioner", appointment__ends_at__lt=late)
    people = Practitioner.objects.filter(
        pk__in={pk for counted in (drafts, awaited, missing) for pk in counted[0]}
    )
    found = [
        Backlog(
            each,
            drafts[0][each.pk],
            missing[0][each.pk],
            awaited[0][each.pk],
            sum(counted[1][each.pk] for counted in (drafts, awaited, missing)),
        )
        for each in people
    ]
    return sorted(found, key=lambda each: (-each.late, -each.total))


def _counted(
    rows: TenantQuerySet, by: str, **late: datetime
) -> tuple[Counter[UUID], Counter[UUID]]:
    """Return how many rows there are by practitioner, and how many of them are late."""
    grouped = rows.values_list(by).annotate(total=Count("pk"), late=Count("pk", filter=Q(**late)))
    listed = list(grouped)
    return (
        Counter({pk: total for pk, total, _ in listed}),
        Counter({pk: total for pk, _, total in listed}),
    )


# What `unfinished` lists for a member to do, counted with what else waits on every page
UNFINISHED_COUNT = f"""
WITH author AS (
    SELECT id FROM accounts_practitioner
    WHERE account_id = %(account)s AND member_id = %(member)s AND deactivated_at IS NULL
)
SELECT (
    SELECT count(*) FROM notes_note
    WHERE account_id = %(account)s AND state = 'draft' AND author_id = (SELECT id FROM author)
) + (
    SELECT count(*) FROM notes_note
    WHERE account_id = %(account)s AND state = 'awaiting' AND cosigner_id = (SELECT id FROM author)
) + (
    SELECT count(*) FROM notes_duenote
    WHERE account_id = %(account)s AND practitioner_id = (SELECT id FROM author)
      AND starts_at > %(now)s - interval '{LOOK_BACK.days} days'
)
"""
