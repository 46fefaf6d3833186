"""The pages of consents: recorded at the desk, withdrawn in two presses, printed with the words; who may do what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import PrivacyNotice, Role
from accounts.tenancy import acting_in
from clients import directory
from clients.consents import notices, purposes
from clients.consents.giving import Given
from clients.consents.purposes import Words
from clients.consents.standing import permits
from clients.models import Consent, ConsentPurpose, ConsentText, How
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import Practice, practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
Kind = ConsentPurpose.Kind
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SPOKEN = {"how": "person", "by_whom": "client"}


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    directory.forget()
    found = practice()
    with acting_in(found.account.ref):
        purposes.provide_defaults()
    return found


def news(owner: Practice) -> tuple[UUID, UUID]:
    """Return the purpose of news by e-mail and its words in English."""
    with acting_in(owner.account.ref):
        purpose = ConsentPurpose.objects.get(kind=Kind.EMAIL_NEWS)
        return purpose.pk, ConsentText.objects.get(purpose=purpose, language="en").pk


def consents(owner: Practice) -> list[Consent]:
    with acting_in(owner.account.ref):
        found = list(Consent.objects.order_by("recorded_at", "id"))
        for each in found:
            str(each.by_name), str(each.evidence)
        return found


def test_an_answer_is_recorded_seen_withdrawn_and_printed(owner: Practice) -> None:
    pk = owner.client(given_name="Ana", family_name="Vega")
    purpose, text = news(owner)
    empty = owner.get(f"{pk}/consents/").content.decode()
    assert "Nobody asked yet, so it counts as no." in empty
    assert "Every answer" not in empty
    form = owner.get(f"{pk}/consents/{purpose}/new/").content.decode()
    assert "The practice may send me news and offers by e-mail" in form
    told = {
        **SPOKEN,
        "decision": "permit",
        "text": str(text),
        "on": "2026-11-20",
        "by_whom": "guardian",
    }
    refused = owner.post(f"{pk}/consents/{purpose}/new/", told)
    assert refused.status_code == 422
    assert "Enter the name of whoever spoke for the client." in refused.content.decode()
    more = {**told, "by_name": "Rosa Vega", "evidence": "Sheet in the blue folder"}
    future = owner.post(f"{pk}/consents/{purpose}/new/", {**more, "on": "2026-11-25"})
    assert "Enter a day that is not in the future." in future.content.decode()
    assert owner.post(f"{pk}/consents/{purpose}/new/", more).status_code == 302
    [kept] = consents(owner)
    assert (kept.decision, kept.how, kept.by_whom) == ("permit", "person", "guardian")
    assert (kept.by_name, kept.evidence) == ("Rosa Vega", "Sheet in the blue folder")
    assert kept.starts_at == datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    page = owner.get(f"{pk}/consents/").content.decode()
    assert "Rosa Vega" in page
    assert f"/consents/{purpose}/withdrawal/" in page
    card = owner.get(f"{pk}/").content.decode()
    assert "News by e-mail" in card
    assert "Not asked: Treatment · Telehealth" in card
    assert owner.get(f"{pk}/?show=consents").context["entries"][0]["title"] == "News by e-mail"
    asks = owner.get(f"{pk}/consents/{purpose}/withdrawal/").content.decode()
    assert "Withdraw now" in asks
    assert owner.post(f"{pk}/consents/{purpose}/withdrawal/", SPOKEN).status_code == 302
    with acting_in(owner.account.ref):
        assert not permits(pk, Kind.EMAIL_NEWS)
    assert len(consents(owner)) == 2
    # pressed once more from an old page: nothing to take back
    assert owner.post(f"{pk}/consents/{purpose}/withdrawal/", SPOKEN).status_code == 302
    assert len(consents(owner)) == 2
    paper = owner.get(f"{pk}/consents/paper/").content.decode()
    assert paper.count("The practice may send me news and offers by e-mail") == 2
    assert "Sheet in the blue folder" in paper


def test_the_paper_shows_the_words_of_then_and_what_changed(owner: Practice) -> None:
    pk = owner.client()
    purpose, text = news(owner)
    told = {**SPOKEN, "decision": "permit", "text": str(text), "on": "2026-11-24"}
    owner.post(f"{pk}/consents/{purpose}/new/", told)
    with acting_in(owner.account.ref):
        one = PrivacyNotice(version=1, text="We keep your details in Sydney. Ask us.")
        one.save(force_insert=True)
    assert owner.post(f"{pk}/notice/", {**SPOKEN, "answer": "accepted"}).status_code == 302
    with acting_in(owner.account.ref):
        found = ConsentPurpose.objects.get(pk=purpose)
        old = ConsentText.objects.get(pk=text).text
        new = old.replace("once a month", "twice a month")
        purposes.publish(by=SYSTEM, purpose=found, texts={"en": Words("News by e-mail", new)})
        PrivacyNotice(version=2, text="We keep your details in Sydney. Write to us.").save(
            force_insert=True
        )
    paper = owner.get(f"{pk}/consents/paper/").content.decode()
    assert "at most once a month" in paper
    assert "<del>The practice may send me news and offers by e-mail, at most once a month." in paper
    assert (
        "<ins>The practice may send me news and offers by e-mail, at most twice a month.</ins>"
        in paper
    )
    assert "We keep your details in Sydney. <del>Ask us.</del><ins>Write to us.</ins>" in paper
    assert "Accepted · In person, by word" in paper
    page = owner.get(f"{pk}/consents/").content.decode()
    assert "to version 1; version 2 is out" in page
    assert "newer version" in page


def test_the_owner_says_what_is_asked(owner: Practice) -> None:
    settings = f"/a/{owner.account.slug}/settings/consents/"

    def post(rest: str, **told: Any) -> Any:
        return owner.browser.post(f"{settings}{rest}", told)

    page = owner.browser.get(settings).content.decode()
    assert "Sharing with their doctor" in page
    half = post("new/", kind="other", name="Dry needling", title_en="Dry needling")
    assert half.status_code == 422
    assert "Write the text that people agree to." in half.content.decode()
    none = post("new/", kind="other", name="Dry needling")
    assert "Write what people are asked to agree to." in none.content.decode()
    # what is there already can't be asked twice
    assert post("new/", kind="sharing", name="GP", title_en="GP", text_en="x").status_code == 422
    words = {"title_en": "Dry needling", "text_en": "I agree to needles.", "lasts_months": "12"}
    assert post("new/", kind="other", name="Dry needling", **words).status_code == 302
    with acting_in(owner.account.ref):
        purpose = ConsentPurpose.objects.get(name="Dry needling")
        assert purpose.lasts_months == 12
    assert post(f"{purpose.pk}/", name="Needles", **words).status_code == 302
    words["text_de"], words["title_de"] = "Ich bin mit Nadeln einverstanden.", "Nadeln"
    assert post(f"{purpose.pk}/", name="Needles", **words).status_code == 302
    with acting_in(owner.account.ref):
        versions = ConsentText.objects.filter(purpose=purpose).values_list("version", "language")
        assert sorted(versions) == [(1, "en"), (2, "de"), (2, "en")]
        assert ConsentPurpose.objects.get(pk=purpose.pk).name == "Needles"
    assert post(f"{purpose.pk}/archive/").status_code == 302
    assert "No longer asked" in owner.browser.get(settings).content.decode()
    pk = owner.client()
    assert owner.get(f"{pk}/consents/{purpose.pk}/new/").status_code == 404


def test_who_has_not_seen_the_notice_is_listed(owner: Practice) -> None:
    address = f"/a/{owner.account.slug}/settings/privacy-notice/unaware/"
    assert "No notice is published yet" in owner.browser.get(address).content.decode()
    with acting_in(owner.account.ref):
        notice = PrivacyNotice(version=1, text="One.")
        notice.save(force_insert=True)
    assert "Everybody has seen it" in owner.browser.get(address).content.decode()
    with acting_in(owner.account.ref):
        ana = make_client(given_name="Ana", family_name="Vega")
        make_client(given_name="Ben", family_name="Okafor")

    def cost() -> int:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            page = owner.browser.get(address).content.decode()
        assert "Okafor" in page
        return len(queries)

    cost()
    two = cost()
    with acting_in(owner.account.ref):
        for name in ("One", "Two", "Three"):
            make_client(family_name=name)
    assert cost() <= two + 2  # the directory reads who came
    with acting_in(owner.account.ref):
        notices.answer(by=SYSTEM, client=ana, notice=notice, accepted=True, given=Given(How.PAPER))
    assert "Vega" not in owner.browser.get(address).content.decode()


def test_desk_and_practitioners_record_bookkeepers_and_neighbours_see_none(
    owner: Practice,
) -> None:
    pk = owner.client()
    purpose, text = news(owner)
    told = {**SPOKEN, "decision": "deny", "text": str(text), "on": "2026-11-24"}
    for role, may in ((Role.RECEPTION, 302), (Role.PRACTITIONER, 302), (Role.BOOKKEEPER, 403)):
        them = practice(role, owner.account)
        assert them.get(f"{pk}/consents/").status_code == (200 if may == 302 else may)
        assert them.post(f"{pk}/consents/{purpose}/new/", told).status_code == may
        assert them.browser.get(f"/a/{owner.account.slug}/settings/consents/").status_code == 403
    neighbour = practice()
    for rest in (
        f"{pk}/consents/",
        f"{pk}/consents/paper/",
        f"{pk}/consents/{purpose}/new/",
        f"{pk}/consents/{purpose}/withdrawal/",
        f"{pk}/notice/",
    ):
        assert neighbour.get(rest).status_code == 404
    # their own client, our purpose
    theirs = neighbour.client()
    assert neighbour.get(f"{theirs}/consents/{purpose}/new/").status_code == 404
    assert neighbour.post(f"{theirs}/consents/{purpose}/withdrawal/", SPOKEN).status_code == 404
    assert len(consents(owner)) == 2
