"""What a web worker takes of the machine's memory, beside one of a bare Django app (G11)."""

from __future__ import annotations

from functools import partial

import psutil  # type: ignore[import-untyped]

from config.bench.ground import Ground
from config.bench.pages import kinds
from config.bench.report import Finding
from config.bench.statistics import exact
from config.bench.web import FLOOR, PRODUCT, Server, serving

# What bare Django lacks and every worker needs: to seal, to reach a region's cache, queue and files, to sign people in,
# to read numbers, holidays and calendars. They weigh what they weigh; the goal is about what we add to them
PACKAGES = (
    "boto3",
    "celery",
    "cryptography.hazmat.primitives.serialization",
    "django.contrib.admin.sites",
    "fido2.server",
    "holidays",
    "phonenumbers",
    "qrcode",
    "rapidfuzz.process",
    "recurring_ical_events",
    "redis",
    "storages.backends.s3",
    "whitenoise.middleware",
)
MOST_OVER_PACKAGES = 1.5


def memory(ground: Ground) -> list[Finding]:
    """Compare a worker that has shown a practice its pages with a bare one; empty where only Linux can tell.

    Told beside: the worker that holds the directory of 50,000 clients open.
    """
    with serving(PRODUCT, ground.logs / "memory.log", ready="/healthz") as server:
        for kind in kinds(ground.scene):
            if kind.practice is ground.scene.diary:
                server.browser(kind.practice.headers).get(kind.path)
        ours = _megabytes(server)
    floor, crowded = _megabytes(ground.floor), _megabytes(ground.product)
    if not (ours and floor):
        return []
    packages = {**ground.floor_env, "FLOOR_PACKAGES": " ".join(PACKAGES)}
    with serving(FLOOR, ground.logs / "packages.log", ready="/", env=packages) as server:
        standing = _megabytes(server)
    count = partial(Finding, "G11", counted=True)
    return [
        count(
            "memory of a worker (PSS) / bare Django with the same packages",
            exact(ours / standing),
            limit=MOST_OVER_PACKAGES,
        ),
        count("memory of a worker (PSS) / bare Django", exact(ours / floor)),
        count("memory of a bare worker with the same packages", exact(standing), "MB"),
        count("memory of a bare worker", exact(floor), "MB"),
        count("memory of a worker", exact(ours), "MB"),
        count("memory of a worker with 50,000 clients open", exact(crowded), "MB"),
    ]


def _megabytes(server: Server) -> float:
    """Return the proportional share of a server's workers, 0 where the system does not count it."""
    workers = psutil.Process(server.pid).children(recursive=True)
    found = [getattr(worker.memory_full_info(), "pss", 0) for worker in workers]
    return sum(found) / 2**20
