"""What waits for a practitioner, how late it is, and the mail that says so without a name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import OutboxJob, Practitioner
from accounts.tenancy import acting_in
from bookings.models import Attendee
from notes import finishing, reminding, rules, sharing, signing
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import make_appointment, make_client
from tests.notes.parts import ANSWERS, Practice, colleague, draft, practice, signed
from tests.privacy import scene

pytestmark = pytest.mark.django_db(databases="__all__")


def seen(p: Practice, hours_ago: int, **name: str) -> None:
    """Let Mei have seen somebody whom she has not written about."""
    visit = make_appointment(
        make_client(**name),
        practitioner=p.author,
        starts_at=clock.now() - timedelta(hours=hours_ago),
    )
    Attendee.objects.filter(appointment=visit).update(state="seen")


def test_what_is_late_says_so_to_its_practitioner_and_as_a_count_to_the_owner(
    client: Client,
) -> None:
    p = practice()
    user, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        seen(p, 30, given_name="Longwait")
        seen(p, 2, given_name="Justnow")
        draft(p)
        student = Practitioner.objects.get(member=tom)
        rules.supervise(by=p.by, author=student, supervisor=p.author)
    with acting_in(p.account.ref, by=tom.actor):
        note = draft(p, by=tom.actor, author=student)
        signing.sign(by=tom.actor, note=note, version=1, title="Knee", answers=ANSWERS)
    sign_in(client, p.owner_user, p.account)
    page = client.get(reverse("notes", args=[p.account.slug])).text
    assert page.count("Late") == 1
    assert page.index("Longwait") > page.index("Justnow")
    with acting_in(p.account.ref, by=p.by):
        (mine,) = finishing.backlogs()
        assert (mine.missing, mine.drafts, mine.to_cosign, mine.late) == (2, 1, 1, 1)
        rules.change_settings(by=p.by, finish_hours=1)
        (mine,) = finishing.backlogs()
        assert mine.late == 2
    overview = client.get(reverse("notes_of_all", args=[p.account.slug])).text
    assert "Mei Tanaka" in overview
    assert "Longwait" not in overview
    sign_in(client, user, p.account)
    assert "Longwait" not in client.get(reverse("notes", args=[p.account.slug])).text


def test_the_overview_costs_the_same_for_one_and_for_three() -> None:
    p = practice()
    counts = []
    with acting_in(p.account.ref, by=p.by):
        for _ in range(3):
            other = Practitioner(name="Somebody")
            other.save(force_insert=True)
            visit = make_appointment(make_client(), practitioner=other)
            Attendee.objects.filter(appointment=visit).update(state="seen")
            with CaptureQueriesContext(connections["region_au"]) as queries:
                finishing.backlogs()
            counts.append(len(queries))
        assert len(finishing.backlogs()) == 3
    assert counts[0] == counts[2]


def test_an_author_is_told_who_opened_a_note_with_a_reason(client: Client) -> None:
    p = practice()
    user, tom = colleague(p)
    with acting_in(p.account.ref, by=tom.actor):
        student = Practitioner.objects.get(member=tom)
        note = draft(p, by=tom.actor, author=student)
    with acting_in(p.account.ref, by=p.by):
        sharing.open_with_reason(by=p.by, member=p.owner, note=note, reason="The insurer asks")
        signed(p)
    listing = reverse("notes", args=[p.account.slug])
    sign_in(client, user, p.account)
    assert "The insurer asks" in client.get(listing).text
    sign_in(client, p.owner_user, p.account)
    assert "The insurer asks" not in client.get(listing).text


def test_a_mail_each_morning_tells_how_many_are_late_and_never_whose() -> None:
    p = practice()
    with acting_in(p.account.ref):
        seen(p, 30, given_name="Longwait")
        reminding.go_on()
        reminding.go_on()
        (job,) = OutboxJob.objects.filter(name=reminding.ROUND)
        assert job.run_at > clock.now()
        job.run_at = clock.now()
        job.save()
    assert scene.run_jobs(p.account) == [reminding.ROUND, reminding.ONE]
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([p.owner_user.email], "1 note to finish")
    assert "Longwait" not in str(letter.message())
    with acting_in(p.account.ref):
        (again,) = OutboxJob.objects.filter(name=reminding.ROUND, done_at=None)
        assert again.run_at > clock.now()
        rules.change_settings(by=p.by, reminds=False)
        again.run_at = clock.now()
        again.save()
    assert scene.run_jobs(p.account) == [reminding.ROUND]
    assert len(mail.outbox) == 1
