"""A client's page: alerts first, the facts that matter at a glance, and one timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import alerts, cards, caring, duplicates, glance, identity, measures, merging, timeline
from clients.consents.card import card
from clients.custom import definitions
from clients.custom.values import told
from clients.documents.looking import listed
from clients.models import Client, Merge
from clients.relationships.showing import people
from clients.restrictions import standing
from clients.timeline import Mark
from clients.views.facts import Fact, came_from, facts
from clients.views.links import link
from privacy.vocabulary import clock, scope

SHOWN_AT_FIRST = 30
# More than this at one instant is nothing that happened
MOST_AT_ONCE = 2000


@require(Permission.CLIENTS_VIEW)
@require_GET
def client(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show one client."""
    found = identity.find(pk, "location")
    if found.pk != pk:
        return redirect(request.account.url("client", found.pk))
    glance.begin(found)
    zone, whole = practice_settings.zone(), Permission.CLIENTS_CARE in request.permissions
    context = {
        "client": found,
        "today": clock.today(zone),
        "facts": [
            *facts(found, request.account.country, zone, whole=whole),
            *(_more_facts(request, found) if whole else []),
        ],
        **(_care(request, found) if whole else {}),
        "may_edit": Permission.CLIENTS_EDIT in request.permissions and request.account.is_active,
        **_timeline(request, found, zone),
        **_links(request, found),
    }
    return render(request, "clients/client.html", context)


def _care(request: AccountRequest, client: Client) -> dict[str, Any]:
    """Return what only those see who look after the client."""
    return {
        "whole": True,
        "alerts": alerts.standing(client),
        "restrictions": [standing.told(each) for each in standing.standing(client)],
        "people": people(client, request.account),
        "matches": [] if client.is_confirmed else duplicates.of_client(client),
        "consents": card(client),
        "own": told(client, definitions.sections()) if client.custom else [],
        "cards": cards.of_client(request, client),
        "measures": measures.of_client(client)
        if Permission.CLINICAL_READ in request.permissions
        else [],
        "merged": _merged(client),
    }


def _more_facts(request: AccountRequest, client: Client) -> list[Fact]:
    carers = ", ".join(str(each.name) for each in caring.of_client(client))
    return [*came_from(client, request.account), (_("Looked after by"), carers)]


def _merged(client: Client) -> list[tuple[Merge, str]]:
    """Return the merges that stand, each with the name in the record that was merged."""
    if len(identity.ids(client)) == 1:
        return []
    merges = merging.standing(client)
    named = {each.pk: each.full_name for each in merging.sources(merges)}
    return [(each, named[each.source_id]) for each in merges]


def _timeline(request: AccountRequest, client: Client, zone: str) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    kinds = timeline.kinds(request.permissions)
    only = shown if shown in {kind.name for kind in kinds} else ""
    begins = _mark(request)
    entries, more = (
        timeline.page(client, request.permissions, only, begins, SHOWN_AT_FIRST)
        if only != "files"
        else ([], None)
    )
    here = request.account.url("client", client.pk)
    filters = [{"label": _("All"), "url": here, "current": not only}]
    filters += [
        {"label": kind.label, "url": f"{here}?show={kind.name}", "current": kind.name == only}
        for kind in kinds
    ]
    newest = f"{here}?show={only}" if only else here
    return {
        "files": listed(client) if only == "files" else None,
        "zone": zone,
        "entries": [timeline.row(entry, request.account, zone) for entry in entries],
        "more_url": _earlier(here, only, more) if more else "",
        "newest_url": f"{newest}#timeline" if begins.until else "",
        "filters": filters if len(kinds) > 1 else [],
    }


def _mark(request: AccountRequest) -> Mark:
    """Return where the asked page of the timeline begins; what is none begins with the newest."""
    try:
        until = datetime.fromisoformat(request.GET.get("until", ""))
        behind = int(request.GET.get("behind", "0"))
    except ValueError:
        return Mark()
    is_one = until.tzinfo is not None and 0 <= behind <= MOST_AT_ONCE
    return Mark(until, behind) if is_one else Mark()


def _earlier(here: str, only: str, mark: Mark) -> str:
    asked = {"show": only} if only else {}
    asked |= {"until": mark.until.isoformat() if mark.until else "", "behind": str(mark.behind)}
    return f"{here}?{urlencode(asked)}#timeline"


def _links(request: AccountRequest, client: Client) -> dict[str, str]:
    account, allowed = request.account, request.permissions
    writes = Permission.CLINICAL_WRITE in allowed and account.is_active
    files = Permission.FILES_WRITE in allowed and account.is_active
    books = Permission.DIARY_EDIT in allowed and account.is_active and not client.archived_at
    sees = Permission.AUDIT_VIEW in allowed
    edits = Permission.CLIENTS_EDIT in allowed and account.is_active
    return {
        "note_url": link(account, "note_new", client.pk) if writes else "",
        "file_url": link(account, "document_new", client.pk) if files else "",
        "letter_url": link(account, "letter_new", client.pk) if files and writes else "",
        "form_url": link(account, "form_new", client.pk) if edits else "",
        "restrictions_url": link(account, "restrictions", client.pk)
        if Permission.CLIENTS_CARE in allowed
        else "",
        "carers_url": ""
        if scope.current().own_sight.clients_of
        else link(account, "client_carers", client.pk),
        "book_url": link(account, "appointment_new", client=client.pk) if books else "",
        "print_url": account.url("client_notes", client.pk)
        if {Permission.CLINICAL_READ, Permission.CLIENT_EXPORT} <= set(allowed)
        else "",
        "copies_url": account.url("client_copies", client.pk)
        if {Permission.CLINICAL_READ, Permission.CLIENT_EXPORT} <= set(allowed)
        else "",
        "ledger_url": account.url("client_disclosures", client.pk)
        if Permission.CLINICAL_READ in allowed
        else "",
        "seen_url": account.url("client_seen", client.pk) if sees else "",
    }
