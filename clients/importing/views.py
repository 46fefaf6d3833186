"""The pages of an import: a list, a file, its columns, their values, what a trial found, what came of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients.disclosures import disclosing
from clients.disclosures.outward import leaves, stays
from clients.documents import keeping
from clients.importing import batches, corrected, files, showing, undoing
from clients.importing.forms import ColumnsForm, UploadForm, ValuesForm, WritingForm
from clients.importing.kinds import KINDS, Kind, all_kinds
from clients.importing.reading.tables import Misread
from clients.models import Disclosure, ImportBatch

both = require_http_methods(["GET", "HEAD", "POST"])
importer = require(Permission.IMPORT)
CSV = "text/csv; charset=utf-8"
SANDBOX = "sandbox; default-src 'none'"


@importer
@require_GET
def imports(request: AccountRequest) -> HttpResponse:
    """List what was imported, and what can be."""
    held = request.permissions
    kinds = [kind for kind in all_kinds() if kind.also is None or kind.also in held]
    context = {"kinds": kinds, "imports": showing.listed(kinds), "zone": showing.zone()}
    return render(request, "importing/list.html", context)


@importer
@both
def import_new(request: AccountRequest, kind: str) -> HttpResponse:
    """Take a file; what it holds is found out at once."""
    chosen = _kind(request, kind)
    posted = request.method == "POST"
    length = int(request.headers.get("Content-Length") or 0)
    form = (
        UploadForm(request.POST, request.FILES, content_length=length) if posted else UploadForm()
    )
    if posted and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            batch = batches.begin(
                by=request.actor,
                kind=chosen.name,
                name=keeping.name_of(upload),
                pieces=upload.chunks(files.PIECE),
            )
        except (batches.NoTable, Misread) as refused:
            form.add_error("file", showing.refusal(refused))
        else:
            return redirect(request.account.url("import_columns", batch.pk))
    context = {"form": form, "kind": chosen, "largest": files.LARGEST, "days": batches.FILE_DAYS}
    return render(request, "importing/new.html", context, status=422 if posted else 200)


@importer
@require_GET
@stays("an invented file that shows how a table may look")
def import_sample(request: AccountRequest, kind: str) -> HttpResponse:
    """Give out an invented file of a kind."""
    chosen = _kind(request, kind)
    response = HttpResponse(showing.sample(chosen), content_type=CSV)
    response["Content-Disposition"] = content_disposition_header(True, f"{chosen.name}.csv") or ""
    return response


@importer
@both
def import_columns(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say what each column is."""
    batch = _open(request, pk)
    country = request.account.country
    form = ColumnsForm(batch, country, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        kept = batches.match(
            by=request.actor, batch=batch, told=form.told(), keep_as=form.cleaned_data["keep_as"]
        )
        return redirect(
            request.account.url("import_values" if ValuesForm(kept).open else "import_ready", pk)
        )
    writing = WritingForm(initial=batch.writing)
    context = {"batch": batch, "form": form, "kind": form.kind, "writing": writing}
    return render(request, "importing/columns.html", context, status=422 if form.is_bound else 200)


@importer
@require_POST
def import_reading(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Read the file in another way than was found."""
    batch, form = _open(request, pk), WritingForm(request.POST)
    if form.is_valid():
        try:
            batches.rewrite(by=request.actor, batch=batch, writing=form.writing)
        except Misread as refused:
            messages.error(request, showing.refusal(refused))
    else:
        messages.error(request, _("Choose how the file is written."))
    return redirect(request.account.url("import_columns", pk))


@importer
@both
def import_values(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say what the values of some columns stand for; what is left open keeps its rows out."""
    batch = _open(request, pk)
    form = ValuesForm(batch, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        batches.match(by=request.actor, batch=batch, told={**batch.mapping, "values": form.told()})
        return redirect(request.account.url("import_ready", pk))
    context = {"batch": batch, "form": form, "kind": form.kind}
    return render(request, "importing/values.html", context)


@importer
@both
def import_ready(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Try the file: POST asks for it, GET offers it."""
    batch = _open(request, pk)
    if request.method == "POST":
        try:
            batches.try_out(by=request.actor, batch=batch)
        except batches.NotNow:
            messages.error(request, _("Say first what each column is."))
            return redirect(request.account.url("import_columns", pk))
        return redirect(request.account.url("import_batch", pk))
    return render(request, "importing/ready.html", {"batch": batch, "kind": KINDS[batch.kind]})


@importer
@require_GET
def import_batch(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show an import as it stands: at work, tried, imported, taken back."""
    return render(request, "importing/batch.html", showing.context(_find(request, pk), request.GET))


@importer
@require_GET
def import_progress(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Answer the page's question how far the work is; once it is done, the page is drawn anew."""
    context = showing.context(_find(request, pk), request.GET)
    response = render(request, "importing/batch.html#work", context)
    if not context["batch"].is_working:
        response["HX-Refresh"] = "true"
    return response


@importer
@require_POST
def import_taking(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Import what can be."""
    try:
        batches.take(by=request.actor, batch=_find(request, pk))
    except batches.NotNow:
        messages.warning(request, _("Check the file first."))
    return redirect(request.account.url("import_batch", pk))


@importer
@require_POST
def import_dropping(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Throw the file away."""
    try:
        batches.drop(by=request.actor, batch=_find(request, pk))
    except batches.NotNow:
        messages.warning(request, _("This was imported already. It can be taken back."))
        return redirect(request.account.url("import_batch", pk))
    messages.success(request, _("Thrown away. Nothing of it was imported."))
    return redirect(request.account.url("imports"))


@importer
@both
def import_undoing(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say what would go and what was touched since; POST takes the import back."""
    batch = _find(request, pk)
    if batch.state != ImportBatch.State.IMPORTED:
        return redirect(request.account.url("import_batch", pk))
    if request.method == "POST":
        undoing.ask(
            by=request.actor, batch=batch, changed_too=bool(request.POST.get("changed_too"))
        )
        return redirect(request.account.url("import_batch", pk))
    context = {"batch": batch, "kind": KINDS[batch.kind], "touched": undoing.touched(batch)}
    return render(request, "importing/undo.html", context)


@importer
@require_GET
@leaves(Disclosure.Way.DOWNLOAD)
def import_corrected(request: AccountRequest, pk: UUID) -> HttpResponseBase:
    """Give out the rows that can't be imported, each with what is wrong."""
    batch = _find(request, pk)
    try:
        pieces = corrected.lines(batch)
    except files.Gone:
        messages.warning(request, _("The file was deleted. Upload it again."))
        return redirect(request.account.url("import_batch", pk))
    disclosing.record(
        by=request.actor,
        client=None,
        what=disclosing.What((KINDS[batch.kind].main,), batch.name, batch),
        to=disclosing.PRACTICE,
        way=Disclosure.Way.DOWNLOAD,
    )
    response = StreamingHttpResponse(pieces, content_type=CSV)
    name = f"to-correct-{batch.created_at.date()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _kind(request: AccountRequest, name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    kind = KINDS[name]
    if kind.also is not None and kind.also not in request.permissions:
        raise PermissionDenied
    return kind


def _find(request: AccountRequest, pk: UUID) -> ImportBatch:
    batch: ImportBatch = get_object_or_404(ImportBatch.objects.all(), pk=pk)
    _kind(request, batch.kind)
    return batch


def _open(request: AccountRequest, pk: UUID) -> ImportBatch:
    """Return a batch whose mapping can be said, anything else isn't there any more."""
    batch = _find(request, pk)
    states = (ImportBatch.State.MAPPING, ImportBatch.State.TRIED, ImportBatch.State.FAILED)
    if batch.state not in states or not batch.has_file:
        raise Http404
    return batch
