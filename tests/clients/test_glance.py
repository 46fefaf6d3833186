"""A page's glance at a client: one statement tells what there is, and what is not there is not asked for."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from clients import alerts, glance, reaching
from clients.models import Alert, Client, ContactPoint, Relationship
from clients.relationships import relating
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import practice
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_glance_tells_what_there_is_and_reads_it_once() -> None:
    with acting_in(make_account().ref):
        neighbour, client = make_client(), make_client()
        for each in (neighbour, client):
            alerts.add(by=SYSTEM, client=each, kind="risk", severity="care", text=str(each.pk))
        relating.relate(
            by=SYSTEM, client=neighbour, somebody=client, about=relating.About("partner")
        )
        ContactPoint(client=neighbour, kind="phone", value="+61412000999").save(force_insert=True)
        known = Client.objects.get(pk=client.pk)
        assert glance.may_have(known, ContactPoint)  # nobody has looked
        glance.begin(known)
        assert glance.may_have(known, Alert)
        assert glance.may_have(known, Relationship, ContactPoint)
        assert not glance.may_have(known, ContactPoint)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert reaching.of_client(known) == {"more_phones": [], "more_emails": []}
            assert len(queries) == 0
            (alert,) = alerts.standing(known)
            assert alert.text == str(client.pk)
            assert glance.once(known, alerts.of_client) == [alert]
            assert len(queries) == 1
        fresh = Client.objects.get(pk=client.pk)
        alerts.resolve(by=SYSTEM, alert=alerts.standing(fresh)[0])
        assert alerts.standing(fresh) == []  # without a glance it is asked each time


def test_a_page_asks_little_of_somebody_of_whom_little_is_kept() -> None:
    owner = practice()
    pk = owner.client(given_name="Ana", family_name="Vega")
    owner.get(f"{pk}/")
    with CaptureQueriesContext(connections["region_au"]) as queries:
        assert owner.get(f"{pk}/").status_code == 200
    assert len(queries) <= 20
    with acting_in(owner.account.ref):
        alerts.add(
            by=SYSTEM,
            client=Client.objects.get(pk=pk),
            kind="allergy",
            severity="severe",
            text="Latex",
        )
    page = owner.get(f"{pk}/").content.decode()
    assert page.count("Latex") == 2  # at the top, and on the timeline
