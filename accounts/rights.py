"""The permission matrix: how far each role goes in each area, and how far the Owner can widen or narrow it (A2).

A member has a role's usual levels, but for those that `Member.rights` names. Whose rows are seen is kept by the
database (`accounts.tenancy`), which pages may be opened by their doors (`accounts.permissions`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models.practice import Member, Role
from accounts.permissions import Permission

P = Permission


class Area(StrEnum):
    """A part of the work, in which a member has one level."""

    DIARY = "diary"
    TIMES = "times"
    CLIENTS = "clients"
    NOTES = "notes"
    FILES = "files"
    COPIES = "copies"
    OVERVIEWS = "overviews"
    SETTINGS = "settings"
    TEAM = "team"
    AUDIT = "audit"
    REQUESTS = "requests"
    IMPORTS = "imports"


@dataclass(frozen=True, slots=True)
class Level:
    """How far somebody goes in an area."""

    name: str
    words: str | Promise
    gives: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One area of the matrix: its levels from the lowest, each role's usual one, and the highest it can be given."""

    area: Area
    title: str | Promise
    about: str | Promise
    levels: tuple[Level, ...]
    usual: Mapping[str, str]
    most: Mapping[str, str]

    def level(self, name: str) -> Level:
        """Return the level of a name; raise `StopIteration` for none."""
        return next(each for each in self.levels if each.name == name)

    def offered(self, role: str) -> tuple[Level, ...]:
        """Return the levels that a member of a role can be given."""
        last = self.most.get(role, self.levels[-1].name)
        return self.levels[: self.levels.index(self.level(last)) + 1]


NO = Level("no", _("No"))
_WRITES = frozenset({P.DIARY_VIEW, P.DIARY_EDIT})
_SEES = frozenset({P.CLIENTS_VIEW, P.CLIENTS_CARE})
_KEEPS = _SEES | {P.CLIENTS_EDIT}
# What means nothing to whoever sees no more of clients than how to reach them
_NEEDS_CARE = _WRITES | {P.CLINICAL_READ, P.CLINICAL_WRITE, P.FILES_READ, P.FILES_WRITE}


def _yes(permission: Permission) -> tuple[Level, Level]:
    return NO, Level("yes", _("Yes"), frozenset({permission}))


def _by_role(manager: str, practitioner: str, reception: str, bookkeeper: str) -> dict[str, str]:
    return {
        Role.MANAGER: manager,
        Role.PRACTITIONER: practitioner,
        Role.RECEPTION: reception,
        Role.BOOKKEEPER: bookkeeper,
    }


