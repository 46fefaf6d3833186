"""Writing a draft: begun, saved by itself, filled from the last note, discarded."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.models import Appointment, Attendee
from clients import identity
from clients.models import Client
from notes import reading, templates, writing
from notes.forms import BeginForm, NoteForm
from notes.models import Note, NoteTemplate
from notes.showing import saved_words
from notes.views.pages import MOST_BESIDE, failed, is_autosave, refused
from notes.zones import zone_of


@require(Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def note_new(request: AccountRequest, client_id: UUID) -> HttpResponse:
    """Choose a template and begin a note on a client, about an appointment when the address names one."""
    client = identity.find(client_id)
    appointment = _appointment(request, client)
    author = reading.practitioner_of(request.member)
    if author is None:
        return render(request, "notes/no_profile.html", {"client": client}, status=403)
    written = reading.notes_about(appointment, client, author) if appointment else []
    if request.method != "POST" and written and written[0].state == Note.State.DRAFT:
        return redirect(request.account.url("note", written[0].pk))
    last = reading.last_signed(client)
    choices = _choices(request)
    form = BeginForm(
        choices,
        request.POST if request.method == "POST" else None,
        has_last=last is not None,
        initial={"template": _usual(author.pk, choices, appointment)},
    )
    if request.method == "POST" and form.is_valid():
        note = writing.begin(
            by=request.actor,
            client=client,
            author=author,
            template=form.chosen,
            appointment=appointment,
            carry=last if form.cleaned_data.get("carry") else None,
        )
        return redirect(request.account.url("note", note.pk))
    context = {
        "client": client,
        "appointment": appointment,
        "form": form,
        "last": last,
        "written": written,
    }
    return render(request, "notes/new.html", context, status=422 if form.errors else 200)


@require(Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def note_draft(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Save what is typed, as it is typed; GET gives a page that was signed out a fresh token to go on with."""
    note = reading.find(pk)
    if request.method != "POST":
        if is_autosave(request):
            return JsonResponse({"csrf": get_token(request)})
        return render(request, "notes/signed_in_again.html", {"note": note})
    form = NoteForm(note, request.POST)
    if not form.is_valid():
        return refused(request, note, form)
    try:
        saved = writing.save(by=request.actor, note=note, **form.words)
    except (writing.StaleWrite, writing.Closed) as failure:
        return failed(request, note, form, failure)
    return JsonResponse(
        {"version": saved.version, "saved": saved_words(saved.updated_at, zone_of(saved))}
    )


@require(Permission.CLINICAL_WRITE)
@require_POST
def note_copy(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Save what is typed, then fill the empty answers from a signed note of the client, or take the answers named."""
    note = reading.find(pk)
    signed = reading.signed(note.client, other_than=note)
    named = request.GET.get("of", "")
    source = next((each for each in signed[:MOST_BESIDE] if named in ("", str(each.pk))), None)
    only = request.GET.getlist("only") or None
    form = NoteForm(note, request.POST)
    if source is None:
        raise Http404
    if not form.is_valid():
        return refused(request, note, form)
    try:
        saved = writing.save(by=request.actor, note=note, **form.words)
        filled = writing.copy_forward(
            by=request.actor, note=saved, version=saved.version, source=source, only=only
        )
    except (writing.StaleWrite, writing.Closed) as failure:
        return failed(request, note, form, failure)
    if only is None:
        messages.success(
            request,
            _("Empty answers were filled from that note.")
            if filled.version > saved.version
            else _("There was nothing to fill: no empty question has an answer in that note."),
        )
    return redirect(request.account.url("note", pk, beside=named or "last"))


@require(Permission.CLINICAL_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def note_discard(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask, then take a draft that was begun by mistake out of sight."""
    note = reading.find(pk)
    if request.method != "POST":
        if note.state != Note.State.DRAFT or not reading.is_author(request.member, note):
            return redirect(request.account.url("note", pk))
        return render(request, "notes/discard.html", {"note": note, "zone": zone_of(note)})
    try:
        writing.discard(by=request.actor, note=note)
    except writing.Closed as failure:
        return failed(request, note, NoteForm(note), failure)
    messages.success(request, _("The draft was discarded."))
    return redirect(request.account.url("notes"))


def _choices(request: AccountRequest) -> list[NoteTemplate]:
    """Return the templates to choose from; an account that has none yet gets the standard ones."""
    return templates.live() or (templates.provide_defaults() if request.account.is_active else [])


def _appointment(request: AccountRequest, client: Client) -> Appointment | None:
    named = request.GET.get("appointment")
    if not named:
        return None
    try:
        place = Attendee.objects.select_related("appointment").filter(
            identity.of(client), appointment=UUID(named)
        )
    except ValueError:
        raise Http404 from None
    attendee: Attendee | None = place.first()
    if attendee is None:
        raise Http404
    return attendee.appointment  # type: ignore[no-any-return]


def _usual(
    author_id: UUID, choices: list[NoteTemplate], appointment: Appointment | None
) -> UUID | None:
    """Return the template of the visit's service, else the one that the author used last, else the first one."""
    of_service = templates.of_service(appointment.service_id) if appointment else None
    used = of_service or (
        Note.objects.filter(author=author_id, template__archived_at=None)
        .order_by("-created_at")
        .values_list("template_id", flat=True)
        .first()
    )
    return used or (choices[0].pk if choices else None)
