"""The Owner's pages for bringing a copy back and for moving to another region: one walk through each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from accounts import directory
from accounts.models import Account, Role
from accounts.tenancy import acting_in
from clients.models import Client
from privacy.arrival import keeping
from privacy.models import Relocation
from privacy.relocation import leasing, moving
from tests.browser import sign_in
from tests.factories import make_account, make_member, make_practice, make_user, owner_of
from tests.privacy import scene
from tests.privacy.arrival import parts
from tests.privacy.relocation.test_moving import Killed, dying_at, valkey_of_all

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
__all__ = ["valkey_of_all"]


def seen(browser: Browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_a_copy_is_given_looked_at_and_brought_in(client: Browser) -> None:
    source = make_account(name="Harbour Physio")
    scene.fill(source, given_name="Leila")
    data = parts.exported(source)
    user = make_user(name="Mei Tanaka")
    account = make_account(owner=user, country="DE", name="Hafen")
    sign_in(client, user, account, stepped_up=True)
    url = f"/a/{account.slug}/archive/"

    assert "Give the copy" in seen(client, url)
    for name, content in (("photo.zip", b"no archive"), ("copy.zip", data)):
        answer = client.post(url, {"file": SimpleUploadedFile(name, content)})
        assert (answer.status_code, answer.headers["Location"]) == (302, url)
        assert "Checking your copy" in seen(client, url)
        scene.run_jobs(account, keeping.CHECK)
        if content is not data:
            assert "This file was not taken" in seen(client, url)
    page = seen(client, url)
    assert ("Sydney" in page, "Harbour Physio" in page, "Bring it in" in page) == (True,) * 3
    assert client.post(url, {"file": SimpleUploadedFile("copy.zip", data)}).status_code == 422
    assert client.post(f"{url}bringing/", {"was": "nobody"}).status_code == 422
    was = parts.found(account).people["members"][0]["id"]
    assert client.post(f"{url}bringing/", {"was": was}).status_code == 302
    assert "Bringing your copy in" in seen(client, f"{url}progress/")
    stopped = client.post(f"/a/{account.slug}/clients/new/", {"given_name": "Too soon"})
    assert (stopped.status_code, b"being brought in" in stopped.content) == (409, True)
    scene.run_jobs(account, keeping.BRING)
    assert "Harbour Physio is here" in seen(client, url)
    assert "Leila" in seen(client, f"/a/{account.slug}/clients/")
    reception, _ = make_member(account, Role.RECEPTION)
    sign_in(client, reception, account, stepped_up=True)
    assert client.get(url).status_code == 403


def test_a_move_is_asked_for_watched_taken_back_and_done(client: Browser, settings: Any) -> None:
    user = make_user(name="Mei Tanaka")
    account = make_account(owner=user, name="Harbour Physio")
    with acting_in(account.ref):
        make_practice()
    scene.fill(account, given_name="Leila")
    sign_in(client, user, account, stepped_up=True)
    url = f"/a/{account.slug}/residency/"

    assert "Move to another region" in seen(client, url)
    assert "What happens" in seen(client, f"{url}move/")
    assert client.post(f"{url}move/", {"region": "au", "document": "x"}).status_code == 422
    told = {"region": "eu", "document": "We practise in Berlin now"}
    assert client.post(f"{url}move/", told).status_code == 302
    assert "within a minute" in seen(client, url)
    client.post(f"{url}move/taking-back/")
    assert moving.go_on("au-1") == 1
    assert "Moving from" not in seen(client, url)

    client.post(f"{url}move/", told)
    row = Relocation.objects.get(step="asked")
    with pytest.raises(Killed):
        moving.run(row.pk, after=dying_at("copied"))
    page = seen(client, f"{url}move/progress/")
    assert "You can read everything" in page
    assert "Take it back" in page
    assert "Leila" in seen(client, f"/a/{account.slug}/clients/")
    refused = client.post(f"/a/{account.slug}/clients/new/", {"given_name": "Too soon"})
    assert (refused.status_code, b"moving to another region" in refused.content) == (409, True)
    booking = Browser().get(f"/book/{account.slug}/")
    assert (booking.status_code, b"takes bookings again" in booking.content) == (410, True)

    settings.CLOCK_OFFSET = leasing.LEASE * 2
    moving.go_on("au-1")
    left = client.get(url)
    assert (left.status_code, "/enter/" in left.headers["Location"]) == (302, True)
    assert Browser().get(f"/book/{account.slug}/", follow=True).status_code == 200
    settings.CLOCK_OFFSET += moving.LINGER + timedelta(minutes=1)
    moving.go_on("au-1")
    directory.forget_all()
    account.refresh_from_db()
    sign_in(client, user, account, stepped_up=True)
    assert "Moved from Sydney to Frankfurt" in seen(client, url)
    assert client.get(f"{url}move/certificate/").json()["statement"]["epoch"] == 2
    with acting_in(account.ref):
        assert Client.objects.get().given_name == "Leila"
    assert owner_of(account).user_id == user.pk
    assert Account.objects.get(pk=account.pk).region_decided_by == "Mei Tanaka"
