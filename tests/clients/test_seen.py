"""Who saw a record: openings with their purpose, a line for each person and quarter of an hour, also for the client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts import audit, sequencer
from accounts.models import Member, Role
from accounts.tenancy import acting_in
from clients import alerts, merging
from clients.models import Client, Disclosure
from clients.seen import views
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind, Purpose
from tests.clients.practice import Practice, practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)
TEN = datetime(2026, 11, 24, 10, 1, tzinfo=UTC)


def chained() -> None:
    while sequencer.sequence("au-1"):
        pass


def at(settings: Any, instant: datetime) -> None:
    settings.CLOCK_OFFSET = settings.CLOCK_OFFSET + (instant - clock.now())


def shown(owner: Practice, pk: object, **asked: str) -> str:
    chained()
    page: str = owner.get(f"{pk}/seen/", data=asked).content.decode()
    return page


def test_openings_are_folded_by_person_and_quarter_with_their_purpose(settings: Any) -> None:
    at(settings, TEN)
    owner = practice()
    tom = practice(Role.PRACTITIONER, owner.account)
    desk = practice(Role.RECEPTION, owner.account)
    pk = owner.client(given_name="Ida", family_name="Holm")
    with acting_in(owner.account.ref):
        client, other = Client.objects.get(pk=pk), make_client(given_name="Nobody")
        alerts.add(by=SYSTEM, client=client, kind="risk", severity="info", text="Faints")
        alerts.add(by=SYSTEM, client=other, kind="risk", severity="info", text="Faints")
    assert "Nobody yet" in shown(owner, pk)
    at(settings, TEN - timedelta(days=40))
    with acting_in(owner.account.ref):
        audit.record("alert.changed", by=Actor(ActorKind.CLIENT), client_id=pk)
    for minutes, browser in ((0, tom), (3, tom), (6, tom), (7, desk), (20, tom)):
        at(settings, TEN + timedelta(minutes=minutes))
        browser.get(f"{pk}/")
        browser.get(f"{other.pk}/")
    assert tom.post(f"{pk}/archive/").status_code == 302
    assert "A client" in shown(owner, pk, days="365")
    page = shown(owner, pk, days="30")
    assert page.count('<th scope="row">') == 4
    at_ten = page[page.index("10:01") - 900 : page.index("10:01")]
    assert "× 3" in at_ten
    assert "Alerts" in at_ten
    assert "10:01 to 10:07 am" in page
    assert page.index("Client archived") < page.index("× 3")
    assert page.count("Treatment") == 3
    assert page.count("Running the practice") == 1
    assert page.count("<small>Reception</small>") == 1
    with acting_in(owner.account.ref):
        member = Member.objects.get(role=Role.PRACTITIONER)
    only = shown(owner, pk, who=str(member.pk), did="looked", days="30")
    assert only.count('<th scope="row">') == 2
    assert shown(owner, pk, did="changed").count('<th scope="row">') == 2
    assert "Alert added" in shown(owner, pk, who="keepwell")
    assert shown(owner, pk, who="nonsense", did="x", days="-1").count('<th scope="row">') == 5
    with acting_in(owner.account.ref):
        desk_member = Member.objects.get(role=Role.RECEPTION)
    assert "Nothing like that" in shown(owner, pk, who=str(desk_member.pk), did="changed")
    # On paper for the client, which stands in the list of what was given out
    paper = owner.get(f"{pk}/seen/paper/", data={"did": "looked"}).content.decode()
    assert "Who saw your record" in paper
    assert paper.count('<th scope="row">') == 3
    assert "those who only looked at it" in paper
    with acting_in(owner.account.ref):
        assert Disclosure.objects.get().way == Disclosure.Way.PRINT
    for browser in (tom, desk, practice()):
        assert browser.get(f"{pk}/seen/").status_code in (403, 404)
        assert browser.get(f"{pk}/seen/paper/").status_code in (403, 404)


def test_a_merged_record_is_seen_with_the_one_it_stands_for_page_by_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = practice()
    monkeypatch.setattr(views, "PER_PAGE", 2)
    with acting_in(owner.account.ref):
        client, twin = make_client(), make_client()
        by = Member.objects.get(role=Role.OWNER).actor
        merging.merge(by=by, client=client, source=twin)
    counts = []
    for number, more in enumerate((1, 2)):
        with acting_in(owner.account.ref, by=by, purpose=Purpose.REQUEST):
            for n in range(more):
                audit.record(f"thing.done{number}{n}", by=by, client_id=twin.pk)
        chained()
        with CaptureQueriesContext(connections["region_au_reader"]) as queries:
            page = owner.get(f"{client.pk}/seen/", data={"did": "changed"}).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert "A request by the client" in page
    assert "Page 1 of 2" in page
    assert "did=changed&amp;page=2" in page
