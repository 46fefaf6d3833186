"""What tests of objections share with those of messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.bookings.messaging.post import Sink, mail_server
from tests.bookings.public import NOW, Practice, at, open_practice


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with mail_server(settings) as caught:
        yield caught


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()
