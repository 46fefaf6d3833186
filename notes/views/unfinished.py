"""Notes to finish: what a practitioner still has to write."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading
from notes.zones import practice_zone


@require(Permission.CLINICAL_WRITE)
@require_safe
def notes(request: AccountRequest) -> HttpResponse:
    """List the member's drafts and the visits that have no note yet."""
    author = reading.practitioner_of(request.member)
    if author is None:
        return render(request, "notes/to_finish.html", {"author": None})
    named = request.GET.get("page", "1")
    number = int(named) if named.isascii() and named.isdigit() and len(named) < 6 else 1
    todo = reading.unfinished(author, page=number)
    pages = Paginator(range(todo.missing_count), reading.PER_PAGE)
    context = {
        "author": author,
        "drafts": todo.drafts,
        "missing": todo.missing,
        "missing_count": todo.missing_count,
        "page": pages.get_page(number),
        "zone": practice_zone(),
    }
    return render(request, "notes/to_finish.html", context)
