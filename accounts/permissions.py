"""What there is to be permitted, and the declaration that every view must carry (a view without one fails the build)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.http import HttpResponseBase

from privacy.vocabulary.scope import Purpose

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Permission(StrEnum):
    """A right inside an account."""

    DIARY_VIEW = "diary.view"
    DIARY_EDIT = "diary.edit"
    TIMES_EDIT = "times.edit"  # everybody's time off, extra hours and limits; without it one's own
    CLIENTS_VIEW = "clients.view"
    CLIENTS_CARE = "clients.care"  # what is sensitive about them, and what happens with them
    CLIENTS_EDIT = "clients.edit"
    CLINICAL_READ = "clinical.read"
    CLINICAL_WRITE = "clinical.write"
    FILES_READ = "files.read"
    FILES_WRITE = "files.write"
    CLIENT_EXPORT = "client.export"  # copies of a client's record that leave, of what one may read
    OVERVIEWS_VIEW = "overviews.view"
    SETTINGS_EDIT = "settings.edit"
    TEAM_MANAGE = "team.manage"
    AUDIT_VIEW = "audit.view"
    REQUESTS = "requests.answer"  # what people ask about their data
    EXPORT = "account.export"
    IMPORT = "account.import"
    CLOSE = "account.close"
    OWNERSHIP = "account.ownership"  # hands the account over, widens and narrows what others may do
    OWN_ACCOUNT = "own.account"


_PURPOSES: dict[Permission, Purpose] = {
    Permission.DIARY_VIEW: Purpose.BOOKING,
    Permission.DIARY_EDIT: Purpose.BOOKING,
    Permission.TIMES_EDIT: Purpose.BOOKING,
    Permission.CLINICAL_READ: Purpose.CARE,
    Permission.CLINICAL_WRITE: Purpose.CARE,
    Permission.FILES_READ: Purpose.CARE,
    Permission.FILES_WRITE: Purpose.CARE,
    Permission.CLIENT_EXPORT: Purpose.REQUEST,
    Permission.REQUESTS: Purpose.REQUEST,
    Permission.EXPORT: Purpose.EXPORT,
    Permission.CLOSE: Purpose.CLOSURE,
}
_OF_THE_RECORD = (Permission.CLIENTS_VIEW, Permission.CLIENTS_EDIT)


def purpose_of(permission: Permission, allowed: Collection[Permission]) -> Purpose:
    """Return why somebody opens a page, as the audit tells it: who treats opens records to treat."""
    if permission in _OF_THE_RECORD and Permission.CLINICAL_READ in allowed:
        return Purpose.CARE
    return _PURPOSES.get(permission, Purpose.ADMINISTRATION)


class Audience(StrEnum):
    """Who a view is for when it is not for members of an account."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True)
class Door:
    """What a view declares: a permission inside an account, or an audience outside it.

    `also`: a second permission that is needed. `writes`: POST is refused while the account closes. `step_up`: the member
    proved who they are within ten minutes.
    """

    permission: Permission | None = None
    audience: Audience | None = None
    writes: bool = True
    step_up: bool = False
    also: Permission | None = None

    def opens_to(self, held: Collection[Permission]) -> bool:
        """Tell whether somebody with these permissions may come in."""
        return self.permission in held and (self.also is None or self.also in held)


def require(
    permission: Permission,
    *,
    also: Permission | None = None,
    step_up: bool = False,
    while_closing: bool = False,
) -> Callable[[View], View]:
    """Declare that a view of `/a/<slug>/…` needs `permission`; AccountMiddleware keeps the door."""
    return _declare(
        Door(permission=permission, also=also, step_up=step_up, writes=not while_closing)
    )


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
