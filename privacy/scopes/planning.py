"""Makes the plan of an export from its row."""

from __future__ import annotations

from accounts.models import Member
from accounts.permissions import Permission
from accounts.rights import permissions_of
from privacy.models import Export
from privacy.scopes import choosing, people
from privacy.scopes.pieces import Plan

# What somebody needs who takes a client's record out: to read it, and to be allowed copies
OF_A_CLIENT = frozenset({Permission.CLINICAL_READ, Permission.CLIENT_EXPORT})


class NotAllowed(Exception):
    """Who asked for an export may not have it (any more)."""


def sees_through(export: Export) -> Member | None:
    """Return the member whose eyes choose the rows of an export, None where the whole practice's data is asked for.

    Raises `NotAllowed` when they may not have it (any more).
    """
    member: Member = export.requested_by
    held = frozenset() if member.removed_at else permissions_of(member)
    if export.scope != Export.Scope.CLIENT or (export.is_whole and Permission.EXPORT in held):
        if Permission.EXPORT not in held:
            raise NotAllowed
        return None
    if not held >= OF_A_CLIENT:
        raise NotAllowed
    return member


def plan_of(export: Export, zone: str) -> Plan:
    """Return what an export holds; asked in the scope whose eyes choose the rows."""
    whole = export.is_whole
    if export.scope == Export.Scope.CLIENT:
        audit = Permission.AUDIT_VIEW in permissions_of(export.requested_by)
        return people.client(export.client, whole=whole, audit=audit)
    if export.scope == Export.Scope.PRACTITIONER:
        return people.practitioner(export.practitioner, whole=whole)
    if export.scope == Export.Scope.DATA_SET:
        return choosing.data_set(export.choices, zone, whole=whole)
    return choosing.account(whole=whole)
