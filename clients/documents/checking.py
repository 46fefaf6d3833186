"""What is done with a file after it was kept: shown to the scanner, then drawn for the screen, outside of any request."""

from __future__ import annotations

from uuid import UUID

from accounts import audit
from accounts.outbox import Work, handles
from accounts.sandbox.running import Failed
from accounts.tenancy import acting_in
from clients.documents import pictures, scanning, storing
from clients.models import Document
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Purpose


@handles("document.check", long=True)
def check(work: Work) -> None:
    """Scan a file that waits for it, then draw it; a scanner that is away is asked again later."""
    pk = UUID(work.payload["document"])
    with acting_in(work.account, purpose=Purpose.MAINTENANCE) as active:
        document = Document.objects.filter(pk=pk).first()
        waits = document is not None and document.scan == Document.Scan.WAITING
        source = _opened(document) if waits and document else None
    if source is not None:
        work.beat()
        with source:
            verdict = scanning.scan(active.region, source)
        with acting_in(work.account, purpose=Purpose.MAINTENANCE):
            work.beat_here()
            _judge(pk, verdict)
    _draw(work, pk)


def _judge(pk: UUID, verdict: scanning.Verdict) -> None:
    """Keep what the scanner said."""
    document = Document.objects.get(pk=pk)
    document.scan = Document.Scan.REFUSED if verdict.found else Document.Scan.CLEAN
    document.scanned_at = clock.now()
    document.save(update_fields=["scan", "scanned_at"])
    audit.record(
        "document.scanned",
        by=SYSTEM,
        of=document,
        client_id=document.client_id,
        result="alarm" if verdict.found else "done",
        detail={"found": verdict.found} if verdict.found else None,
    )


def _draw(work: Work, pk: UUID) -> None:
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        document = Document.objects.filter(pk=pk, withdrawn_at=None).first()
        if document is None or not document.may_leave or not pictures.can_be_drawn(document):
            return
        source = _opened(document)
    if source is None:
        return
    with source:
        payload = source.read()
    work.beat()
    try:
        pages, drawn = pictures.draw(document.media_type, payload)
    except Failed:
        pages, drawn = 0, []
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here()
        pictures.keep(Document.objects.get(pk=pk), pages, drawn)


def _opened(document: Document) -> storing.Opened | None:
    """Return a file's bytes; None when they are gone, which whoever opens the file is told."""
    try:
        return storing.opened(document)
    except storing.Unavailable:
        return None
