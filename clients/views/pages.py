"""A client's page: alerts first, the facts that matter at a glance, and one timeline."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Location
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import day
from clients import alerts, documents, duplicates, phones, timeline
from clients.models import Binding, Client
from clients.views.links import link
from clients.views.showing import age, birth_day, lines
from privacy.vocabulary import clock

SHOWN_AT_FIRST = 30


@require(Permission.CLIENTS_VIEW)
@require_GET
def client(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show one client."""
    found = get_object_or_404(Client.objects.select_related("location"), pk=pk)
    zone = _zone()
    context = {
        "client": found,
        "alerts": alerts.standing(found),
        "facts": facts(found, request.account.country, zone),
        "matches": [] if found.is_confirmed else _matches(found),
        "bound": None if found.is_confirmed else _binding(found),
        "may_edit": Permission.CLIENTS_EDIT in request.permissions and request.account.is_active,
        **_timeline(request, found, zone),
        **_links(request, found),
    }
    return render(request, "clients/client.html", context)


def _matches(client: Client) -> list[duplicates.Match]:
    """Return who the newcomer could be; those who came to nothing as newcomers themselves are no answer."""
    found = duplicates.of_client(client)
    bound = Binding.objects.filter(undone_at=None, newcomer__in=[each.id for each in found])
    gone = set(bound.values_list("newcomer_id", flat=True))
    return [each for each in found if each.id not in gone]


def _binding(client: Client) -> Binding | None:
    """Return what staff said about who this newcomer is."""
    binding: Binding | None = (
        Binding.objects.select_related("client").filter(newcomer=client, undone_at=None).first()
    )
    return binding


def facts(client: Client, country: str, zone: str) -> list[tuple[str, str | SafeString]]:
    """Return what matters at a glance, in the order in which it is shown; what is not known is left out.

    Ages and days are those of `zone`, the practice's; phones are written as in `country`.
    """
    found: list[tuple[str, str | SafeString]] = [
        (_("Called"), client.preferred_name),
        (_("Pronouns"), client.pronouns),
        (_("Born"), _born(client.birth_date, clock.today(zone))),
        (_("Phone"), _phone(client.phone, country)),
        (_("E-mail"), _email(client.email)),
        (_("Address"), lines(client.address)),
        (_("Emergency"), lines(client.emergency_contact)),
        (_("Reminders"), client.get_reminders_display()),
        (_("Location"), client.location.name if client.location else ""),
        (_("Front desk"), lines(client.admin_notes)),
        (_("Since"), day(client.created_at, zone)),
    ]
    return [(label, value) for label, value in found if value]


def _born(born: date | None, today: date) -> str:
    if not isinstance(born, date):
        return str(born or "")  # the word for what can't be read
    return f"{birth_day(born)} · {age(born, today)}"


def _phone(phone: str, country: str) -> str | SafeString:
    shown = phones.shown(phone, country)
    return format_html('<a href="tel:{}">{}</a>', phone, shown) if phone.startswith("+") else shown


def _email(email: str) -> str | SafeString:
    return format_html('<a href="mailto:{}">{}</a>', email, email) if "@" in email else email


def _zone() -> str:
    """Return the zone in which times without one of their own are shown: the practice's first location's."""
    first = Location.objects.filter(archived_at=None).order_by("id").first()
    return first.time_zone if first else "UTC"


def _timeline(request: AccountRequest, client: Client, zone: str) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    kinds = timeline.kinds(request.permissions)
    only = shown if shown in {kind.name for kind in kinds} else ""
    entries = timeline.entries(client, request.permissions, only) if only != "files" else []
    most = len(entries) if request.GET.get("all") else SHOWN_AT_FIRST
    here = request.account.url("client", client.pk)
    filters = [{"label": _("All"), "url": here, "current": not only}]
    filters += [
        {"label": kind.label, "url": f"{here}?show={kind.name}", "current": kind.name == only}
        for kind in kinds
    ]
    return {
        "files": documents.kept(client) if only == "files" else None,
        "zone": zone,
        "entries": [timeline.row(entry, request.account, zone) for entry in entries[:most]],
        "more": max(0, len(entries) - most),
        "more_url": f"{here}?show={only}&all=1",
        "filters": filters if len(kinds) > 1 else [],
    }


def _links(request: AccountRequest, client: Client) -> dict[str, str]:
    account, allowed = request.account, request.permissions
    writes = Permission.CLINICAL_WRITE in allowed and account.is_active
    books = Permission.DIARY_EDIT in allowed and account.is_active
    sees = Permission.AUDIT_VIEW in allowed
    return {
        "note_url": link(account, "note_new", client.pk) if writes else "",
        "file_url": link(account, "document_new", client.pk) if writes else "",
        "binding_url": link(account, "client_binding", client.pk),
        "book_url": link(account, "appointment_new", client=client.pk) if books else "",
        "audit_url": link(account, "audit_log", client=client.pk) if sees else "",
    }
