"""An import from upload to end, step by step: each a verb with an actor, one transaction and one audit row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from accounts import audit, outbox
from accounts.models import Member
from clients.importing import files, matching, taking, trying
from clients.importing.kinds import KINDS, all_kinds
from clients.importing.presets import known_headings
from clients.importing.reading.dialects import delimiter_of, header_of, plain
from clients.importing.reading.surveying import survey
from clients.importing.reading.tables import Misread, Writing, all_rows
from clients.models import ImportBatch, ImportStagedRow
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind

FILE_DAYS = 30
TIDY = "imports.tidy"
_SAMPLE = 256 * 1024
State = ImportBatch.State


class NotNow(Exception):
    """The batch is in a state in which this can't be done."""


class NoTable(ValueError):
    """The file is no table of text; `kind` says what it is instead."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def begin(*, by: Actor, kind: str, name: str, pieces: Iterable[bytes]) -> ImportBatch:
    """Keep a file, find out how it is written and what its columns hold; return the batch with a mapping to begin with.

    Raises `NoTable` and `Misread`; nothing is kept then.
    """
    batch = ImportBatch(kind=KINDS[kind].name, name=name[:255])
    batch.requested_by = (
        Member.objects.filter(pk=by.id).first() if by.kind == ActorKind.MEMBER else None
    )
    looking = files.keep(batch, pieces)
    try:
        other = looking.other_kind()
        if other or not batch.size:
            raise NoTable(other or "empty")
        batch.writing = _written(batch, looking.found()).as_json()
        _survey(batch)
        if not batch.survey["rows"]:
            raise NoTable("empty")
    except BaseException:
        files.delete(batch)
        raise
    batch.file_until = clock.now() + timedelta(days=FILE_DAYS)
    batch.save(force_insert=True)
    outbox.enqueue(TIDY, {"batch": str(batch.pk)}, run_at=batch.file_until)
    audit.record("import.uploaded", by=by, of=batch, detail={"sha256": batch.sha256, "kind": kind})
    return batch


def rewrite(*, by: Actor, batch: ImportBatch, writing: Writing) -> ImportBatch:
    """Read a file in another way than was found: encoding, delimiter, headings. Raises `NotNow`, `Misread`."""
    kept = _locked(batch, State.MAPPING, State.TRIED, State.FAILED)
    kept.writing = writing.as_json()
    _survey(kept)
    kept.state, kept.counts, kept.problem = State.MAPPING, {}, ""
    kept.save()
    trying.forget(kept.pk)
    audit.record("import.read_anew", by=by, of=kept, detail={"writing": kept.writing})
    return kept


def match(
    *, by: Actor, batch: ImportBatch, told: Mapping[str, Any], keep_as: str = ""
) -> ImportBatch:
    """Say what each column is; `keep_as` keeps it for the next file. Raises `NotNow`."""
    kept = _locked(batch, State.MAPPING, State.TRIED, State.FAILED)
    kept.mapping = matching.clean(kept, told)
    kept.source = kept.mapping["source"]
    kept.state, kept.counts, kept.problem = State.MAPPING, {}, ""
    kept.save()
    trying.forget(kept.pk)
    if keep_as.strip():
        matching.remember(kept, keep_as.strip()[:60])
    audit.record("import.matched", by=by, of=kept)
    return kept


def try_out(*, by: Actor, batch: ImportBatch) -> ImportBatch:
    """Ask for a trial. Raises `NotNow` for a mapping that lacks something."""
    kept = _locked(batch, State.MAPPING, State.TRIED)
    if matching.problems(kept, kept.mapping) or matching.undecided(kept, kept.mapping):
        raise NotNow
    trying.forget(kept.pk)
    return _set_to_work(by, kept, State.TRYING, trying.JOB, "import.trial_asked")


def take(*, by: Actor, batch: ImportBatch) -> ImportBatch:
    """Ask for the import of a file that was tried. Raises `NotNow`."""
    kept = _locked(batch, State.TRIED)
    if not kept.counts.get("good"):
        raise NotNow
    return _set_to_work(by, kept, State.IMPORTING, taking.JOB, "import.asked")


def drop(*, by: Actor, batch: ImportBatch) -> ImportBatch:
    """Throw a file away that was not imported; what is being made ready of it goes, too. Raises `NotNow`."""
    kept = _locked(batch, *ImportBatch.OPEN)
    ImportStagedRow.objects.filter(batch=kept).delete()
    kept.state = State.DROPPED
    _forget_file(kept)
    audit.record("import.dropped", by=by, of=kept)
    return kept


@outbox.handles(TIDY)
def tidy(work: outbox.Work) -> None:
    """Delete a file whose days are over, with what was kept of its words; rows that it became stay, with its hash."""
    batch = ImportBatch.objects.filter(pk=work.payload["batch"]).first()
    if batch is None or not batch.has_file:
        return
    if batch.is_working:
        outbox.enqueue(TIDY, work.payload, run_at=clock.now() + timedelta(days=1))
        return
    if batch.is_open:
        batch.state = State.DROPPED
    _forget_file(batch)
    audit.record("import.file_deleted", by=SYSTEM, of=batch)


def _forget_file(batch: ImportBatch) -> None:
    files.delete(batch)
    trying.forget(batch.pk)
    batch.survey = {"rows": batch.survey.get("rows", 0), "columns": []}
    batch.save()


def _set_to_work(by: Actor, batch: ImportBatch, state: str, job: str, action: str) -> ImportBatch:
    batch.state, batch.problem = state, ""
    batch.job_id = outbox.enqueue(job, {"batch": str(batch.pk)}, requested_by=by.id).pk
    batch.save()
    audit.record(action, by=by, of=batch)
    return batch


def _locked(batch: ImportBatch, *states: str) -> ImportBatch:
    kept: ImportBatch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if kept.state not in states:
        raise NotNow
    return kept


def _written(batch: ImportBatch, encoding: str) -> Writing:
    """Return how a file is written, by its first rows."""
    with files.opened(batch) as source:
        sample = source.read(_SAMPLE).decode(encoding, "ignore").lstrip("\ufeff")
    delimiter = delimiter_of(sample)
    known = known_headings() | {
        plain(word) for kind in all_kinds() for field in kind.fields for word in field.words
    }
    return Writing(encoding, delimiter, header_of(sample, delimiter, known))


def _survey(batch: ImportBatch) -> None:
    with files.opened(batch) as source:
        writing = Writing(**batch.writing)
        batch.survey = survey(all_rows(source, writing), writing.header).as_json()
    if len(batch.survey["columns"]) < 2:
        raise Misread("one_column", 1)
    batch.mapping = matching.guessed(batch)
    batch.source = batch.mapping["source"]
