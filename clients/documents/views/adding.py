"""Adding files to a client: by a form, or in parts that a page sends one after the other."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import identity
from clients.documents import arrivals, keeping
from clients.documents.arrivals import Announced, OutOfStep
from clients.documents.forms import AboutForm, AnnouncedForm, FilesForm
from clients.models import Arrival, Client
from privacy.vocabulary import scope


@require(Permission.FILES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def document_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Add files to a client: all that were chosen, or none."""
    client = identity.find(pk)
    posted = request.method == "POST"
    length = int(request.headers.get("Content-Length") or 0)
    reads = Permission.CLINICAL_READ in request.permissions
    form = (
        FilesForm(request.POST, request.FILES, reads_records=reads, content_length=length)
        if posted
        else FilesForm(reads_records=reads)
    )
    if posted and form.is_valid() and _added(request, client, form):
        count = len(form.cleaned_data["files"])
        messages.success(request, ngettext("File added", "%(n)d files added", count) % {"n": count})
        return redirect(request.account.url("client", client.pk, show="files"))
    context = {"form": form, "client": client, "largest": keeping.LARGEST, "part": arrivals.PART}
    return render(request, "documents/add.html", context, status=422 if posted else 200)


@require(Permission.FILES_WRITE)
@require_POST
def arrival_new(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Hear of a file that will come in parts; answer where they go and how much is here already."""
    client = identity.find(pk)
    form = AnnouncedForm(request.POST)
    if not form.is_valid():
        return _refused(*(str(words) for errors in form.errors.values() for words in errors))
    try:
        arrival = arrivals.begin(
            member=request.member, client=client, file=Announced(**form.cleaned_data)
        )
    except ValidationError as refusal:
        return _refused(*refusal.messages)
    url = request.account.url("arrival", client.pk, arrival.pk)
    return JsonResponse({"url": url, "received": arrival.received}, status=201)


@require(Permission.FILES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def arrival(request: AccountRequest, pk: UUID, arrival: UUID) -> HttpResponse:
    """Take one part, which `Upload-Offset` puts in its place; GET says how much is here."""
    # Before the row is locked: a slow line holds nothing up
    data = request.read(arrivals.PART + 1) if request.method == "POST" else b""
    found = _found(request, pk, arrival)
    if request.method == "POST":
        offset = request.headers.get("Upload-Offset", "")
        if not offset.isdecimal() or len(data) > arrivals.PART:
            return JsonResponse({"received": found.received}, status=409)
        try:
            arrivals.take(arrival=found, offset=int(offset), data=data)
        except OutOfStep as error:
            return JsonResponse({"received": error.received}, status=409)
        except ValidationError as refusal:
            return _refused(*refusal.messages)
    return JsonResponse({"received": found.received})


@require(Permission.FILES_WRITE)
@require_POST
def arrival_end(request: AccountRequest, pk: UUID, arrival: UUID) -> HttpResponse:
    """Keep a file of which all parts are here."""
    found = _found(request, pk, arrival)
    form = AboutForm(request.POST)
    if not form.is_valid():
        return _refused(*(str(words) for errors in form.errors.values() for words in errors))
    try:
        with transaction.atomic(using=scope.current().database):
            document = arrivals.finish(
                by=request.actor,
                arrival=found,
                about=form.about(),
                keep_original="keep_original" in request.POST,
            )
    except OutOfStep as error:
        return JsonResponse({"received": error.received}, status=409)
    except ValidationError as refusal:
        return _refused(*refusal.messages)
    url = request.account.url("document", document.client_id, document.pk)
    return JsonResponse({"url": url}, status=201)


def _added(request: AccountRequest, client: Client, form: FilesForm) -> bool:
    """Attach all files of a valid form; on a refusal none of them, and the form says why."""
    said = form.cleaned_data
    try:
        with transaction.atomic(using=scope.current().database):
            for upload in said["files"]:
                keeping.attach(
                    by=request.actor,
                    client=client,
                    upload=upload,
                    about=form.about(),
                    keep_original=said["keep_original"],
                )
    except ValidationError as refusal:
        form.add_error("files", refusal)
        return False
    return True


def _found(request: AccountRequest, pk: UUID, arrival: UUID) -> Arrival:
    client = identity.find(pk)
    found = arrivals.find(arrival, member=request.member, client=client)
    if found is None:
        raise Http404
    return found


def _refused(*words: str) -> JsonResponse:
    return JsonResponse({"error": " ".join(words)}, status=422)
