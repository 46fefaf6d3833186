"""The request desk: in by the practice's page and by staff, the same answer to everybody, clocks, turns, the list."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any

import pytest
from django.core import mail
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from accounts.tenancy import acting_in
from clients.disclosures import disclosing
from clients.models import Client, Restriction
from clients.restrictions import standing
from privacy.cases import DeskCase, DeskCertificate, DeskStep, DeskTelling, DeskWait
from privacy.desk import clocks, granting, keeping, taking
from privacy.desk.packs import pack_for
from privacy.desk.proving import PROOFS
from privacy.desk.routes import BY_HAND, ROUTES, Answers, Person, route
from privacy.desk.working import DOES
from privacy.vocabulary import clock
from tests.bookings.office import NOW, Office, at, browser_of, open_office
from tests.browser import sign_in
from tests.factories import make_account, make_client
from tests.privacy import scene

pytestmark = pytest.mark.django_db(databases="__all__")
ASKED = {
    "right": "access",
    "asker": "self",
    "name": "Leila Haddad",
    "contact": "leila@mail.example",
    "words": "What do you keep about my knee?",
}


def plain(answer: Any) -> str:
    """Return a page without what differs each time it is drawn."""
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", answer.content.decode())


@pytest.fixture(autouse=True)
def cache(cache_address: str, settings: Any) -> None:
    """Point the region's cache at the test server, and forget who asked before."""
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    caches["au"].clear()


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def test_every_right_of_everybody_leads_somewhere() -> None:
    for person in Person:
        for right in DeskCase.Right.values:
            found = route(right, person)
            ways = [bool(found.steps), bool(found.refusal), bool(found.own_page)]
            assert sum(ways) == 1, (person, right)
            assert found.refusal in ("", *DeskCase.Refusal.values)
            clients = person in (Person.CLIENT, Person.CARER)
            assert found.answers == (Answers.OWNER if clients else Answers.VENDOR)
    engine = {name for each in ROUTES[Person.CLIENT].values() for name in each.steps} - BY_HAND
    assert engine == set(DOES) == set(PROOFS)  # whatever is done is also looked for


def test_the_page_answers_everybody_alike(office: Office) -> None:
    with acting_in(office.account.ref):
        make_client(given_name="Leila", family_name="Haddad", email="leila@mail.example")
    visitor, url = Browser(), office.url("privacy_request")
    assert "Ask about your data" in visitor.get(url).content.decode()
    answers, asked = [], []
    for contact in ("leila@mail.example", "nobody@mail.example"):
        key = visitor.get(url).context["form"].initial["key"]
        with CaptureQueriesContext(connections["region_au"]) as queries:
            answer = visitor.post(url, {**ASKED, "contact": contact, "key": key})
        answers.append((answer.status_code, plain(answer)))
        asked.append([query["sql"].split(" ")[0] for query in queries.captured_queries])
        again = visitor.post(url, {**ASKED, "contact": contact, "key": key})
        assert plain(again) == plain(answer)  # sent twice, asked once
    with acting_in(office.account.ref):
        first, second = DeskCase.objects.order_by("received_at")
        assert first.words == ASKED["words"]
        assert (first.pack, first.due_on) == (pack_for("AU").code, date(2026, 12, 23))
    (status, page), (other_status, other_page) = answers
    assert (status, asked[0]) == (other_status, asked[1])
    assert page.replace(first.reference, "") == other_page.replace(second.reference, "")
    refused = visitor.post(url, {**ASKED, "name": ""})
    assert refused.status_code == 422
    assert ASKED["words"] in refused.content.decode()
    assert visitor.post(url, {**ASKED, "website": "spam"}).status_code == 422
    often = {**ASKED, "contact": "often@mail.example"}
    assert [visitor.post(url, often).status_code for _each in range(6)] == [200] * 5 + [429]
    mail.outbox.clear()
    scene.run_jobs(office.account, taking.ARRIVED)
    assert {each.to[0] for each in mail.outbox} == {User.objects.get(pk=office.owner.user_id).email}
    assert all("Leila" not in f"{each.body}{each.subject}" for each in mail.outbox)


