"""Bringing a copy back into an empty account: given, checked, brought in, accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import OutboxJob
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from privacy import letters
from privacy.arrival import bringing, keeping, members
from privacy.export import age
from privacy.forms import ArchiveForm, BringForm
from privacy.inventory import kinds
from privacy.models import ArchiveImport

LARGEST = 20 * 2**30
PIECE = 2**20
State = ArchiveImport.State


@require(Permission.OWNERSHIP, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: AccountRequest) -> HttpResponse:
    """Show what became of the copy that was given; POST gives one."""
    form = ArchiveForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.take(
                by=request.actor,
                member=request.member,
                account=request.account.ref,
                pieces=_plain(form.cleaned_data["file"].file, form.cleaned_data["secret"]),
            )
        except keeping.NotTaken as refusal:
            form.add_error(None, str(refusal))
        except age.NotOpened:
            form.add_error("secret", _("That doesn’t open this copy."))
        else:
            return redirect(request.account.url("archive"))
    status = 422 if form.errors else 200
    return render(request, "privacy/archive.html", _context(request, form=form), status=status)


archive.largest = LARGEST  # type: ignore[attr-defined]


@require(Permission.OWNERSHIP, while_closing=True)
@require_GET
def archive_progress(request: AccountRequest) -> HttpResponse:
    """Answer the page's question how far it is."""
    return render(request, "privacy/archive.html#state", _context(request))


@require(Permission.OWNERSHIP, step_up=True)
@require_POST
def archive_bring(request: AccountRequest) -> HttpResponse:
    """Begin to bring the checked copy in."""
    found = keeping.present()
    if found is None or found.state != State.CHECKED:
        return redirect(request.account.url("archive"))
    form = _bring_form(found, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            bringing.begin(
                by=request.actor, was=told["was"], knows_signer=told.get("knows_signer", False)
            )
        except keeping.NotTaken as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(request.account.url("archive"))
    context = _context(request, bring=form)
    return render(request, "privacy/archive.html", context, status=422)


@require(Permission.OWNERSHIP, while_closing=True)
@require_POST
def archive_again(request: AccountRequest) -> HttpResponse:
    """Go on with a copy whose bringing stopped."""
    bringing.again(by=request.actor)
    return redirect(request.account.url("archive"))


@require(Permission.OWNERSHIP)
@require_POST
def archive_drop(request: AccountRequest) -> HttpResponse:
    """Throw a copy away that wasn't brought in."""
    found = keeping.present()
    if found is not None and found.state in (State.CHECKING, State.CHECKED):
        keeping.drop(found, by=request.actor)
        messages.success(request, _("The copy was thrown away. Nothing of it is here."))
    return redirect(request.account.url("archive"))


def _plain(file: BinaryIO, secret: str) -> Iterator[bytes]:
    """Yield the bytes of a copy, decrypted where it is encrypted; raise `NotOpened`."""
    if age.is_age(file):
        key = secret.strip()
        is_key = key.upper().startswith("AGE-SECRET-KEY-")
        opened = age.opened(
            file, identity=key if is_key else "", passphrase="" if is_key else secret
        )
        file = opened  # type: ignore[assignment]
    return iter(lambda: file.read(PIECE), b"")


def _bring_form(found: ArchiveImport, data: Any = None) -> BringForm:
    people = found.people.get("members", [])
    owner = next((each["id"] for each in people if each["role"] == "owner"), "")
    likely = members.likely(people, found.requested_by) or owner
    ours = bool(found.found["signed_by"])
    return BringForm(data, people=people, ours=ours, initial={"was": likely})


def _context(request: AccountRequest, **more: Any) -> dict[str, Any]:
    found = keeping.present()
    job = OutboxJob.objects.filter(pk=found.job_id).first() if found and found.job_id else None
    under_way = found is not None and found.state in (State.CHECKING, State.BRINGING)
    context: dict[str, Any] = {
        "found": found,
        "under_way": under_way,
        "job": job if under_way else None,
        "here": [] if found and found.state != State.REFUSED else list(keeping.what_is_here()),
        "zone": letters.zone(),
        "days": keeping.LIFE.days,
        "largest": LARGEST,
    }
    if found is not None and found.state == State.CHECKED:
        as_of = datetime.fromisoformat(found.found["snapshot_at"])
        context |= {
            "bring": _bring_form(found),
            "counts": _counted(found.found["counts"]),
            "as_of": as_of,
        }
    if found is not None and found.state == State.BROUGHT:
        context |= {
            "counts": _counted(found.receipt["came"]),
            "rows": sum(found.receipt["came"].values()),
        }
    return {"form": ArchiveForm(), **context, **more}


def _counted(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return counts in words, the most first."""
    words = {kind.name: str(capfirst(kind.model._meta.verbose_name_plural)) for kind in kinds()}
    return sorted(
        ((words[name], n) for name, n in counts.items()), key=lambda each: (-each[1], each[0])
    )
