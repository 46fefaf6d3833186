"""Whether a signed-in User may enter an account now, and what they must do first (house.md 4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.signing import Signer
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import constant_time_compare

from accounts import across, agreements, hosts, sessions
from accounts.cells import known_cell
from accounts.models import Account, AccountAccess, AccountAnchor, User
from accounts.permissions import Permission
from privacy.vocabulary import clock

# Where people begin: the first page that exists and that their role may open
FIRST_PAGES = (
    ("diary", Permission.DIARY_VIEW),
    ("clients", Permission.CLIENTS_VIEW),
    ("settings", Permission.OWN_ACCOUNT),
)
LEAVING = "accounts.leaving"


def access(user: User, slug: str) -> AccountAccess | None:
    """Return the User's place in the index of a live account, or None; asking for a foreign one is recorded (TI-4)."""
    account = Account.objects.filter(slug=slug).exclude(state__in=["opening", "closed"]).first()
    if account is None:
        return None
    found = AccountAccess.objects.filter(user=user, account=account).first()
    if found is None:
        across.note_denial(account)
        return None
    found.account = account
    return found


def proved_at(request: HttpRequest, user: User) -> datetime | None:
    """Return when the User proved who they are, by signing in or by confirming it, if that was within ten minutes."""
    has_second = is_mfa_enabled(user)
    records = get_authentication_records(request, user)
    proofs = [record["at"] for record in records if _is_whole(record, has_second=has_second)]
    if not proofs:
        return None
    # allauth notes the machine's time, which a demo's moved clock is ahead of
    latest = datetime.fromtimestamp(max(proofs), UTC) + settings.CLOCK_OFFSET
    return latest if clock.now() - latest < sessions.STEP_UP_LIFE else None


def _is_whole(record: dict[str, Any], *, has_second: bool) -> bool:
    """Tell whether a step of signing in proves the person: a password alone doesn't when a second factor follows it."""
    if record.get("reauthenticated") or record["method"] == "mfa":
        return True
    return bool(record["method"] == "password") and not has_second


def lacks_second_factor(user: User, account: Account) -> bool:
    """Tell whether the account wants a second factor and the User has none."""
    return account.requires_second_factor and not is_mfa_enabled(user)


def may_set_it_up_later(account: Account) -> bool:
    """Tell whether a member without a second factor may still come in for now."""
    return account.second_factor_from is not None and clock.now() < account.second_factor_from


def documents_due(account: Account) -> list[agreements.Document]:
    """Return the agreements whose current version waits for the Owner; none once the account is closing."""
    if account.state != Account.State.ACTIVE:
        return []
    return [agreements.current(name) for name in agreements.missing(account.pk)]


def door_of_control(slug: str, **query: str) -> str:
    """Return the address in control where a sign-in becomes a one-time code for an account."""
    return hosts.of_control(_with(reverse("enter", args=[slug]), query))


def door_of_region(account: Account, **query: str) -> str:
    """Return the address in the account's region where this browser is known and a code becomes a session."""
    path = reverse("enter_region", args=[account.slug])
    return f"{known_cell(account.cell).host}{_with(path, query)}"


def way_out(user_id: UUID) -> str:
    """Return the address in control that ends the sign-in of this User, for a minute, without asking again."""
    now = int(clock.now().timestamp())
    token = f"{now}.{_seal_of_leaving(user_id, now)}"
    return hosts.of_control(_with(reverse("account_logout"), {"leaving": token}))


def is_leaving(user: User, token: str) -> bool:
    """Tell whether a region sent this User out within the last minute."""
    digits, _, seal = token.partition(".")
    at = int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else 0
    lately = clock.now().timestamp() - at < sessions.CODE_LIFE.total_seconds()
    return lately and constant_time_compare(seal, _seal_of_leaving(user.pk, at))


def _seal_of_leaving(user_id: UUID, at: int) -> str:
    return Signer(salt=LEAVING).signature(f"{user_id}|{at}")


def _with(path: str, query: dict[str, str]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def page_within(url: str, slug: str) -> str:
    """Return `url` when it is a page of that account, else an empty text: `next` never leads elsewhere."""
    return url if url.startswith(f"/a/{slug}/") and "/enter/" not in url else ""


def first_page(account: AccountAnchor, permissions: frozenset[Permission]) -> str:
    """Return the address of the page where somebody with these permissions begins."""
    for name, permission in FIRST_PAGES:
        if permission in permissions and (url := page_url(account, name)):
            return url
    return hosts.of_control(reverse("accounts"))


def page_url(account: AccountAnchor, name: str, *args: object) -> str:
    """Return the address of one of the account's pages; empty when this installation has no such page."""
    try:
        return account.url(name, *args)
    except NoReverseMatch:
        return ""
