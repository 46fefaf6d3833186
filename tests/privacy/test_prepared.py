"""A prepared query set answers like the one it is made of, for whichever account is active, and is compiled once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.exceptions import FieldError
from django.db import connections
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Account, Practitioner
from accounts.tenancy import acting_in
from bookings.models import Service, ServiceOffer
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Given, Prepared
from privacy.vocabulary.scope import NoAccount, current_account_id
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def accounts() -> list[Account]:
    """Two accounts with two services each, of which their practitioner offers the first."""
    found = [make_account(), make_account()]
    for number, account in enumerate(found):
        with acting_in(account.ref):
            services = [Service(name=f"{letter}{number}", duration_minutes=30) for letter in "AB"]
            for service in services:
                service.save(force_insert=True)
            ServiceOffer(service=services[0], practitioner=Practitioner.objects.get()).save(
                force_insert=True
            )
    return found


def test_it_answers_as_its_query_set_does_in_each_account(accounts: list[Account]) -> None:
    asked = Prepared(
        lambda: (
            Service.objects.filter(name__among=Given("names"), duration_minutes__gt=Given("longer"))
            .annotate(is_offered=Exists(ServiceOffer.objects.filter(service=OuterRef("pk"))))
            .order_by("-name")
        )
    )
    offers = Prepared(
        lambda: ServiceOffer.objects.filter(service__among=Given("services")).select_related(
            "service"
        )
    )
    pairs = Prepared(
        lambda: Service.objects.filter(pk=Given("pk")).order_by().values_list("name", "archived_at")
    )
    for number, account in enumerate(accounts):
        with acting_in(account.ref):
            names = ["A0", "B0", "A1", "B1"]
            found = asked(names=names, longer=29)
            told = [(each.name, each.is_offered, each.account_id) for each in found]
            assert told == [(f"B{number}", False, account.pk), (f"A{number}", True, account.pk)]
            assert asked(names=names[:1], longer=29) == [each for each in found if number == 0][1:]
            assert asked(names=names, longer=30) == []
            assert asked.first(names=[], longer=0) is None
            offer = offers.first(services=[each.pk for each in found])
            assert offer is not None
            assert offer.service == found[1]
            assert pairs(pk=found[1].pk) == [(f"A{number}", None)]
            found[1].name = "Renamed"
            found[1].save()
            assert pairs(pk=found[1].pk) == [("Renamed", None)]
    with acting_in(accounts[0].ref):
        everyone = [each.pk for each in Service.objects.all()]
    with acting_in(accounts[1].ref):
        assert offers(services=everyone) == []
    with pytest.raises(NoAccount):
        offers(services=everyone)


def test_it_is_built_once_and_wants_every_value(accounts: list[Account]) -> None:
    built = []

    def build() -> QuerySet[Service]:
        built.append(1)
        found: QuerySet[Service] = Service.objects.filter(name=Given("name"))
        return found

    asked = Prepared(build)
    for account in accounts:
        with acting_in(account.ref):
            assert len(asked(name="A0") + asked(name="A1")) == 1
    assert built == [1]
    with acting_in(accounts[0].ref), pytest.raises(KeyError):
        asked(names="A0")


def test_sealed_fields_stay_sealed_and_are_compared_with_nothing() -> None:
    asked = Prepared(lambda: Client.objects.filter(pk=Given("pk")))
    with acting_in(make_account().ref):
        client = make_client(given_name="Leïla", birth_date=date(1988, 2, 29))
        (again,) = asked(pk=client.pk)
        assert again.__dict__["given_name"].payload != "Leïla".encode()
        assert (again.given_name, again.birth_date) == ("Leïla", date(1988, 2, 29))
        for refused in (
            Prepared(lambda: Client.objects.filter(email=Given("value"))),
            Prepared(lambda: Client.objects.filter(given_name__among=Given("value"))),
        ):
            with pytest.raises(FieldError, match="encrypted"):
                refused(value="x")


def test_nothing_of_one_use_is_kept(accounts: list[Account]) -> None:
    for stale in (
        Prepared(lambda: Service.objects.filter(archived_at__lt=clock.now())),
        Prepared(lambda: Service.objects.filter(account_id=current_account_id())),
    ):
        with acting_in(accounts[0].ref), pytest.raises(TypeError, match="make it Given"):
            stale()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_threads_send_it_on_connections_of_their_own(accounts: list[Account]) -> None:
    asked = Prepared(lambda: Service.objects.filter(name=Given("name")))

    def ask(number: int) -> tuple[str, int]:
        with acting_in(accounts[number % 2].ref):
            (found,) = asked(name=f"A{number % 2}")
            pid = connections["region_au"].connection.info.backend_pid
        connections.close_all()
        return found.name, pid

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(40)))
    assert [name for name, _pid in answers] == ["A0", "A1"] * 20
    assert len({pid for _name, pid in answers}) > 1
