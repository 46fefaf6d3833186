"""Links to pages of apps above, which this one does not import."""

from __future__ import annotations

from django.urls import NoReverseMatch

from accounts.models import AccountAnchor


def link(account: AccountAnchor, name: str, *args: object, **query: object) -> str:
    """Return the address of a page of the account, or "" when this installation has no such page."""
    try:
        return account.url(name, *args, **query)
    except NoReverseMatch:
        return ""
