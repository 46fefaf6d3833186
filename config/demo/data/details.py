"""What a demo practice knows of some of its people beyond their names: work, towns, further phones, wishes."""

from __future__ import annotations

import random
from typing import Any

from clients.models import Client, ContactPoint
from config.demo.practices import Practice

TOWNS = {
    "AU": (
        ("Sydney", "NSW", "2000"),
        ("Marrickville", "NSW", "2204"),
        ("Newtown", "NSW", "2042"),
        ("Leichhardt", "NSW", "2040"),
    ),
    "IE": (
        ("Dublin", "", "D02 X285"),
        ("Dublin", "", "D08 T3V6"),
        ("Dún Laoghaire", "", "A96 K2N7"),
    ),
}
WORK = ("Teacher", "Carpenter", "Nurse", "Student", "Retired", "Chef", "Driver", "Designer")
WISHES = ("Mornings only.", "Prefers the room at the front.", "Needs ten minutes to undress.")
PRONOUNS = ("she/her", "he/him", "they/them")


def details(practice: Practice, chosen: random.Random) -> dict[str, Any]:
    """Return further fields of one record; most records have few."""
    city, state, post_code = chosen.choice(TOWNS[practice.country])
    found: dict[str, Any] = {"city": city, "state": state, "post_code": post_code}
    if chosen.random() < 0.5:
        found["occupation"] = chosen.choice(WORK)
    if chosen.random() < 0.15:
        found["booking_notes"] = chosen.choice(WISHES)
    if chosen.random() < 0.2:
        found["pronouns"] = chosen.choice(PRONOUNS)
    if chosen.random() < 0.3:
        found["old_reference"] = f"P-{chosen.randint(1000, 9999)}"
    return found


def add_further_phones(practice: Practice, clients: list[Client], chosen: random.Random) -> None:
    """Give some people a phone at home or at work."""
    points = [
        ContactPoint(
            client=client,
            kind=ContactPoint.Kind.PHONE,
            use=chosen.choice(["home", "work"]),
            value=f"{practice.phone}{80_000 + number:05d}",
        )
        for number, client in enumerate(clients[::9])
    ]
    ContactPoint.objects.bulk_create(points)
