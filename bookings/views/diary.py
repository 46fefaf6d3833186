"""The diary's page: day, week and list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.diary.query import Asked
from bookings.views.frame import DIARY, context_of, page_of, panel_of


@require(Permission.DIARY_VIEW)
@require_safe
def diary(request: AccountRequest) -> HttpResponse:
    """Show the diary that the query asks for, with the side panel of `?appointment=` open."""
    asked = Asked.read(request.GET)
    context = context_of(request, page_of(request, asked))
    if asked.appointment:
        context["panel"] = panel_of(request, asked.appointment)
    return render(request, DIARY, context)
