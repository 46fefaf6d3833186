"""The promise board: each promise of the policy, what keeps it, what shows it here and now (features 4, look.md)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import AuditHead
from accounts.permissions import Permission, door_of, require
from accounts.requests import AccountRequest
from accounts.tenancy import acting_in
from privacy import letters
from privacy.promises import recorded
from privacy.promises.evidence import Verdict
from privacy.promises.judging import counts, judge
from privacy.vocabulary.scope import Purpose

# icon, tone
LOOK = {
    Verdict.BROKEN: ("x", "danger"),
    Verdict.YOURS: ("alert", "warn"),
    Verdict.UNSHOWN: ("info", "quiet"),
    Verdict.KEPT: ("check", "good"),
}


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def promises(request: AccountRequest) -> HttpResponse:
    """Ask every promise how it stands and show all of them, what needs somebody's eye first."""
    judged = judge()
    order = list(Verdict)
    # In the policy's order within each verdict
    judged.sort(key=lambda each: (order.index(each.verdict), each.promise.number))
    numbers = counts(judged)
    ref = request.account.ref
    with acting_in(ref, by=request.actor, purpose=Purpose.ADMINISTRATION, reading=True):
        head = AuditHead.objects.first()
    context = {
        "lines": [(each, *LOOK[each.verdict], _page(request, each.page)) for each in judged],
        "tiles": [
            {"number": len(judged), "label": _("promises")},
            {"number": numbers[Verdict.KEPT], "label": _("kept, as just checked")},
            {
                "number": numbers[Verdict.YOURS],
                "label": _("need you"),
                "tone": "warn" if numbers[Verdict.YOURS] else "",
            },
            {"number": numbers[Verdict.UNSHOWN], "label": _("not shown")},
            {
                "number": numbers[Verdict.BROKEN],
                "label": _("broken"),
                "tone": "danger" if numbers[Verdict.BROKEN] else "",
            },
        ],
        "head": f"{head.seq}:{bytes(head.hash).hex()[:12]}" if head else "",
        "untested": recorded.missing(),
        "zone": letters.zone(),
    }
    return render(request, "privacy/promises.html", context)


def _page(request: AccountRequest, name: str) -> str:
    """Return the address of a page where there is more; empty where there is none that this member may open."""
    if not name:
        return ""
    door = door_of(resolve(reverse(name, args=[request.account.slug])).func)
    opens = door is not None and door.opens_to(request.permissions)
    return request.account.url(name) if opens else ""
