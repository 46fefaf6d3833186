"""The settings: a page of doors, the practice's name and region, its privacy notice, what sign-in asks for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import agreements, practice_settings
from accounts.entry import page_url
from accounts.forms import NoticeForm, PracticeNameForm, SecurityForm
from accounts.jurisdiction import countries
from accounts.models import Account, PrivacyNotice
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest

both = require_http_methods(["GET", "POST"])
P = Permission
# Groups of doors: URL name, icon, title, what is behind it, permission. A page that is not there shows no door.
DOORS = (
    (
        gettext_lazy("The practice"),
        (
            (
                "setup",
                "play",
                gettext_lazy("Set-up"),
                gettext_lazy("Three steps to a page where clients book"),
                P.SETTINGS_EDIT,
            ),
            (
                "practice",
                "home",
                gettext_lazy("Practice"),
                gettext_lazy("Name, region and why your data lives there"),
                P.SETTINGS_EDIT,
            ),
            (
                "locations",
                "pin",
                gettext_lazy("Locations"),
                gettext_lazy("Where you work, and in which time zone"),
                P.SETTINGS_EDIT,
            ),
            (
                "client_fields",
                "list",
                gettext_lazy("Your own fields"),
                gettext_lazy("What you want to know of every client besides"),
                P.SETTINGS_EDIT,
            ),
            (
                "recall_types",
                "bell",
                gettext_lazy("Recalls"),
                gettext_lazy("What you call clients back for, and after how long"),
                P.SETTINGS_EDIT,
            ),
            (
                "family_settings",
                "users",
                gettext_lazy("Families and carers"),
                gettext_lazy("Until which age a parent or guardian acts for a child"),
                P.SETTINGS_EDIT,
            ),
            (
                "referral_types",
                "link",
                gettext_lazy("Where clients come from"),
                gettext_lazy("Your own list of ways in which people find you"),
                P.SETTINGS_EDIT,
            ),
            (
                "note_settings",
                "eye",
                gettext_lazy("Notes"),
                gettext_lazy("Who reads them, who signs them as well, when they are late"),
                P.SETTINGS_EDIT,
            ),
            (
                "note_templates",
                "note",
                gettext_lazy("Note templates"),
                gettext_lazy("The sections your notes begin with"),
                P.SETTINGS_EDIT,
            ),
            (
                "letter_settings",
                "mail",
                gettext_lazy("Letters"),
                gettext_lazy("What they begin with, and your paper"),
                P.SETTINGS_EDIT,
            ),
            (
                "form_templates",
                "list",
                gettext_lazy("Forms"),
                gettext_lazy("Intake forms and outcome measures that clients fill in"),
                P.SETTINGS_EDIT,
            ),
        ),
    ),
    (
        gettext_lazy("Scheduling"),
        (
            (
                "services",
                "list",
                gettext_lazy("Services"),
                gettext_lazy("What can be booked, how long and for how much"),
                P.SETTINGS_EDIT,
            ),
            (
                "hours",
                "clock",
                gettext_lazy("Hours"),
                gettext_lazy("When each practitioner can be booked"),
                P.SETTINGS_EDIT,
            ),
            (
                "time_off",
                "sun",
                gettext_lazy("Time off"),
                gettext_lazy("Holidays, closures, extra hours and limits"),
                P.DIARY_EDIT,
            ),
            (
                "rooms",
                "door",
                gettext_lazy("Rooms and equipment"),
                gettext_lazy("What a booking needs besides a practitioner"),
                P.SETTINGS_EDIT,
            ),
        ),
    ),
    (
        gettext_lazy("Booking and messages"),
        (
            (
                "booking_page",
                "globe",
                gettext_lazy("Booking page"),
                gettext_lazy("What people see, your own site, the booking policy"),
                P.SETTINGS_EDIT,
            ),
            (
                "message_settings",
                "mail",
                gettext_lazy("Messages to clients"),
                gettext_lazy("Reminders, quiet hours and your own words"),
                P.SETTINGS_EDIT,
            ),
            (
                "messages",
                "send",
                gettext_lazy("Message log"),
                gettext_lazy("What was sent, what was not and why"),
                P.CLIENTS_CARE,
            ),
        ),
    ),
    (
        gettext_lazy("People"),
        (
            (
                "team",
                "users",
                gettext_lazy("Team"),
                gettext_lazy("Members, roles, invitations, practitioners"),
                P.TEAM_MANAGE,
            ),
            (
                "own_account",
                "user",
                gettext_lazy("You"),
                gettext_lazy("Your name, password, second factor and sessions"),
                P.OWN_ACCOUNT,
            ),
        ),
    ),
    (
        gettext_lazy("Privacy and trust"),
        (
            (
                "privacy_notice",
                "shield",
                gettext_lazy("Privacy notice"),
                gettext_lazy("What clients read beside each form"),
                P.SETTINGS_EDIT,
            ),
            (
                "consents",
                "check",
                gettext_lazy("Consents"),
                gettext_lazy("What clients are asked to agree to, in which words"),
                P.SETTINGS_EDIT,
            ),
            (
                "security",
                "lock",
                gettext_lazy("Security"),
                gettext_lazy("A second factor for everybody"),
                P.OWNERSHIP,
            ),
            (
                "audit_log",
                "eye",
                gettext_lazy("Audit"),
                gettext_lazy("Who saw and did what, in a chain that can't be altered"),
                P.AUDIT_VIEW,
            ),
            (
                "desk",
                "shield",
                gettext_lazy("Requests about data"),
                gettext_lazy("What people ask about their data, until when, what was done"),
                P.REQUESTS,
            ),
            (
                "residency",
                "pin",
                gettext_lazy("Where your data is"),
                gettext_lazy("In which region, counted and signed"),
                P.AUDIT_VIEW,
            ),
            (
                "processors",
                "users",
                gettext_lazy("Who else handles your data"),
                gettext_lazy("Services that are used, what each receives, who is new"),
                P.AUDIT_VIEW,
            ),
            (
                "sign_ins",
                "key",
                gettext_lazy("Sign-ins"),
                gettext_lazy("Who came in, who failed to, from where"),
                P.AUDIT_VIEW,
            ),
            (
                "exports",
                "download",
                gettext_lazy("Your copy"),
                gettext_lazy("Everything as open files, with a verifier"),
                P.EXPORT,
            ),
            (
                "imports",
                "upload",
                gettext_lazy("Import"),
                gettext_lazy("What another system kept: clients, appointments, notes"),
                P.IMPORT,
            ),
            (
                "closure",
                "logout",
                gettext_lazy("Close the account"),
                gettext_lazy("The dates, what is deleted, the certificate"),
                P.CLOSE,
            ),
        ),
    ),
)


@require(Permission.OWN_ACCOUNT)
@require_safe
def landing(request: AccountRequest) -> HttpResponse:
    """Show the doors to every setting that this member may open."""
    groups = []
    for title, doors in DOORS:
        shown = [
            {"icon": icon, "title": name, "text": text, "url": url}
            for view, icon, name, text, permission in doors
            if permission in request.permissions and (url := page_url(request.account, view))
        ]
        if shown:
            groups.append((title, shown))
    return render(request, "accounts/settings.html", {"groups": groups})


@require(Permission.SETTINGS_EDIT)
@both
def practice(request: AccountRequest) -> HttpResponse:
    """Change the practice's name; show its region with reason and basis."""
    account = request.account
    initial = {"name": account.name, "word": account.client_word}
    form = PracticeNameForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        practice_settings.call_clients(
            by=request.actor, account=account, word=values["word"] or initial["word"]
        )
        if values["name"] != account.name:
            practice_settings.rename(by=request.actor, account=account, name=values["name"])
        messages.success(request, _("Saved."))
        return redirect(request.account.url("practice"))
    context = {
        "form": form,
        "facts": _region_facts(request),
        "accepted": agreements.accepted(request.account.pk),
        "zone": practice_settings.zone(),
    }
    return render(request, "accounts/settings_practice.html", context)


