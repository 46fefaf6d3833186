"""Contacts: the list, one of them with the clients who are theirs, adding, changing, archiving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from clients import addresses, contacts, directory, phones
from clients.contact_form import ContactForm
from clients.models import Case, Contact, Referral, Relationship
from clients.views.facts import email_link, phone_link, stacked
from clients.views.showing import lines

PAGE_SIZE = 50
ARCHIVED = "archived"


@require(Permission.CLIENTS_VIEW, while_closing=True)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_list(request: AccountRequest) -> HttpResponse:
    """List contacts by name: all, one kind, the archived ones, or those whom typed words fit (by POST)."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in (*Contact.Kind.values, ARCHIVED) else ""
    words = request.POST.get("q", "").strip()[:120]
    archived = kind == ARCHIVED
    found = contacts.listed(kind="" if archived else kind, words=words, archived=archived)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    country = request.account.country
    context = {
        "page": page,
        "rows": [(each, phones.shown(each.phone, country)) for each in page.object_list],
        "kind": kind,
        "words": words,
        "kinds": _kinds(request, kind),
        "base": f"?kind={kind}&page=",
        "may_edit": _may_edit(request),
    }
    return render(request, "contacts/list.html", context)


@require(Permission.CLIENTS_VIEW)
@require_GET
def contact(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a contact and the clients who came from it."""
    found = _contact(pk)
    came = Referral.objects.filter(by_contact=found).values_list("client_id", flat=True)
    cases = Case.objects.filter(referrer=found).values_list("client_id", flat=True)
    stands = Relationship.objects.filter(contact=found, ended_at=None)
    whole = Permission.CLIENTS_CARE in request.permissions
    context = {
        "contact": found,
        "facts": _facts(found, request.account.country, whole=whole),
        "groups": [
            (label, sorted(directory.people(ids)))
            for label, ids in (
                (_("Clients who came from here"), came),
                (_("Cases they referred"), cases),
                (_("Whom they stand by"), stands.values_list("client_id", flat=True)),
            )
            if ids
        ],
        "may_edit": _may_edit(request),
    }
    return render(request, "contacts/contact.html", context)


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: AccountRequest) -> HttpResponse:
    """Add a contact."""
    form = ContactForm(request.POST or None, account=request.account)
    if form.is_valid():
        added = contacts.add(by=request.actor, values=form.cleaned_data)
        messages.success(request, _("Contact added"))
        return redirect(request.account.url("contact", added.pk))
    return _form(request, form)


@require(Permission.CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change a contact."""
    found = _contact(pk)
    form = ContactForm(request.POST or None, account=request.account, contact=found)
    if form.is_valid():
        contacts.change(by=request.actor, contact=found, values=form.cleaned_data)
        messages.success(request, _("Saved"))
        return redirect(request.account.url("contact", pk))
    return _form(request, form, contact=found)


@require(Permission.CLIENTS_EDIT)
@require_POST
def contact_archive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Put a contact away; it can be taken out again at once."""
    contacts.archive(by=request.actor, contact=_contact(pk))
    undo = request.account.url("contact_unarchive", pk)
    messages.success(request, _("Archived"), extra_tags=f"undo={undo}")
    return redirect(request.account.url("contact", pk))


@require(Permission.CLIENTS_EDIT)
@require_POST
def contact_unarchive(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take a contact out of the archive."""
    contacts.unarchive(by=request.actor, contact=_contact(pk))
    messages.success(request, _("Back among the contacts"))
    return redirect(request.account.url("contact", pk))


def _form(request: AccountRequest, form: ContactForm, **more: Any) -> HttpResponse:
    context = {"form": form, **more}
    return render(request, "contacts/form.html", context, status=422 if form.is_bound else 200)


def _facts(contact: Contact, country: str, *, whole: bool) -> list[tuple[str, Any]]:
    return [
        (_("Kind"), contact.get_kind_display()),
        (_("Organisation"), contact.organisation if contact.person else ""),
        (_("Profession"), contact.profession),
        (_("Phone"), phone_link(contact.phone, country)),
        (_("E-mail"), email_link(contact.email)),
        (_("Address"), stacked(list(addresses.lines(contact, country)))),
        (_("Number"), contact.number),
        (_("Notes"), lines(contact.notes) if whole else ""),
    ]


def _kinds(request: AccountRequest, kind: str) -> list[dict[str, Any]]:
    labels = [("", _("All")), *Contact.Kind.choices, (ARCHIVED, _("Archived"))]
    here = request.account.url("contacts")
    return [
        {"label": label, "url": f"{here}?kind={key}" if key else here, "current": key == kind}
        for key, label in labels
    ]


def _may_edit(request: AccountRequest) -> bool:
    return Permission.CLIENTS_EDIT in request.permissions and request.account.is_active


def _contact(pk: UUID) -> Contact:
    found: Contact = get_object_or_404(Contact.objects.all(), pk=pk)
    return found
