"""Programs that run inside a region's net with its credentials: furnish a practice, make a User, search for words.

`python -m tests.topology.within WHAT` reads JSON and writes JSON.
"""

# ruff: noqa: E402 - Django is set up, or told its settings, before it is imported

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.models import Account, User
from privacy.canary import flight, stores
from privacy.canary.flight import Flight
from privacy.canary.words import Words


def user(asked: dict[str, Any]) -> dict[str, Any]:
    """Make a User whose address is verified, in control."""
    made = User(email=asked["email"], name="Canary")
    made.set_password(asked["password"])
    made.save()
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return {"id": str(made.pk)}


def furnish(asked: dict[str, Any]) -> dict[str, Any]:
    """Give a practice a service, hours, templates; return the words that went into them."""
    words = Words()
    flight.furnish(Account.objects.get(slug=asked["slug"]), words)
    return {"given": words.given}


def search(asked: dict[str, Any]) -> dict[str, Any]:
    """Return every find of words in the stores that this process reaches."""
    canary = Flight(asked["region"], Words(asked["given"], asked["values"]))
    held = [*stores.everything()]
    return {
        "finds": [
            {"region": each.region, "store": each.store, "name": each.hit.name, "text": str(each)}
            for each in canary.finds(held)
        ],
        "searched": sorted({f"{region} {store.partition(':')[0]}" for region, store, _ in held}),
        "bytes": sum(len(data) for _, _, data in held),
    }


def told(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the settings of this process name, all of it."""
    return {
        "databases": sorted(settings.DATABASES),
        "caches": sorted(settings.CACHES),
        "stores": sorted(each for each in settings.STORAGES if each.startswith("objects")),
        "mailers": sorted(settings.MAILERS),
        "keys": sorted(settings.REGION_KEYS),
        "cells": sorted(settings.CELLS),
        "elsewhere": sorted(settings.CELLS_ELSEWHERE),
    }


if __name__ == "__main__":
    answer = {"user": user, "furnish": furnish, "search": search, "told": told}[sys.argv[1]](
        json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else {}
    )
    print(json.dumps(answer))
