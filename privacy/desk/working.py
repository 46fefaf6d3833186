"""The job that does what a request takes: step by step, checked by another look, then certified; killed, it goes on.

Where it stands is in the database alone: a step is done when its row says so. Every step can be done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from accounts import audit, outbox
from accounts.models.practice import current_anchor
from accounts.tenancy import AccountRef, acting_in
from bookings.messaging.links import absolute
from clients import identity
from privacy import cached, exporting, letters
from privacy.cases import DeskCase, DeskStep
from privacy.desk import certificates, granting
from privacy.desk.proving import PROOFS
from privacy.desk.routes import BY_HAND
from privacy.erasure import erasing
from privacy.models import Erasure, Export
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Purpose

log = logging.getLogger("keepwell.desk")
State = DeskStep.State

Do = Callable[[outbox.Work, list[UUID]], int]


def _erase(work: outbox.Work, ids: list[UUID]) -> int:
    """Carry out what was decided when the request was granted, or is decided now that no law has the data kept."""
    with acting_in(work.account, purpose=Purpose.REQUEST):
        client = identity.known(ids[0])
        if client is not None and not Erasure.objects.filter(client_id__in=ids).exists():
            erasing.erase(client=client, by=SYSTEM)
        entry: UUID = Erasure.objects.filter(client_id__in=ids).values_list("entry", flat=True)[0]
        for export in Export.objects.filter(client_id__in=ids).exclude(storage_key=""):
            exporting.expire(export)  # their own copy; those of the whole account end within a week
    erasing.run(work.account, entry, beat=work.beat)
    cached.forget(work.account, ids)
    return len(ids)


def _nothing(_work: outbox.Work, ids: list[UUID]) -> int:
    """Do nothing more than was done as the request was granted; that is looked for like everything else."""
    return len(ids)


DOES: dict[str, Do] = {
    "erase": _erase,
    "search": _nothing,
    "restrict": _nothing,
    "object": _nothing,
}


class NotProved(RuntimeError):
    """A step was done and is not found done; the job tries again."""


@outbox.handles(granting.WORK, long=True)
def work(work: outbox.Work) -> None:
    """Do what is left of a granted request."""
    run(work, after=lambda step: None)


def run(work: outbox.Work, *, after: Callable[[str], None]) -> None:
    """Do every open step in order, then look for each; `after` is called with a step's name once it is done."""
    case_id = UUID(work.payload["case"])
    names = _begin(work, case_id)
    if names is None:
        return
    ids = _records(work.account, case_id)
    for name, state in names:
        if name not in BY_HAND and state in (State.PENDING, State.FAILED):
            work.beat()
            _mark(work, case_id, name, State.DONE, count=DOES[name](work, ids))
            after(name)
    missing = [
        f"{name}: {left}"
        for name, _state in names
        if name not in BY_HAND and (left := _look(work, case_id, name, ids))
    ]
    if missing:
        _alarm(work, case_id)
        raise NotProved("; ".join(missing))
    certificates.conclude(work, case_id, ids)


def _begin(work: outbox.Work, case_id: UUID) -> list[tuple[str, str]] | None:
    """Return the steps of a request and how they stand; None when there is nothing to do, or not yet."""
    with acting_in(work.account, purpose=Purpose.REQUEST):
        work.beat_here()
        case: DeskCase | None = DeskCase.objects.filter(pk=case_id).first()
        if case is None or case.state != DeskCase.State.WORKING:
            return None
        if case.keep_until and clock.today(case.zone) < case.keep_until:
            return None
        steps = DeskStep.objects.filter(case=case).order_by("position")
        return list(steps.values_list("name", "state"))


def _records(account: AccountRef, case_id: UUID) -> list[UUID]:
    """Return the ids of all records of the person whom a request is about, the one that is left first."""
    with acting_in(account, purpose=Purpose.REQUEST):
        case: DeskCase = DeskCase.objects.get(pk=case_id)
        person = identity.known(case.client_id) if case.client_id else None
        return identity.ids(person) if person else []


def _mark(work: outbox.Work, case_id: UUID, name: str, state: str, *, count: int) -> None:
    with acting_in(work.account, purpose=Purpose.REQUEST):
        work.beat_here()
        step: DeskStep = DeskStep.objects.select_for_update().get(case_id=case_id, name=name)
        step.count = max(
            step.count, count
        )  # of a step that was killed and found less the second time
        step.state, step.reason, step.done_at = state, "", step.done_at or clock.now()
        step.save()


def _look(work: outbox.Work, case_id: UUID, name: str, ids: list[UUID]) -> str:
    """Look whether a step is found done; return what is missing, "" for nothing, and write that down."""
    missing = PROOFS[name](work.account, ids)
    with acting_in(work.account, purpose=Purpose.REQUEST):
        work.beat_here()
        step: DeskStep = DeskStep.objects.select_for_update().get(case_id=case_id, name=name)
        step.state = State.FAILED if missing else State.VERIFIED
        step.reason, step.verified_at = missing, None if missing else clock.now()
        step.save()
    return missing


def _alarm(work: outbox.Work, case_id: UUID) -> None:
    """Tell the Owner, and the log, that something is not found done; once for each request."""
    log.error("request not proved", extra={"job": granting.WORK, "cell": work.account.cell})
    with acting_in(work.account, purpose=Purpose.REQUEST):
        work.beat_here()
        case: DeskCase = DeskCase.objects.select_for_update().get(pk=case_id)
        audit.record("request.not_proved", by=SYSTEM, of=case, result="alarm")
        if case.warned_at is None:
            case.warned_at = clock.now()
            case.save(update_fields=["warned_at"])
            url = absolute(current_anchor().url("desk_case", case.pk))
            letters.to_owner("request_stuck", reference=case.reference, url=url)
