"""Fixtures of the tests of forms: a practice with its templates, real post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from tests.bookings.messaging.post import Sink, mail_server, text_gateway
from tests.notes.intake.scene import Scene, open_scene


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with mail_server(settings) as caught:
        yield caught


@pytest.fixture
def gateway(settings: Any) -> Iterator[Any]:
    with text_gateway(settings) as server:
        yield server


@pytest.fixture
def scene(settings: Any, cache_address: str) -> Scene:
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    caches["au"].clear()
    return open_scene(settings)
