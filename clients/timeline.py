"""The timeline of a client: apps above provide its entries, this one puts them in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypedDict

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountAnchor
from accounts.permissions import Permission
from accounts.templatetags.keepwell import when
from clients import glance
from clients.identity import ids
from clients.models import Client
from privacy.vocabulary.prepared import Given, Prepared


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline: `at` is an instant, shown in `zone` (a time zone's name; else the practice's).

    It leads to `url`, or to the page of the account that `to` names: `("note", note.pk)`.
    """

    at: datetime
    title: str
    icon: str = "info"
    url: str = ""
    text: str = ""
    badge: str = ""
    badge_icon: str = ""
    tone: str = "quiet"
    who: str = ""
    zone: str = ""
    to: tuple[object, ...] = ()


class Row(TypedDict):
    """An entry as `components/timeline.html` shows it."""

    at: str
    when: str
    icon: str
    title: str
    url: str
    text: str
    badge: str
    badge_icon: str
    tone: str
    who: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Which entries are asked for: the newest ones that are not later than `until`, no more than `most`."""

    most: int = 300
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of a timeline begins: at an instant, behind so many entries of that instant that were shown."""

    until: datetime | None = None
    behind: int = 0


NEWEST = Slice()
LENGTHS_KEPT = 8


class Sliced[Row: Model]:
    """A slice of a client's rows, the newest first, prepared for each length that pages ask for.

    `build` gives the rows of a person (`identity.OF`) in their order; `at` is the look-up for when each happened.
    """

    def __init__(self, build: Callable[[], QuerySet[Row]], at: str) -> None:
        def prepared(most: int, is_cut: bool) -> Prepared[Row]:
            until = Q((f"{at}__lte", Given("until"))) if is_cut else Q()
            return Prepared(lambda: build().filter(until)[:most])

        self._prepared = lru_cache(LENGTHS_KEPT)(prepared)

    def __call__(self, client: Client, wanted: Slice, **given: Any) -> list[Row]:
        """Return the rows that are asked for; `given`: what else the statement wants to know."""
        until = {} if wanted.until is None else {"until": wanted.until}
        return self._prepared(wanted.most, bool(until))(person=ids(client), **until, **given)


Provider = Callable[[Client], Iterable[Entry]]
Slicer = Callable[[Client, Slice], Iterable[Entry]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: what its filter is called and who may see it."""

    name: str
    label: str | Promise
    permission: Permission


KINDS = {
    kind.name: kind
    for kind in (
        Kind("appointments", _("Appointments"), Permission.CLIENTS_CARE),
        Kind("notes", _("Notes"), Permission.CLINICAL_READ),
        Kind("letters", _("Letters"), Permission.FILES_READ),
        Kind("files", _("Files"), Permission.FILES_READ),
        Kind("messages", _("Messages"), Permission.CLIENTS_CARE),
        Kind("record", _("Record"), Permission.CLIENTS_CARE),
        Kind("consents", _("Consents"), Permission.CLIENTS_CARE),
        Kind("disclosures", _("Given out"), Permission.CLINICAL_READ),
        Kind("forms", _("Forms"), Permission.CLIENTS_CARE),
    )
}
PROVIDERS: dict[str, list[Slicer]] = {}


def provides(kind: str, *made_of: glance.Kind) -> Callable[[Provider], Provider]:
    """Register a function that gives a client's entries of one of `KINDS`; for `AppConfig.ready` of apps above.

    It runs in the open account only when the reader may see that kind, with a number of queries that does not grow
    with the entries. It gives the newest first, at most a few hundred. Where a glance has found no rows of what its
    entries are `made_of`, it need not run.
    """
    _check(kind)

    def register(provider: Provider) -> Provider:
        _register(kind, lambda client, wanted: provider(client), made_of)
        return provider

    return register


def slices[Kept: Slicer](kind: str, *made_of: glance.Kind) -> Callable[[Kept], Kept]:
    """Register a function like that for entries that can be thousands: it gives the slice that is asked for, in full.

    Its order is the same each time, also of what happened at one instant.
    """
    _check(kind)

    def register(slicer: Kept) -> Kept:
        _register(kind, slicer, made_of)
        return slicer

    return register


def _check(kind: str) -> None:
    if kind not in KINDS:
        raise LookupError(f"No kind of timeline entry is called {kind}.")


def _register(kind: str, slicer: Slicer, made_of: tuple[glance.Kind, ...]) -> None:
    glance.watches(*made_of)

    def where_there_is_any(client: Client, wanted: Slice) -> Iterable[Entry]:
        return slicer(client, wanted) if not made_of or glance.may_have(client, *made_of) else ()

    PROVIDERS.setdefault(kind, []).append(where_there_is_any)


def kinds(allowed: Collection[Permission]) -> list[Kind]:
    """Return the kinds that somebody with these permissions may see and that some app provides."""
    return [
        kind for name, kind in KINDS.items() if name in PROVIDERS and kind.permission in allowed
    ]


def entries(
    client: Client, allowed: Collection[Permission], only: str = "", wanted: Slice = NEWEST
) -> list[Entry]:
    """Return a slice of what happened with a client, newest first: of all that may be seen, or of one kind."""
    found = [
        entry
        for kind in kinds(allowed)
        if only in ("", kind.name)
        for slicer in PROVIDERS[kind.name]
        for entry in slicer(client, wanted)
        if wanted.until is None or entry.at <= wanted.until
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[: wanted.most]


def page(
    client: Client, allowed: Collection[Permission], only: str, begins: Mark, size: int
) -> tuple[list[Entry], Mark | None]:
    """Return a page of the timeline and where the next one begins, None when this is the last.

    Each page costs the same, however far back it lies.
    """
    wanted = Slice(begins.behind + size + 1, begins.until)
    found = entries(client, allowed, only, wanted)
    until_here = found[: begins.behind + size]
    shown = until_here[begins.behind :]
    if not shown or len(found) <= len(until_here):
        return shown, None
    last = shown[-1].at
    return shown, Mark(last, sum(entry.at == last for entry in until_here))


def row(entry: Entry, account: AccountAnchor, zone: str) -> Row:
    """Return an entry as the timeline component shows it; `zone` is the practice's."""
    return Row(
        at=entry.at.isoformat(),
        when=when(entry.at, entry.zone or zone or None),
        icon=entry.icon,
        title=entry.title,
        url=account.url(str(entry.to[0]), *entry.to[1:]) if entry.to else entry.url,
        text=entry.text,
        badge=entry.badge,
        badge_icon=entry.badge_icon,
        tone=entry.tone,
        who=entry.who,
    )
