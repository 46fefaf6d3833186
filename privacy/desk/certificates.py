"""The certificate of a request: what was done, found done and kept, with ids, counts and dates alone; signed (DS-12)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from accounts import audit, outbox
from accounts.models import AuditHead
from accounts.tenancy import acting_in
from privacy.cases import DeskCase, DeskCertificate, DeskStep, DeskTelling
from privacy.closure import DATA_BACKUP_DAYS, KEYRING_BACKUP_DAYS
from privacy.desk import keeping
from privacy.desk.proving import STANDS, counted
from privacy.exporting import public_key, signer
from privacy.inventory import kinds
from privacy.models import Export
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Purpose

FORMAT = "keepwell-request-1"
FORGET = "desk.forget"
# How long after an erasure it is still known where its answer goes
ANSWER_DAYS = 14


def conclude(work: outbox.Work, case_id: UUID, ids: list[UUID]) -> None:
    """Sign the certificate and close the request once every step, by whomever, is found done; else leave it open."""
    kept = counted(work.account, ids)
    with acting_in(work.account, purpose=Purpose.REQUEST, reading=True):
        link = AuditHead.objects.first()
        head = f"{link.seq}:{bytes(link.hash).hex()}" if link else "none"
    with acting_in(work.account, purpose=Purpose.REQUEST):
        work.beat_here()
        case: DeskCase = DeskCase.objects.select_for_update(of=("self",)).get(pk=case_id)
        steps = list(DeskStep.objects.filter(case=case))
        settled = (DeskStep.State.VERIFIED, DeskStep.State.SKIPPED)
        if case.state != DeskCase.State.WORKING or any(s.state not in settled for s in steps):
            return
        text = canonical(_statement(case, steps, kept, head))
        signature = signer(scope.current().region).sign(text.encode()).hex()
        DeskCertificate(case=case, text=text, signature=signature).save(force_insert=True)
        if case.right == DeskCase.Right.ERASURE:
            forget_at = clock.now() + timedelta(days=ANSWER_DAYS)
            outbox.enqueue(FORGET, {"case": str(case.pk)}, run_at=forget_at)
        keeping.finish(case, DeskCase.State.DONE, by=SYSTEM)


def canonical(statement: dict[str, Any]) -> str:
    """Return the text of a statement as it is signed: JSON, keys sorted, no spaces."""
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def as_file(certificate: DeskCertificate, region: str) -> str:
    """Return a certificate as the text of a JSON file, with what it takes to check it."""
    whole = {
        "statement": json.loads(certificate.text),
        "public_key": public_key(region)[0],
        "signature": certificate.signature,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def registry_version() -> str:
    """Return a hash of what every kind declares: which fields there were, of which class, when something was certified."""
    lines = [
        f"{kind.name}.{field.name}:{field.mark.data_class if field.mark else ''}"
        for kind in kinds()
        for field in kind.fields
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _statement(
    case: DeskCase, steps: list[DeskStep], kept: dict[str, int], head: str
) -> dict[str, Any]:
    now = clock.now()
    statement: dict[str, Any] = {
        "format": FORMAT,
        "account": str(case.account_id),
        "request": str(case.pk),
        "right": case.right,
        "law": f"{case.pack} {case.pack_version}",
        "received_at": case.received_at.isoformat(),
        "due_on": case.due_on.isoformat() if case.due_on else None,
        "done_at": now.isoformat(),
        "registry": registry_version(),
        "audit_head": head,
        "steps": [
            {"name": each.name, "count": each.count, "found_done_at": _iso(each.verified_at)}
            for each in steps
        ],
        "told": DeskTelling.objects.filter(case=case).exclude(told_at=None).count(),
        "acknowledged": DeskTelling.objects.filter(case=case).exclude(acknowledged_at=None).count(),
        "not_told": DeskTelling.objects.filter(case=case, told_at=None).count(),
    }
    if case.right == DeskCase.Right.ERASURE:
        statement |= _of_erasure(case, steps, kept)
    return statement


def _of_erasure(case: DeskCase, steps: list[DeskStep], kept: dict[str, int]) -> dict[str, Any]:
    """Return what a certificate of an erasure says besides: what stands, and when the last copies are gone."""
    gone = next(each.done_at for each in steps if each.name == "erase") or clock.now()
    copies = Export.objects.exclude(storage_key="").aggregate(last=Max("expires_at"))["last"]
    return {
        "unreadable_from": gone.isoformat(),
        "backups_unreadable_by": (gone + timedelta(days=KEYRING_BACKUP_DAYS)).isoformat(),
        "backups_gone_by": (clock.now() + timedelta(days=DATA_BACKUP_DAYS)).isoformat(),
        "copies_of_the_account_gone_by": _iso(copies),
        "kept": [
            {"table": table, "rows": number, "why": STANDS.get(table, "")}
            for table, number in sorted(kept.items())
        ],
        "kept_first_until": case.keep_until.isoformat() if case.keep_until else None,
        "kept_first_by_law": case.keep_law,
    }


@outbox.handles(FORGET)
def forget(work: outbox.Work) -> None:
    """Take out of the request what it says of a person who was erased; until then the answer could be sent."""
    case: DeskCase = DeskCase.objects.select_for_update(of=("self",)).get(pk=work.payload["case"])
    case.name = "—"
    for name in ("contact", "born", "about", "words", "document", "authority", "statement"):
        setattr(case, name, "")
    case.save()
    audit.record("request.forgotten", by=SYSTEM, of=case)


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
