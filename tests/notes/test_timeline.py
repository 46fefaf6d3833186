"""Notes on a client's timeline: for those who may read them, titles of signed ones, no word of drafts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import tallies
from accounts.models import Member, Role
from accounts.rights import ROLE_PERMISSIONS
from accounts.tenancy import acting_in
from bookings.models import Attendee
from clients import identity
from clients import timeline as clients_timeline
from notes import finishing, writing
from notes.timeline import entries
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import make_appointment, make_client, make_member
from tests.notes.parts import colleague, draft, practice, signed

pytestmark = pytest.mark.django_db(databases="__all__")


def test_signed_notes_show_their_title_and_drafts_only_that_they_are() -> None:
    p = practice()
    _, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        open_draft = draft(p, title="Secret words")
        writing.discard(by=p.by, note=draft(p, title="Thrown away"))
        mine = list(entries(p.client))
    assert [(entry.title, entry.to) for entry in mine] == [
        ("Note, not signed yet", ("note", open_draft.pk)),
        ("Shoulder review", ("note", note.pk)),
    ]
    with acting_in(p.account.ref, by=tom.actor):
        assert [entry.to for entry in entries(p.client)] == [(), ("note", note.pk)]


def test_reception_sees_no_note() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        signed(p)
        allowed = ROLE_PERMISSIONS[Role.RECEPTION]
        assert not [
            entry for entry in clients_timeline.entries(p.client, allowed) if entry.icon == "note"
        ]


def test_the_timeline_costs_the_same_for_one_and_for_three() -> None:
    p = practice()
    counts = []
    for _ in range(3):
        with acting_in(p.account.ref, by=p.by):
            signed(p)
            p.client = identity.find(p.client.pk)
        with (
            acting_in(p.account.ref, by=p.by),
            CaptureQueriesContext(connections["region_au"]) as queries,
        ):
            assert list(entries(p.client))
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_the_rail_counts_what_waits_for_the_member_alone(client: Client) -> None:
    p = practice()
    user, _ = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        draft(p)
    listing = reverse("notes", args=[p.account.slug])
    sign_in(client, p.owner_user, p.account)
    assert '<span class="count">1</span>' in client.get(listing).text
    sign_in(client, user, p.account)
    assert '<span class="count">' not in client.get(listing).text


def to_finish(rf: Any, member: Member) -> int | None:
    request = rf.get("/")
    request.member = member
    return tallies.waiting(request, "notes")


def test_the_rail_counts_what_the_page_lists(rf: Any) -> None:
    """Two statements say the same: the lists of the page, and the count that every page asks for."""
    p = practice()
    _, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        member = Member.objects.get(pk=p.author.member_id)
        done, thrown = make_client(), make_client()
        for person, state in (
            (make_client(), "seen"),
            (done, "seen"),
            (thrown, "seen"),
            (make_client(), "arrived"),
        ):
            visit = make_appointment(person, practitioner=p.author)
            Attendee.objects.filter(appointment=visit).update(state=state)
            if person is done:
                signed(p, client=done, appointment=visit)
            if person is thrown:
                writing.discard(by=p.by, note=draft(p, client=thrown, appointment=visit))
        old = make_appointment(
            make_client(), practitioner=p.author, starts_at=clock.now() - timedelta(days=200)
        )
        Attendee.objects.filter(appointment=old).update(state="seen")
        draft(p)
        listed = finishing.unfinished(p.author)
        assert (len(listed.drafts), listed.missing_count) == (1, 2)
        assert to_finish(rf, member) == 3
        assert to_finish(rf, Member.objects.get(pk=tom.pk)) is None
        p.author.deactivated_at = clock.now()
        p.author.save()
        assert to_finish(rf, member) is None


def test_reception_has_no_entry_on_the_rail(client: Client) -> None:
    p = practice()
    user, _ = make_member(p.account, Role.RECEPTION)
    sign_in(client, user, p.account)
    page = client.get(reverse("clients", args=[p.account.slug]))
    assert reverse("notes", args=[p.account.slug]) not in page.text
