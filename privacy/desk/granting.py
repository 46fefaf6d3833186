"""Granting a request: its steps are written down from the registry of routes, then a job takes them one by one (DS-5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.models import Member
from clients.models import Client, Restriction
from clients.restrictions.restricting import object_to, restrict
from clients.restrictions.standing import standing
from privacy import exporting
from privacy.cases import DeskCase, DeskStep, DeskTelling
from privacy.desk import telling
from privacy.desk.keeping import locked, reason_to_wait
from privacy.desk.routes import BY_HAND, route
from privacy.erasure import erasing
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind

WORK = "desk.work"
Right, Kind = DeskCase.Right, Restriction.Kind


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted: for a restriction what goes on, for an objection which uses stop, for an erasure until when a law
    has the data kept first."""

    allows: Collection[str] = ()
    uses: Collection[str] = ()
    keep_until: date | None = None
    keep_law: str = ""


USUAL = Grant()


def grant(*, by: Actor, case: DeskCase, what: Grant = USUAL) -> DeskCase:
    """Grant a request and begin what it takes; twice is once. Raises `ValidationError` while something is not known."""
    fresh = locked(case)
    if fresh.state == DeskCase.State.WORKING:
        return fresh
    if refusal := route(fresh.right).refusal:
        raise ValidationError(_("This can only be answered: %(why)s.") % {"why": refusal})
    if fresh.right == Right.OTHER:
        raise ValidationError(_("Say first what they want."))
    if fresh.right != Right.COMPLAINT and (missing := reason_to_wait(fresh)):
        raise ValidationError(missing)
    fresh.state, fresh.decided_by = DeskCase.State.WORKING, by.id
    _act(by, fresh, what)
    fresh.full_clean(exclude=["client"])
    _plan(fresh)
    run_at = _kept_until(fresh)
    job = outbox.enqueue(WORK, {"case": str(fresh.pk)}, run_at=run_at)
    fresh.job_id = job.pk
    fresh.save()
    audit.record("request.granted", by=by, of=fresh, client_id=fresh.client_id)
    return fresh


def _plan(case: DeskCase) -> None:
    """Write down the steps; nobody has to be told where nobody got anything."""
    somebody = DeskTelling.objects.filter(case=case).exists()
    for position, name in enumerate(route(case.right).steps):
        step = DeskStep(case=case, position=position, name=name)
        if name == "recipients" and not somebody:
            step.state = DeskStep.State.SKIPPED
        step.save(force_insert=True)


def _act(by: Actor, case: DeskCase, what: Grant) -> None:
    """Do at once what must hold from this moment on, and write down who has to hear of it while it can be read."""
    client, reason = case.client, _("Request %(number)s") % {"number": case.reference}
    if client is None:
        return
    if "copy" in route(case.right).steps:
        _make_copy(by, client)
    if "recipients" in route(case.right).steps:
        telling.plan(case, client)
    if case.right == Right.RESTRICTION and not _is_restricted(client):
        restrict(by=by, client=client, reason=reason, allows=what.allows, case_id=case.pk)
    if case.right == Right.OBJECTION:
        object_to(by=by, client=client, reason=reason, uses=what.uses, case_id=case.pk)
    if case.right == Right.ERASURE:
        _begin_erasure(by, case, client, reason, what)


def _make_copy(by: Actor, client: Client) -> None:
    """Ask for the person's own copy, of what whoever grants the request may read; they hand it over."""
    member = Member.objects.filter(pk=by.id).first() if by.kind == ActorKind.MEMBER else None
    if member is not None:
        exporting.request(by=by, member=member, wanted=exporting.Wanted(client=client))


def _begin_erasure(by: Actor, case: DeskCase, client: Client, reason: str, what: Grant) -> None:
    """Decide to erase; where a law has the data kept for longer they are only stored until then (DS-7)."""
    if what.keep_until is None:
        erase(by, client)
        return
    if what.keep_until <= clock.today(case.zone) or not what.keep_law.strip():
        raise ValidationError(_("Name the law, and a day to come."))
    case.keep_until, case.keep_law = what.keep_until, what.keep_law
    if not _is_restricted(client):
        restrict(by=by, client=client, reason=reason, case_id=case.pk)


def erase(by: Actor, client: Client) -> None:
    """Decide that a person is erased, once; `ValidationError` says what stands in the way."""
    try:
        erasing.erase(client=client, by=by)
    except erasing.NotNow as refusal:
        raise ValidationError(str(refusal)) from refusal


def tick(*, by: Actor, case: DeskCase, name: str) -> DeskStep:
    """Note that somebody did a step that Keepwell can't do; what else is open is looked at again."""
    fresh = locked(case)
    step: DeskStep = DeskStep.objects.get(case=fresh, name=name)
    if name not in BY_HAND:
        raise ValidationError(_("Keepwell does this itself."))
    if name == "recipients" and not all(map(telling.is_settled, fresh.tellings.all())):
        raise ValidationError(_("Somebody was not told yet."))
    if step.state == DeskStep.State.PENDING:
        step.state, step.done_at = DeskStep.State.VERIFIED, clock.now()
        step.verified_at = step.done_at
        step.save(update_fields=["state", "done_at", "verified_at"])
        audit.record("request.step_done", by=by, of=step, client_id=None, detail={"step": name})
        outbox.enqueue(WORK, {"case": str(fresh.pk)}, run_at=_kept_until(fresh))
    return step


def _kept_until(case: DeskCase) -> datetime | None:
    """Return when the work on a case can begin: now, or when the law no longer has the data kept."""
    if case.keep_until is None:
        return None
    return datetime.combine(case.keep_until, time(), ZoneInfo(case.zone))


def _is_restricted(client: Client) -> bool:
    return any(each.kind != Kind.OBJECTION for each in standing(client))
