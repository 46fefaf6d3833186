"""The directory is opened in memory, follows every change at once, and forgets what must be forgotten."""

from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from clients import directory, records
from clients.directory import Sort, State
from clients.models import Client
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.scope import SYSTEM
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def closed() -> None:
    directory.forget()


def found(words: str) -> list[str]:
    return [entry.name for entry in directory.search(words)]


def test_people_are_found_as_they_are_typed() -> None:
    with acting_in(make_account().ref):
        make_client(
            given_name="Leïla",
            family_name="O’Neill",
            email="leila.h@mail.example",
            phone="+61412000101",
            birth_date=date(1988, 2, 3),
        )
        make_client(given_name="Noah", family_name="Brandt", email="", phone="")
        for words in (
            "lei", "leila o", "neill leila", "ONEILL", "o'neill", "0412 000", "000101", "+61 412",
            "leila.h", "leila.h@mail", "@mail.example", "3.2.1988", "1988-02-03", "1988", "leila 1988",
            "leila 0412",
        ):  # fmt: skip
            assert found(words) == ["Leïla O’Neill"], words
        for words in (
            "leila brandt",
            "4.2.1988",
            "0412 999",
            "leila.x@",
            "1989",
            "",
            "  ",
            "%",
        ):
            assert found(words) == [], words
        assert not directory.fits("eila"), "a word is found from its beginning"
        assert found("eila") == ["Leïla O’Neill"], "but a slip is forgiven"


def test_a_result_tells_people_of_one_name_apart() -> None:
    with acting_in(make_account().ref):
        pk = make_client(given_name="Ana", family_name="Vega", birth_date=date(1990, 1, 2)).pk
        known = Client.objects.get(pk=pk)
        assert directory.search("ana") == [directory.Entry(pk, "Ana Vega", f"1990 · {known.email}")]


def test_changes_are_seen_at_once() -> None:
    with acting_in(make_account().ref):
        client = records.add(by=SYSTEM, values={"given_name": "Ana"})
        assert found("ana") == ["Ana"]
        records.change(
            by=SYSTEM, client=client, values={"given_name": "Bea", "phone": "0412 000 777"}
        )
        assert (found("ana"), found("bea"), found("000777")) == ([], ["Bea"], ["Bea"])
        records.change(by=SYSTEM, client=client, values={"phone": "0412 000 888"})
        assert (found("000777"), found("000888")) == ([], ["Bea"])
        records.archive(by=SYSTEM, client=client)
        assert directory.search("bea")[0].detail.endswith("archived")
        assert directory.counts() == {State.ARCHIVED: 1}


def test_a_change_by_another_process_is_seen() -> None:
    """The same row changes behind this process's back, a while after the directory was opened."""
    with acting_in(make_account().ref):
        old = make_client(
            given_name="Ana", family_name="", updated_at=clock.now() - timedelta(days=9)
        )
        assert found("ana") == ["Ana"]
        again = Client.objects.get(pk=old.pk)
        again.given_name, again.updated_at = "Bea", clock.now()
        again.save()
        assert (found("ana"), found("bea")) == ([], ["Bea"])


def test_what_was_rolled_back_is_forgotten() -> None:
    with acting_in(make_account().ref):
        client = make_client(given_name="Ana", updated_at=clock.now() - timedelta(days=9))
        found("ana")
        with transaction.atomic("region_au"):
            records.change(by=SYSTEM, client=client, values={"given_name": "Bea"})
            records.add(by=SYSTEM, values={"given_name": "Cleo"})
            assert (len(found("bea")), found("cleo")) == (1, ["Cleo"])
            transaction.set_rollback(True, using="region_au")
        assert (len(found("ana")), found("bea"), found("cleo")) == (1, [], [])


