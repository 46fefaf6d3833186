"""Notes to finish: what a practitioner still has to do, and for the Owner what waits in the practice."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require
from accounts.practice_settings import zone as practice_zone
from accounts.requests import AccountRequest
from notes import finishing, reading


@require(Permission.CLINICAL_WRITE)
@require_safe
def notes(request: AccountRequest) -> HttpResponse:
    """List what the member has to co-sign, their drafts, and the visits that have no note yet."""
    author = reading.practitioner_of(request.member)
    overview = Permission.OVERVIEWS_VIEW in request.permissions
    if author is None:
        return render(request, "notes/to_finish.html", {"author": None, "overview": overview})
    named = request.GET.get("page", "1")
    number = int(named) if named.isascii() and named.isdigit() and len(named) < 6 else 1
    todo = finishing.unfinished(author, page=number)
    pages = Paginator(range(todo.missing_count), finishing.PER_PAGE)
    context = {
        "author": author,
        "overview": overview,
        "todo": todo,
        "page": pages.get_page(number),
        "zone": practice_zone(),
    }
    return render(request, "notes/to_finish.html", context)


@require(Permission.OVERVIEWS_VIEW)
@require_safe
def notes_of_all(request: AccountRequest) -> HttpResponse:
    """Count what waits for each practitioner, without a word of it."""
    context = {"backlogs": finishing.backlogs(), "hours": finishing.hours()}
    return render(request, "notes/of_all.html", context)
