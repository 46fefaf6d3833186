"""How long a session lives, and who loses it when (house.md 4); the one-time code is in test_entry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts import control_tasks, sessions, team
from accounts.models import Account, Member, RegionSession, User
from accounts.tenancy import acting_in
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import make_account, make_member, make_user, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def owner() -> tuple[User, Account]:
    user = make_user()
    return user, make_account(owner=user)


def inside(browser: Browser, account: Account, name: str = "clients") -> bool:
    """Tell whether a page opens; otherwise the browser is sent to sign in."""
    response = browser.get(reverse(name, args=[account.slug]))
    assert response.status_code in (200, 302)
    return bool(response.status_code == 200)


@pytest.mark.parametrize(("minutes", "opens"), [(29, True), (31, False)])
def test_an_idle_session_ends_after_half_an_hour(
    client: Browser, owner: tuple[User, Account], settings: Any, minutes: int, opens: bool
) -> None:
    sign_in(client, *owner)
    settings.CLOCK_OFFSET = timedelta(minutes=minutes)
    assert inside(client, owner[1]) is opens


def test_a_session_ends_after_twelve_hours_of_work(
    client: Browser, owner: tuple[User, Account], settings: Any
) -> None:
    sign_in(client, *owner)
    for quarter in range(1, 48):
        settings.CLOCK_OFFSET = timedelta(minutes=15 * quarter)
        with acting_in(owner[1].ref):
            ticket = ticket_in(client, owner[1])
            assert sessions.find(ticket) is not None, quarter
    settings.CLOCK_OFFSET = timedelta(hours=12, seconds=5)
    assert not inside(client, owner[1])


def ticket_in(client: Browser, account: Account) -> sessions.Ticket:
    secret = client.cookies[sessions.cookie_name(account.slug)].value.rsplit(".", 1)[1]
    return sessions.Ticket(account.ref, secret)


@pytest.mark.parametrize(("minutes", "opens"), [(9, True), (11, False)])
def test_what_is_grave_needs_a_proof_of_the_last_ten_minutes(
    client: Browser, owner: tuple[User, Account], settings: Any, minutes: int, opens: bool
) -> None:
    sign_in(client, *owner, stepped_up=True)
    settings.CLOCK_OFFSET = timedelta(minutes=minutes)
    with acting_in(owner[1].ref):
        session = RegionSession.objects.get()
        assert sessions.is_stepped_up(session) is opens


def test_a_removed_member_is_out_at_the_next_click(
    client: Browser, owner: tuple[User, Account]
) -> None:
    account = owner[1]
    user, member = make_member(account)
    sign_in(client, user, account)
    assert inside(client, account)
    by = owner_of(account).actor
    with acting_in(account.ref, by=by):
        team.remove(by=by, member=member)
        assert not RegionSession.objects.filter(member=member).exists()
    assert not inside(client, account)


def test_a_session_that_outlives_its_members_removal_opens_nothing(
    client: Browser, owner: tuple[User, Account]
) -> None:
    account = owner[1]
    _, member = make_member(account)
    with acting_in(account.ref):
        Member.objects.filter(pk=member.pk).update(removed_at=clock.now())
        secret = sessions.start(member, proved_at=clock.now(), browser="left behind")
        assert sessions.find(sessions.Ticket(account.ref, secret)) is None


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_control_ends_a_users_sessions_in_every_practice(
    client: Browser, owner: tuple[User, Account]
) -> None:
    """Switched off in control: the cell's worker, which asks every 15 seconds, ends the sessions."""
    user, account = owner
    second = make_account(owner=user)
    for each in (account, second):
        sign_in(client, user, each)
    control_tasks.end_sessions(user)
    assert control_tasks.run_open("au-1") == 1
    assert not inside(client, account)
    assert not inside(client, second)


def test_a_ticket_says_nothing_in_another_account(
    client: Browser, owner: tuple[User, Account]
) -> None:
    sign_in(client, *owner)
    secret = ticket_in(client, owner[1]).secret
    other = make_account()
    with acting_in(other.ref):
        assert sessions.find(sessions.Ticket(other.ref, secret)) is None
