"""Gives some clients of a demo practice a second record, as front desks do, and finds them; one is merged already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import Member, Role
from clients import merging
from clients.alike import scanning
from clients.models import Client
from privacy.vocabulary import clock, keyring


def add_second_records(clients: list[Client]) -> None:
    """Add them and search for them."""
    first, second, third, fourth, fifth = clients[:5]
    rows = [
        _again(first, given_name=first.family_name, family_name=first.given_name),
        _again(second, family_name=_slipped(second.family_name), email=""),
        _again(third, email=f"{third.given_name}@post.example".lower(), birth_date=None),
        _again(fourth, family_name=f"{fourth.family_name}-Marsh", address="4 Mill Lane"),
        _again(fifth, given_name=fifth.given_name[:3], is_confirmed=False),
    ]
    keyring.create_client_keys([row.pk for row in rows])
    Client.objects.bulk_create(rows)
    owner = Member.objects.get(role=Role.OWNER)
    merging.merge(by=owner.actor, source=rows[3], client=fourth, take=["family_name"])
    scanning.search_now()


def _again(client: Client, **otherwise: Any) -> Client:
    """Return a new record of somebody, written a little otherwise."""
    names = ("given_name", "family_name", "birth_date", "phone", "email", "address", "location_id")
    values = {name: getattr(client, name) for name in names}
    return Client(
        **{**values, **otherwise},
        provenance="self_booking" if "is_confirmed" in otherwise else "staff",
        created_at=clock.now() - timedelta(days=9),
    )


def _slipped(name: str) -> str:
    return name[:2] + name[3] + name[2] + name[4:] if len(name) > 4 else name + "e"
