"""The page of a link to a letter: whoever holds it fetches the letter by pressing a button, as often as it works."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.permissions import public
from accounts.requests import AccountRequest
from accounts.tenancy import acting_in
from bookings.messaging.links import BadLink
from bookings.public.pages import page
from clients.disclosures import disclosing
from clients.disclosures.outward import leaves
from clients.documents import storing
from clients.models import Disclosure, Document
from notes.letters import sending
from notes.models import LetterLink
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, VISITOR, Purpose


@public
@require_safe
def letter_link(request: AccountRequest, token: str) -> HttpResponse:
    """Say who wrote and until when the letter can be fetched; what opens links by itself gets nothing else."""
    link = _found(request, token)
    if link is None:
        return _nowhere(request)
    fetch_url = request.account.url("letter_fetch", token)
    return page(request, "letter", fetch_url=fetch_url, link=link, zone=link.letter.signed_zone)


@public
@require_POST
@leaves(Disclosure.Way.LINK)
def letter_fetch(request: AccountRequest, token: str) -> HttpResponseBase:
    """Give the letter out and write down who fetched it."""
    link = _found(request, token)
    if link is None:
        return _nowhere(request)
    letter, document = link.letter, link.letter.document
    try:
        with acting_in(request.account.ref, by=SYSTEM, purpose=Purpose.REQUEST):
            opened = storing.opened(document)
            name, size = str(document.name), document.size
            disclosing.record(
                by=VISITOR,
                client=letter.client,
                what=disclosing.What((Document,), str(letter.subject), letter),
                to=sending.recipient_of(letter, str(link.email)),
                way=Disclosure.Way.LINK,
            )
            link.fetched_at = clock.now()
            link.save(update_fields=["fetched_at"])
            audit.record("letter.fetched", by=VISITOR, of=letter, client_id=letter.client_id)
    except storing.Unavailable:
        return _nowhere(request)
    answer = StreamingHttpResponse(opened, content_type="application/pdf")
    answer["Content-Length"] = str(size)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


def _found(request: AccountRequest, token: str) -> LetterLink | None:
    """Return a link that works. The letter is kept from visitors: the product itself looks it up."""
    with acting_in(request.account.ref, by=SYSTEM, purpose=Purpose.REQUEST):
        try:
            link = sending.find(token)
        except BadLink:
            return None
        document = link.letter.document
        leaves_well = document and document.withdrawn_at is None and document.may_leave
        return link if link.works and leaves_well else None


def _nowhere(request: AccountRequest) -> HttpResponse:
    return page(request, "letter_gone", status=404)
