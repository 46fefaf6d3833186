"""What is away is named, in words for machines and pages for people (issue: what bad input gets)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.tasks import run_due_jobs

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def with_valkey(settings: Any, cache_address: str) -> None:
    settings.CACHES = {
        name: {**each, "LOCATION": cache_address} if name != "default" else each
        for name, each in settings.CACHES.items()
    }


def test_alive(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


@pytest.mark.usefixtures("with_valkey")
def test_ready_when_every_part_answers(client: Client) -> None:
    for region in ("au", "eu", "us"):
        run_due_jobs(f"{region}-1")
    response = client.get("/readyz")
    assert response.json() == {
        "ready": True,
        "parts": dict.fromkeys(response.json()["parts"], "ok"),
    }
    assert response.status_code == 200


@pytest.mark.usefixtures("with_valkey")
def test_a_silent_worker_is_named(client: Client) -> None:
    for region in ("au", "us"):
        run_due_jobs(f"{region}-1")
    caches["eu"].delete("alive.eu-1")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert {part for part, state in response.json()["parts"].items() if state != "ok"} == {
        "eu-1 worker"
    }


def test_a_cache_that_is_away_is_named(client: Client) -> None:
    parts = client.get("/readyz").json()["parts"]
    assert parts["au-1 cache"] == "ConnectionError"
    assert parts["au-1 database"] == "ok"
