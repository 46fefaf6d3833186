"""What a demo practice's care is framed by: cases with caps, and people who are to be called back."""

from __future__ import annotations

import random
from datetime import timedelta

from bookings.models import Attendee, Recall, RecallType
from clients.models import Case, Client, Contact
from privacy.vocabulary import clock

NAMES = ("Left knee, after surgery", "Shoulder, work injury", "Low back", "Gait after stroke")
KINDS = (("Six-month check", 6), ("New orthotics", 12), ("Annual review", 12))


def add_care(clients: list[Client], contacts: list[Contact], chosen: random.Random) -> None:
    """Give some clients a case, plan to call some back, and archive a few who have not come for long."""
    _add_cases(clients, contacts, chosen)
    _add_recalls(clients, chosen)
    _archive(clients)


def _add_cases(clients: list[Client], contacts: list[Contact], chosen: random.Random) -> None:
    """Give some clients a case with their last visits in it; a few are near their cap or past it."""
    today = clock.now().date()
    cases = [
        Case(
            client=client,
            name=chosen.choice(NAMES),
            referral=Case.Kind.GP,
            referrer=chosen.choice(contacts[:5]),
            expires_on=today + timedelta(days=chosen.randint(10, 300)),
            max_sessions=chosen.choice([5, 6, 8, 10]),
        )
        for client in clients[::14]
    ]
    Case.objects.bulk_create(cases)
    for case in cases:
        visits = Attendee.objects.filter(client=case.client).order_by("-appointment__starts_at")
        Attendee.objects.filter(pk__in=list(visits.values_list("pk", flat=True)[:6])).update(
            case=case
        )


def _add_recalls(clients: list[Client], chosen: random.Random) -> None:
    """Plan to call some clients back, some of them overdue."""
    kinds = [
        RecallType(name=name, months=months, position=n)
        for n, (name, months) in enumerate(KINDS, 1)
    ]
    RecallType.objects.bulk_create(kinds)
    today = clock.now().date()
    states = [Recall.State.OPEN] * 5 + [Recall.State.CONTACTED, Recall.State.DISMISSED]
    Recall.objects.bulk_create(
        Recall(
            client=client,
            kind=chosen.choice(kinds),
            due_on=today + timedelta(days=chosen.randint(-20, 120)),
            state=chosen.choice(states),
        )
        for client in clients[3::17]
    )


def _archive(clients: list[Client]) -> None:
    now = clock.now()
    lately = Attendee.objects.filter(appointment__starts_at__gte=now - timedelta(days=120))
    some = [client.pk for client in clients[9:-60:29]]
    gone = Client.objects.filter(pk__in=some, alias_of=None).exclude(
        pk__in=lately.values("client_id")
    )
    gone.update(archived_at=now - timedelta(days=30))
