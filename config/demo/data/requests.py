"""Requests about data in a demo practice: one overdue, one that waits, one just in, a restriction and an objection."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Member, Role
from clients.models import Client
from clients.restrictions import restricting
from clients.restrictions.standing import Area, Use
from privacy.cases import DeskCase
from privacy.desk import granting, keeping, taking
from privacy.vocabulary import clock

Right, Way = DeskCase.Right, DeskCase.Way


def add_requests(clients: list[Client]) -> None:
    """Add them; `clients` that other invented things are about are left alone."""
    by = Member.objects.get(role=Role.OWNER).actor
    late, waits, fresh, done, restricted, objects = clients[20:26]
    case = _asked(late, Right.ACCESS, Way.LETTER, 52, "Please send me all that you keep about me.")
    keeping.assign(by=by, case=case, client=late)
    keeping.prove(by=by, case=case, how="document", document="passport …4471")
    case = _asked(waits, Right.ERASURE, Way.PAGE, 6, "I have moved away. Please erase my file.")
    keeping.assign(by=by, case=case, client=waits)
    keeping.wait(by=by, case=case, what="identity")
    _asked(
        fresh, Right.RECTIFICATION, Way.PAGE, 0, "The report says the right knee. It was the left."
    )
    case = _asked(done, Right.OBJECTION, Way.CALL, 12, "No more text messages, please.")
    keeping.assign(by=by, case=case, client=done)
    keeping.prove(by=by, case=case, how="known")
    granting.grant(by=by, case=case, what=granting.Grant(uses=[Use.MESSAGES]))
    restricting.restrict(
        by=by,
        client=restricted,
        reason="Says that a report about them is wrong; until that is settled.",
        allows=[Area.BOOKING],
    )
    restricting.object_to(
        by=by, client=objects, reason="By phone: no offers, please.", uses=[Use.OFFERS]
    )


def _asked(client: Client, right: str, way: str, days: int, words: str) -> DeskCase:
    by = Member.objects.get(role=Role.OWNER).actor
    return taking.take(
        by=by,
        right=right,
        way=way,
        name=client.full_name,
        contact=client.email or client.phone,
        words=words,
        received_at=clock.now() - timedelta(days=days),
    )
