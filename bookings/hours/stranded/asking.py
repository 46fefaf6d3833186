"""Asking, before a change of somebody's time is final, what is to become of each booking that it would strand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Permission
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import when
from bookings.hours.shown import NAMED, is_confirmed, named
from bookings.hours.stranded import deciding, listing, options
from bookings.hours.stranded.deciding import AWAY, Choice, Done, NotPossible
from bookings.hours.stranded.options import TIME_GONE, Ways
from bookings.models import Appointment
from privacy.vocabulary import scope

# The field that says the same for every booking
ALL = "choice-all"


def decided(
    request: AccountRequest,
    found: Sequence[Appointment],
    save: Callable[[], str],
    *,
    ways: Ways = TIME_GONE,
    reason: str = AWAY,
    undo: str = "",
) -> bool:
    """Make a change together with what was chosen for each booking it strands; return whether it was made.

    It isn't before the member has seen them all and said so, nor when a choice can't be done any more: then there is
    still something to ask. `save` makes the change and returns the words for it; what it raises undoes everything.
    `undo` is the address that takes a change back which left nothing behind.
    """
    if not is_confirmed(request, list(found)):
        return False
    choices = chosen(request.POST, found, ways) if may_decide(request) else {}
    try:
        with transaction.atomic(using=scope.current().database):
            said = save()
            done = deciding.carry_out(by=request.actor, found=found, choices=choices, reason=reason)
            listing.heal()
    except NotPossible as refused:
        messages.error(request, refusal(refused))
        return False
    tags = f"undo={undo}" if undo and not found else ""
    messages.success(request, f"{said} {done_words(done)}".strip(), extra_tags=tags)
    return True


def rows(
    request: AccountRequest,
    found: Sequence[Appointment],
    save: Callable[[], str] | None = None,
    ways: Ways = TIME_GONE,
) -> list[dict[str, Any]]:
    """Return the first of some stranded bookings with who comes, and what can be chosen for each.

    `save` is the change that isn't made yet: openings are those that there will be after it. It is tried and undone.
    """
    if not found:
        return []
    first = list(found[:NAMED])
    prefetch_related_objects(first, "practitioner", "service", "location")
    with transaction.atomic(using=scope.current().database):
        if save is not None:
            save()
        moves = options.moves(first) if ways.moves and may_decide(request) else {}
        if save is not None:
            transaction.set_rollback(True, using=scope.current().database)
    return [
        row
        | {
            "name": field(row["appointment"].pk),
            "usual": ways.options() if may_decide(request) else ways.options()[:1],
            "moves": moves.get(row["appointment"].pk, []),
            "chosen": request.POST.get(field(row["appointment"].pk), ways.habit),
        }
        for row in named(request, first)
    ]


def field(pk: UUID) -> str:
    """Return the name of the form's field for a booking."""
    return f"choice-{pk}"


def chosen(
    posted: QueryDict, found: Sequence[Appointment], ways: Ways = TIME_GONE
) -> dict[UUID, Choice]:
    """Return what a form says for each booking."""
    for_all = posted.get(ALL, "")
    return {each.pk: _choice(for_all or posted.get(field(each.pk), ways.habit)) for each in found}


def may_decide(request: AccountRequest) -> bool:
    """Whether the member may move and cancel bookings."""
    return Permission.DIARY_EDIT in request.permissions


def refusal(refused: NotPossible) -> str:
    """Return what is said when a choice can't be done; it travels in a cookie, so it names nobody."""
    at = when(refused.appointment.starts_at, refused.appointment.time_zone)
    words = _(
        "Nothing was changed: the new time chosen for the booking of %(when)s is gone. Choose another."
    )
    return words % {"when": at}


def done_words(done: Done) -> str:
    """Return "2 bookings moved, 1 cancelled, 3 to decide.", or nothing."""
    said = [
        (done.moved, ngettext("%d booking moved", "%d bookings moved", done.moved)),
        (done.cancelled, ngettext("%d booking cancelled", "%d bookings cancelled", done.cancelled)),
        (done.kept, ngettext("%d booking kept", "%d bookings kept", done.kept)),
        (
            done.waiting,
            ngettext("%d booking left to decide", "%d bookings left to decide", done.waiting),
        ),
    ]
    words = ", ".join(text % count for count, text in said if count)
    return f"{words}." if words else ""


def _choice(value: str) -> Choice:
    return options.read(value) or value
