"""Who becomes whom: the Owner who brings an archive stands in for one of its members; the others wait to be invited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from accounts.models import Member, Practitioner, Role
from privacy.arrival.archive import Archive
from privacy.vocabulary import clock
from privacy.vocabulary.former import renamed

MEMBER, PRACTITIONER = "accounts.member", "accounts.practitioner"
_TAKEN_OVER = ("name", "profession", "registration", "is_online", "position", "deactivated_at")


def listed(archive: Archive) -> list[dict[str, Any]]:
    """Return the archive's members, those who were there last first: id, name, role, whether they had gone."""
    found = [
        {
            "id": row["id"],
            "name": row["name"] or "",
            "email": row["email"] or "",
            "role": row["role"],
            "user": row["user_id"],
            "gone": row["removed_at"] is not None,
        }
        for _, row in archive.rows(MEMBER)
    ]
    return sorted(found, key=lambda each: (each["gone"], each["role"] != Role.OWNER, each["name"]))


def likely(people: Iterable[dict[str, Any]], member: Member) -> str:
    """Return the id of the archive's member who is this one by their sign-in, empty when none is."""
    return next((each["id"] for each in people if each["user"] == str(member.user_id)), "")


def stand_ins(archive: Archive, *, me: Member, was: str) -> dict[str, str]:
    """Return former → present id of who brings the archive: as a member and, where they are both, as practitioner."""
    if not was:
        return {}
    found = {was: str(me.pk)}
    mine = Practitioner.objects.filter(member=me).first()
    for _, row in archive.rows(PRACTITIONER):
        if row["member_id"] == was and mine is not None:
            found[row["id"]] = str(mine.pk)
    return found


def settle(row: dict[str, Any], *, me: Member, account_id: UUID) -> dict[str, Any]:
    """Return a member's row as it comes in: without a way in until they are invited, and nobody twice."""
    if row["user_id"] == me.user_id and row["id"] != me.pk:
        row = {**row, "user_id": renamed(row["user_id"], account_id)}
    return {**row, "removed_at": row["removed_at"] or clock.now()}


def take_over(rows: Iterable[dict[str, Any]], present: Iterable[str]) -> None:
    """Let a practitioner who is here already, among the `present` stand-ins, be as the archive's is."""
    here = set(present)
    for row in rows:
        if str(row["id"]) not in here:
            continue
        mine: Practitioner = Practitioner.objects.get(pk=row["id"])
        for name in _TAKEN_OVER:
            setattr(mine, name, row[name])
        mine.save(update_fields=list(_TAKEN_OVER))
