"""Where the account's data lies: the region, why there, and the statement of each census."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from accounts.models import Account
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients.disclosures.outward import stays
from privacy import exporting, letters
from privacy.inventory import kind_named
from privacy.models import ResidencyStatement
from privacy.residency import statements

PER_PAGE = 20


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def residency(request: AccountRequest) -> HttpResponse:
    """Show what the last census found, in words, and the ones before."""
    page = Paginator(ResidencyStatement.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
    latest: ResidencyStatement | None = ResidencyStatement.objects.first()
    holds = latest is not None and statements.holds(latest, request.account.region)
    context = {
        "latest": latest,
        "holds": holds,
        # What isn't as it was signed is not told
        "looked_in": statements.cells_in_words(latest.looked_in) if latest and holds else [],
        "held": _held(latest) if latest and holds else [],
        "page": page,
        "entry": Account.objects.get(pk=request.account.pk),
        "fingerprint": exporting.public_key(request.account.region)[1],
        "zone": letters.zone(),
    }
    return render(request, "privacy/residency.html", context)


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
@stays("numbers of the account, and nothing of a client")
def residency_statement(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Send a statement as a file, with its signature and the key to check it by."""
    found: ResidencyStatement = get_object_or_404(ResidencyStatement.objects.all(), pk=pk)
    name = f"{request.account.slug}-residency-{found.counted_at:%Y-%m-%d}.json"
    return HttpResponse(
        statements.as_file(found, request.account.region),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _held(statement: ResidencyStatement) -> list[tuple[str, int]]:
    """Return what was counted, in words, the most first."""
    held: dict[str, Any] = json.loads(statement.text)["held"]
    named = [(_words(label), count) for label, count in held.items()]
    return sorted(named, key=lambda each: (-each[1], each[0]))


def _words(label: str) -> str:
    kind = kind_named(label)
    return str(capfirst(kind.model._meta.verbose_name_plural if kind else label))
