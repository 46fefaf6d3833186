"""What the team's pages say: days of the practice, and nothing changed by a form that does not belong."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Location, Member, Role, User
from accounts.tenancy import acting_in
from tests.browser import sign_in
from tests.factories import make_account, make_member, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")


def test_days_are_those_of_the_practice(client: Client) -> None:
    account = make_account(name="Harbour Physio")
    sign_in(client, User.objects.get(accesses__account=account), account)
    _user, colleague = make_member(account, Role.RECEPTION)
    with acting_in(account.ref):
        Location(name="Petone", time_zone="Pacific/Auckland").save(force_insert=True)
        # Sunday evening in UTC is Monday morning there
        joined = dt.datetime(2026, 11, 22, 20, 45, tzinfo=dt.UTC)
        Member.objects.filter(pk=colleague.pk).update(joined_at=joined)
    page = client.get(f"/a/{account.slug}/settings/team/members/{colleague.pk}/").content.decode()
    assert "since Mon 23 Nov 2026" in page


def test_the_owner_has_no_role_to_change(client: Client) -> None:
    account = make_account(name="Harbour Physio")
    owner = owner_of(account)
    sign_in(client, User.objects.get(accesses__account=account), account)
    page = f"/a/{account.slug}/settings/team/members/{owner.pk}/"
    answer = client.post(page, {"role": Role.RECEPTION})
    assert answer.status_code == 200
    assert "There is always one owner." in answer.content.decode()
    with acting_in(account.ref):
        assert Member.objects.get(pk=owner.pk).role == Role.OWNER
