"""Nothing starts on a part that stands elsewhere than declared: asked once per process, then remembered (RP-5).

A part that doesn't answer stops nobody, as a clinic goes on while one part is away. It is asked again: a database and a
file store when they are first used, everything by `/readyz` and by the worker's round.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import psycopg
from django.conf import settings

from accounts.whereabouts import asking
from accounts.whereabouts.asking import Astray, Silent
from accounts.whereabouts.declared import Endpoint, WrongPlace, declared, of_database, of_objects

log = logging.getLogger("keepwell.whereabouts")
_proven: set[tuple[str, str]] = set()
_turn = Lock()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of asking one part: by what it is proven, or what is wrong, or that it is silent."""

    endpoint: Endpoint
    proof: str = ""
    wrong: str = ""
    silent: str = ""


def require() -> None:
    """Ask every part that isn't proven yet; raise `WrongPlace` when one is elsewhere."""
    if not settings.PROVE_ENDPOINTS:
        return
    with _turn:
        open_ones = [each for each in declared() if _mark(each) not in _proven]
        verdicts = examine(open_ones)
        _proven.update(_mark(each.endpoint) for each in verdicts if each.proof)
    for each in verdicts:
        if each.silent:
            log.warning("part silent", extra={"event": str(each.endpoint), "error": each.silent})
    refuse(verdicts)


def examine(endpoints: Iterable[Endpoint]) -> list[Verdict]:
    """Ask parts, all at once, and return what came of it in the same order."""
    asked = list(endpoints)
    if not asked:
        return []
    with ThreadPoolExecutor(min(8, len(asked))) as asking_all:
        return list(asking_all.map(_verdict, asked))


def refuse(verdicts: Iterable[Verdict]) -> None:
    """Raise `WrongPlace` with a line for each part that is elsewhere."""
    wrong = [f"{each.endpoint}: {each.wrong}." for each in verdicts if each.wrong]
    if wrong:
        log.critical("part in the wrong place", extra={"count": len(wrong)})
        raise WrongPlace(
            "\n".join(["Keepwell doesn't start on parts that are elsewhere than declared.", *wrong])
        )


def require_database(alias: str, connection: psycopg.Connection[Any]) -> None:
    """Before a connection is first used in this process: prove its database; raise `WrongPlace`."""
    endpoint = of_database(alias)
    if not settings.PROVE_ENDPOINTS or _mark(endpoint) in _proven:
        return
    try:
        asking.told_by(connection, endpoint)
    except Astray as wrong:
        refuse([Verdict(endpoint, wrong=str(wrong))])
    _proven.add(_mark(endpoint))


def require_objects(region: str) -> None:
    """Before a file store is first used in this process: prove it; one that is silent says so when it is used."""
    endpoint = of_objects(region)
    if not settings.PROVE_ENDPOINTS or _mark(endpoint) in _proven:
        return
    found = _verdict(endpoint)
    refuse([found])
    if found.proof:
        _proven.add(_mark(endpoint))


def forget() -> None:
    """Forget what was proven (tests)."""
    _proven.clear()


def _verdict(endpoint: Endpoint) -> Verdict:
    try:
        return Verdict(endpoint, proof=asking.ask(endpoint))
    except Astray as wrong:
        return Verdict(endpoint, wrong=str(wrong))
    except Silent as silence:
        return Verdict(endpoint, silent=str(silence))


def _mark(endpoint: Endpoint) -> tuple[str, str]:
    return endpoint.setting, endpoint.kind
