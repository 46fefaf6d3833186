"""The lists of recalls that the desk works through, and those of one client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from accounts import practice_settings
from accounts.models import AccountAnchor
from bookings.models import Recall
from clients import directory, phones
from clients.finding import NO_CONTACT
from clients.identity import is_active, of
from clients.models import Client
from privacy.vocabulary import clock

PER_PAGE = 50
AHEAD = timedelta(days=28)
State = Recall.State


class Which(StrEnum):
    """The lists."""

    DUE = "due"
    LATER = "later"
    BOOKED = "booked"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Line:
    """One recall as the list tells it."""

    recall: Recall
    name: str
    born: date | None
    phone: str
    email: str
    is_overdue: bool


def rows(which: str) -> QuerySet[Recall]:
    """Return the recalls of a list; those of archived clients wait for nobody."""
    last = today() + AHEAD
    conditions = {
        Which.DUE: Q(is_active(), state__in=Recall.WAITING, due_on__lte=last),
        Which.LATER: Q(is_active(), state__in=Recall.WAITING, due_on__gt=last),
        Which.BOOKED: Q(state=State.BOOKED),
        Which.DISMISSED: Q(state=State.DISMISSED),
    }
    found: QuerySet[Recall] = Recall.objects.filter(conditions[Which(which)]).select_related(
        "kind", "attendee__appointment"
    )
    waits = which in (Which.DUE, Which.LATER)
    return found.order_by(*(("due_on", "pk") if waits else ("-state_at", "-pk")))


def page(which: str, number: str, account: AccountAnchor) -> tuple[Page[Recall], list[Line]]:
    """Return one page of a list, and its lines; names and numbers come from the directory in one go."""
    shown = Paginator(rows(which), PER_PAGE).get_page(number)
    return shown, lines(shown.object_list, account)


def lines(recalls: Iterable[Recall], account: AccountAnchor) -> list[Line]:
    """Return recalls in words."""
    found, now = list(recalls), today()
    known = directory.known({each.client_id for each in found})
    reached = directory.contacts(person.id for person in known.values())
    told = []
    for each in found:
        person = known.get(each.client_id)
        contact = reached.get(person.id, NO_CONTACT) if person else NO_CONTACT
        told.append(
            Line(
                each,
                person.name if person else "",
                contact.birth_date,
                phones.shown(contact.phone, account.country),
                contact.email,
                each.state in Recall.WAITING and each.due_on < now,
            )
        )
    return told


def waiting(client: Client) -> list[Recall]:
    """Return what a client is still to be called back for, the most pressing first."""
    rows = Recall.objects.filter(of(client), state__in=Recall.WAITING).select_related("kind")
    return list(rows.order_by("due_on", "pk"))


def today() -> date:
    """Return the practice's day."""
    return clock.today(practice_settings.zone())
