"""Finding the client while a form is filled in: what booking and joining a session share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import QueryDict

from accounts.requests import AccountRequest
from bookings.diary.about import About, about
from bookings.diary.booking_forms import WhoForm
from clients import directory, identity
from clients.directory import Entry

FOUND = 8


def found_clients(request: AccountRequest, posted: QueryDict) -> dict[str, Any]:
    """Return the clients whom the words in the search box fit, the picked one kept among them."""
    words = posted.get("find", "").strip()
    entries = directory.search(words, FOUND) if words else []
    picked = uuid_in(posted.get("client", ""))
    if picked and picked not in {each.id for each in entries}:
        entries = entries_of(picked) + entries
    return {
        "entries": entries,
        "picked": str(picked or ""),
        "asked": words,
        "about_url": request.path,
    }


def who_context(request: AccountRequest, form: WhoForm) -> dict[str, Any]:
    """Return what the part of a page about the client shows: the one who was picked before."""
    values = form.data if form.is_bound else form.initial
    picked = uuid_in(str(values.get("client") or ""))
    return {
        "entries": entries_of(picked),
        "picked": str(picked or ""),
        "about_url": request.path,
    }


def about_picked(values: Mapping[str, Any], **more: Any) -> About | None:
    """Return what should be known of the client who is picked in what was typed, None while nobody is."""
    picked = uuid_in(str(values.get("client") or ""))
    client = identity.known(picked) if picked else None
    if client is None:
        return None
    return about(client, case=values.get("case"), recall=values.get("recall"), **more)


def entries_of(picked: UUID | None) -> list[Entry]:
    """Return the client who was picked, as the search would."""
    if picked is None:
        return []
    known = directory.contacts([picked])
    return [
        Entry(each.id, each.name, directory.detail(each, known.get(each.id)))
        for each in directory.people([picked])
    ]


def uuid_in(text: str) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
