"""The request as views of an account see it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import AccountAnchor, Member, User
from accounts.permissions import Permission
from privacy.vocabulary.scope import Actor


class AccountRequest(HttpRequest):
    """A request inside an account: who, where and what they may do (set by AccountMiddleware)."""

    account: AccountAnchor
    member: Member
    actor: Actor
    permissions: frozenset[Permission]
    htmx: HtmxDetails


class SignedInRequest(HttpRequest):
    """A request outside accounts by a signed-in User."""

    user: User
    htmx: HtmxDetails
