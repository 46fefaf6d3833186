"""Files of a client: added, given out, withdrawn; for those who read clinical records."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import documents, identity
from clients.disclosures import disclosing
from clients.disclosures.outward import leaves
from clients.forms import FileForm
from clients.models import Disclosure, Document

SANDBOX = "sandbox; default-src 'none'"


@require(Permission.FILES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def document_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Add a file to a client."""
    client = identity.find(pk)
    posted = request.method == "POST"
    length = int(request.headers.get("Content-Length") or 0)
    form = FileForm(request.POST, request.FILES, content_length=length) if posted else FileForm()
    if posted and form.is_valid():
        documents.attach(by=request.actor, client=client, upload=form.cleaned_data["file"])
        messages.success(request, _("File added"))
        return redirect(request.account.url("client", pk))
    context = {"form": form, "client": client, "largest": documents.LARGEST}
    return render(request, "clients/file.html", context, status=422 if posted else 200)


@require(Permission.FILES_READ)
@require_GET
@leaves(Disclosure.Way.DOWNLOAD)
def document(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """Give a file out: always as a download, never shown by our own pages."""
    client = identity.find(pk)
    found = get_object_or_404(Document, identity.of(client), pk=document, withdrawn_at=None)
    try:
        pieces = documents.contents(found)
    except documents.Unavailable:
        audit.record(
            "integrity.unreadable",
            by=request.actor,
            of=found,
            client_id=found.client_id,
            result="alarm",
        )
        messages.error(request, _("This file can't be opened: what is stored was altered or lost."))
        return redirect(request.account.url("client", pk))
    audit.record("document.downloaded", by=request.actor, of=found, client_id=found.client_id)
    disclosing.record(
        by=request.actor,
        client=client,
        what=disclosing.What((Document,), found.name, found),
        to=disclosing.PRACTICE,
        way=Disclosure.Way.DOWNLOAD,
    )
    response = StreamingHttpResponse(pieces, content_type=found.media_type)
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require(Permission.FILES_WRITE)
@require_POST
def document_withdraw(request: AccountRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Take a file off the record."""
    found = get_object_or_404(Document, identity.of(identity.find(pk)), pk=document)
    documents.withdraw(by=request.actor, document=found)
    messages.success(request, _("File withdrawn"))
    return redirect(request.account.url("client", pk))