def test_erasing_a_person_closes_the_directory() -> None:
    account = make_account()
    with acting_in(account.ref):
        gone = make_client(given_name="Ana", updated_at=clock.now() - timedelta(days=9)).pk
        stays = make_client(given_name="Bea", family_name="").pk
        assert len(directory.names([gone, stays])) == 2
        assert found("ana")
    with acting_in(account.ref):
        keyring.destroy_client_keys([gone])
        connection = connections["region_au"]
        connection.cursor().execute("UPDATE accounts_accountanchor SET key_epoch = key_epoch + 1")
    with acting_in(account.ref) as active:
        assert (found("ana"), found("bea")) == ([], ["Bea"])
        assert directory.names([gone, stays])[gone].startswith("unreadable")
        assert ("clients.Client", gone, "given_name") in active.unreadable


def test_nothing_of_another_account_is_found() -> None:
    first, second = make_account(), make_account()
    with acting_in(first.ref):
        theirs = make_client(given_name="Ana", family_name="").pk
        assert found("ana") == ["Ana"]
    with acting_in(second.ref):
        assert found("ana") == []
        assert directory.names([theirs]) == {}
        assert directory.contacts([theirs]) == {}


def test_names_open_only_the_rows_asked_for() -> None:
    with acting_in(make_account().ref):
        ids = [make_client(given_name=f"Ana{n}", family_name="").pk for n in range(3)]
        keyring.forget()
        keyring.prefetch([])
        for wanted in (ids[:1], ids):
            keyring.forget()
            with CaptureQueriesContext(connections["region_au"]) as queries:
                assert len(directory.names(wanted)) == len(wanted)
            assert len(queries) == 1
        found("ana")
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert directory.names(ids)[ids[2]] == "Ana2"
        assert len(queries) == 1
        assert directory.names([]) == {}


def test_lists_are_sorted_as_people_expect() -> None:
    with acting_in(make_account().ref):
        for given, family in (
            ("Zoë", "Ångström"),
            ("adam", "brandt"),
            ("Émile", "Brandt"),
            ("Bo", ""),
        ):
            make_client(given_name=given, family_name=family)
        make_client(given_name="New", family_name="Person", is_confirmed=False)
        make_client(given_name="Old", family_name="Person", archived_at=clock.now())

        def names(sort: str, state: State = State.ACTIVE) -> list[str]:
            return [person.given_name for person in directory.listing(sort, state=state)]

        assert names(Sort.NAME) == ["Zoë", "Bo", "adam", "Émile"]
        assert names(Sort.GIVEN) == ["adam", "Bo", "Émile", "Zoë"]
        assert names(Sort.NEWEST) == ["Bo", "Émile", "adam", "Zoë"]
        assert names(Sort.NAME, State.UNCONFIRMED) == ["New"]
        assert names(Sort.NAME, State.ARCHIVED) == ["Old"]
        assert directory.counts() == {State.ACTIVE: 4, State.UNCONFIRMED: 1, State.ARCHIVED: 1}
        make_client(given_name="Cara", family_name="Brandt")
        assert names(Sort.NAME) == ["Zoë", "Bo", "adam", "Cara", "Émile"]
        assert directory.counts()[State.ACTIVE] == 5


def test_a_page_that_is_not_there_gives_the_last() -> None:
    with acting_in(make_account().ref):
        make_client()
        assert directory.listing(page=99).number == 1
        assert directory.listing(page="x").number == 1


def test_what_nobody_uses_is_dropped() -> None:
    account = make_account()
    with acting_in(account.ref):
        make_client(given_name="Ana")
        found("ana")
        opened = directory._memory[account.pk, None, None]
        opened.used -= directory.UNUSED_SECONDS + 1
    with acting_in(make_account().ref):
        found("x")
    assert account.pk not in directory._memory


def test_reading_names_is_not_a_reading_of_health_data() -> None:
    with acting_in(make_account().ref) as active:
        make_client(given_name="Ana", admin_notes="x")
        found("ana")
        assert active.reads == {}
