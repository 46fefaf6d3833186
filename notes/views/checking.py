"""Checking a paper against the record: whether a hash is that of a note signed here, and its text still the signed one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import proof, reading
from notes.forms import HashForm
from notes.zones import zone_of


@require(Permission.CLINICAL_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def note_check(request: AccountRequest) -> HttpResponse:
    """Tell whether the hash on a paper is one of ours, whose signature it is, and whether the text still matches it."""
    form = HashForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        note = reading.by_hash(form.cleaned_data["hash"])
        context |= {"asked": True, "note": note}
        if note is not None:
            readable = note.text is not None
            context |= {"zone": zone_of(note), "readable": readable}
            context["holds"] = readable and proof.check(note).note_holds
    return render(request, "notes/check.html", context, status=422 if form.errors else 200)
