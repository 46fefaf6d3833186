"""The Owner's copies of the whole account: asked for, watched, downloaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.models import AccountAnchor
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.time_zones import zone_info
from clients import identity
from clients.disclosures import disclosing
from clients.disclosures.outward import leaves
from clients.models import Disclosure
from privacy import delivery, exporting, frame, letters, records
from privacy.exporting import Wanted
from privacy.forms import DaysForm, EnvelopeForm, ExportForm
from privacy.inventory import kinds
from privacy.models import Export
from privacy.scopes import choosing
from privacy.scopes.offering import choice_groups
from privacy.vocabulary import clock
from privacy.vocabulary.streams import SEGMENT, Unreadable

SHOWN = 20
PROBLEMS = {
    "storage": gettext_lazy("The region's file store did not take the file."),
    "rights": gettext_lazy("Whoever asked for it may not have it any more."),
    "interrupted": gettext_lazy("The work was interrupted again and again."),
    "unexpected": gettext_lazy("Something unexpected went wrong."),
}


@require(Permission.EXPORT, step_up=True, while_closing=True)
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: AccountRequest) -> HttpResponse:
    """Show the copies made so far; POST asks for a new one."""
    asked = request.POST if request.method == "POST" else None
    form = ExportForm(asked, apart=_any_apart())
    if form.is_valid():
        _ask(request, form, form.wanted)
        return redirect(request.account.url("exports"))
    return render(
        request, "privacy/exports.html", _context(request) | {"form": form}, status=_status(form)
    )


@require(Permission.EXPORT, step_up=True, while_closing=True)
@require_http_methods(["GET", "HEAD", "POST"])
def export_choice(request: AccountRequest) -> HttpResponse:
    """Let kinds, fields and days be chosen, and ask for a copy of those."""
    asked = request.POST if request.method == "POST" else None
    kinds_asked = (asked or request.GET).getlist("kind")
    form = EnvelopeForm(asked, apart=_any_apart())
    days = DaysForm(asked or request.GET)
    problem = ""
    if asked is not None and form.is_valid() and days.is_valid():
        try:
            choices = choosing.chosen(_fields(request.POST), **days.cleaned_data)
        except ValueError:
            problem = _("Choose at least one kind of record, and days in their order.")
        else:
            _ask(request, form, Wanted(choices=choices))
            return redirect(request.account.url("exports"))
    context = {
        "form": form,
        "days": days,
        "problem": problem,
        "groups": choice_groups(kinds_asked),
        "chosen": kinds_asked,
    }
    status = 422 if problem or form.errors or (asked and days.errors) else 200
    return render(request, "privacy/export_choice.html", context, status=status)


@require(Permission.CLINICAL_READ, also=Permission.CLIENT_EXPORT, step_up=True, while_closing=True)
@require_http_methods(["GET", "HEAD", "POST"])
def client_copies(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show the copies of a client's record that the member made, and make one."""
    client = identity.find(pk)
    asked = request.POST if request.method == "POST" else None
    form = EnvelopeForm(asked, apart=_any_apart())
    if form.is_valid():
        _ask(request, form, Wanted(client=client))
        return redirect(request.account.url("client_copies", client.pk))
    made = delivery.theirs(request.member, request.permissions)
    context = _shown(made.filter(identity.of(client)))
    context |= {"client": client, "form": form, "here": request.account.url("client_copies", pk)}
    context |= {"fingerprint": exporting.public_key(request.account.region)[1]}
    context |= {"days": exporting.LIFE_DAYS}
    return render(request, "privacy/client_copies.html", context, status=_status(form))


def _ask(request: AccountRequest, form: EnvelopeForm, wanted: Wanted) -> None:
    try:
        exporting.request(
            by=request.actor,
            member=request.member,
            wanted=wanted,
            envelope=form.envelope,
            whole=form.is_whole,
        )
    except exporting.TooOften:
        messages.error(request, _("Too many copies were asked for today. Try again tomorrow."))


