"""Cases: opened, changed, closed, opened again; and which visit belongs to which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from bookings.models import Attendee
from clients.identity import are_one, of
from clients.models import Case, Client
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor

EDITABLE = (
    "name",
    "referral",
    "referrer",
    "number",
    "issued_on",
    "expires_on",
    "max_sessions",
    "max_amount_minor",
    "currency",
    "counts_cancelled",
    "counts_missed",
    "notes",
)


@everywhere()
def begin(*, by: Actor, client: Client, values: Mapping[str, Any]) -> Case:
    """Open a case for a client from `values` (names of `EDITABLE`). Raises `ValidationError` by field."""
    case = Case(client=client)
    _fill(case, values)
    case.save(force_insert=True)
    audit.record("case.opened", by=by, of=case, client_id=client.pk)
    return case


@everywhere()
def change(*, by: Actor, case: Case, values: Mapping[str, Any]) -> Case:
    """Change a case; visits that belong to it go on counting."""
    kept: Case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    before = {name: getattr(kept, name) for name in EDITABLE}
    _fill(kept, values)
    changed = [name for name in EDITABLE if getattr(kept, name) != before[name]]
    if changed:
        kept.save()
        detail = {"fields": changed}
        audit.record("case.changed", by=by, of=kept, client_id=kept.client_id, detail=detail)
    return kept


@everywhere()
def close(*, by: Actor, case: Case, closed: bool = True) -> Case:
    """Close a case, or open it again: no new visit is offered it while it is closed."""
    if (case.closed_at is not None) != closed:
        case.closed_at = clock.now() if closed else None
        case.save(update_fields=["closed_at"])
        done = "case.closed" if closed else "case.opened_again"
        audit.record(done, by=by, of=case, client_id=case.client_id)
    return case


@everywhere()
def assign(*, by: Actor, attendee: Attendee, case: Case | None) -> Attendee:
    """Say to which case a visit belongs, None: to none. Raises `ValidationError` for another client's case."""
    if case is not None and not are_one(case, attendee):
        raise ValidationError(_("This case is another client’s."))
    if attendee.case_id != (case.pk if case else None):
        attendee.case = case
        attendee.save(update_fields=["case"])
        audit.record("case.assigned", by=by, of=attendee, client_id=attendee.client_id)
    return attendee


def of_client(client: Client, *, is_open: bool | None = None) -> list[Case]:
    """Return a client's cases, the latest first: all, the open ones or the closed ones."""
    rows = Case.objects.filter(of(client)).select_related("referrer")
    if is_open is not None:
        rows = rows.filter(closed_at__isnull=is_open)
    return list(rows.order_by("-created_at", "-pk"))


def _fill(case: Case, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in EDITABLE:
            raise ValueError(f"A case has no {name} that could be set.")
        if value or not is_unreadable(getattr(case, name)):
            setattr(case, name, value)
    case.full_clean(
        exclude=["client", "referrer", *(n for n in EDITABLE if is_unreadable(getattr(case, n)))]
    )
