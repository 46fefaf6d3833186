"""Who may do what: fixed roles, and the declaration that every view must carry (a view without one fails the build)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.http import HttpResponseBase

from accounts.models.practice import Role

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Permission(StrEnum):
    """A right inside an account."""

    DIARY_VIEW = "diary.view"
    DIARY_EDIT = "diary.edit"
    TIMES_EDIT = "times.edit"  # everybody's time off, extra hours and limits; without it one's own
    CLIENTS_VIEW = "clients.view"
    CLIENTS_EDIT = "clients.edit"
    CLINICAL_READ = "clinical.read"
    CLINICAL_WRITE = "clinical.write"
    SETTINGS_EDIT = "settings.edit"
    TEAM_MANAGE = "team.manage"
    AUDIT_VIEW = "audit.view"
    EXPORT = "account.export"
    CLOSE = "account.close"
    OWN_ACCOUNT = "own.account"


P = Permission
_DESK = {P.DIARY_VIEW, P.DIARY_EDIT, P.CLIENTS_VIEW, P.CLIENTS_EDIT, P.OWN_ACCOUNT}
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.PRACTITIONER: frozenset(_DESK | {P.CLINICAL_READ, P.CLINICAL_WRITE}),
    Role.RECEPTION: frozenset(_DESK | {P.TIMES_EDIT}),
    Role.BOOKKEEPER: frozenset({P.CLIENTS_VIEW, P.OWN_ACCOUNT}),
}


class Audience(StrEnum):
    """Who a view is for when it is not for members of an account."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True)
class Door:
    """What a view declares: a permission inside an account, or an audience outside it.

    `writes`: POST is refused while the account closes. `step_up`: the member proved who they are within ten minutes.
    """

    permission: Permission | None = None
    audience: Audience | None = None
    writes: bool = True
    step_up: bool = False


def require(
    permission: Permission, *, step_up: bool = False, while_closing: bool = False
) -> Callable[[View], View]:
    """Declare that a view of `/a/<slug>/…` needs `permission`; AccountMiddleware keeps the door."""
    return _declare(Door(permission=permission, step_up=step_up, writes=not while_closing))


def public(view: View) -> View:
    """Declare that anyone may use a view."""
    return _declare(Door(audience=Audience.PUBLIC))(view)


def signed_in(view: View) -> View:
    """Declare that a view outside accounts needs a signed-in User."""
    return _declare(Door(audience=Audience.SIGNED_IN))(view)


def door_of(view: Any) -> Door | None:
    """Return what a view declares, or None when it declares nothing."""
    return getattr(view, "door", None)


def _declare(door: Door) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.door = door  # type: ignore[attr-defined]
        return view

    return mark
