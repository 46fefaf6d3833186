"""The team: who works here, as what; inviting, changing, removing; practitioners and how clients see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import handing_over, invitations, practice_settings, showing, team
from accounts.forms import InvitationForm, MemberForm, PractitionerForm, RightsForm
from accounts.models import Handover, Invitation, Member, Practitioner, Role
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.rights import levels_of
from privacy.vocabulary import clock

both = require_http_methods(["GET", "POST"])
manager = require(Permission.TEAM_MANAGE)


@manager
@require_safe
def people(request: AccountRequest) -> HttpResponse:
    """List members, open invitations, and practitioners who are not among the members."""
    members = team.members()
    practitioners = list(Practitioner.objects.all())
    of_member = {p.member_id: p for p in practitioners if p.member_id}
    present = {m.pk for m in members}
    context = {
        "people": [(member, of_member.get(member.pk)) for member in members],
        "others": [p for p in practitioners if p.member_id not in present],
        "waiting": invitations.waiting(),
        "now": clock.now(),
        "zone": practice_settings.zone(),
    }
    return render(request, "accounts/team.html", context)


@manager
@both
def invite(request: AccountRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InvitationForm(
        request.POST or None,
        roles=team.roles_given_by(request.actor),
        initial={"role": Role.PRACTITIONER, "is_practitioner": True},
    )

    def send(values: dict[str, Any]) -> None:
        try:
            invitations.invite(by=request.actor, **values)
        except invitations.AlreadyMember:
            form.add_error("email", _("Somebody with this address is in the team already."))

    return _form_page(
        request, "team_invite", form, keep=send, words=_("The invitation is on its way.")
    )


@manager
@require_POST
def resend(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Send an invitation once more."""
    invitations.resend(by=request.actor, invitation=_waiting(pk))
    return _done(request, _("Sent again, with a new link. The old one no longer works."))


@manager
@require_POST
def withdraw(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitations.withdraw(by=request.actor, invitation=_waiting(pk))
    return _done(request, _("The invitation no longer works."))


@manager
@both
def member(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a member and change their role; the Owner's is handed over, never changed."""
    found = _member(pk)
    is_owner = found.role == Role.OWNER
    initial = {"role": found.role, "location": str(found.location_id or "")}
    form = MemberForm(
        None if is_owner else request.POST or None,
        roles={found.role, *team.roles_given_by(request.actor, found)},
        initial=initial,
    )

    def keep(values: dict[str, Any]) -> None:
        team.confine(by=request.actor, member=found, location=values["location"])
        if values["role"] != found.role:
            team.change_role(by=request.actor, member=found, role=values["role"])

    return _form_page(
        request,
        "team_member",
        form,
        keep=keep,
        words=_("Saved. It counts from their next click on."),
        colleague=found,
        practitioner=Practitioner.objects.filter(member=found).first(),
        is_owner=is_owner,
        offered=_offered_to(found),
        rights=showing.of_member(found),
        zone=practice_settings.zone(),
    )


@manager
@require_safe
def roles(request: AccountRequest) -> HttpResponse:
    """Show what each role may do."""
    return render(request, "accounts/team_roles.html", {"matrix": showing.of_roles()})


@require(Permission.OWNERSHIP)
@both
def rights(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say how far a member goes in each area."""
    found = _member(pk)
    if found.role == Role.OWNER:
        return redirect(request.account.url("member", pk))
    levels = levels_of(found.role, found.rights)
    form = RightsForm(
        request.POST or None,
        role=found.role,
        initial={area: level.name for area, level in levels.items()},
    )
    if request.method == "POST" and form.is_valid():
        team.change_rights(by=request.actor, member=found, levels=form.cleaned_data)
        words = _("Saved. It counts from their next click on.")
        return _done(request, words, "member", found.pk)
    return render(request, "accounts/team_rights.html", {"form": form, "colleague": found})


@manager
@both
def removal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask, then take a member out; their sessions end at once."""
    found = _member(pk)
    if found.role == Role.OWNER:
        return redirect(request.account.url("member", pk))
    if request.method == "POST":
        team.remove(by=request.actor, member=found)
        return _done(request, _("Removed. Their sessions have ended, all they did stays."))
    return render(request, "accounts/team_removal.html", {"colleague": found})


@manager
@require_POST
def practise(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Let a member be booked and write notes."""
    made = team.let_practise(by=request.actor, member=_member(pk))
    words = _("Now they can be booked. Check what clients see.")
    return _done(request, words, "practitioner", made.pk)


@manager
@both
def practitioner(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change how clients see a practitioner."""
    found = _practitioner(pk)
    names = ("name", "profession", "registration", "is_online")
    form = PractitionerForm(request.POST or None, initial={n: getattr(found, n) for n in names})
    return _form_page(
        request,
        "team_practitioner",
        form,
        keep=lambda values: team.change_practitioner(
            by=request.actor, practitioner=found, values=values
        ),
        words=_("Saved."),
        practitioner=found,
    )


@manager
@require_POST
def deactivation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Stop a practitioner's new bookings."""
    team.deactivate(by=request.actor, practitioner=_practitioner(pk))
    return _done(request, _("No new bookings. Notes and appointments stay."))


@manager
@require_POST
def reactivation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Let a practitioner be booked again."""
    team.reactivate(by=request.actor, practitioner=_practitioner(pk))
    return _done(request, _("They can be booked again."))


def _form_page(
    request: AccountRequest,
    template: str,
    form: Form,
    *,
    keep: Callable[[dict[str, Any]], object],
    words: str,
    **context: object,
) -> HttpResponse:
    """Show a form; what is sent and clean is kept, unless `keep` refuses it by an error on the form."""
    if request.method == "POST" and form.is_valid():
        keep(form.cleaned_data)
        if not form.errors:
            return _done(request, words)
    return render(request, f"accounts/{template}.html", {"form": form, **context})


def _done(request: AccountRequest, words: str, page: str = "team", *of: UUID) -> HttpResponse:
    """Say what was done, on the page it leads to."""
    messages.success(request, words)
    return redirect(request.account.url(page, *of))


def _offered_to(member: Member) -> Handover | None:
    """Return the offer of the account to a member that stands."""
    found = handing_over.standing()
    return found if found is not None and found.to_id == member.pk else None


def _member(pk: UUID) -> Member:
    found: Member = get_object_or_404(Member.objects.filter(removed_at=None), pk=pk)
    return found


def _practitioner(pk: UUID) -> Practitioner:
    found: Practitioner = get_object_or_404(Practitioner.objects.select_related("member"), pk=pk)
    return found


def _waiting(pk: UUID) -> Invitation:
    found: Invitation = get_object_or_404(
        Invitation.objects.filter(accepted_at=None, withdrawn_at=None), pk=pk
    )
    return found
