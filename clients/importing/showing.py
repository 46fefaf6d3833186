"""An import in words: where it stands, what was found, what comes next."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import practice_settings
from accounts.models import OutboxJob
from clients.importing import batches, corrected, trying
from clients.importing.kinds import KINDS, Kind
from clients.importing.presets import NAMES
from clients.importing.reading.tables import MOST_ROWS, Misread
from clients.importing.words import KNOWN, said
from clients.models import ImportBatch

State = ImportBatch.State
PER_PAGE = 50
MOST_LISTED = 100
# What a file is instead of a table, or why it can't be read
REFUSALS: dict[str, Promise] = {
    "empty": gettext_lazy("This file has no rows. Choose another one."),
    "workbook": gettext_lazy("This is a workbook. Open it and save the sheet as CSV."),
    "pdf": gettext_lazy("This is a PDF. Export a table (CSV) instead."),
    "packed": gettext_lazy("This is an archive. Unpack it and upload the table (CSV) inside."),
    "picture": gettext_lazy("This is a picture. Export a table (CSV) instead."),
    "page": gettext_lazy("This is a web page. Export a table (CSV) instead."),
    "one_column": gettext_lazy(
        "No columns were found. Is it a table whose columns are parted by a sign?"
    ),
    "too_many_rows": gettext_lazy("This file has more than %(rows)s rows. Export it in parts."),
    "too_wide": gettext_lazy("This file has more than 200 columns."),
    "encoding": gettext_lazy("Row %(row)s can’t be read with these letters. Choose others."),
    "quotation": gettext_lazy("From row %(row)s on a quotation mark is missing."),
    "gone": gettext_lazy("The file is not here any more. Upload it again."),
}
BADGES: dict[str, tuple[str, str]] = {
    State.MAPPING: ("edit", "quiet"),
    State.TRYING: ("clock", "info"),
    State.TRIED: ("eye", "info"),
    State.IMPORTING: ("clock", "info"),
    State.IMPORTED: ("check", "good"),
    State.LEAVING: ("clock", "info"),
    State.UNDONE: ("undo", "quiet"),
    State.DROPPED: ("trash", "quiet"),
    State.FAILED: ("alert", "danger"),
}
_WORK = {
    State.TRYING: gettext_lazy("Checking every row"),
    State.IMPORTING: gettext_lazy("Importing"),
    State.LEAVING: gettext_lazy("Taking it back"),
}


def zone() -> str:
    """Return the zone in which times are told."""
    return practice_settings.zone()


def refusal(refused: Exception) -> str:
    """Return why a file can't be taken, in words."""
    if isinstance(refused, batches.NoTable):
        return str(REFUSALS.get(refused.kind, _("This is no table of text. Export a CSV file.")))
    code, row = (refused.code, refused.row) if isinstance(refused, Misread) else ("gone", 0)
    return str(REFUSALS.get(code, REFUSALS["gone"])) % {"row": row, "rows": f"{MOST_ROWS:,}"}


def listed(kinds: Collection[Kind]) -> list[dict[str, Any]]:
    """Return the imports of these kinds, the newest first, as a list shows them."""
    names = [kind.name for kind in kinds]
    rows = ImportBatch.objects.filter(kind__in=names).defer("survey", "mapping")
    return [_entry(batch) for batch in rows.order_by("-created_at")[:MOST_LISTED]]


def _entry(batch: ImportBatch) -> dict[str, Any]:
    icon, tone = BADGES[State(batch.state)]
    return {
        "batch": batch,
        "kind": KINDS[batch.kind],
        "word": State(batch.state).label,
        "icon": icon,
        "tone": tone,
        "number": arrived(batch),
    }


def arrived(batch: ImportBatch) -> int:
    """Return how many of the thing itself an import brought."""
    label = KINDS[batch.kind].main._meta.label
    return int(batch.counts.get("arrived", {}).get(label, 0))


