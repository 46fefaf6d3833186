"""Workers that die, lines that break: no message is lost, and one that may have been sent twice says so."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connections, transaction

from accounts import outbox
from accounts.models import OutboxJob
from accounts.outbox import LEASE, Work
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.messaging import sending
from bookings.messaging.delivery import deliver
from bookings.models import Message
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests import parts
from tests.bookings.messaging.post import Sink, run_due, take
from tests.bookings.public import Practice, at
from tests.conftest import HOME

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def confirmation_job(practice: Practice) -> UUID:
    with acting_in(practice.account.ref):
        job: UUID = OutboxJob.objects.filter(run_at__lte=clock.now()).get().pk
        return job


def confirmation(practice: Practice) -> Message:
    with acting_in(practice.account.ref):
        found: Message = Message.objects.get(category="confirmation")
        return found


def in_a_worker_that_dies(practice: Practice, job: UUID, *, before_the_wire: bool) -> None:
    """Run a job in a process of its own that is killed before or after the message leaves."""
    for each in connections.all():
        each.close()
    child = os.fork()
    if child == 0:
        work, _handler = outbox._lease(practice.account.ref, job)
        assert work is not None
        letter = sending._claim(work)
        if letter is not None and not before_the_wire:
            deliver(letter)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def after_the_lease(settings: Any) -> None:
    at(clock.now() + LEASE + timedelta(seconds=1), settings)


@pytest.mark.parametrize(("before_the_wire", "mails"), [(True, 1), (False, 2)])
def test_a_worker_that_dies_while_sending(
    practice: Practice, sink: Sink, settings: Any, before_the_wire: bool, mails: int
) -> None:
    take(practice)
    in_a_worker_that_dies(practice, confirmation_job(practice), before_the_wire=before_the_wire)
    kept = confirmation(practice)
    assert (kept.state, kept.attempts, kept.is_in_doubt) == ("sending", 1, False)
    run_due(practice)
    assert confirmation(practice).state == "sending", "the dead worker's lease still runs"
    after_the_lease(settings)
    run_due(practice)
    kept = confirmation(practice)
    assert (kept.state, kept.attempts, kept.is_in_doubt) == ("sent", 2, True)
    assert len(sink.mails) == mails
    assert len({str(mail["Message-ID"]) for _, mail in sink.mails}) == 1, "mail programs show one"


def test_cancelled_while_nobody_knows_whether_it_was_sent(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    place = take(practice)
    in_a_worker_that_dies(practice, confirmation_job(practice), before_the_wire=False)
    with acting_in(practice.account.ref):
        cancel(by=SYSTEM, attendee=place, side="practice", reason="practitioner_away")
    after_the_lease(settings)
    run_due(practice)
    kept = confirmation(practice)
    assert (kept.state, kept.reason, kept.is_in_doubt) == ("suppressed", "cancelled", True)
    assert [mail["Subject"].split(":")[0] for _, mail in sink.mails][1:] == ["Cancelled"]


def terminate_own_connection() -> None:
    """End this process's connection to the region from outside, as a database that restarts does."""
    pid = connections["region_au"].connection.info.backend_pid
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, dbname=name) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_database_connection_that_dies_after_the_message_left(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    take(practice)
    job = confirmation_job(practice)
    work, _handler = outbox._lease(practice.account.ref, job)
    assert isinstance(work, Work)
    letter = sending._claim(work)
    assert letter is not None
    taken = deliver(letter)
    with acting_in(practice.account.ref):
        Message.objects.count()
        terminate_own_connection()
        with pytest.raises(OperationalError):
            Message.objects.count()
        connections["region_au"].close()
    sending._record(work, letter, taken)
    assert confirmation(practice).state == "sent"
    after_the_lease(settings)
    run_due(practice)
    assert len(sink.mails) == 1


def test_a_worker_whose_lease_was_taken_over_writes_nothing(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    take(practice)
    job = confirmation_job(practice)
    slow, _handler = outbox._lease(practice.account.ref, job)
    assert slow is not None
    letter = sending._claim(slow)
    assert letter is not None
    taken = deliver(letter)
    after_the_lease(settings)
    assert outbox.run(practice.account.ref, job) is True
    with pytest.raises(outbox.LeaseLost):
        sending._record(slow, letter, taken)
    kept = confirmation(practice)
    assert (kept.state, kept.is_in_doubt, len(sink.mails)) == ("sent", True, 2)


def test_a_message_that_kills_its_workers_is_given_up(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    take(practice)
    with acting_in(practice.account.ref):
        Message.objects.filter(category="confirmation").update(
            state="sending", attempts=sending.MOST_ATTEMPTS
        )
    run_due(practice)
    kept = confirmation(practice)
    assert (kept.state, kept.reason, kept.is_in_doubt) == ("failed", "gave_up", True)
    assert sink.mails == []


def test_a_server_that_never_says_whether_it_took_the_mail(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    take(practice)
    sink.hangs_up = True
    run_due(practice)
    kept = confirmation(practice)
    assert (kept.state, kept.reason, kept.is_in_doubt) == ("queued", "no answer", True)
    sink.hangs_up = False
    at(clock.now() + timedelta(minutes=1), settings)
    run_due(practice)
    kept = confirmation(practice)
    assert (kept.state, kept.is_in_doubt, len(sink.mails)) == ("sent", True, 2)


def test_a_booking_that_was_rolled_back_says_nothing(practice: Practice, sink: Sink) -> None:
    with acting_in(practice.account.ref):
        take(practice)
        transaction.set_rollback(True, using="region_au")
    run_due(practice)
    assert sink.mails == []
    with acting_in(practice.account.ref):
        assert Message.objects.count() == 0
