"""Taking a request in, from whichever way it comes, and telling the Owner; nobody is looked up (promises P6, P21)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.models.practice import current_anchor
from bookings.messaging.links import absolute
from privacy import letters
from privacy.cases import DeskCase
from privacy.desk import clocks
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

ARRIVED, REMIND = "desk.arrived", "desk.remind"
# Without signs that are taken for one another when read aloud
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def take(
    *,
    by: Actor,
    right: str,
    way: str,
    name: str,
    contact: str = "",
    asker: str = DeskCase.Asker.SELF,
    about: str = "",
    born: str = "",
    words: str = "",
    received_at: datetime | None = None,
    pk: UUID | None = None,
) -> DeskCase:
    """Open a case for a request; return it. The same `pk` a second time is the same request.

    `received_at`: when it came, where staff note it later; its clock began then.
    """
    if pk is not None and (earlier := DeskCase.objects.filter(pk=pk).first()) is not None:
        kept: DeskCase = earlier
        return kept
    came_at = received_at or clock.now()
    if came_at > clock.now():
        raise ValidationError(_("This is still to come."))
    law, where = clocks.law(), clocks.here()
    case = DeskCase(
        reference=new_reference(),
        right=right,
        way=way,
        asker=asker,
        name=name,
        contact=contact,
        about=about,
        born=born,
        words=words,
        received_at=came_at,
        pack=law.code,
        pack_version=law.version,
        zone=where.zone,
        country=where.country,
        subdivision=where.subdivision,
    )
    if pk is not None:
        case.pk = pk
    clocks.wind(case)
    case.full_clean(exclude=["client"])
    case.save(force_insert=True)
    audit.record("request.taken", by=by, of=case, detail={"right": right, "way": way})
    outbox.enqueue(ARRIVED, {"case": str(case.pk)})
    remind_later(case)
    return case


def new_reference() -> str:
    """Return a reference that can be read aloud, such as K7QM-3XWD."""
    signs = "".join(secrets.choice(_SIGNS) for _each in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def remind_later(case: DeskCase) -> None:
    """Ask for the Owner to be reminded: a week before the last day of a request, then once it is over."""
    if case.due_on is None:
        return
    where = clocks.of_case(case)[1]
    last = where.end(case.due_on)
    week_before = last - timedelta(days=clocks.SOON_DAYS)
    run_at = week_before if week_before > clock.now() else last
    if run_at > clock.now():
        payload = {"case": str(case.pk), "due_on": case.due_on.isoformat()}
        outbox.enqueue(REMIND, payload, run_at=run_at)


@outbox.handles(REMIND)
def remind(work: outbox.Work) -> None:
    """Remind the Owner of a request that is still open; its clock may have been set anew meanwhile."""
    case: DeskCase | None = DeskCase.objects.filter(pk=work.payload["case"]).first()
    if case is None or not case.is_open or case.due_on is None:
        return
    if case.due_on.isoformat() == work.payload["due_on"]:
        days = (case.due_on - clock.today(case.zone)).days
        _mail(case, "request_due", days=days, is_overdue=days < 0)
    remind_later(case)


@outbox.handles(ARRIVED)
def tell_owner(work: outbox.Work) -> None:
    """Mail the Owner that a request came, until when it is answered, and where; nothing of what it says."""
    case: DeskCase | None = DeskCase.objects.filter(pk=work.payload["case"]).first()
    if case is not None and case.is_open:
        _mail(case, "request_came")


def _mail(case: DeskCase, template: str, **more: object) -> None:
    """Mail the Owner about a request; what it says, and of whom, stays in its region's database."""
    letters.to_owner(
        template,
        reference=case.reference,
        right=case.get_right_display(),
        due_on=case.due_on,
        url=absolute(current_anchor().url("desk_case", case.pk)),
        **more,
    )
