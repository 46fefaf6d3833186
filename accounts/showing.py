"""The permission matrix in words: of one member, and of all roles beside each other."""

from __future__ import annotations

from typing import Any

from accounts.models import Member, Role
from accounts.rights import MATRIX, levels_of


def of_member(member: Member) -> list[dict[str, Any]]:
    """Return a line for each area: how far the member goes, and the role's usual level where theirs is another."""
    levels, usual = levels_of(member.role, member.rights), levels_of(member.role, {})
    return [
        {
            "title": row.title,
            "about": row.about,
            "words": levels[row.area].words,
            "is_none": levels[row.area].name == "no",
            "usual": usual[row.area].words if levels[row.area] != usual[row.area] else "",
        }
        for row in MATRIX
    ]


def of_roles() -> dict[str, Any]:
    """Return the roles, and for each area how far each goes."""
    by_role = [(role.label, levels_of(role, {})) for role in Role]
    return {
        "roles": [label for label, _levels in by_role],
        "rows": [
            {
                "title": row.title,
                "about": row.about,
                "cells": [
                    {
                        "role": label,
                        "words": levels[row.area].words,
                        "is_none": levels[row.area].name == "no",
                    }
                    for label, levels in by_role
                ],
            }
            for row in MATRIX
        ],
    }
