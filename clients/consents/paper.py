"""Consent and notice history on paper: what one person saw and agreed to, when, in which words, what changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from clients.consents import notices
from clients.consents.signatures import path
from clients.consents.standing import history
from clients.consents.wording import Piece, changes
from clients.models import Client, Consent, ConsentText


@dataclass(slots=True)
class Shown:
    """A text that stood before the client: its words, the times, and what became of the words since."""

    title: str
    version: int
    text: str
    published_at: datetime
    times: list[tuple[datetime, str]] = field(default_factory=list)
    since: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it is printed, with its words."""

    consent: Consent
    language: str
    signature: str
    ended_at: datetime | None
    newer: int
    since: list[Piece]


_providers: list[Callable[[Client], Iterable[Shown]]] = []


def adds(provider: Callable[[Client], Iterable[Shown]]) -> Callable[[Client], Iterable[Shown]]:
    """Register what else people are shown, such as a booking policy; for `AppConfig.ready` of apps above."""
    _providers.append(provider)
    return provider


def paper_of(client: Client) -> dict[str, Any]:
    """Return all that goes on the paper."""
    return {
        "answered": _answered(client),
        "shown": [*_notices(client), *(each for give in _providers for each in give(client))],
    }


def _answered(client: Client) -> list[Answered]:
    rows = history(client)
    newest = _newest_texts({row.purpose_id for row in rows})
    names = dict(settings.LANGUAGES)
    found = []
    replaced: dict[Any, Consent] = {}
    for row in rows:  # newest first: what came before was replaced by what we saw last
        after = replaced.get(row.purpose_id)
        now = newest.get((row.purpose_id, row.text.language))
        is_old = now is not None and now.version > row.text.version
        found.append(
            Answered(
                row,
                str(names.get(row.text.language, row.text.language)),
                path(row.signature),
                after.starts_at if after else None,
                now.version if now and is_old else 0,
                changes(row.text.text, now.text) if now and is_old else [],
            )
        )
        replaced[row.purpose_id] = row
    return found


def _newest_texts(purposes: set[Any]) -> dict[tuple[Any, str], ConsentText]:
    """Return the words in force by purpose and language."""
    rows = ConsentText.objects.filter(purpose_id__in=purposes).order_by("version")
    return {(row.purpose_id, row.language): row for row in rows}


def _notices(client: Client) -> list[Shown]:
    """Return each version of the privacy notice that the client saw, newest first, with the times."""
    current = notices.current()
    answers = {
        (each.notice_id, each.recorded_at): str(each.get_answer_display())
        for each in notices.answers(client)
    }
    found: dict[int, Shown] = {}
    for seen in notices.sightings(client):
        notice = seen.notice
        shown = found.get(notice.version)
        if shown is None:
            shown = found[notice.version] = Shown(
                _("Privacy notice"), notice.version, notice.text, notice.published_at
            )
            if current is not None and current.version > notice.version:
                shown.since = changes(notice.text, current.text)
        said = answers.get((notice.pk, seen.at), _("Shown"))
        shown.times.append((seen.at, f"{said} · {seen.where}"))
    return [found[version] for version in sorted(found, reverse=True)]
