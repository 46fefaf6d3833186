"""Pages that are read: free times (G1), the week's diary (G2), every kind of page beside the floor's (G7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from accounts.models import Location, Practitioner
from accounts.tenancy import acting_in
from accounts.time_zones import zone_info
from bookings.models import Service
from bookings.openings.finding import openings
from clients.models import Client
from config.bench import reference, seeding
from config.bench.ground import Ground
from config.bench.report import Finding
from config.bench.rounds import Job, interleaved
from config.bench.seeding import Practice, Scene
from config.bench.sent import Statement, caught, send, tied
from config.bench.statistics import p95, ratio, spread
from config.bench.web import Answer, Browser
from privacy.vocabulary import clock

SLOT_DAYS = 30
IN_A_DIARY = 3  # practitioners, hours, appointments


def slots(ground: Ground) -> list[Finding]:
    """Measure thirty days of free times: SQL, arithmetic, page, and the page with ten times the history."""
    practice, raw, app = ground.scene.diary, ground.raw(), ground.raw(role="app")
    computed, statements = _computed(ground)
    page = slots_page(ground.scene)
    visitor, grown, floor = ground.product.browser(), ground.grown.browser(), ground.on_floor()
    below = page.floor(_ok(visitor.get(page.path)))
    asked = _slot_days() | {"account": practice.account.id, "who": practice.practitioners[0]}
    with tied(app, practice):
        timed = interleaved(
            {
                "raw": lambda: reference.slots(raw, asked),
                "sent": lambda: send(app, statements),
                "computed": computed,
                "page": lambda: visitor.get(page.path),
                "floor": lambda: floor.get(below),
                "grown": lambda: grown.get(page.path),
            },
            ground.plan.rounds,
        )
    found = partial(Finding, "G1", pace=ground.pace_of(timed))
    return [
        found("slots, 30 days: SQL sent / raw", ratio(timed["sent"], timed["raw"]), limit=1.5),
        found("slots, 30 days: computed / raw", ratio(timed["computed"], timed["raw"]), limit=5),
        found("slots page / floor page", ratio(timed["page"], timed["floor"]), limit=1.3),
        found("slots page, ×10 / ×1 history", ratio(timed["grown"], timed["page"]), limit=1.2),
        found("slots, 30 days: raw", spread(timed["raw"]), unit="ms"),
    ]


def _computed(ground: Ground) -> tuple[Job, list[Statement]]:
    """Return the job that computes the slots in this process, transaction included, and what it sends for them."""
    practice = ground.scene.diary
    days = _slot_days()
    with acting_in(practice.account):
        wanted = partial(
            openings,
            service=Service.objects.get(pk=practice.service),
            practitioners=[Practitioner.objects.get(pk=practice.practitioners[0])],
            location=Location.objects.get(pk=practice.location),
            first_day=days["first"],
            last_day=days["last"],
        )
        with caught() as statements:
            wanted()

    def computed() -> None:
        with acting_in(practice.account):
            assert wanted()

    return computed, statements


def _slot_days() -> dict[str, Any]:
    first = clock.today(seeding.ZONE)
    return {"first": first, "last": first + timedelta(days=SLOT_DAYS - 1), "zone": seeding.ZONE}


def diary(ground: Ground) -> list[Finding]:
    """Measure the week of everybody, 235 appointments, and the pages of peers in the same rounds."""
    practice, raw = ground.scene.diary, ground.raw()
    since, until = (midnight(ground, day) for day in (0, 7))
    page = week_page(ground.scene)
    ours, grown, floor = (
        ground.member(practice),
        ground.member(practice, grown=True),
        ground.on_floor(),
    )
    below = page.floor(_ok(ours.get(page.path)))
    jobs: dict[str, Callable[[], object]] = {
        "raw": lambda: reference.week(raw, practice.account.id, since, until),
        "page": lambda: ours.get(page.path),
        "grown": lambda: grown.get(page.path),
        "floor": lambda: floor.get(below),
    }
    for name, url in ground.plan.peers.items():
        host, _slash, path = url.partition("://")[2].partition("/")
        peer = Browser(f"{url.partition('://')[0]}://{host}")
        jobs[f"peer {name}"] = partial(peer.get, f"/{path}")
    timed = interleaved(jobs, ground.plan.rounds)
    found = partial(Finding, "G2", pace=ground.pace_of(timed))
    return [
        found("week diary, 235 appointments / raw", ratio(timed["page"], timed["raw"]), limit=8),
        found("week diary: floor page / raw", ratio(timed["floor"], timed["raw"])),
        found("week diary, ×10 / ×1 history", ratio(timed["grown"], timed["page"])),
        found("week diary: raw", spread(timed["raw"]), unit="ms"),
        *(
            found(f"{name} / raw week diary", ratio(timed[name], timed["raw"]))
            for name in jobs
            if name.startswith("peer ")
        ),
    ]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: where it is, what repeats on it, and of how many kinds the things are that it shows.

    Those of a client's record: their facts, who looks after them, alerts, people, cases, recalls, consents, the notice,
    appointments, notes, messages, files, forms, and what was given out.
    """

    name: str
    practice: Practice
    path: str
    repeats: str
    below: str = ""
    is_public: bool = False
    shows: int = 1

    def alike(self, answer: Answer) -> str:
        """Return the floor's page with as many rows of as many kinds and as much markup."""
        return f"{self.floor(answer)}&kinds={self.shows}"

    def floor(self, answer: Answer) -> str:
        """Return the floor's page with as many rows, of one kind, and as much markup."""
        rows = answer.body.count(self.repeats.encode())
        public = "&public=1" if self.is_public else ""
        return f"{self.below or f'/rows/{rows}/'}?bytes={len(answer.body)}{public}"


