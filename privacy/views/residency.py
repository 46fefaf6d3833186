"""Where the account's data lies: the region, why there, and the statement of each census."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.cells import cell, region_name
from accounts.models import Account
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients.disclosures.outward import stays
from privacy import exporting, letters
from privacy.closure import DATA_BACKUP_DAYS
from privacy.forms import MoveForm
from privacy.inventory import kind_named
from privacy.models import Relocation, ResidencyStatement
from privacy.relocation import asking, certifying
from privacy.residency import statements

PER_PAGE = 20
_STAGES = {
    "asked": (_("Asked for"), 0),
    "freezing": (_("Standing still"), 0),
    "copying": (_("Copying"), 1),
    "comparing": (_("Comparing both copies"), 2),
    "opening": (_("Changing over"), 3),
    "leaving": (_("Deleting the old copy"), 4),
    "aborting": (_("Taking it back"), 0),
}


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def residency(request: AccountRequest) -> HttpResponse:
    """Show what the last census found, in words, and the ones before."""
    page = Paginator(ResidencyStatement.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
    latest: ResidencyStatement | None = ResidencyStatement.objects.first()
    here = request.account.region
    counted_in = statements.region_of(latest, here) if latest else here
    holds = latest is not None and statements.holds(latest, counted_in)
    context = {
        "latest": latest,
        "holds": holds,
        # What isn't as it was signed is not told
        "looked_in": statements.cells_in_words(latest.looked_in) if latest and holds else [],
        "held": _held(latest) if latest and holds else [],
        "page": page,
        "entry": Account.objects.get(pk=request.account.pk),
        "counted_in": region_name(counted_in),
        "was_elsewhere": counted_in != request.account.region,
        "fingerprint": exporting.public_key(counted_in)[1],
        "zone": letters.zone(),
        **_moving(request),
    }
    return render(request, "privacy/residency.html", context)


@require(Permission.OWNERSHIP, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: AccountRequest) -> HttpResponse:
    """Say what moving to another region means; POST asks for it."""
    entry = Account.objects.get(pk=request.account.pk)
    regions = [(code, region_name(code)) for code in asking.regions_for(entry)]
    form = MoveForm(request.POST or None, regions=regions)
    if request.method == "POST" and form.is_valid():
        try:
            asking.ask(
                by=request.actor,
                account=entry,
                region=form.cleaned_data["region"],
                basis=Account.RegionBasis.REQUESTED,
                document=form.cleaned_data["document"],
                decided_by=str(request.member.name),
                asked_by=request.member.user_id,
            )
        except asking.NotNow as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(request.account.url("residency"))
    context = {"form": form, "why_not": asking.why_not(), "backup_days": DATA_BACKUP_DAYS}
    return render(request, "privacy/move.html", context, status=422 if form.errors else 200)


@require(Permission.OWNERSHIP, step_up=True, while_closing=True)
@require_POST
def move_abort(request: AccountRequest) -> HttpResponse:
    """Take a move back while the account still lives here."""
    row = asking.of(request.account.pk)
    if row is not None and asking.abort(relocation=row):
        messages.success(
            request, _("The move is being taken back. In a moment everything works as before.")
        )
    else:
        messages.info(request, _("There is no move that could be taken back."))
    return redirect(request.account.url("residency"))


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
def move_progress(request: AccountRequest) -> HttpResponse:
    """Answer the page's question how far the move is."""
    return render(request, "privacy/residency.html#moving", _moving(request))


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
@stays("counts and hashes of what was carried, and nothing of a client")
def move_certificate(request: AccountRequest) -> HttpResponse:
    """Send the certificate of the last move as a file."""
    row = asking.of(request.account.pk)
    if row is None or row.certificate is None:
        raise Http404
    response = HttpResponse(certifying.as_file(row), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{request.account.slug}-move.json"'
    return response


def _moving(request: AccountRequest) -> dict[str, Any]:
    """Return what the page tells of the account's last move."""
    row = asking.of(request.account.pk)
    if row is None or row.step == Relocation.Step.ABORTED:
        return {"move": None, "may_move": Permission.OWNERSHIP in request.permissions}
    words, stage = _STAGES.get(row.step, ("", 5))
    return {
        "move": row,
        "stage": words,
        "stages_done": stage,
        "from_city": region_name(cell(row.from_cell).region),
        "to_city": region_name(cell(row.to_cell).region),
        "may_move": Permission.OWNERSHIP in request.permissions and not row.is_open,
        "may_take_back": row.is_open
        and not row.has_flipped
        and row.step != Relocation.Step.ABORTING
        and Permission.OWNERSHIP in request.permissions,
        "zone": letters.zone(),
    }


@require(Permission.AUDIT_VIEW, while_closing=True)
@require_safe
@stays("numbers of the account, and nothing of a client")
def residency_statement(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Send a statement as a file, with its signature and the key to check it by."""
    found: ResidencyStatement = get_object_or_404(ResidencyStatement.objects.all(), pk=pk)
    name = f"{request.account.slug}-residency-{found.counted_at:%Y-%m-%d}.json"
    return HttpResponse(
        statements.as_file(found, statements.region_of(found, request.account.region)),
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
