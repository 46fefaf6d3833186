"""The check pass: reads an archive from end to end, writes no row of it, and says what would come or why nothing can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings

from accounts import audit, outbox
from accounts.cells import region_name
from accounts.tenancy import acting_in
from privacy import exporting, records
from privacy.arrival import archive as archives
from privacy.arrival import history, keeping, members, order
from privacy.arrival.archive import Archive
from privacy.arrival.values import Misfit, is_brought, not_brought, values_of
from privacy.export.verify_export import MAX_PROBLEMS, fingerprint, verify
from privacy.inventory import Kind
from privacy.models import ArchiveImport
from privacy.vocabulary import clock
from privacy.vocabulary.former import Names
from privacy.vocabulary.scope import SYSTEM, Purpose

BEAT_SECONDS = 2.0
State = ArchiveImport.State


class Pulse:
    """Keeps a job's lease, and its progress, every two seconds."""

    def __init__(self, work: outbox.Work) -> None:
        self._work = work
        self._last = time.monotonic()
        self.done, self.total = 0, 0

    def __call__(self) -> None:
        if time.monotonic() - self._last >= BEAT_SECONDS:
            self._last = time.monotonic()
            self._work.beat(min(self.done, self.total), self.total)


@outbox.handles(keeping.CHECK, long=True)
def check(work: outbox.Work) -> None:
    """Check one archive; killed at any point, it is checked anew."""
    archive = keeping.loaded(work)
    if archive.state != State.CHECKING:
        return
    pulse = Pulse(work)
    try:
        with keeping.reading(work.account, archive, pulse) as source:
            problems, found, people = looked_through(source, pulse)
    except (FileNotFoundError, ValueError):
        problems, found, people = ["archive: can't be read as an export"], {}, []
    with acting_in(work.account, purpose=Purpose.EXPORT):
        work.beat_here(pulse.done, pulse.done)
        archive = ArchiveImport.objects.select_for_update().get(pk=archive.pk)
        if archive.state != State.CHECKING:
            return
        archive.state = State.REFUSED if problems else State.CHECKED
        archive.problems, archive.found = problems[:MAX_PROBLEMS], found
        archive.people = {"members": people} if not problems else {}
        archive.checked_at = clock.now()
        archive.save()
        result = "refused" if problems else "done"
        audit.record("archive.checked", by=SYSTEM, of=archive, result=result)
        if problems:
            keeping.drop(archive)


def looked_through(
    source: BinaryIO, pulse: Pulse
) -> tuple[list[str], dict[str, Any], list[dict[str, Any]]]:
    """Return what is wrong with an archive, what it says of itself, and its members."""
    if refused := archives.refusals(source):
        return refused, {}, []
    report = verify(source)
    if report.problems:
        return report.problems, {}, []
    with archives.opened(source) as opened:
        problems = [*_strange(opened)]
        if not problems:
            pulse.total = sum(opened.count(kind.name) for kind in order.in_order())
            problems = [*_misfits(opened, pulse)]
        if problems:
            return problems[:MAX_PROBLEMS], {}, []
        return [], _summary(opened, report.public_key), members.listed(opened)


def _strange(opened: Archive) -> Iterator[str]:
    """Yield what an archive has that this product doesn't know: kinds, fields, references that say something else."""
    known = {kind.name: kind for kind in order.in_order() if kind.is_exported}
    for name in opened.manifest["kinds"]:
        if name not in known:
            yield f"{name}: is a kind that isn't known here"
            continue
        yield from _strange_fields(known[name], opened)
    if opened.manifest.get("scope", {}).get("kind", "account") != "account":
        yield "manifest.json: is a copy of a part, and not of a whole account"
    for fact in ("account_id", "region", "snapshot_at"):
        if fact not in opened.facts:
            yield f"manifest.json: says no {fact}"
    for needed in (members.MEMBER,):
        if needed not in opened.manifest["kinds"]:
            yield f"{needed}: is missing"


def _strange_fields(kind: Kind, opened: Archive) -> Iterator[str]:
    schema = opened.schema(kind.name)
    theirs = {field["name"]: field["type"] for field in schema["fields"]}
    ours = {field.name: field for field in records.fields_of(kind)}
    for _unknown in theirs.keys() - ours.keys():
        yield f"{kind.name}: has a field that isn't known here"
    if schema["key"] != records.key_of(kind):
        yield f"{kind.name}: has another key"
    for name, field in ours.items():
        if name in theirs and (
            theirs[name] != field.type or schema["references"].get(name) != field.references
        ):
            yield f"{kind.name}: {name} is of another type or points elsewhere"


def _misfits(opened: Archive, pulse: Pulse) -> Iterator[str]:
    """Yield the rows that can't be rows of their kind."""
    brought = {kind.name for kind in order.in_order() if is_brought(kind)}
    for kind in order.in_order():
        if not is_brought(kind) and kind.name != history.KIND:
            continue
        for number, row in opened.rows(kind.name):
            pulse.done += 1
            pulse()
            try:
                values_of(kind, row, Names(), brought)
            except Misfit as misfit:
                yield f"{kind.name}, line {number}: {misfit}"
                break


def _summary(opened: Archive, public_key: str) -> dict[str, Any]:
    facts = opened.facts
    kinds = [kind for kind in order.in_order() if opened.count(kind.name)]
    return {
        "account_id": str(UUID(facts["account_id"])),
        "practice": str(facts.get("practice", ""))[:120],
        "region": str(facts["region"])[:10],
        "snapshot_at": str(facts["snapshot_at"])[:40],
        "counts": {kind.name: opened.count(kind.name) for kind in kinds},
        "not_brought": {name: why for name, why in not_brought().items() if opened.count(name)},
        "apart": sum(dict(facts.get("rows_set_apart", {})).values())
        if "left out" in str(facts.get("rows_set_apart_are", ""))
        else 0,
        "files": sum(path.startswith("files/") for path in opened.manifest["members"]),
        "gaps": len(opened.manifest["gaps"]),
        "public_key": public_key,
        "fingerprint": fingerprint(public_key),
        "signed_by": signer_of(public_key),
    }


def signer_of(public_key: str) -> str:
    """Return the city of the region of ours whose key this is; empty for a key that we don't know."""
    for region in settings.EXPORT_SIGNING_KEYS:
        if exporting.public_key(region)[0] == public_key:
            return region_name(region)
    return ""