def _region_facts(request: AccountRequest) -> list[tuple[str, Any]]:
    entry = Account.objects.get(pk=request.account.pk)
    names = {country.code: country.name for country in countries()}
    return [
        (_("Region"), request.account.city),
        (_("Why there"), entry.region_reason),
        (_("Country"), names.get(entry.country, entry.country)),
        (_("Basis"), capfirst(entry.get_region_basis_display())),
        (_("Document"), entry.region_document),
        (_("Rule"), entry.region_rule_version),
    ]


@require(Permission.SETTINGS_EDIT)
@both
def privacy_notice(request: AccountRequest) -> HttpResponse:
    """Write the privacy notice; publishing makes a new version, the ones before stay on record."""
    versions = list(PrivacyNotice.objects.defer("text")[:20])
    last = PrivacyNotice.objects.first()
    draft = last.text if last else default_notice(request)
    form = NoticeForm(request.POST or None, initial={"text": draft})
    if request.method == "POST" and form.is_valid():
        if last is None or form.cleaned_data["text"] != last.text:
            practice_settings.publish_notice(by=request.actor, **form.cleaned_data)
        messages.success(request, _("Published. Bookings from now on show this version."))
        return redirect(request.account.url("privacy_notice"))
    zone = practice_settings.zone()
    context = {
        "form": form,
        "versions": versions,
        "last": last,
        "zone": zone,
        "unaware_url": page_url(request.account, "notice_unaware") if last else "",
    }
    return render(request, "accounts/settings_notice.html", context)


def default_notice(request: AccountRequest) -> str:
    """Return a notice to begin with, with this practice's name and region filled in."""
    return render_to_string("accounts/default_notice.txt", {"account": request.account}).strip()


@require(Permission.OWNERSHIP, step_up=True)
@both
def security(request: AccountRequest) -> HttpResponse:
    """Say whether everybody needs a second factor."""
    entry = Account.objects.get(pk=request.account.pk)
    initial = {"requires_second_factor": entry.requires_second_factor, "days": 0}
    form = SecurityForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        values = form.cleaned_data
        required = values["requires_second_factor"]
        if required != entry.requires_second_factor:
            practice_settings.require_second_factor(
                by=request.actor, required=required, days=values["days"]
            )
        messages.success(request, _("Saved."))
        return redirect(request.account.url("security"))
    context = {"form": form, "since": entry.second_factor_from, "zone": practice_settings.zone()}
    return render(request, "accounts/settings_security.html", context)
