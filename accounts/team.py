"""Who works in the account and as what: roles, removal, practitioners; each change is one audit row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts import audit, outbox, sessions
from accounts.models import AccountAccess, Invitation, Location, Member, Practitioner, Role
from accounts.rights import ROLE_PERMISSIONS, differing, levels_of, permissions_of
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind, current


class OwnerStays(RuntimeError):
    """The Owner can't be removed or given another role: ownership is handed over first."""


class NotTheirsToGive(PermissionDenied):
    """Somebody would give more than they have themselves."""


def members() -> list[Member]:
    """Return the account's members, the Owner first, then by name."""
    found = list(Member.objects.filter(removed_at=None).select_related("location"))
    return sorted(found, key=lambda m: (m.role != Role.OWNER, m.name.casefold()))


def change_role(*, by: Actor, member: Member, role: str) -> Member:
    """Give a member another role with its usual rights, from their next click on.

    Raises `OwnerStays` for the Owner, and `NotTheirsToGive` where the role goes further than whoever gives it.
    """
    if Role.OWNER in (member.role, role):
        raise OwnerStays
    if role not in roles_given_by(by, member):
        raise NotTheirsToGive
    before, member.role, member.rights = member.role, role, {}
    member.save(update_fields=["role", "rights"])
    audit.record("member.role_changed", by=by, of=member, detail={"from": before, "to": role})
    return member


def roles_given_by(by: Actor, member: Member | None = None) -> list[str]:
    """Return the roles that somebody can give to a member or to a newcomer: none goes further than they do themselves."""
    roles = [role for role in ROLE_PERMISSIONS if role != Role.OWNER]
    if by.kind != ActorKind.MEMBER:
        return roles
    giver = permissions_of(Member.objects.get(pk=by.id, removed_at=None))
    has = permissions_of(member) if member else frozenset()
    return [role for role in roles if ROLE_PERMISSIONS[role] - has <= giver]


def change_rights(*, by: Actor, member: Member, levels: Mapping[str, str]) -> Member:
    """Say how far a member goes in each area (a level's name by area), from their next click on.

    What is the role's usual level isn't kept, so that it stays the role's. Raises `OwnerStays` for the Owner.
    """
    if member.role == Role.OWNER:
        raise OwnerStays
    before = levels_of(member.role, member.rights)
    member.rights = differing(member.role, levels)
    after = levels_of(member.role, member.rights)
    changed = {
        str(area): [before[area].name, after[area].name]
        for area in before
        if before[area] != after[area]
    }
    if changed:
        member.save(update_fields=["rights"])
        audit.record("member.rights_changed", by=by, of=member, detail=changed)
    return member


def confine(*, by: Actor, member: Member, location: Location | None) -> Member:
    """Let a member see the clients of one location alone, from their next click on; None: of every one (A5).

    Raises `OwnerStays` for the Owner, who answers for all of them.
    """
    if member.role == Role.OWNER:
        raise OwnerStays
    if member.location_id != (location.pk if location else None):
        member.location = location
        member.save(update_fields=["location"])
        where = str(location.pk) if location else ""
        audit.record("member.confined", by=by, of=member, detail={"location": where})
    return member


def hand_over(*, by: Actor, member: Member) -> Member:
    """Make another member the Owner; the one before stays as Practitioner or Reception."""
    before = Member.objects.select_for_update().get(role=Role.OWNER, removed_at=None)
    if before.pk == member.pk:
        raise OwnerStays
    sees_clients = Practitioner.objects.filter(member=before, deactivated_at=None).exists()
    before.role = Role.PRACTITIONER if sees_clients else Role.RECEPTION
    before.save(update_fields=["role"])
    member.role, member.location, member.rights = Role.OWNER, None, {}
    member.save(update_fields=["role", "location", "rights"])
    for each in (before, member):
        outbox.enqueue("access.refresh", {"member": str(each.pk)})
    audit.record("account.handed_over", by=by, of=member)
    return member


def remove(*, by: Actor, member: Member) -> Member:
    """Take a member out: their sessions end at once, they can't be booked any more, all they did stays.

    Invitations of theirs that nobody has accepted stop working.
    """
    if member.role == Role.OWNER:
        raise OwnerStays
    member.removed_at = clock.now()
    member.save(update_fields=["removed_at"])
    sessions.end_all_of(member)
    # Whom they asked to join and who has not come yet is asked again by somebody who is there, or not at all
    Invitation.objects.filter(invited_by=member, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=clock.now()
    )
    for practitioner in Practitioner.objects.filter(member=member, deactivated_at=None):
        deactivate(by=by, practitioner=practitioner)
    outbox.enqueue("access.refresh", {"member": str(member.pk)})
    audit.record("member.removed", by=by, of=member)
    return member


def rename(*, by: Actor, member: Member, name: str) -> Member:
    """Change the name that colleagues see."""
    member.name = name
    member.full_clean(exclude=["user_id"])
    member.save(update_fields=["name"])
    audit.record("member.renamed", by=by, of=member)
    return member


def let_practise(*, by: Actor, member: Member) -> Practitioner:
    """Let a member be booked and author notes; return their practitioner, made or taken up again."""
    practitioner = Practitioner.objects.filter(member=member).first()
    if practitioner is not None:
        return reactivate(by=by, practitioner=practitioner)
    practitioner = Practitioner(member=member, name=member.name)
    practitioner.save(force_insert=True)
    audit.record("practitioner.added", by=by, of=practitioner)
    return practitioner


def change_practitioner(*, by: Actor, practitioner: Practitioner, values: dict[str, Any]) -> None:
    """Change how clients see a practitioner."""
    for name, value in values.items():
        setattr(practitioner, name, value)
    practitioner.full_clean(exclude=["member"])
    practitioner.save(update_fields=list(values))
    audit.record("practitioner.changed", by=by, of=practitioner, detail={"fields": sorted(values)})


def deactivate(*, by: Actor, practitioner: Practitioner) -> Practitioner:
    """Stop a practitioner's new bookings; notes and appointments that exist stay as they are."""
    practitioner.deactivated_at = clock.now()
    practitioner.save(update_fields=["deactivated_at"])
    audit.record("practitioner.deactivated", by=by, of=practitioner)
    return practitioner


def reactivate(*, by: Actor, practitioner: Practitioner) -> Practitioner:
    """Let a practitioner be booked again."""
    practitioner.deactivated_at = None
    practitioner.save(update_fields=["deactivated_at"])
    audit.record("practitioner.reactivated", by=by, of=practitioner)
    return practitioner


@outbox.handles("access.refresh")
def _refresh_access(work: outbox.Work) -> None:
    """Make control's index of who may enter say what the region says, which is what counts."""
    member = Member.objects.get(pk=work.payload["member"])
    refresh_access(current().account_id, member)


def refresh_access(account_id: UUID, member: Member) -> None:
    """Write one member's line of control's index."""
    own = AccountAccess.objects.filter(user_id=member.user_id, account_id=account_id)
    if member.removed_at is not None:
        own.delete()
    else:
        own.update(is_owner=member.role == Role.OWNER)
