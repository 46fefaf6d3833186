"""People found while somebody types in a form."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import choosing

RADIOS = ("person", "source", "referrer")


@require(Permission.CLIENTS_VIEW)
@require_POST
def people_found(request: AccountRequest) -> HttpResponse:
    """Answer with the clients and contacts whom the typed words fit, one of them still picked."""
    words = request.POST.get("find", "")[:120]
    wanted = request.POST.get("among", "")
    among = (wanted,) if wanted in choosing.KINDS else choosing.KINDS
    radios = request.POST.get("radios", "")
    context = {
        "choices": choosing.found(words, among=among),
        "words": words,
        "radios": radios if radios in RADIOS else RADIOS[0],
        "picked": request.POST.get(radios, ""),
    }
    return render(request, "clients/found.html", context)
