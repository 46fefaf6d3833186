"""What stands in the log of the door, and who goes less far than their role."""

from __future__ import annotations

import random
from datetime import timedelta

from accounts import team
from accounts.models import Member, Role, SignIn
from config.demo.practices import Practice
from privacy.vocabulary import clock

BROWSERS = ("Firefox on Windows", "Safari on iPhone", "Chrome on Mac", "Edge on Windows")
DAYS = 21


def add_door(practice: Practice, chosen: random.Random) -> None:
    """Let everybody come in on most days of three weeks, and let some fail; keep a student to their own notes."""
    now = clock.now()
    for member in Member.objects.order_by("id"):
        own = chosen.sample(BROWSERS, 2)
        address = f"203.0.113.{chosen.randrange(2, 250)}"
        for day in range(DAYS):
            if chosen.random() < 0.3:
                continue
            at = now - timedelta(days=day, minutes=chosen.randrange(30, 300))
            kinds = [SignIn.Kind.ENTERED]
            if chosen.random() < 0.1:
                kinds.insert(0, chosen.choice([SignIn.Kind.WRONG_PASSWORD, SignIn.Kind.FORGOT]))
            for minutes, kind in enumerate(kinds):
                SignIn(
                    member=member,
                    kind=kind,
                    at=at + timedelta(minutes=minutes),
                    browser=chosen.choice(own),
                    address=address,
                ).save(force_insert=True)
    owner = Member.objects.get(role=Role.OWNER)
    for member in Member.objects.filter(role=Role.PRACTITIONER):
        if member.name == practice.student:
            team.change_rights(by=owner.actor, member=member, levels={"notes": "own"})