def kinds(scene: Scene) -> list[Kind]:
    """Return one page of every kind."""
    practice, crowd = scene.diary, scene.crowd
    here, there = f"/a/{practice.account.slug}", f"/a/{crowd.account.slug}"
    with acting_in(practice.account):
        client = Client.objects.order_by("pk").values_list("pk", flat=True)[0]
    return [
        Kind(
            "booking: services",
            practice,
            f"/book/{practice.account.slug}/",
            "<li",
            is_public=True,
            shows=2,  # the practice's own words, services
        ),
        slots_page(scene),
        Kind(
            "diary, day",
            practice,
            f"{here}/diary/?day={scene.monday}",
            'class="appt ',
            _floor_days(scene, 1),
            shows=IN_A_DIARY,
        ),
        week_page(scene),
        Kind("client record", practice, f"{here}/clients/{client}/", "<li", shows=14),
        # People, and how each is reached
        Kind("clients, 50 of 50,000", crowd, f"{there}/clients/", 'class="row-link"', shows=2),
        # Practitioners, services, who offers which, locations, what is sent
        Kind("new appointment", practice, f"{here}/appointments/new/", "<option", shows=5),
        # Notes to sign below, drafts, visits, what others opened, the practice's rules
        Kind("notes to finish", practice, f"{here}/notes/", 'class="row-link"', shows=5),
        Kind("settings", practice, f"{here}/settings/", "<li"),
    ]


def every_kind(ground: Ground) -> list[Finding]:
    """Measure each kind of page beside the floor's page of its shape."""
    floor = ground.on_floor()
    findings = []
    for kind in kinds(ground.scene):
        ours = ground.product.browser() if kind.is_public else ground.member(kind.practice)
        answer = _ok(ours.get(kind.path))
        timed = interleaved(
            {
                "page": partial(ours.get, kind.path),
                "floor": partial(floor.get, kind.floor(answer)),
                "alike": partial(floor.get, kind.alike(answer)),
            },
            ground.plan.rounds,
        )
        page, alike = timed["page"], timed["alike"]
        found = partial(Finding, "G7", pace=ground.pace_of(timed))
        findings += [
            found(f"{kind.name} / floor page of as many kinds", ratio(page, alike), limit=1.5),
            found(f"{kind.name} / the same, p95", ratio(page, alike, of=p95), limit=2),
            found(f"{kind.name} / floor page of one kind", ratio(page, timed["floor"])),
        ]
    return findings


def slots_page(scene: Scene) -> Kind:
    """Return the page of free times of one practitioner, in the first full week."""
    practice = scene.diary
    monday = scene.monday + timedelta(days=7)
    query = f"who={practice.practitioners[0]}&day={monday}"
    return Kind(
        "booking: times",
        practice,
        f"/book/{practice.account.slug}/{practice.service}/times/?{query}",
        'type="radio"',
        f"/slots/0/{monday}/{monday + timedelta(days=6)}/",
        is_public=True,
        shows=3,  # beside hours and appointments: the practice's own words, the service
    )


def week_page(scene: Scene) -> Kind:
    """Return the diary of everybody in the first full week."""
    practice = scene.diary
    day = scene.monday + timedelta(days=7)
    path = f"/a/{practice.account.slug}/diary/?view=week&practitioner=all&day={day}"
    below = _floor_days(scene, 7, after=7)
    return Kind("diary, week", practice, path, 'class="appt ', below, shows=IN_A_DIARY)


def midnight(ground: Ground, day: int) -> datetime:
    """Return the start of a day of the first full week."""
    monday = ground.scene.monday + timedelta(days=7 + day)
    return datetime.combine(monday, time(), zone_info(seeding.ZONE))


def _floor_days(scene: Scene, days: int, *, after: int = 0) -> str:
    first = scene.monday + timedelta(days=after)
    return f"/diary/{first}/{first + timedelta(days=days - 1)}/"


def _ok(answer: Answer) -> Answer:
    if answer.status != 200:
        raise RuntimeError(f"A page of the product answered {answer.status}.")
    return answer
