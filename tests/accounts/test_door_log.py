"""The log of the door: who came in, failed to or had forgotten, for the Owner and for each member alone (A6)."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import control_tasks
from accounts.models import Account, ControlTask, Role, SignIn
from accounts.tenancy import acting_in
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import PASSWORD, make_account, make_member, make_user, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")
LOGIN = "/sign-in/login/"
FIREFOX = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}


def kinds(account: Account) -> list[str]:
    with acting_in(account.ref):
        return list(SignIn.objects.order_by("at", "id").values_list("kind", flat=True))


def test_what_happens_at_the_door_is_told_to_each_practice_once(client: Client) -> None:
    user = make_user()
    account, other, neighbours = make_account(owner=user), make_account(owner=user), make_account()
    client.post(LOGIN, {"login": "nobody@mail.example", "password": PASSWORD}, headers=FIREFOX)
    assert not ControlTask.objects.exists()
    client.post(LOGIN, {"login": user.email.upper(), "password": "wrong"}, headers=FIREFOX)
    client.post("/sign-in/password/reset/", {"email": user.email}, headers=FIREFOX)
    TOTP.activate(user, generate_totp_secret())
    client.post(LOGIN, {"login": user.email, "password": PASSWORD}, headers=FIREFOX)
    client.post(reverse("mfa_authenticate"), {"code": "000000"}, headers=FIREFOX)
    told = [SignIn.Kind.WRONG_PASSWORD, SignIn.Kind.FORGOT, SignIn.Kind.WRONG_CODE]
    control_tasks.run_open(account.cell)
    ControlTask.objects.update(done_at=None)  # a worker died before it could say that it was done
    control_tasks.run_open(account.cell)
    assert (kinds(account), kinds(other), kinds(neighbours)) == (told, told, [])
    with acting_in(account.ref):
        first = SignIn.objects.order_by("at").first()
        assert (first.browser, first.address) == ("Firefox on Windows", "127.0.0.1")


def test_coming_in_is_noted(client: Client) -> None:
    user = make_user()
    account = make_account(owner=user)
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    client.get(f"/enter/{account.slug}/", follow=True)
    assert kinds(account) == [SignIn.Kind.ENTERED]


def test_the_owner_sees_everybodys_and_each_member_their_own(client: Client) -> None:
    owner = make_user(name="Mei Tanaka")
    account = make_account(owner=owner)
    user, member = make_member(account, Role.RECEPTION, name="Dana Petrovic")
    page, own = (reverse(name, args=[account.slug]) for name in ("sign_ins", "own_sign_ins"))
    sign_in(client, owner, account)
    assert "Nothing yet" in client.get(page).text
    with acting_in(account.ref):
        for who, kind in ((owner_of(account), "entered"), (member, "password")):
            SignIn(member=who, kind=kind, at=clock.now(), browser="Edge on Mac").save(
                force_insert=True
            )
    shown = client.get(page).text
    assert shown.count("Edge on Mac") == 2
    assert client.get(page, {"who": str(member.pk)}).text.count("Edge on Mac") == 1
    assert client.get(page, {"what": "password"}).text.count("Edge on Mac") == 1
    assert "Nothing like that" in client.get(page, {"what": "forgot"}).text
    with CaptureQueriesContext(connections["region_au"]) as few:
        client.get(page)
    with acting_in(account.ref):
        SignIn(member=member, kind="code", browser="Edge on Mac").save(force_insert=True)
    with CaptureQueriesContext(connections["region_au"]) as more:
        client.get(page)
    assert len(few) == len(more)
    sign_in(client, user, account)
    assert client.get(page).status_code == 403
    mine = client.get(own, {"who": str(owner_of(account).pk)}).text
    assert mine.count("Edge on Mac") == 2
    assert "Came in</th>" not in mine
