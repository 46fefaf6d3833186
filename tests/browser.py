"""Signs a test client in to an account."""

from __future__ import annotations

from django.test import Client

from accounts import sessions
from accounts.models import Account, Member, User
from accounts.tenancy import acting_in
from privacy.vocabulary import clock


def sign_in(client: Client, user: User, account: Account, *, stepped_up: bool = False) -> None:
    """Give the test client a session of `user` in the account's region, and in control."""
    client.force_login(user)
    with acting_in(account.ref):
        member = Member.objects.get(user_id=user.pk)
        secret = sessions.start(
            member, proved_at=clock.now() if stepped_up else None, browser="test"
        )
    client.cookies[sessions.cookie_name(account.slug)] = f"{account.cell}.{account.pk.hex}.{secret}"
