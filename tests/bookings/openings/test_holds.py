"""Holds: a time is kept from others for ten minutes, replaced, released, swept; never in its own way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts import outbox
from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.models import Hold
from bookings.openings.holds import LIFE, digest_of, held_by, keep, open_at, release
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.office import utc
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
MINE, YOURS = digest_of(uuid4()), digest_of(uuid4())


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def held(practice: Practice, digest: bytes, hour: int = 10) -> Hold | None:
    return keep(
        digest=digest,
        service=practice.service,
        practitioners=[practice.practitioner],
        location=practice.location,
        starts_at=utc(TEN.replace(hour=hour)),
    )


def is_open(practice: Practice, digest: bytes | None, hour: int = 10) -> bool:
    found = open_at(
        practice.service,
        [practice.practitioner],
        practice.location,
        utc(TEN.replace(hour=hour)),
        digest,
    )
    return bool(found)


def test_a_held_time_is_open_to_its_holder_alone(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        assert held(practice, MINE)
        assert (is_open(practice, MINE), is_open(practice, YOURS)) == (True, False)
        assert held(practice, YOURS) is None
        assert Hold.objects.count() == 1


def test_holding_again_lasts_longer_and_another_time_replaces(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        held(practice, MINE)
        held(practice, MINE)
        held(practice, MINE, 14)
        assert Hold.objects.count() == 1
        assert (is_open(practice, YOURS), is_open(practice, YOURS, 14)) == (True, False)
        release(MINE)
        release(MINE)
        assert is_open(practice, YOURS, 14)


def test_buffers_are_held_too(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        practice.service.buffer_after = 15
        practice.service.save()
        hold = held(practice, MINE)
        assert hold is not None
        assert hold.busy_until - hold.ends_at == timedelta(minutes=15)
        assert not is_open(practice, YOURS, 11)


def test_a_booked_time_cant_be_held(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        book(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN,
            client=make_client(),
        )
        assert held(practice, MINE) is None


def test_holds_run_out_and_are_swept(practice: Practice, settings: Any) -> None:
    with acting_in(practice.account.ref):
        held(practice, MINE)
        job = OutboxJob.objects.get(name="hold.sweep")
        assert not outbox.run(practice.account.ref, job.pk)
        settings.CLOCK_OFFSET += LIFE + timedelta(seconds=5)
        assert held_by(MINE) is None
        assert is_open(practice, YOURS)
        assert held(practice, YOURS)
    assert outbox.run(practice.account.ref, job.pk)
    with acting_in(practice.account.ref):
        assert [hold.digest for hold in Hold.objects.all()] == [YOURS]
        assert Hold.objects.get().expires_at > clock.now()
