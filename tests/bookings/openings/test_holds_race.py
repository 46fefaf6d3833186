"""Several people choose one time in the same moment: one holds it; one person's double press holds it once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from accounts.tenancy import acting_in
from bookings.models import Hold
from bookings.openings.holds import digest_of, keep
from bookings.openings.taking import Taken
from privacy.vocabulary.scope import VISITOR
from tests.bookings.office import utc
from tests.bookings.public import NOW, TEN, Practice, at, open_practice

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
CONTENDERS = 8


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def at_once(practice: Practice, digests: list[bytes]) -> Counter[str]:
    start = Barrier(len(digests))

    def one(digest: bytes) -> str:
        start.wait(30)
        try:
            with acting_in(practice.account.ref, by=VISITOR):
                held = keep(
                    digest=digest,
                    service=practice.service,
                    practitioners=[practice.practitioner],
                    location=practice.location,
                    starts_at=utc(TEN),
                )
            return "held" if held else "gone"
        except Taken:
            return "busy"
        finally:
            for connection in connections.all():
                connection.close()

    with ThreadPoolExecutor(len(digests)) as pool:
        return Counter(pool.map(one, digests))


def test_one_of_many_holds_it(practice: Practice) -> None:
    answers = at_once(practice, [digest_of(uuid4()) for _number in range(CONTENDERS)])
    assert answers["held"] == 1
    with acting_in(practice.account.ref):
        assert Hold.objects.count() == 1


def test_a_double_press_holds_once(practice: Practice) -> None:
    answers = at_once(practice, [digest_of(uuid4())] * 3)
    assert answers["held"] >= 1
    assert answers["gone"] == 0
    with acting_in(practice.account.ref):
        assert Hold.objects.count() == 1