def _status(form: EnvelopeForm) -> int:
    return 422 if form.errors else 200


def _fields(given: QueryDict) -> dict[str, list[str]]:
    """Return the fields that were ticked, by kind; none of a kind says all of them."""
    found: dict[str, list[str]] = {kind: [] for kind in given.getlist("kind")}
    for each in given.getlist("field"):
        kind, _colon, name = each.partition(":")
        found.get(kind, []).append(name)
    return found


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


@require(Permission.CLIENT_EXPORT, step_up=True, while_closing=True)
@require_POST
def export_link(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Make a link to an archive that works once, within five minutes, and go there."""
    export = _theirs(request, pk)
    if not delivery.is_there(export):
        messages.warning(request, _("That copy was deleted. Make a new one."))
        return redirect(_page_of(request, export))
    try:
        secret = delivery.issue(by=request.actor, member=request.member, export=export)
    except delivery.TooOften:
        messages.error(request, _("Too many downloads within an hour. Try again later."))
        return redirect(_page_of(request, export))
    return redirect(request.account.url("export_file", export.pk, ticket=secret))


@require(Permission.CLIENT_EXPORT, while_closing=True)
@require_GET
@leaves(Disclosure.Way.EXPORT)
def export_file(request: AccountRequest, pk: UUID) -> HttpResponseBase:
    """Send the archive, opened as it streams, to whom its link was made for; every time is recorded."""
    export, secret = _theirs(request, pk), request.GET.get("ticket", "")
    if not delivery.redeem(member=request.member, export=export, secret=secret):
        raise Http404
    try:
        archive = exporting.opened(export)
    except (FileNotFoundError, Unreadable):
        _record(request, export, "unreadable")
        messages.error(request, _("That copy can't be read any more. Make a new one."))
        return redirect(_page_of(request, export))
    _record(request, export, "done")
    words = "" if export.scope == Export.Scope.ACCOUNT else str(export.get_scope_display())
    disclosing.record(
        by=request.actor,
        client=export.client,
        what=disclosing.What(delivery.kinds_in(export), words, of=export),
        to=disclosing.PRACTICE,
        way=Disclosure.Way.EXPORT,
    )
    made_at = export.snapshot_at or export.created_at
    day = made_at.astimezone(zone_info(letters.zone())).date().isoformat()
    name = f"{request.account.slug}-{day}.zip{'.age' if export.header else ''}"
    kind = "application/octet-stream" if export.header else "application/zip"
    response = FileResponse(archive, as_attachment=True, filename=name, content_type=kind)
    response.block_size = SEGMENT
    return response


def _theirs(request: AccountRequest, pk: UUID) -> Export:
    found: Export = get_object_or_404(
        delivery.theirs(request.member, request.permissions).select_related("client"), pk=pk
    )
    return found


def _page_of(request: AccountRequest, export: Export) -> str:
    if export.client is not None:
        return request.account.url("client_copies", export.client.pk)
    return request.account.url("exports")


def _record(request: AccountRequest, export: Export, result: str) -> None:
    about = export.client_id
    audit.record("export.downloaded", by=request.actor, of=export, client_id=about, result=result)


def _any_apart() -> bool:
    return any(found.exists() for found in records.set_apart(kinds()).values())


def _shown(exports: QuerySet[Export]) -> dict[str, Any]:
    """Return what a list of exports shows: the one under way, those that are there, those that are gone."""
    now = clock.now()
    made = list(exports.select_related("practitioner").order_by("-created_at")[:SHOWN])
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
    }


def _context(request: AccountRequest) -> dict[str, Any]:
    closes = request.account.state != AccountAnchor.State.ACTIVE
    return {
        **_shown(Export.objects.exclude(scope=Export.Scope.CLIENT)),
        "form": ExportForm(apart=_any_apart(), initial={"whole": closes}),
        "fingerprint": exporting.public_key(request.account.region)[1],
        "days": exporting.LIFE_DAYS,
    }
