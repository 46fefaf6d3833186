"""What pages cost in statements and bytes does not grow with the rows they are made of (performance.md G1 to G5)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.tenancy import acting_in
from bookings.models import Appointment, Attendee
from clients import directory
from clients.models import Client
from config.bench import seeding
from config.bench.seeding import FULL_WEEK, Practice
from config.bench.sent import Seen, visit
from privacy.vocabulary import keyring

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
KILOBYTE = 1024


@pytest.fixture
def small() -> Practice:
    """A practice with three clients and three appointments."""
    practice = seeding.open_practice(0)
    seeding.add_clients(practice, 3)
    seeding.add_appointments(practice, [seeding.next_monday()], 3)
    return practice


@pytest.fixture
def big() -> Practice:
    """A practice with hundreds of clients and six full weeks."""
    practice = seeding.open_practice(1)
    seeding.add_clients(practice, 300)
    weeks = [seeding.next_monday() + timedelta(weeks=week) for week in range(-3, 3)]
    seeding.add_appointments(practice, weeks, FULL_WEEK)
    return practice


def week(practice: Practice) -> str:
    query = f"view=week&practitioner=all&day={seeding.next_monday()}"
    return f"/a/{practice.account.slug}/diary/?{query}"


def times(practice: Practice) -> str:
    query = f"who={practice.practitioners[0]}&day={seeding.next_monday()}"
    return f"/book/{practice.account.slug}/{practice.service}/times/?{query}"


def seen(practice: Practice, path: str, fields: dict[str, str] | None = None) -> Seen:
    """Visit a page with nothing remembered but what the first visit leaves."""
    keyring.forget()
    directory.forget()
    found = visit(practice, path, fields)
    assert found.status == 200
    return found


@pytest.mark.parametrize("path", [week, times])
def test_a_page_of_many_takes_the_statements_of_a_page_of_three(
    small: Practice, big: Practice, path: Callable[[Practice], str]
) -> None:
    assert seen(big, path(big)).count == seen(small, path(small)).count


def test_a_week_of_235_appointments_is_small(big: Practice) -> None:
    page = seen(big, week(big))
    assert page.body.count(b'class="appt ') == FULL_WEEK
    assert page.count <= 12
    assert len(gzip.compress(page.body)) <= 60 * KILOBYTE


def test_a_search_takes_the_same_statements_for_three_and_many(
    small: Practice, big: Practice
) -> None:
    few, many = (
        seen(each, f"/a/{each.account.slug}/clients/search/", {"q": "6141"})
        for each in (small, big)
    )
    found = [each.body.count(b'class="row-link"') for each in (few, many)]
    assert found == [3, 100]
    assert many.count == few.count
    changes = [each for each in many.statements if "updated_at >= " in each.sql]
    assert len(changes) == 1


def test_a_booking_takes_the_same_statements_in_a_full_diary(
    small: Practice, big: Practice
) -> None:
    assert booked(big) == booked(small) <= 31


def booked(practice: Practice) -> int:
    """Book twice at the desk, far from everything else; return how many statements the second took."""
    with acting_in(practice.account):
        client = Client.objects.order_by("pk")[0].pk
    day = seeding.next_monday() + timedelta(weeks=30)
    fields = {
        "client": str(client),
        "service": str(practice.service),
        "practitioner": str(practice.practitioners[0]),
        "location": str(practice.location),
        "day": day.isoformat(),
    }
    path = f"/a/{practice.account.slug}/appointments/new/"
    found = [
        visit(practice, path, {**fields, "time": time}, warm=False) for time in ("09:00", "10:00")
    ]
    assert [each.status for each in found] == [302, 302]
    with acting_in(practice.account):
        assert Appointment.objects.filter(local_date=day).count() == 2
    return found[1].count


def test_what_is_seeded_reads_like_any_other_row(small: Practice) -> None:
    with acting_in(small.account):
        client = Client.objects.order_by("pk")[0]
        stored = client.__dict__["email"].payload
        assert client.email.endswith("@mail.example")
        assert client.email.encode() not in stored
        assert client.pronouns == ""
        assert Client.objects.get(email=client.email) == client
        assert client.birth_date.isoformat() == "1930-01-01"
        attendee = Attendee.objects.select_related("appointment").order_by("pk")[0]
        assert attendee.comment == ""
        appointment = attendee.appointment
        assert appointment.ends_at - appointment.starts_at == timedelta(minutes=45)
        assert f"{appointment.local_time:%H:%M}" == "08:00"
        assert directory.search(client.family_name)
