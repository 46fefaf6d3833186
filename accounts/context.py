"""What every template knows: the account, the member, the rail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import AccountAnchor
from accounts.permissions import Permission

# label, URL name, icon, permission, prefix of the view names that belong to it
RAIL = (
    (lambda: _("Diary"), "diary", "calendar", Permission.DIARY_VIEW),
    (lambda: _("Clients"), "clients", "users", Permission.CLIENTS_VIEW),
    (lambda: _("Notes to finish"), "notes", "note", Permission.CLINICAL_WRITE),
    (lambda: _("Settings"), "settings", "settings", Permission.OWN_ACCOUNT),
)


def practice(request: HttpRequest) -> dict[str, Any]:
    """Return `account`, `member`, `permissions` and `nav` inside an account, nothing elsewhere."""
    account: AccountAnchor | None = getattr(request, "account", None)
    if account is None or request.member is None:  # type: ignore[attr-defined]
        return {"account": account}
    section = _section(request)
    allowed = request.permissions  # type: ignore[attr-defined]
    nav = [
        {
            "label": label(),
            "url": account.url(name),
            "icon": icon,
            "current": name == section,
            "count": None,
        }
        for label, name, icon, permission in RAIL
        if permission in allowed
    ]
    return {
        "account": account,
        "member": request.member,  # type: ignore[attr-defined]
        "permissions": allowed,
        "nav": nav,
        "search_url": account.url("client_search"),
    }


def _section(request: HttpRequest) -> str:
    """Return which rail entry a page belongs to, by the first word of its path inside the account."""
    words = request.path.split("/")
    first = words[3] if len(words) > 3 else ""
    return {"appointments": "diary"}.get(first, first)
