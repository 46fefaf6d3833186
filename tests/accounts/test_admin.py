"""Staff see control's facts, change little, and nothing of a region."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from accounts.models import Account, ControlTask, User
from privacy.vocabulary.placement import Placement
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db(databases="__all__")
LISTS = ("account", "user", "accountaccess", "agreementacceptance", "controltask")


@pytest.fixture
def staff(client: Client) -> Client:
    """A browser where a member of the vendor's staff is signed in."""
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_models_of_regions_and_keyrings_are_not_registered() -> None:
    registered = {model._meta.label for model in admin.site._registry}
    elsewhere = {
        model._meta.label
        for model in apps.get_models()
        if getattr(model, "placement", Placement.CONTROL) != Placement.CONTROL
    }
    assert elsewhere
    assert registered & elsewhere == set()
    assert "mfa.Authenticator" not in registered


@pytest.mark.parametrize("page", LISTS)
def test_each_list_opens(staff: Client, page: str) -> None:
    make_account()
    assert staff.get(f"/admin/accounts/{page}/?q=e").status_code == 200


def test_an_account_is_shown_but_not_changed(staff: Client) -> None:
    account = make_account()
    page = f"/admin/accounts/account/{account.pk}/change/"
    assert "closest of our data centres" in staff.get(page).content.decode()
    assert staff.post(page, {"name": "Changed", "cell": "eu-1"}).status_code == 403
    assert Account.objects.get(pk=account.pk).cell == "au-1"


@pytest.mark.parametrize("page", LISTS)
def test_nothing_is_added_or_deleted_by_hand(staff: Client, page: str) -> None:
    assert staff.get(f"/admin/accounts/{page}/add/").status_code == 403


def test_a_user_who_is_switched_off_loses_every_session(staff: Client) -> None:
    user = make_user()
    make_account(owner=user)
    answer = staff.post(f"/admin/accounts/user/{user.pk}/change/", {})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert User.objects.get(pk=user.pk).is_active is False
    assert ControlTask.objects.get(name="sessions.end").payload["user"] == str(user.pk)


def test_staff_never_set_passwords(staff: Client) -> None:
    user = make_user()
    page = staff.get(f"/admin/accounts/user/{user.pk}/change/")
    assert set(page.context["adminform"].form.fields) == {"is_active", "is_staff", "is_superuser"}


@pytest.mark.parametrize(
    ("page", "ours"),
    [("password_change", "/sign-in/password/change/"), ("logout", "/sign-in/logout/")],
)
def test_staff_change_their_password_and_leave_where_everybody_does(
    staff: Client, page: str, ours: str
) -> None:
    for answer in (staff.get(f"/admin/{page}/"), staff.post(f"/admin/{page}/")):
        assert (answer.status_code, answer["Location"]) == (302, ours)
    assert staff.get(ours).status_code == 200


def test_staff_never_give_an_address_to_a_sign_in(staff: Client) -> None:
    for page in ("", "add/"):
        assert staff.get(f"/admin/account/emailaddress/{page}").status_code == 404
    assert "account.EmailAddress" not in {model._meta.label for model in admin.site._registry}


def test_staff_sign_in_where_everybody_does(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")
    assert answer["Location"].startswith("/sign-in/login/")
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_others_are_not_let_in(client: Client) -> None:
    client.force_login(make_user())
    answer: Any = client.get("/admin/login/?next=/admin/")
    assert answer.status_code in (302, 403)
    assert client.get("/admin/accounts/account/").status_code == 302
