"""Calendars elsewhere are read over real HTTPS; what fails is told, and nothing that was read is lost."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.html import escape

from accounts import outbox
from accounts.models import AccountAnchor, OutboxJob, Role
from accounts.tenancy import acting_in
from bookings.hours import calendars
from bookings.models import BusyCalendar, BusyTime
from bookings.openings.finding import openings
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.accounts.test_outbound import OPEN, Server, certificate, secure
from tests.bookings.hours.test_calendar_reading import file
from tests.bookings.office import NOW, TUESDAY, Office, at, browser_of, open_office

__all__ = ["certificate", "secure"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

TEN_TO_NOON = "DTSTART:20261123T230000Z\nDTEND:20261124T010000Z\nSUMMARY:Dentist"
ONE_O_CLOCK = "DTSTART:20261124T020000Z\nDTEND:20261124T030000Z\nSUMMARY:Lunch with Ana"


class Elsewhere(BaseHTTPRequestHandler):
    """A server of calendars that answers what the test last told it."""

    def do_GET(self) -> None:
        server: Any = self.server
        self.send_response(server.status)
        self.send_header("Content-Length", str(len(server.body)))
        self.end_headers()
        self.wfile.write(server.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def elsewhere(secure: Any) -> Any:
    server: Any = Server((OPEN, 0), Elsewhere)
    server.status, server.body = 200, file(TEN_TO_NOON)
    server.socket = secure.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def address(server: Any, scheme: str = "https") -> str:
    return f"{scheme}://{OPEN}:{server.server_port}/private-3f9c/me.ics"


def added(office: Office, server: Any) -> BusyCalendar:
    with acting_in(office.account.ref):
        return calendars.add(
            by=SYSTEM, practitioner=office.mei, name="Private", address=address(server, "webcal")
        )


def work_off(office: Office) -> int:
    """Run the readings that are due; return how many there were."""
    with acting_in(office.account.ref):
        due = OutboxJob.objects.filter(name=calendars.JOB, done_at=None, run_at__lte=clock.now())
        ids = list(due.values_list("pk", flat=True))
    for pk in ids:
        assert outbox.run(office.account.ref, pk)
    return len(ids)


def state(office: Office) -> tuple[BusyCalendar, list[tuple[datetime, datetime]]]:
    with acting_in(office.account.ref):
        row = BusyCalendar.objects.get()
        str(row.address)
        return row, list(BusyTime.objects.order_by("starts_at").values_list("starts_at", "ends_at"))


def test_a_calendar_is_read_again_every_half_hour_and_follows_its_owner(
    office: Office, elsewhere: Any, settings: Any
) -> None:
    added(office, elsewhere)
    assert work_off(office) == 1
    row, times = state(office)
    assert times == [
        (datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC))
    ]
    assert (row.read_at == row.tried_at, row.failure) == (True, "")
    with acting_in(office.account.ref):
        hours = [
            slot.local_start.hour
            for slot in openings(
                service=office.service,
                practitioners=[office.mei],
                location=office.location,
                first_day=TUESDAY,
                last_day=TUESDAY,
            )
            if slot.local_start.minute == 0
        ]
    assert hours == [9, 12, 13, 14, 15, 16]
    assert work_off(office) == 0
    elsewhere.body = file(ONE_O_CLOCK)
    settings.CLOCK_OFFSET += timedelta(minutes=31)
    assert work_off(office) == 1
    assert state(office)[1] == [
        (datetime(2026, 11, 24, 2, tzinfo=UTC), datetime(2026, 11, 24, 3, tzinfo=UTC))
    ]
    with acting_in(office.account.ref):
        assert OutboxJob.objects.filter(name=calendars.JOB, done_at=None).count() == 1


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "There is no calendar at this address any more."),
        (302, b"", "The address leads to another one."),
        (200, b"<title>Sign in</title>", "What is there is no calendar."),
        (500, b"", "The server couldn’t give the calendar."),
        (200, file("DTSTART:20261124T010000Z\nRRULE:FREQ=SECONDLY"), "more events or repeats"),
    ],
)
def test_what_goes_wrong_is_told_and_the_times_read_before_stay(
    office: Office, elsewhere: Any, settings: Any, status: int, body: bytes, words: str
) -> None:
    added(office, elsewhere)
    work_off(office)
    before = state(office)
    elsewhere.status, elsewhere.body = status, body
    settings.CLOCK_OFFSET += timedelta(minutes=31)
    assert work_off(office) == 1
    row, times = state(office)
    assert times == before[1]
    assert row.read_at == before[0].read_at
    assert row.tried_at is not None
    assert before[0].tried_at is not None
    assert row.tried_at > before[0].tried_at
    page = office.browser().get(office.url("calendars")).content.decode()
    assert escape(words) in page or words in page
    assert "The times read then still count." in page
    elsewhere.status, elsewhere.body = 200, file(ONE_O_CLOCK)
    settings.CLOCK_OFFSET += timedelta(minutes=31)
    work_off(office)
    row, times = state(office)
    assert (row.failure, len(times)) == ("", 1)


def test_no_word_of_a_calendar_and_no_address_is_kept_or_logged(
    office: Office, elsewhere: Any, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    added(office, elsewhere)
    work_off(office)
    row, _times = state(office)
    assert row.address == address(elsewhere)
    with acting_in(office.account.ref):
        stored = str(list(OutboxJob.objects.values())) + str(list(BusyTime.objects.values()))
    logged = " ".join(f"{each.getMessage()} {each.__dict__}" for each in caplog.records)
    page = office.browser().get(office.url("calendars")).content.decode()
    for text in (stored, logged, page):
        assert "Dentist" not in text
        assert "private-3f9c" not in text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("http://calendar.example/me.ics", "must begin with https"),
        ("https://localhost/me.ics", "open internet"),
        ("https://10.0.0.1/me.ics", "open internet"),
        ("my calendar", "not a web address"),
    ],
)
def test_an_address_that_can_never_be_read_is_refused_at_once(
    office: Office, typed: str, words: str
) -> None:
    values = {"who": str(office.mei.pk), "name": "Private", "address": typed}
    page = office.browser().post(office.url("calendar_new"), values).content.decode()
    assert words in page
    with acting_in(office.account.ref):
        assert not BusyCalendar.objects.exists()
        with pytest.raises(ValidationError):
            calendars.add(by=SYSTEM, practitioner=office.mei, name="Private", address=typed)


def test_calendars_are_added_read_now_and_removed_on_their_page(
    office: Office, elsewhere: Any
) -> None:
    browser = office.browser()
    values = {"who": str(office.mei.pk), "name": "Private", "address": address(elsewhere)}
    browser.post(office.url("calendar_new"), values)
    assert "Not read yet" in browser.get(office.url("calendars")).content.decode()
    work_off(office)
    assert "Last read" in browser.get(office.url("calendars")).content.decode()
    row, times = state(office)
    assert len(times) == 1
    browser.post(office.url("calendar_reading", row.pk))
    assert work_off(office) == 1
    reception, stranger = browser_of(office.account, Role.PRACTITIONER), open_office()
    for name in ("calendar_reading", "calendar_removal"):
        assert reception.post(office.url(name, row.pk)).status_code == 403
        assert stranger.browser().post(stranger.url(name, row.pk)).status_code == 404
    browser.post(office.url("calendar_removal", row.pk))
    with acting_in(office.account.ref):
        assert not BusyCalendar.objects.exists()
        assert not BusyTime.objects.exists()
        OutboxJob.objects.filter(done_at=None).update(run_at=clock.now())
    assert work_off(office) == 1
    assert work_off(office) == 0, "a calendar that is gone is not read again"


def test_while_an_account_closes_nothing_is_read_and_afterwards_it_goes_on(
    office: Office, elsewhere: Any, settings: Any
) -> None:
    added(office, elsewhere)
    with acting_in(office.account.ref):
        AccountAnchor.objects.update(state=AccountAnchor.State.CLOSING)
    assert work_off(office) == 1
    assert state(office)[0].tried_at is None
    with acting_in(office.account.ref):
        AccountAnchor.objects.update(state=AccountAnchor.State.ACTIVE)
    settings.CLOCK_OFFSET += timedelta(minutes=31)
    assert work_off(office) == 1
    assert len(state(office)[1]) == 1