MATRIX = (
    Row(
        Area.DIARY,
        _("Diary"),
        _("Appointments, requests, the waiting list"),
        (
            NO,
            Level("own", _("Their own appointments"), _WRITES),
            Level("see", _("Sees everybody’s, changes none"), frozenset({P.DIARY_VIEW})),
            Level("all", _("Everybody’s"), _WRITES),
        ),
        _by_role("all", "all", "all", "no"),
        _by_role("all", "all", "all", "see"),
    ),
    Row(
        Area.TIMES,
        _("Colleagues’ time"),
        _("Time off, extra hours and limits; their own they set with the diary"),
        _yes(P.TIMES_EDIT),
        _by_role("yes", "no", "yes", "no"),
        _by_role("yes", "yes", "yes", "no"),
    ),
    Row(
        Area.CLIENTS,
        _("Clients"),
        _("Records, alerts, family, consents, messages"),
        (
            Level("reach", _("Names and how to reach them"), frozenset({P.CLIENTS_VIEW})),
            Level("own", _("Those they look after"), _KEEPS),
            Level("see", _("Sees everybody, changes nothing"), _SEES),
            Level("all", _("Everybody"), _KEEPS),
        ),
        _by_role("all", "all", "all", "reach"),
        _by_role("all", "all", "all", "see"),
    ),
    Row(
        Area.NOTES,
        _("Clinical notes"),
        _("What a note’s author keeps for some stays theirs"),
        (
            NO,
            Level("read", _("Reads what is for all"), frozenset({P.CLINICAL_READ})),
            Level(
                "own", _("Writes, reads their own"), frozenset({P.CLINICAL_READ, P.CLINICAL_WRITE})
            ),
            Level(
                "all",
                _("Writes, reads what is for all"),
                frozenset({P.CLINICAL_READ, P.CLINICAL_WRITE}),
            ),
        ),
        _by_role("no", "all", "no", "no"),
        _by_role("all", "all", "read", "no"),
    ),
    Row(
        Area.FILES,
        _("Letters and files"),
        _("Referrals, reports, scans, letters that went out"),
        (
            NO,
            Level("read", _("Opens them"), frozenset({P.FILES_READ})),
            Level("all", _("Opens and adds them"), frozenset({P.FILES_READ, P.FILES_WRITE})),
        ),
        _by_role("no", "all", "no", "no"),
        _by_role("all", "all", "all", "no"),
    ),
    Row(
        Area.COPIES,
        _("Copies that leave"),
        _("Prints and exports of a client’s record, of what they may read"),
        _yes(P.CLIENT_EXPORT),
        _by_role("no", "yes", "no", "no"),
        _by_role("yes", "yes", "yes", "no"),
    ),
    Row(
        Area.OVERVIEWS,
        _("Overviews"),
        _("What waits in the whole practice, such as colleagues’ notes to finish"),
        _yes(P.OVERVIEWS_VIEW),
        _by_role("yes", "no", "no", "no"),
        _by_role("yes", "yes", "yes", "no"),
    ),
    Row(
        Area.SETTINGS,
        _("Settings"),
        _("Services, hours, rooms, messages, templates, the booking page"),
        _yes(P.SETTINGS_EDIT),
        _by_role("yes", "no", "no", "no"),
        _by_role("yes", "yes", "yes", "no"),
    ),
    Row(
        Area.TEAM,
        _("Team"),
        _("Invites and removes people; gives nobody more than they have themselves"),
        _yes(P.TEAM_MANAGE),
        _by_role("yes", "no", "no", "no"),
        _by_role("yes", "yes", "no", "no"),
    ),
    Row(
        Area.AUDIT,
        _("Audit"),
        _("Who saw and did what, and every sign-in"),
        _yes(P.AUDIT_VIEW),
        _by_role("yes", "no", "no", "no"),
        _by_role("yes", "yes", "no", "no"),
    ),
    Row(
        Area.REQUESTS,
        _("Requests about data"),
        _("Answers what clients ask about their data, lifts restrictions"),
        _yes(P.REQUESTS),
        _by_role("yes", "no", "no", "no"),
        _by_role("yes", "yes", "yes", "no"),
    ),
    Row(
        Area.IMPORTS,
        _("Import"),
        _("Brings in what another system kept, and takes it back"),
        _yes(P.IMPORT),
        _by_role("yes", "no", "no", "no"),
        _by_role("yes", "yes", "no", "no"),
    ),
)
ROWS = {row.area: row for row in MATRIX}


def levels_of(role: str, rights: Mapping[str, str]) -> dict[Area, Level]:
    """Return the level in each area of a role with what differs from it; what it can't be given counts as usual."""
    return _levels(role, tuple(sorted(rights.items())))


@lru_cache(maxsize=1024)
def _levels(role: str, differing: tuple[tuple[str, str], ...]) -> dict[Area, Level]:
    rights, found = dict(differing), {}
    for row in MATRIX:
        usual = row.levels[-1] if role == Role.OWNER else row.level(row.usual[role])
        given = {} if role == Role.OWNER else {each.name: each for each in row.offered(role)}
        found[row.area] = given.get(rights.get(row.area, ""), usual)
    return found


def differing(role: str, levels: Mapping[str, str]) -> dict[str, str]:
    """Return what has to be kept of levels that were chosen: those that are not the role's usual ones."""
    return {
        str(row.area): levels[row.area]
        for row in MATRIX
        if row.area in levels and levels[row.area] != row.usual[role]
    }


def permissions_of(member: Member) -> frozenset[Permission]:
    """Return what a member may do."""
    return _permissions(member.role, tuple(sorted(member.rights.items())))


@lru_cache(maxsize=1024)
def _permissions(role: str, rights: tuple[tuple[str, str], ...]) -> frozenset[Permission]:
    if role == Role.OWNER:
        return frozenset(Permission)
    levels = levels_of(role, dict(rights)).values()
    held = frozenset({P.OWN_ACCOUNT}).union(*(level.gives for level in levels))
    return held if P.CLIENTS_CARE in held else held - _NEEDS_CARE


@cache
def usual_levels(area: Area) -> str:
    """Return the name of each role's usual level in an area as JSON, for a statement that is written out."""
    return json.dumps({role: levels_of(role, {})[area].name for role in Role.values})


def sees_own(member: Member, area: Area) -> bool:
    """Tell whether a member is kept to their own rows of an area."""
    return levels_of(member.role, member.rights)[area].name == "own"


ROLE_PERMISSIONS = {role: _permissions(role, ()) for role in Role.values}
