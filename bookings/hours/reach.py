"""Whose time a member may set, and the tabs between its pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Location, Practitioner
from accounts.permissions import Permission
from accounts.requests import AccountRequest

P = Permission
TABS: tuple[tuple[str, Promise, Permission], ...] = (
    ("hours", gettext_lazy("Weekly hours"), P.SETTINGS_EDIT),
    ("extra_hours", gettext_lazy("Extra hours"), P.DIARY_EDIT),
    ("time_off", gettext_lazy("Time off"), P.DIARY_EDIT),
    ("holidays", gettext_lazy("Public holidays"), P.SETTINGS_EDIT),
    ("limits", gettext_lazy("Limits"), P.DIARY_EDIT),
    ("calendars", gettext_lazy("Other calendars"), P.DIARY_EDIT),
)


def tabs(request: AccountRequest, current: str) -> list[dict[str, Any]]:
    """Return the pages of people's time that a member may open, for `components/tabs.html`."""
    return [
        {"label": label, "url": request.account.url(name), "current": name == current}
        for name, label, permission in TABS
        if permission in request.permissions
    ]


def sets_all(request: AccountRequest) -> bool:
    """Whether the member sets everybody's time; without it only their own."""
    return P.TIMES_EDIT in request.permissions


def people(request: AccountRequest) -> list[Practitioner]:
    """Return the practitioners whose time the member may set."""
    found = Practitioner.objects.filter(deactivated_at=None)
    return list(found if sets_all(request) else found.filter(member=request.member))


def places() -> list[Location]:
    """Return the locations in use."""
    return list(Location.objects.filter(archived_at=None).order_by("pk"))


def check(request: AccountRequest, practitioner: UUID | None) -> None:
    """Refuse whoever may not set the time of a practitioner, or of all (None)."""
    if not may_set(request, practitioner):
        raise PermissionDenied


def may_set(request: AccountRequest, practitioner: UUID | None) -> bool:
    """Whether the member may set the time of a practitioner, or of all (None)."""
    if sets_all(request):
        return True
    return (
        practitioner is not None
        and Practitioner.objects.filter(pk=practitioner, member=request.member).exists()
    )
