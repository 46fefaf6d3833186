"""A consent can't be rewritten, nor the words it was given to, whatever asks for it: the database refuses."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from accounts.models import PrivacyNotice
from accounts.tenancy import acting_in
from bookings.models import BookingPolicy
from clients.consents import giving, notices, purposes
from clients.consents.giving import Given
from clients.models import Consent, ConsentText, How, NoticeAnswer
from privacy.vocabulary.scope import SYSTEM
from tests import parts as parts_module
from tests.factories import make_account, make_client

TABLES = {
    "clients_consent": "decision = 'permit', recorded_at = now()",
    "clients_consenttext": "text = 'I agree to everything.'",
    "clients_noticeanswer": "answer = 'accepted'",
    "accounts_privacynotice": "text = 'We sell your data.'",
    "bookings_bookingpolicy": "text = 'A missed visit costs 500.'",
}
KEPT = list(TABLES)[:3]


@pytest.fixture
def answered(transactional_db: None) -> str:
    """An account with a refusal, an answer to the notice and a policy; its id."""
    account = make_account()
    with acting_in(account.ref):
        purposes.provide_defaults()
        client = make_client()
        text = ConsentText.objects.filter(language="en").first()
        assert text is not None
        giving.record(
            by=SYSTEM,
            client=client,
            text=text,
            decision=Consent.Decision.DENY,
            given=Given(How.PAPER),
        )
        notice = PrivacyNotice(version=1, text="We keep your details.")
        notice.save(force_insert=True)
        BookingPolicy(version=1, text="Come on time.").save(force_insert=True)
        notices.answer(
            by=SYSTEM, client=client, notice=notice, accepted=False, given=Given(How.PAPER)
        )
    return str(account.pk)


@pytest.fixture
def superuser(answered: str, parts: parts_module.Parts) -> Iterator[psycopg.Connection[object]]:
    """A superuser in a transaction that is rolled back, tied to the account."""
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.postgres, dbname=name) as connection:
        connection.execute("SELECT set_config('app.account_id', %s, true)", [answered])
        yield connection
        connection.rollback()


@pytest.mark.django_db(databases="__all__", transaction=True)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", TABLES)
def test_the_application_has_no_right_to(
    superuser: psycopg.Connection[object], table: str, verb: str
) -> None:
    superuser.execute("SET LOCAL ROLE keepwell_app")
    said = f"UPDATE {table} SET {TABLES[table]}" if verb == "UPDATE" else f"DELETE FROM {table}"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        superuser.execute(said)


@pytest.mark.django_db(databases="__all__", transaction=True)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", KEPT)
def test_a_right_given_by_mistake_changes_nothing(
    superuser: psycopg.Connection[object], table: str, verb: str
) -> None:
    superuser.execute(f"GRANT {verb} ON {table} TO keepwell_app")
    superuser.execute("SET LOCAL ROLE keepwell_app")
    said = f"UPDATE {table} SET {TABLES[table]}" if verb == "UPDATE" else f"DELETE FROM {table}"
    with pytest.raises(psycopg.Error) as refused:
        superuser.execute(said)
    assert refused.value.sqlstate == "KW003"


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_not_even_a_superuser_changes_an_answer_in_passing(
    superuser: psycopg.Connection[object],
) -> None:
    for table in KEPT:
        with pytest.raises(psycopg.Error) as refused, superuser.transaction():
            superuser.execute(f"UPDATE {table} SET {TABLES[table]}")
        assert refused.value.sqlstate == "KW003"


@pytest.mark.django_db(databases="__all__")
def test_saving_a_loaded_answer_is_refused_too() -> None:
    account = make_account()
    with acting_in(account.ref):
        purposes.provide_defaults()
        client = make_client()
        text = ConsentText.objects.filter(language="en").first()
        assert text is not None
        consent = giving.record(
            by=SYSTEM,
            client=client,
            text=text,
            decision=Consent.Decision.DENY,
            given=Given(How.PAPER),
        )
        consent.decision = Consent.Decision.PERMIT
        for act in (consent.save, consent.delete, Consent.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic(using="region_au"):
                act()
        kept = Consent.objects.get()
        assert kept.decision == Consent.Decision.DENY
        assert NoticeAnswer.objects.count() == 0