def test_the_clock_waits_and_takes_more_time(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref, by=office.by):
        case = taking.take(by=office.by, right="access", way="call", name="Leila")
        case.pack, case.country = "UK", "GB"
        case.save()
        case = keeping.wait(by=office.by, case=case, what="identity")
        assert case.due_on is None
        assert clocks.clock_of(case, ("identity",)).waits_for == ("identity",)
        client = make_client()
        keeping.assign(by=office.by, case=case, client=client)
        assert keeping.reason_to_wait(keeping.locked(case)) != ""
    settings.CLOCK_OFFSET += timedelta(days=3)
    with acting_in(office.account.ref, by=office.by):
        case = keeping.prove(by=office.by, case=case, how="document", document="passport …1234")
        assert case.due_on == date(
            2026, 12, 29
        )  # a month from now: 26 is Saturday, then Boxing Day's
        assert not DeskWait.objects.filter(until=None).exists()
        assert keeping.reason_to_wait(case) == ""
        # another person has to prove themself anew
        assert keeping.assign(by=office.by, case=case, client=make_client()).identity == ""
        longer = keeping.extend(
            by=office.by, case=case, until=date(2027, 1, 20), because="Many notes"
        )
        assert longer.due_on == date(2027, 1, 20)
        with pytest.raises(ValidationError):
            keeping.extend(by=office.by, case=case, until=date(2027, 1, 22), because="More")
        with pytest.raises(ValidationError):
            taking.take(
                by=office.by,
                right="access",
                way="call",
                name="Leila",
                received_at=clock.now() + timedelta(days=1),
            )
    mail.outbox.clear()
    settings.CLOCK_OFFSET += timedelta(days=60)
    scene.run_jobs(office.account, taking.REMIND)
    assert [each.subject for each in mail.outbox] == [f"Overdue: request {case.reference}"]


