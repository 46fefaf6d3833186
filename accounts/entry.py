"""Whether a signed-in User may enter an account now, and what they must do first (house.md 4)."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts import agreements, audit
from accounts.cells import cell
from accounts.models import Account, AccountAccess, AccountAnchor, User
from accounts.permissions import Permission
from privacy.vocabulary.scope import VISITOR

# Where people begin: the first page that exists and that their role may open
FIRST_PAGES = (
    ("diary", Permission.DIARY_VIEW),
    ("clients", Permission.CLIENTS_VIEW),
    ("settings", Permission.OWN_ACCOUNT),
)


def access(user: User, slug: str) -> AccountAccess | None:
    """Return the User's place in the index of a live account, or None; asking for a foreign one is recorded (TI-4)."""
    account = Account.objects.filter(slug=slug).exclude(state__in=["opening", "closed"]).first()
    if account is None:
        return None
    found = AccountAccess.objects.filter(user=user, account=account).first()
    if found is None:
        audit.record_denial(account.ref, by=VISITOR, action="denied.enter", reason="not_found")
        return None
    found.account = account
    return found


def has_proved_lately(request: HttpRequest) -> bool:
    """Tell whether the User gave password, code or passkey again within ten minutes."""
    return bool(did_recently_reauthenticate(request))


def lacks_second_factor(user: User, account: Account) -> bool:
    """Tell whether the account wants a second factor and the User has none."""
    return account.requires_second_factor and not is_mfa_enabled(user)


def documents_due(account: Account) -> list[agreements.Document]:
    """Return the agreements whose current version waits for the Owner; none once the account is closing."""
    if account.state != Account.State.ACTIVE:
        return []
    return [agreements.current(name) for name in agreements.missing(account.pk)]


def door_of_region(account: Account, *, code: str, next_page: str) -> str:
    """Return the address in the account's region where a one-time code becomes a session."""
    path = reverse("enter_region", args=[account.slug])
    return f"{cell(account.cell).host}{path}?{urlencode({'code': code, 'next': next_page})}"


def page_within(url: str, slug: str) -> str:
    """Return `url` when it is a page of that account, else an empty text: `next` never leads elsewhere."""
    return url if url.startswith(f"/a/{slug}/") and "/enter/" not in url else ""


def first_page(account: AccountAnchor, permissions: frozenset[Permission]) -> str:
    """Return the address of the page where somebody with these permissions begins."""
    for name, permission in FIRST_PAGES:
        if permission in permissions and (url := page_url(account, name)):
            return url
    return "/accounts/"


def page_url(account: AccountAnchor, name: str, *args: object) -> str:
    """Return the address of one of the account's pages; empty when this installation has no such page."""
    try:
        return account.url(name, *args)
    except NoReverseMatch:
        return ""
