"""Inviting people into the account: a hashed token, seven days, one use; the region's own route carries the mail."""

from __future__ import annotations

import base64
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import audit, outbox, team
from accounts.cells import cell
from accounts.models import Invitation, Location, Member, Practitioner, Role, User
from accounts.models.practice import current_anchor
from accounts.sessions import digest
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

LIFE = timedelta(days=7)


class AlreadyMember(RuntimeError):
    """Somebody who is in the account already was invited or accepts."""


def invite(
    *,
    by: Actor,
    email: str,
    name: str,
    role: str,
    is_practitioner: bool,
    location: Location | None = None,
) -> Invitation:
    """Invite somebody by e-mail, to see the clients of one location alone if there is one.

    Raises `AlreadyMember` when a member has that address, and `NotTheirsToGive` where the role goes further than
    whoever invites.
    """
    if role not in team.roles_given_by(by):
        raise team.NotTheirsToGive
    if any(m.email.lower() == email.lower() for m in Member.objects.filter(removed_at=None)):
        raise AlreadyMember
    invitation = Invitation(
        email=email,
        name=name,
        role=role,
        is_practitioner=is_practitioner,
        location=location,
        invited_by=Member.objects.get(pk=by.id),
    )
    _seal(invitation)
    invitation.clean_fields(exclude=["digest", "invited_by", "accepted_at", "withdrawn_at"])
    invitation.save(force_insert=True)
    outbox.enqueue("invitation.send", {"invitation": str(invitation.pk)}, requested_by=by.id)
    audit.record("member.invited", by=by, of=invitation, detail={"role": role})
    return invitation


def resend(*, by: Actor, invitation: Invitation) -> Invitation:
    """Send an invitation again with a new link for seven more days; the link sent before stops working."""
    _seal(invitation)
    invitation.save(update_fields=["expires_at", "digest"])
    outbox.enqueue("invitation.send", {"invitation": str(invitation.pk)}, requested_by=by.id)
    audit.record("invitation.sent_again", by=by, of=invitation)
    return invitation


def withdraw(*, by: Actor, invitation: Invitation) -> Invitation:
    """Make an invitation's link stop working."""
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    audit.record("invitation.withdrawn", by=by, of=invitation)
    return invitation


def waiting() -> list[Invitation]:
    """Return the invitations nobody has accepted or withdrawn, expired ones too, newest first."""
    found = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    return list(found.order_by("-created_at"))


def by_token(token: str) -> Invitation | None:
    """Return the open invitation of a link in the active account, or None when it is unknown, used or late."""
    found: Invitation | None = (
        Invitation.objects.filter(digest=digest(token), accepted_at=None, withdrawn_at=None)
        .filter(expires_at__gt=clock.now())
        .select_related("invited_by")
        .first()
    )
    return found


def accept(*, user: User, invitation: Invitation) -> Member:
    """Make a User a member as invited, or one again who was removed; raise `AlreadyMember` when they are in."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    member: Member | None = Member.objects.filter(user_id=user.pk).first() or _once_here(user)
    if locked.accepted_at is not None or (member and member.removed_at is None):
        raise AlreadyMember
    is_new = member is None
    member = member or Member(user_id=user.pk)
    member.user_id = user.pk
    member.name, member.email, member.role = locked.name, user.email, locked.role
    member.joined_at, member.removed_at = clock.now(), None
    member.location_id, member.rights = locked.location_id, {}
    member.save(force_insert=is_new)
    locked.accepted_at = clock.now()
    locked.save(update_fields=["accepted_at"])
    if locked.is_practitioner:
        _let_practise(member)
    audit.record("member.joined", by=member.actor, of=member, detail={"role": member.role})
    return member


def _once_here(user: User) -> Member | None:
    """Return the member whom an archive brought from another house, where this User had another id: by their address."""
    gone = Member.objects.exclude(removed_at=None)
    same = [each for each in gone if str(each.email).casefold() == user.email.casefold()]
    known = set(
        User.objects.filter(pk__in=[each.user_id for each in same]).values_list("pk", flat=True)
    )
    return next((each for each in same if each.user_id not in known), None)


def _let_practise(member: Member) -> None:
    practitioner = Practitioner.objects.filter(member=member).first()
    if practitioner is None:
        Practitioner(member=member, name=member.name).save(force_insert=True)
    else:
        practitioner.deactivated_at = None
        practitioner.save(update_fields=["deactivated_at"])


def _seal(invitation: Invitation) -> None:
    invitation.expires_at = clock.now() + LIFE
    invitation.digest = digest(token_of(invitation))


def token_of(invitation: Invitation) -> str:
    """Return the token of an invitation's link: made again from the row and the secret key, stored nowhere."""
    words = f"{invitation.pk}:{int(invitation.expires_at.timestamp() * 1_000_000)}"
    mac = salted_hmac("accounts.invitation", words, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


@outbox.handles("invitation.send")
def _send(work: outbox.Work) -> None:
    invitation = Invitation.objects.select_related("invited_by").get(pk=work.payload["invitation"])
    if invitation.accepted_at or invitation.withdrawn_at:
        return
    account = current_anchor()
    path = reverse("invitation", args=[account.slug, token_of(invitation)])
    values = {
        "invitation": invitation,
        "practice": account.name,
        "inviter": invitation.invited_by.name,
        "role": Role(invitation.role).label,
        "url": settings.BASE_URL + path,
        "city": account.city,
    }
    EmailMessage(
        subject=_("Join %(practice)s on Keepwell") % {"practice": account.name},
        body=render_to_string("accounts/mail/invitation.txt", values),
        to=[invitation.email],
    ).send(using=cell(account.cell).mailer)