def context(batch: ImportBatch, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of an import shows."""
    found: dict[str, Any] = {
        **_entry(batch),
        "zone": zone(),
        "facts": _facts(batch),
        "work": _work(batch),
        "counts": batch.counts,
        "problem": _stopped(batch),
        "days": batches.FILE_DAYS,
    }
    if batch.state == State.TRIED:
        found |= {
            "sums": _sums(batch),
            "codes": _codes(batch),
            "known": _known(batch),
            **_rows(batch, asked),
        }
    return found


def _facts(batch: ImportBatch) -> list[tuple[str, Any]]:
    source = NAMES.get(batch.source, _("Another system")) if batch.source else ""
    return [(_("From"), source), (_("Rows"), batch.survey.get("rows")), ("SHA-256", batch.sha256)]


def _work(batch: ImportBatch) -> dict[str, Any] | None:
    """Return how far a job is, as the progress component shows it."""
    if not batch.is_working:
        return None
    job = OutboxJob.objects.filter(pk=batch.job_id).first()
    again = job.run_at if job and job.error and job.leased_until is None else None
    return {
        "label": _WORK[State(batch.state)],
        "done": job.progress if job else 0,
        "total": (job.total or None) if job else None,
        "again_at": again,
    }


def _stopped(batch: ImportBatch) -> str:
    if batch.state != State.FAILED:
        return ""
    words = REFUSALS.get(batch.problem, REFUSALS["gone"])
    return str(words) % {"row": batch.counts.get("at_row", 0), "rows": f"{MOST_ROWS:,}"}


def _sums(batch: ImportBatch) -> list[dict[str, Any]]:
    counts = batch.counts
    return [
        {"number": counts.get("good", 0), "words": _("come in"), "tone": "good"},
        {"number": counts.get("bad", 0), "words": _("can’t be imported"), "tone": "danger"},
        {
            "number": counts.get("known", 0),
            "words": _("are here already or left out"),
            "tone": "quiet",
        },
        {
            "number": counts.get("warned", 0),
            "words": _("come in, but look at them"),
            "tone": "warn",
        },
    ]


def _codes(batch: ImportBatch) -> list[dict[str, Any]]:
    """Return what was found, the most frequent first."""
    found = [
        (number, code.removeprefix("code:"))
        for code, number in batch.counts.items()
        if code.startswith("code:")
    ]
    return [
        {"number": number, "wrong": said(code)[0], "advice": said(code)[1]}
        for number, code in sorted(found, reverse=True)
    ]


def _known(batch: ImportBatch) -> list[str]:
    return [
        ngettext("%(n)s row: %(why)s", "%(n)s rows: %(why)s", number)
        % {"n": number, "why": KNOWN[code.removeprefix("known:")]}
        for code, number in batch.counts.items()
        if code.startswith("known:")
    ]


def _rows(batch: ImportBatch, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return one page of the rows of which something was found: those that can't come in, or all."""
    only_bad = asked.get("rows") != "all" and bool(batch.counts.get("bad"))
    headings = [column["name"] for column in batch.survey["columns"]]
    number = batch.counts.get("bad", 0) if only_bad else sum(1 for _each in trying.found_in(batch))
    page = Paginator(range(number), PER_PAGE).get_page(asked.get("page", "1"))
    start = (page.number - 1) * PER_PAGE
    shown = []
    for place, (row, found) in enumerate(trying.found_in(batch, only_bad=only_bad)):
        if place >= start + PER_PAGE:
            break
        if place >= start:
            listed = [each for each in found if each.is_error or not only_bad]
            shown.append({"row": row, "found": [_finding(each, headings) for each in listed]})
    return {
        "page": page,
        "rows": shown,
        "only_bad": only_bad,
        "base": f"?rows={'bad' if only_bad else 'all'}&page=",
    }


def _finding(each: Any, headings: list[str]) -> dict[str, Any]:
    wrong, advice = said(each.code)
    return {
        "column": corrected.column_name(each.column, headings),
        "value": each.value,
        "wrong": wrong,
        "advice": advice,
        "is_error": each.is_error,
    }


def sample(kind: Kind) -> bytes:
    """Return an invented file of a kind."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(kind.sample)
    return ("\ufeff" + written.getvalue()).encode()
