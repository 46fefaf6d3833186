"""The team: who works here, as what; inviting, changing, removing; practitioners and how clients see them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations, team
from accounts.forms import InvitationForm, MemberForm, PractitionerForm
from accounts.models import Invitation, Member, Practitioner, Role
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
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
    }
    return render(request, "accounts/team.html", context)


@manager
@both
def invite(request: AccountRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InvitationForm(
        request.POST or None, initial={"role": Role.PRACTITIONER, "is_practitioner": True}
    )
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite(by=request.actor, **form.cleaned_data)
        except invitations.AlreadyMember:
            form.add_error("email", _("Somebody with this address is in the team already."))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect(request.account.url("team"))
    return render(request, "accounts/team_invite.html", {"form": form})


@manager
@require_POST
def resend(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Send an invitation once more."""
    invitations.resend(by=request.actor, invitation=_waiting(pk))
    messages.success(request, _("Sent again, with a new link. The old one no longer works."))
    return redirect(request.account.url("team"))


@manager
@require_POST
def withdraw(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitations.withdraw(by=request.actor, invitation=_waiting(pk))
    messages.success(request, _("The invitation no longer works."))
    return redirect(request.account.url("team"))


@manager
@both
def member(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a member and change their role."""
    found = _member(pk)
    form = MemberForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and found.role != Role.OWNER and form.is_valid():
        team.change_role(by=request.actor, member=found, role=form.cleaned_data["role"])
        messages.success(request, _("The role is changed, from their next click on."))
        return redirect(request.account.url("team"))
    context = {
        "colleague": found,
        "form": form,
        "practitioner": Practitioner.objects.filter(member=found).first(),
        "is_owner": found.role == Role.OWNER,
    }
    return render(request, "accounts/team_member.html", context)


@manager
@both
def removal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask, then take a member out; their sessions end at once."""
    found = _member(pk)
    if found.role == Role.OWNER:
        return redirect(request.account.url("member", pk))
    if request.method == "POST":
        team.remove(by=request.actor, member=found)
        messages.success(request, _("Removed. Their sessions have ended, all they did stays."))
        return redirect(request.account.url("team"))
    return render(request, "accounts/team_removal.html", {"colleague": found})


@require(Permission.TEAM_MANAGE, step_up=True)
@both
def ownership(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask, then hand the account over to another member."""
    found = _member(pk)
    if found.role == Role.OWNER:
        return redirect(request.account.url("member", pk))
    if request.method == "POST":
        team.hand_over(by=request.actor, member=found)
        messages.success(request, _("The account has a new owner."))
        return redirect(request.account.url("settings"))
    return render(request, "accounts/team_ownership.html", {"colleague": found})


@manager
@require_POST
def practise(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Let a member be booked and write notes."""
    made = team.let_practise(by=request.actor, member=_member(pk))
    messages.success(request, _("Now they can be booked. Check what clients see."))
    return redirect(request.account.url("practitioner", made.pk))


@manager
@both
def practitioner(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change how clients see a practitioner."""
    found = _practitioner(pk)
    names = ("name", "profession", "registration", "is_online")
    form = PractitionerForm(request.POST or None, initial={n: getattr(found, n) for n in names})
    if request.method == "POST" and form.is_valid():
        team.change_practitioner(by=request.actor, practitioner=found, values=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(request.account.url("team"))
    return render(request, "accounts/team_practitioner.html", {"practitioner": found, "form": form})


@manager
@require_POST
def deactivation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Stop a practitioner's new bookings."""
    team.deactivate(by=request.actor, practitioner=_practitioner(pk))
    messages.success(request, _("No new bookings. Notes and appointments stay."))
    return redirect(request.account.url("team"))


@manager
@require_POST
def reactivation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Let a practitioner be booked again."""
    team.reactivate(by=request.actor, practitioner=_practitioner(pk))
    messages.success(request, _("They can be booked again."))
    return redirect(request.account.url("team"))


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
