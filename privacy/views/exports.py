"""The Owner's copies of the whole account: asked for, watched, downloaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts import audit
from accounts.models import AccountAnchor
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.time_zones import zone_info
from clients.disclosures import disclosing
from clients.disclosures.outward import leaves
from clients.models import Disclosure
from privacy import exporting, frame, letters, records
from privacy.inventory import kinds
from privacy.models import Export
from privacy.vocabulary import clock
from privacy.vocabulary.classification import Subject
from privacy.vocabulary.streams import SEGMENT, Unreadable

SHOWN = 20
PROBLEMS = {
    "storage": gettext_lazy("The region's file store did not take the file."),
    "interrupted": gettext_lazy("The work was interrupted again and again."),
    "unexpected": gettext_lazy("Something unexpected went wrong."),
}


@require(Permission.EXPORT, step_up=True, while_closing=True)
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: AccountRequest) -> HttpResponse:
    """Show the copies made so far; POST asks for a new one, `whole` for one with restricted notes."""
    if request.method == "POST":
        whole = request.POST.get("whole") == "yes"
        exporting.request(by=request.actor, member=request.member, whole=whole)
        return redirect(request.account.url("exports"))
    return render(request, "privacy/exports.html", _context(request))


@require(Permission.EXPORT, while_closing=True)
@require_GET
def export_progress(request: AccountRequest) -> HttpResponse:
    """Answer the page's question how far the copy is; without a fresh sign-in, since it shows no record."""
    return render(request, "privacy/exports.html#copies", _context(request))


@require(Permission.EXPORT, while_closing=True)
@require_GET
def export_jobs(request: AccountRequest) -> HttpResponse:
    """Answer the frame's question what is running."""
    context = {"jobs": frame.running(request), "jobs_url": request.account.url("export_jobs")}
    return render(request, "components/jobs.html", context)


@require(Permission.EXPORT, step_up=True, while_closing=True)
@require_safe
@leaves(Disclosure.Way.EXPORT)
def export_file(request: AccountRequest, pk: UUID) -> HttpResponseBase:
    """Send the archive, opened as it streams; every time is recorded."""
    export: Export = get_object_or_404(Export.objects.all(), pk=pk)
    if not export.is_ready or export.expires_at is None or export.expires_at <= clock.now():
        messages.warning(request, _("That copy was deleted. Make a new one."))
        return redirect(request.account.url("exports"))
    try:
        archive = exporting.opened(export)
    except (FileNotFoundError, Unreadable):
        audit.record("export.downloaded", by=request.actor, of=export, result="unreadable")
        messages.error(request, _("That copy can't be read any more. Make a new one."))
        return redirect(request.account.url("exports"))
    audit.record("export.downloaded", by=request.actor, of=export)
    disclosing.record(
        by=request.actor,
        client=None,
        what=disclosing.What(_about_clients(), of=export),
        to=disclosing.PRACTICE,
        way=Disclosure.Way.EXPORT,
    )
    made_at = export.snapshot_at or export.created_at
    day = made_at.astimezone(zone_info(letters.zone())).date().isoformat()
    name = f"{request.account.slug}-{day}.zip"
    response = FileResponse(
        archive, as_attachment=True, filename=name, content_type="application/zip"
    )
    response.block_size = SEGMENT
    return response


def _about_clients() -> tuple[type[Model], ...]:
    """Return what of clients an export holds."""
    about = Subject.CLIENT
    return tuple(k.model for k in kinds() if k.is_exported and k.declared.subject == about)


def _context(request: AccountRequest) -> dict[str, Any]:
    now = clock.now()
    made = list(Export.objects.order_by("-created_at")[:SHOWN])
    under_way = next((export for export in made if export.is_under_way), None)
    usable = [e for e in made if e.is_ready and e.expires_at and e.expires_at > now]
    failed = made[0] if made and made[0].state == Export.State.FAILED else None
    return {
        "under_way": under_way,
        "progress": frame.progress(under_way) if under_way else None,
        "usable": usable,
        "latest": usable[0] if usable else None,
        "past": [export for export in made if not export.is_under_way and export not in usable],
        "failed": failed,
        "problem": PROBLEMS.get(failed.problem, PROBLEMS["unexpected"]) if failed else "",
        "zone": letters.zone(),
        "fingerprint": exporting.public_key(request.account.region)[1],
        "days": exporting.LIFE_DAYS,
        "apart": any(found.exists() for found in records.set_apart(kinds()).values()),
        "closes": request.account.state != AccountAnchor.State.ACTIVE,
    }
