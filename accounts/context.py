"""What every template knows: the account, the member, the rail; higher apps add counts, running work and dates."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import hosts, tallies
from accounts.entry import first_page, page_url
from accounts.models import AccountAnchor
from accounts.permissions import Permission
from accounts.requests import AccountRequest
from privacy.vocabulary import scope

# label, URL name (also the first word of its pages' paths), icon, permission
RAIL: tuple[tuple[Promise, str, str, Permission], ...] = (
    (gettext_lazy("Diary"), "diary", "calendar", Permission.DIARY_VIEW),
    (gettext_lazy("Clients"), "clients", "users", Permission.CLIENTS_VIEW),
    (gettext_lazy("To answer"), "requests", "bell", Permission.DIARY_VIEW),
    (gettext_lazy("Notes to finish"), "notes", "note", Permission.CLINICAL_WRITE),
    (gettext_lazy("Forms"), "forms", "list", Permission.CLIENTS_EDIT),
    (gettext_lazy("Waiting list"), "waiting", "clock", Permission.DIARY_VIEW),
    (gettext_lazy("Promises"), "promises", "shield", Permission.AUDIT_VIEW),
    (gettext_lazy("Settings"), "settings", "settings", Permission.OWN_ACCOUNT),
)
SHORT = {"notes": gettext_lazy("Notes"), "waiting": gettext_lazy("Waiting")}
# Pages whose path begins with another word than their rail entry's
BELONGS = {"appointments": "diary", "contacts": "clients", "recalls": "clients"} | dict.fromkeys(
    (
        "setup",
        "archive",
        "exports",
        "closure",
        "audit",
        "desk",
        "residency",
        "processors",
        "team",
        "locations",
        "services",
        "hours",
        "messages",
    ),
    "settings",
)

More = Callable[[AccountRequest], dict[str, Any]]
_more: list[More] = []


def adds(more: More) -> More:
    """Register a function whose keys every page of an account gets, such as `jobs` or `closing`."""
    _more.append(more)
    return more


def practice(request: HttpRequest) -> dict[str, Any]:
    """Return `account`, `member`, `permissions`, `nav` and the frame's links inside an account, little elsewhere."""
    account: AccountAnchor | None = getattr(request, "account", None)
    if account is None or request.member is None:  # type: ignore[attr-defined]
        return {"account": account}
    inside: AccountRequest = request  # type: ignore[assignment]
    begins: dict[str, Any] = {
        "home_url": first_page(account, inside.permissions),
        "permissions": inside.permissions,
    }
    # An error page is drawn after the account was left: what needs its rows stays out
    if scope.active() is None:
        return {"account": account} | begins
    own = begins | {
        "account": account,
        "member": inside.member,
        "nav": cache(lambda: _rail(inside)),  # counted only where it is shown
        "search_url": page_url(account, "client_search")
        if Permission.CLIENTS_VIEW in inside.permissions
        else "",
        "accounts": [
            {"name": account.name, "url": begins["home_url"], "current": True},
            {"name": _("Your other practices"), "url": hosts.of_control("/accounts/?choose=1")},
        ],
        "person_url": page_url(account, "own_account"),
        "sign_out_url": page_url(account, "leave"),
    }
    for more in _more:
        own |= more(inside)
    return own


def _rail(request: AccountRequest) -> list[dict[str, Any]]:
    section = _section(request)
    return [
        {
            "label": label,
            "short": SHORT.get(name, ""),
            "url": url,
            "icon": icon,
            "current": name == section,
            "count": tallies.waiting(request, name),
        }
        for label, name, icon, permission in RAIL
        if permission in request.permissions and (url := page_url(request.account, name))
    ]


def _section(request: HttpRequest) -> str:
    """Return which rail entry a page belongs to, by the first word of its path inside the account."""
    words = request.path.split("/")
    first = words[3] if len(words) > 3 else ""
    return BELONGS.get(first, first)
