"""One file of a client: looked at, described, given out, withdrawn. The database shows a file to its readers alone."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import audit, outbox, practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import identity
from clients.disclosures import disclosing
from clients.disclosures.outward import hands_over, leaves
from clients.documents import keeping, looking, pictures, storing
from clients.documents.forms import DetailsForm
from clients.models import Client, Disclosure, Document, Original
from clients.views.links import link

SANDBOX = "sandbox; default-src 'none'"


@require(Permission.FILES_READ)
@require_safe
def document(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Show a file as far as it can be shown here, and what is known about it."""
    client, found = _found(pk, document)
    context = {
        "client": client,
        "document": found,
        "original": found.originals.first(),
        "look": looking.at(found),
        "made_url": link(request.account, "letter_of_file", found.pk)
        if found.scan == Document.Scan.MADE
        else "",
        "zone": practice_settings.zone(),
        "may_write": _may_write(request),
    }
    part = "#pages" if request.htmx else ""
    return render(request, f"documents/page.html{part}", context)


@require(Permission.FILES_READ)
@require_GET
@leaves(Disclosure.Way.DOWNLOAD)
def document_file(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """Give a file out: always as a download, never shown by our own pages."""
    client, found = _found(pk, document)
    return _given_out(request, client, found, found)


@require(Permission.FILES_READ)
@require_GET
@leaves(Disclosure.Way.DOWNLOAD)
def document_original(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """Give out a picture as it came, with what it tells besides, because somebody chose to keep that."""
    client, found = _found(pk, document)
    return _given_out(request, client, found, get_object_or_404(Original, document=found))


@require(Permission.FILES_READ)
@require_GET
def document_picture(
    request: AccountRequest, pk: UUID, document: UUID, page: int, look: str
) -> HttpResponse:
    """Show a page of a file as the sandbox drew it."""
    _client, found = _found(pk, document)
    picture = pictures.find(found, page, look)
    if picture is None:
        raise Http404
    try:
        with storing.opened(picture) as drawn:
            answer = HttpResponse(drawn.read(), content_type=pictures.MEDIA_TYPE)
    except storing.Unavailable:
        raise Http404 from None
    return _harmless(answer)


@require(Permission.FILES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def document_details(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Change what is said about a file."""
    client, found = _found(pk, document)
    names = ("name", "category", "dated_on", "description", "visibility")
    form = DetailsForm(
        request.POST or None,
        initial={name: getattr(found, name) for name in names},
        may_share=keeping.may_share(found, request.member),
    )
    if form.is_valid():
        about = form.about(found.visibility)
        keeping.describe(
            by=request.actor, document=found, name=form.cleaned_data["name"], about=about
        )
        messages.success(request, _("Saved"))
        return redirect(request.account.url("document", client.pk, found.pk))
    context = {"form": form, "client": client, "document": found}
    return render(request, "documents/details.html", context, status=422 if form.is_bound else 200)


@require(Permission.FILES_READ)
@require_safe
def documents_withdrawn(request: AccountRequest, pk: UUID) -> HttpResponse:
    """List the files that were taken off a client's record."""
    client = identity.find(pk)
    context = {
        "client": client,
        "files": keeping.withdrawn(client),
        "zone": practice_settings.zone(),
        "may_write": _may_write(request),
    }
    return render(request, "documents/withdrawn.html", context)


@require(Permission.FILES_WRITE)
@require_POST
def document_withdraw(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Take a file off the record."""
    client, found = _found(pk, document)
    keeping.withdraw(by=request.actor, document=found)
    undo = request.account.url("document_reinstate", client.pk, found.pk)
    messages.success(request, _("File withdrawn"), extra_tags=f"undo={undo}")
    return redirect(request.account.url("client", client.pk, show="files"))


@require(Permission.FILES_WRITE)
@require_POST
def document_reinstate(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Put a withdrawn file back on the record."""
    client = identity.find(pk)
    found = get_object_or_404(Document, identity.of(client), pk=document)
    keeping.reinstate(by=request.actor, document=found)
    messages.success(request, _("The file is back on the record"))
    return redirect(request.account.url("document", client.pk, found.pk))


@require(Permission.FILES_WRITE)
@require_POST
def document_check(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Have a file checked and drawn once more."""
    client, found = _found(pk, document)
    looking.once_more(found)
    outbox.enqueue("document.check", {"document": str(found.pk)}, requested_by=request.member.pk)
    return redirect(request.account.url("document", client.pk, found.pk))


def _found(pk: UUID, document: UUID) -> tuple[Client, Document]:
    client = identity.find(pk)
    rows = Document.objects.select_related("uploaded_by")
    return client, get_object_or_404(rows, identity.of(client), pk=document, withdrawn_at=None)


def _may_write(request: AccountRequest) -> bool:
    return Permission.FILES_WRITE in request.permissions and request.account.is_active


@hands_over(Disclosure.Way.DOWNLOAD)
def _given_out(
    request: AccountRequest, client: Client, document: Document, file: Document | Original
) -> HttpResponseBase:
    """Return a file as a download, in the ledger and the audit; what may not leave leads back to its page."""
    back = redirect(request.account.url("document", client.pk, document.pk))
    if not document.may_leave:
        messages.warning(request, document.get_scan_display())
        return back
    try:
        opened = storing.opened(file)
    except storing.Unavailable:
        audit.record(
            "integrity.unreadable",
            by=request.actor,
            of=file,
            client_id=file.client_id,
            result="alarm",
        )
        messages.error(request, _("This file can't be opened: what is stored was altered or lost."))
        return back
    audit.record("document.downloaded", by=request.actor, of=file, client_id=file.client_id)
    disclosing.record(
        by=request.actor,
        client=client,
        what=disclosing.What((type(file),), file.name, file),
        to=disclosing.PRACTICE,
        way=Disclosure.Way.DOWNLOAD,
    )
    answer = StreamingHttpResponse(opened, content_type=file.media_type)
    answer["Content-Length"] = str(file.size)
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    return _harmless(answer)


def _harmless[Answer: HttpResponseBase](answer: Answer) -> Answer:
    """Give an answer the headers under which no browser runs or guesses anything."""
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
