"""Which visits want a note stands ready, whatever happens to visit, note or person; counting it walks no visits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from uuid_utils.compat import uuid7

from accounts.models import Practitioner
from accounts.tenancy import acting_in
from bookings.models import Appointment, Attendee
from clients import merging
from notes import finishing, signing, withdrawing, writing
from notes.models import DueNote, Note
from privacy.vocabulary import clock
from tests.factories import make_appointment, make_client
from tests.notes.parts import ANSWERS, Practice, draft, practice

pytestmark = pytest.mark.django_db(databases="__all__")

# What `due_notes` says, asked of the visits and notes themselves
BY_THE_TABLES = """
SELECT t.id, a.practitioner_id, a.starts_at FROM bookings_appointment a
JOIN bookings_attendee t ON t.account_id = a.account_id AND t.appointment_id = a.id AND t.state = 'seen'
JOIN clients_client c ON c.account_id = t.account_id AND c.id = t.client_id
WHERE NOT EXISTS (
  SELECT FROM notes_note n JOIN clients_client o ON o.account_id = n.account_id AND o.id = n.client_id
  WHERE n.account_id = a.account_id AND n.appointment_id = a.id AND n.state NOT IN ('void', 'withdrawn')
    AND coalesce(o.alias_of_id, o.id) = coalesce(c.alias_of_id, c.id))
"""


def due() -> set[UUID]:
    """Return whose note is due, and hold it to what visits and notes say."""
    with connections["region_au"].cursor() as cursor:
        cursor.execute(BY_THE_TABLES)
        asked = set(cursor.fetchall())
    rows = DueNote.objects.values_list("id", "attendee_id", "practitioner_id", "starts_at")
    assert {(attendee, author, at) for _, attendee, author, at in rows} == asked
    assert all(pk == attendee for pk, attendee, _, _ in rows)
    return {row[0] for row in asked}


def test_what_is_due_follows_visit_note_and_person() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        group = make_appointment(p.client, practitioner=p.author, starts_at=clock.now())
        other, third = make_client(), make_client()
        Attendee.objects.bulk_create(
            Attendee(appointment=group, client=each, state="seen") for each in (other, third)
        )
        places = {each.client_id: each for each in Attendee.objects.filter(appointment=group)}
        mine, others = places[p.client.pk].pk, {places[other.pk].pk, places[third.pk].pk}
        assert due() == others
        set_state(group, p.client.pk, "seen")
        assert due() == {mine, *others}
        writing.discard(by=p.by, note=draft(p, appointment=group))
        assert due() == {mine, *others}
        note = draft(p, appointment=group)
        assert due() == others
        signing.sign(by=p.by, note=note, version=1, title="Knee", answers=ANSWERS)
        withdrawing.withdraw(by=p.by, note=note, reason="Another's", to=make_client())
        assert due() == {mine, *others}
        set_state(group, other.pk, "no_show")
        assert due() == {mine, places[third.pk].pk}
        draft(p, client=third, appointment=group)
        assert due() == {mine}
        # Another practitioner was there, at another time
        tom = Practitioner(name="Tom")
        tom.save(force_insert=True)
        earlier = group.starts_at - timedelta(days=1)
        Appointment.objects.filter(pk=group.pk).update(practitioner=tom, starts_at=earlier)
        assert due() == {mine}
        assert [each.pk for each in finishing.visits_without_note(tom)] == [mine]
        # The note stands under a record that proves to be the same person, and is not
        done = merging.merge(by=p.by, source=p.client, client=third)
        assert due() == set()
        merging.undo(by=p.by, merge=done)
        assert due() == {mine}


def set_state(appointment: Appointment, client: UUID, state: str) -> None:
    Attendee.objects.filter(appointment=appointment, client=client).update(state=state)


def test_counting_what_is_due_costs_the_same_after_years_of_visits() -> None:
    """Every page counts: in buffers, which don't drift, and by the index that was made for it."""
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        visit = make_appointment(p.client, practitioner=p.author, starts_at=clock.now())
        set_state(visit, p.client.pk, "seen")
        few = plan(p)
        visits = [again(visit, n) for n in range(1, 301)]
        Appointment.objects.bulk_create(visits)
        Attendee.objects.bulk_create(Attendee(appointment=each, client=p.client) for each in visits)
        Note.objects.bulk_create(
            Note(
                client=p.client,
                author=p.author,
                appointment=each,
                state="final",
                provenance="import",
                signed_at=clock.now(),
            )
            for each in visits
        )
        Attendee.objects.update(state="seen")
        assert len(due()) == 1
        many = plan(p)
    assert many[0] <= few[0] + 5, (few, many)
    assert "bookings_" not in many[1]


def again(visit: Appointment, hours: int) -> Appointment:
    """Return a visit like this one, so many hours before it, not saved yet."""
    fields = {field.attname: getattr(visit, field.attname) for field in visit._meta.concrete_fields}
    for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
        fields[name] -= timedelta(hours=hours)
    return Appointment(**{**fields, "id": uuid7()})


def plan(p: Practice) -> tuple[int, str]:
    """Return how many buffers the count of every page touches, and its plan."""
    asked = {"account": p.account.pk, "member": p.owner.pk, "place": None, "now": clock.now()}
    with connections["region_au"].cursor() as cursor:
        query = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {finishing.UNFINISHED_COUNT}"
        cursor.execute(query, asked)
        said: Any = cursor.fetchone()[0]
    (top,) = said if isinstance(said, list) else json.loads(said)
    return top["Plan"]["Shared Hit Blocks"] + top["Plan"]["Shared Read Blocks"], json.dumps(top)
