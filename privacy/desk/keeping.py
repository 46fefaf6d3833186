"""What staff keep of a request on its way: whose it is, how that was proved, what it waits for, more time, its end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from clients.models import Client
from privacy.cases import DeskCase, DeskWait
from privacy.desk import clocks, taking
from privacy.desk.deadlines import check_extension
from privacy.desk.packs import IDENTITY, WAITS
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

State, Identity = DeskCase.State, DeskCase.Identity


def assign(*, by: Actor, case: DeskCase, client: Client) -> DeskCase:
    """Say whose data a request is about; another person than before has to prove themself anew."""
    fresh = locked(case)
    if fresh.client_id != client.pk:
        fresh.client = client
        fresh.identity, fresh.identity_at, fresh.identity_by = Identity.NONE, None, None
        fresh.save(update_fields=["client", "identity", "identity_at", "identity_by"])
        audit.record("request.assigned", by=by, of=fresh, client_id=client.pk)
    return fresh


def sort(*, by: Actor, case: DeskCase, right: str) -> DeskCase:
    """Say what a request is about once it was read, or that it is about something else than was thought."""
    fresh = locked(case)
    if fresh.state != State.OPEN:
        raise ValidationError(_("It is being done already."))
    fresh.right = right
    fresh.full_clean(exclude=["client"])
    fresh.save(update_fields=["right"])
    audit.record("request.sorted", by=by, of=fresh, detail={"right": right})
    return fresh


def wait(*, by: Actor, case: DeskCase, what: str) -> DeskCase:
    """Note that the request waits for whoever asked; whether the clock stands still is the law's to say."""
    fresh = locked(case)
    if what not in WAITS:
        raise ValidationError(_("Choose what it waits for."))
    if not DeskWait.objects.filter(case=fresh, what=what, until=None).exists():
        DeskWait(case=fresh, what=what).save(force_insert=True)
        _wound(fresh)
        audit.record("request.waits", by=by, of=fresh, detail={"for": what})
    return fresh


def go_on(*, by: Actor, case: DeskCase, what: str) -> DeskCase:
    """Note that what the request waited for has come."""
    fresh = locked(case)
    ended = DeskWait.objects.filter(case=fresh, what=what, until=None).update(until=clock.now())
    if ended:
        _wound(fresh)
        audit.record("request.goes_on", by=by, of=fresh, detail={"for": what})
    return fresh


def extend(*, by: Actor, case: DeskCase, until: date, because: str) -> DeskCase:
    """Take more time, once, as the law allows; the notice to whoever asked is theirs to send, with this reason."""
    fresh = locked(case)
    pack, _where = clocks.of_case(fresh)
    check_extension(pack, clocks.dates(fresh), until=until, today=clock.today(fresh.zone))
    fresh.extended_to, fresh.extended_because = until, because
    fresh.full_clean(exclude=["client"])
    fresh.save(update_fields=["extended_to", "extended_because"])
    _wound(fresh)
    audit.record("request.extended", by=by, of=fresh, detail={"until": until.isoformat()})
    return fresh


def prove(*, by: Actor, case: DeskCase, how: str, document: str = "") -> DeskCase:
    """Note how whoever asks proved who they are: a document's sort and last four signs, never the document (DS-4)."""
    fresh = locked(case)
    if fresh.client_id is None:
        raise ValidationError(_("Say first whose data it is about."))
    fresh.identity, fresh.document = how, document
    fresh.identity_at, fresh.identity_by = clock.now(), by.id
    fresh.full_clean(exclude=["client"])
    fresh.save(update_fields=["identity", "document", "identity_at", "identity_by"])
    audit.record("request.proved", by=by, of=fresh, client_id=fresh.client_id, detail={"how": how})
    return go_on(by=by, case=fresh, what=IDENTITY)


def authorise(
    *, by: Actor, case: DeskCase, authority: str, until: date | None, is_mature_minor: bool
) -> DeskCase:
    """Note by what right a guardian or agent asks, until when it holds, and whether the child can decide themself."""
    fresh = locked(case)
    fresh.authority, fresh.authority_until = authority, until
    fresh.is_mature_minor = is_mature_minor
    fresh.full_clean(exclude=["client"])
    fresh.save(update_fields=["authority", "authority_until", "is_mature_minor"])
    audit.record("request.authorised", by=by, of=fresh, client_id=fresh.client_id)
    return fresh


def state(*, by: Actor, case: DeskCase, statement: str) -> DeskCase:
    """Keep what a person says against an entry that is not changed; it stands beside their record."""
    fresh = locked(case)
    fresh.statement = statement
    fresh.full_clean(exclude=["client"])
    fresh.save(update_fields=["statement"])
    audit.record("request.statement_kept", by=by, of=fresh, client_id=fresh.client_id)
    return fresh


def reason_to_wait(case: DeskCase) -> str:
    """Return what has to be known before anything is done with somebody's data, "" when all is."""
    if case.client_id is None:
        return _("Say first whose data it is about.")
    if not case.identity:
        return _("Note first how they proved who they are.")
    if case.asker != DeskCase.Asker.SELF:
        if not case.authority:
            return _("Note first by what right they ask for somebody else.")
        if case.authority_until and case.authority_until < clock.today(case.zone):
            return _("Their authority has run out.")
        if case.is_mature_minor:
            return _("The child decides about this themself: ask them.")
    return ""


def end(*, by: Actor, case: DeskCase, state: str, answer: str = "", refusal: str = "") -> DeskCase:
    """Close a request: refused with a coded reason and words, or taken back by whoever asked."""
    fresh = locked(case)
    if state == State.REFUSED and not (refusal and answer.strip()):
        raise ValidationError(_("A refusal needs its reason, in words that can be sent."))
    finish(fresh, state, by=by, answer=answer, refusal=refusal)
    return fresh


def finish(case: DeskCase, state: str, *, by: Actor, **values: Any) -> None:
    """Write how a request ended, and that it did, on its locked row."""
    for name, value in values.items():
        setattr(case, name, value)
    case.state, case.answered_at, case.decided_by = state, clock.now(), by.id
    case.full_clean(exclude=["client"])
    case.save()
    DeskWait.objects.filter(case=case, until=None).update(until=clock.now())
    detail = {"refusal": case.refusal} if case.refusal else None
    audit.record(f"request.{state}", by=by, of=case, client_id=case.client_id, detail=detail)


def locked(case: DeskCase) -> DeskCase:
    """Return a request as it is now, locked; one that is closed stays as it is."""
    fresh: DeskCase = DeskCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not fresh.is_open:
        raise ValidationError(_("This request is closed."))
    return fresh


def _wound(case: DeskCase) -> None:
    before = case.due_on
    clocks.wind(case)
    case.save(update_fields=["due_on"])
    if case.due_on != before:
        taking.remind_later(case)