def test_a_child_old_enough_and_authority_that_ended(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        case = taking.take(
            by=office.by, right="access", way="call", name="Samira", asker="guardian"
        )
        keeping.assign(by=office.by, case=case, client=make_client())
        keeping.prove(by=office.by, case=case, how="known")
        for until, is_mature, can in (
            (clock.today("UTC") - timedelta(days=2), False, False),
            (None, True, False),
            (None, False, True),
        ):
            kept = keeping.authorise(
                by=office.by, case=case, authority="mother", until=until, is_mature_minor=is_mature
            )
            assert (keeping.reason_to_wait(kept) == "") is can
        granted = granting.grant(by=office.by, case=case)
        assert granted.state == "working"
        assert [each.name for each in DeskStep.objects.filter(case=case)] == ["copy"]


@pytest.mark.parametrize("right", ["restriction", "objection"])
def test_what_is_granted_holds_at_once(office: Office, right: str) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = make_client()
        case = taking.take(by=office.by, right=right, way="letter", name="Leila")
        keeping.assign(by=office.by, case=case, client=client)
        keeping.prove(by=office.by, case=case, how="known")
        granting.grant(by=office.by, case=case, what=granting.Grant(uses=["messages"]))
        assert not standing.permits(client, "messages")
        assert Restriction.objects.get().case_id == case.pk


def test_the_pages(office: Office) -> None:
    browser, url = Browser(), office.url
    owner = User.objects.get(pk=office.owner.user_id)
    sign_in(browser, owner, office.account, stepped_up=True)
    assert "Nothing to answer" in browser.get(url("desk")).content.decode()
    assert browser_of(office.account, Role.RECEPTION).get(url("desk")).status_code == 403
    with acting_in(office.account.ref):
        client = make_client(given_name="Leila", family_name="Haddad")
        disclosing.record(
            by=office.by,
            client=client,
            what=disclosing.What((Client,), "Report"),
            to=disclosing.Recipient("insurer", "Southern Cover"),
            way="mail",
        )
    new = f"{url('desk_new')}?about={client.pk}"
    assert "Leila Haddad" in browser.get(new).content.decode()
    given = {**ASKED, "right": "rectification", "way": "letter", "on": "2026-11-01"}
    assert browser.post(url("desk_new"), {**given, "on": "2027-01-01"}).status_code == 422
    assert browser.post(new, given).status_code == 302
    with acting_in(office.account.ref):
        case = DeskCase.objects.get()
        assert case.client_id == client.pk
    here = url("desk_case", case.pk)
    page = browser.get(here).content.decode()
    assert "Note first how they proved who they are." in page

    def turn(name: str) -> str:
        return url("desk_turn", case.pk, name)

    assert browser.post(turn("nonsense")).status_code == 404
    wrong = browser.post(turn("proof"), {"how": "document", "sort": "passport", "last": "12"})
    assert wrong.status_code == 422
    assert "last four" in wrong.content.decode()
    browser.post(turn("wait"), {"what": "clarification"})
    assert "Waits for" in browser.get(here).content.decode()
    browser.post(turn("arrival"), {"what": "clarification"})
    proof = {"how": "document", "sort": "passport", "last": "1234"}
    assert browser.post(turn("proof"), proof).status_code == 302
    assert browser.post(turn("grant")).status_code == 302
    page = browser.get(here).content.decode()
    assert "Southern Cover" in page
    assert "passport …1234" in page
    with acting_in(office.account.ref):
        told = DeskTelling.objects.get()
    assert browser.post(turn("statement"), {"statement": "It was the left knee"}).status_code == 302
    assert "It was the left knee" in browser.get(url("client", client.pk)).content.decode()
    telling = url("desk_telling", case.pk, told.pk)
    browser.post(telling, {"did": "given_up", "because": " "})
    browser.post(telling, {"did": "told"})
    browser.post(telling, {"did": "acknowledged"})
    for name in ("correction", "recipients"):
        browser.post(url("desk_step", case.pk, name))
    scene.run_jobs(office.account, granting.WORK)
    page = browser.get(here).content.decode()
    assert "Found done, and signed" in page
    file = browser.get(url("desk_certificate", case.pk))
    assert file.headers["Content-Type"] == "application/json"
    assert "Haddad" not in file.content.decode()
    # overdue ones first, closed ones apart, and a constant number of statements
    assert "Answered" in browser.get(url("desk")).content.decode()
    counts = []
    for number in (1, 3):
        with acting_in(office.account.ref, by=office.by):
            while DeskCase.objects.filter(state="open").count() < number:
                taking.take(by=office.by, right="access", way="call", name="Ana")
        with CaptureQueriesContext(connections["region_au"]) as queries:
            browser.get(url("desk"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    with acting_in(office.account.ref):
        late = DeskCase.objects.filter(state="open").last()
        late.due_on = date(2026, 11, 1)
        late.save(update_fields=["due_on"])
    listed = browser.get(url("desk")).content.decode()
    assert "days overdue" in listed
    assert listed.index(late.reference) < listed.index("days left")
    refusal = url("desk_turn", late.pk, "refusal")
    assert browser.post(refusal, {"refusal": "unfounded", "answer": ""}).status_code == 422
    assert (
        browser.post(refusal, {"refusal": "unfounded", "answer": "Asked last week"}).status_code
        == 302
    )
    # neither another practice nor a closed request does more
    stranger = open_office()
    assert stranger.browser().get(stranger.url("desk_case", case.pk)).status_code == 404
    assert office.browser().post(turn("grant")).status_code == 401  # not without a fresh sign-in
    assert browser.post(turn("wait"), {"what": "fee"}).status_code == 422
    with acting_in(office.account.ref):
        assert DeskCertificate.objects.count() == 1


MAIL = """From: Leila Haddad <leila@mail.example>
To: privacy+practice@keepwell.example
Subject: My file
Message-ID: <one@mail.example>
Date: Fri, 20 Nov 2026 09:00:00 +1100
Content-Type: text/plain; charset=utf-8

Please send me what you keep about my knee – all of it.
""".encode()


def test_a_mail_is_a_request(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(raw: bytes, slug: str = "") -> str:
        said = StringIO()
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(raw)))
        call_command("requests", "mail", slug or office.account.slug, stdout=said)
        return said.getvalue().strip()

    reference = send(MAIL)
    assert send(MAIL) == reference  # delivered twice
    assert send(b"Auto-Submitted: auto-replied\n" + MAIL).startswith("Not taken")
    with pytest.raises(CommandError):
        send(MAIL, "nobody-has-this")
    with acting_in(office.account.ref, by=office.by):
        case = DeskCase.objects.get()
        assert (case.name, case.contact) == ("Leila Haddad", "leila@mail.example")
        assert case.words == "My file\n\nPlease send me what you keep about my knee – all of it."
        assert case.received_at.isoformat() == "2026-11-19T22:00:00+00:00"
        with pytest.raises(ValidationError, match="what they want"):
            granting.grant(by=office.by, case=case)
        assert keeping.sort(by=office.by, case=case, right="access").right == "access"


def test_a_law_is_chosen(office: Office) -> None:
    browser = office.browser()
    assert browser.post(office.url("desk_law"), {"pack": "AU-NSW"}).status_code == 302
    with acting_in(office.account.ref, by=office.by):
        case = taking.take(by=office.by, right="access", way="call", name="Leila")
        assert (case.pack, clocks.law().code) == ("AU-NSW", "AU-NSW")
    assert "NSW" in browser.get(office.url("desk")).content.decode()
    assert make_account() is not None
