"""What holds is the newest answer, asked of the database each time (features F2, B3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, PrivacyNotice
from accounts.tenancy import acting_in
from clients import directory, identity, merging
from clients.consents import giving, notices, purposes
from clients.consents.giving import Given
from clients.consents.purposes import Words
from clients.consents.standing import State, history, permits, standings
from clients.models import Client, Consent, ConsentPurpose, How
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind
from tests.clients.practice import told
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")
Kind = ConsentPurpose.Kind
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    directory.forget()
    account = make_account()
    with acting_in(account.ref):
        purposes.provide_defaults()
    return account


def say(client: Client, kind: str, decision: str, **given: Any) -> Consent:
    """Record an answer to the words in force, in English."""
    purpose = ConsentPurpose.objects.get(kind=kind)
    text = purposes.current_texts("en", [purpose.pk])[purpose.pk]
    return giving.record(
        by=SYSTEM,
        client=client,
        text=text,
        decision=decision,
        given=Given(**{"how": How.PAPER, **given}),
    )


def state(client: Client, kind: str) -> State:
    return next(each.state for each in standings(client) if each.purpose.kind == kind)


def test_who_was_never_asked_has_not_agreed(account: Account) -> None:
    with acting_in(account.ref):
        client = make_client()
        assert {each.state for each in standings(client)} == {State.NOT_ASKED}
        assert len(standings(client)) == 7
        assert not permits(client.pk, Kind.EMAIL_NEWS)
        assert {text.language for text in purposes.current_texts("de").values()} == {"de"}
        purposes.provide_defaults()
        assert ConsentPurpose.objects.count() == 7


def test_the_newest_answer_holds_by_when_it_was_given(account: Account) -> None:
    day = timedelta(days=1)
    with acting_in(account.ref):
        client, other = make_client(), make_client()
        with told() as audit:
            first = say(client, Kind.EMAIL_NEWS, "permit")
            assert permits(client.pk, Kind.EMAIL_NEWS)
            withdrawn = giving.withdraw(
                by=Actor(ActorKind.CLIENT, client.pk),
                client=client,
                purpose=first.purpose,
                given=Given(How.LINK),
            )
        assert audit == ["consent.recorded", "consent.withdrawn"]
        assert withdrawn is not None
        assert (withdrawn.is_withdrawal, withdrawn.decision) == (True, "deny")
        assert withdrawn.text_id == first.text_id
        assert not permits(client.pk, Kind.EMAIL_NEWS)
        assert state(client, Kind.EMAIL_NEWS) == State.WITHDRAWN
        # a sheet that was signed the day before and entered today does not undo the withdrawal
        say(client, Kind.EMAIL_NEWS, "permit", at=NOW - day)
        assert state(client, Kind.EMAIL_NEWS) == State.WITHDRAWN
        again = giving.withdraw(
            by=SYSTEM, client=client, purpose=first.purpose, given=Given(How.PHONE)
        )
        assert again is None
        assert [each.is_withdrawal for each in history(client)] == [True, False, False]
        say(client, Kind.SHARING, "deny", by_whom="guardian", by_name="Rosa Vega")
        assert state(client, Kind.SHARING) == State.REFUSED
        assert not permits(other.pk, Kind.EMAIL_NEWS)
        assert state(other, Kind.SHARING) == State.NOT_ASKED


def test_an_agreement_ends_when_its_purpose_or_itself_says(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_in(account.ref):
        client = make_client()
        photos = say(client, Kind.PHOTOS, "permit", at=datetime(2024, 12, 31, tzinfo=UTC))
        assert photos.until == datetime(2026, 12, 31, tzinfo=UTC)
        short = say(client, Kind.TELEHEALTH, "permit", until=NOW + timedelta(days=30))
        assert say(client, Kind.TREATMENT, "permit").until is None
        purpose = ConsentPurpose.objects.get(kind=Kind.RESEARCH)
        purposes.change(by=SYSTEM, purpose=purpose, name=purpose.name, lasts_months=1)
        ends = say(client, Kind.RESEARCH, "permit", at=datetime(2026, 10, 31, 5, tzinfo=UTC)).until
        assert ends == datetime(2026, 11, 30, 5, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: short.until)
        assert state(client, Kind.TELEHEALTH) == State.LAPSED
        assert not permits(client.pk, Kind.TELEHEALTH)
        assert permits(client.pk, Kind.PHOTOS)
        with pytest.raises(ValidationError):
            say(client, Kind.TREATMENT, "permit", at=clock.now() + timedelta(seconds=1))
        with pytest.raises(ValidationError):
            say(client, Kind.TREATMENT, "permit", until=NOW - timedelta(days=1))


def test_words_are_published_in_versions(account: Account) -> None:
    with acting_in(account.ref):
        client = make_client()
        say(client, Kind.TREATMENT, "permit")
        purpose = ConsentPurpose.objects.get(kind=Kind.TREATMENT)
        same = purposes.texts_of(purpose, 1)
        assert purposes.publish(by=SYSTEM, purpose=purpose, texts=same) == 1
        assert set(same) == {"en", "de", "fr", "es"}
        new = {"en": Words("Treatment", "I agree."), "de": Words("", "")}
        assert purposes.publish(by=SYSTEM, purpose=purpose, texts=new) == 2
        assert purposes.texts_of(purpose, 1) == same
        # who reads German gets the practice's own words, since these were not written in German
        assert purposes.current_texts("de", [purpose.pk])[purpose.pk].text == "I agree."
        with pytest.raises(ValidationError):
            purposes.publish(by=SYSTEM, purpose=purpose, texts={"en": Words("", "")})
        standing = next(each for each in standings(client) if each.purpose == purpose)
        assert (standing.state, standing.version) == (State.AGREED, 2)
        assert standing.is_outdated
        purposes.archive(by=SYSTEM, purpose=purpose, archived=True)
        assert purpose.pk in {each.purpose.pk for each in standings(client)}
        assert purpose.pk not in {each.purpose.pk for each in standings(make_client())}


def test_what_a_newcomer_said_counts_once_they_are_known(account: Account) -> None:
    with acting_in(account.ref):
        client, newcomer = make_client(), make_client(is_confirmed=False)
        say(newcomer, Kind.EMAIL_NEWS, "permit")
        assert not permits(client.pk, Kind.EMAIL_NEWS)
        merge = merging.merge(by=SYSTEM, source=newcomer, client=client)
        assert permits(client.pk, Kind.EMAIL_NEWS)
        assert [each.client_id for each in history(client)] == [newcomer.pk]
        merging.undo(by=SYSTEM, merge=merge)
        assert not permits(client.pk, Kind.EMAIL_NEWS)


def test_the_notice_has_three_states_and_a_list_of_who_does_not_know_it(account: Account) -> None:
    with acting_in(account.ref):
        ana, ben, cleo = (make_client(family_name=name) for name in ("Ames", "Bell", "Cole"))
        assert notices.standing(ana).current is None
        assert notices.unaware() == []
        one = PrivacyNotice(version=1, text="One.")
        one.save(force_insert=True)
        for client, accepted in ((ana, True), (ben, False)):
            notices.answer(
                by=SYSTEM, client=client, notice=one, accepted=accepted, given=Given(How.PAPER)
            )
        states = [notices.standing(each).state for each in (ana, ben, cleo)]
        assert states == ["accepted", "declined", "not_asked"]
        assert [person.id for person in notices.unaware()] == [cleo.pk]
        assert not notices.standing(ana).is_outdated
        PrivacyNotice(version=2, text="Two.").save(force_insert=True)
        assert notices.standing(ana).is_outdated
        cleo.archived_at = NOW
        cleo.save()
        assert [person.id for person in notices.unaware()] == [ana.pk, ben.pk]


def test_asking_costs_the_same_for_one_answer_and_for_many(account: Account) -> None:
    with acting_in(account.ref):
        client = identity.find(make_client().pk)

        def cost() -> int:
            with CaptureQueriesContext(connections["region_au"]) as queries:
                standings(client)
                permits(client.pk, Kind.EMAIL_NEWS)
            return len(queries)

        say(client, Kind.EMAIL_NEWS, "permit")
        one = cost()
        for kind in (Kind.TREATMENT, Kind.SHARING, Kind.EMAIL_NEWS):
            say(client, kind, "deny")
        assert (one, cost()) == (3, 3)
