"""The list of clients, and finding one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import directory, phones
from clients.directory import Sort, State
from clients.finding import NO_CONTACT, Person
from clients.forms import SearchForm
from clients.views.showing import birth_day

MOST_RESULTS = 100
AS_YOU_TYPE = 8


@require(Permission.CLIENTS_VIEW)
@require_GET
@directory.look()
def clients(request: AccountRequest) -> HttpResponse:
    """Show one page of the clients in one state."""
    state = _one_of(State, request.GET.get("state", ""))
    sort = _one_of(Sort, request.GET.get("sort", ""))
    page = directory.listing(sort, request.GET.get("page", "1"), state=state)
    counts = directory.counts()
    context = {
        "page": page,
        "rows": rows(page.object_list, request.account.country),
        "state": state,
        "states": _states(request, state, counts),
        "sorts": _sorts(request, state, sort),
        "base": f"?state={state}&sort={sort}&page=",
        "any": sum(counts.values()),
        "may_edit": Permission.CLIENTS_EDIT in request.permissions,
    }
    return render(request, "clients/list.html", context)


@require(Permission.CLIENTS_VIEW, while_closing=True)
@require_http_methods(["GET", "HEAD", "POST"])
@directory.look()
def client_search(request: AccountRequest) -> HttpResponse:
    """Find clients: a few as somebody types, or a whole page of them."""
    typed = bool(request.htmx)
    form = SearchForm(request.POST if request.method == "POST" else None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    if typed:
        entries = directory.search(words, AS_YOU_TYPE) if words else []
        context = {"entries": entries, "words": words, "is_close": _is_close(words, entries)}
        return render(request, "clients/search.html#results", context)
    people = directory.find(words, MOST_RESULTS) if words else []
    context = {
        "form": form,
        "words": words,
        "rows": rows(people, request.account.country),
        "is_cut": len(people) == MOST_RESULTS,
        "is_close": _is_close(words, people),
        "may_edit": Permission.CLIENTS_EDIT in request.permissions,
    }
    return render(request, "clients/search.html", context)


def _is_close(words: str, found: Sequence[object]) -> bool:
    """Tell whether what was found only comes close to what was typed."""
    return bool(found) and not directory.fits(words)


def rows(people: Iterable[Person], country: str) -> list[dict[str, Any]]:
    """Return people as `clients/rows.html` shows them."""
    people = list(people)
    contacts = directory.contacts(person.id for person in people)
    found = []
    for person in people:
        contact = contacts.get(person.id, NO_CONTACT)
        found.append(
            {
                "id": person.id,
                "name": person.name,
                "full_name": f"{person.given_name} {person.family_name}",
                "born": birth_day(contact.birth_date),
                "phone": phones.shown(contact.phone, country),
                "email": contact.email,
                "state": directory.state_of(person),
            }
        )
    return found


def _one_of[Choice: (State, Sort)](kind: type[Choice], value: str) -> Choice:
    return kind(value) if value in list(kind) else next(iter(kind))


def _states(
    request: AccountRequest, state: State, counts: dict[State, int]
) -> list[dict[str, Any]]:
    labels = {
        State.ACTIVE: _("Active"),
        State.UNCONFIRMED: _("To confirm"),
        State.ARCHIVED: _("Archived"),
    }
    return [
        {
            "label": label,
            "url": request.account.url("clients", state=each),
            "current": each == state,
            "count": counts.get(each, 0),
        }
        for each, label in labels.items()
    ]


def _sorts(request: AccountRequest, state: State, sort: Sort) -> list[dict[str, Any]]:
    labels = {Sort.NAME: _("Family name"), Sort.GIVEN: _("Given name"), Sort.NEWEST: _("Newest")}
    return [
        {
            "label": label,
            "url": request.account.url("clients", state=state, sort=each),
            "current": each == sort,
        }
        for each, label in labels.items()
    ]
