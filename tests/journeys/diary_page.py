"""A practice's diary in a real browser: a server in this process, a practice with a day full of appointments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from zoneinfo import ZoneInfo

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page

from accounts import sessions
from accounts.models import Practitioner
from accounts.tenancy import acting_in
from bookings.models import Appointment, ServiceOffer
from privacy.vocabulary import clock
from tests.bookings.office import Office, close_connections, open_office
from tests.factories import make_appointment, make_client

ZONE = ZoneInfo("Australia/Sydney")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the project on a port of its own while the block runs; return its address."""
    app = StaticFilesHandler(get_wsgi_application())

    def handle(environ: Any, start: Any) -> Any:
        answer = app(environ, start)
        try:
            yield from answer
        finally:
            answer.close()
            for connection in connections.all():
                connection.close()

    server = make_server("127.0.0.1", 0, handle, _Server, _Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class Desk:
    """An office, its Owner's session, and appointments of tomorrow."""

    office: Office
    secret: str
    day: dt.date
    booked: list[Appointment] = field(default_factory=list)

    def context(self, browser: Browser, base: str, **options: Any) -> BrowserContext:
        """Return a window in which the Owner is signed in."""
        made = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
        )
        account = self.office.account
        made.add_cookies(
            [
                {
                    "name": sessions.cookie_name(account.slug),
                    "value": f"{account.cell}.{account.pk.hex}.{self.secret}",
                    "url": base,
                }
            ]
        )
        return made

    def open(self, window: BrowserContext, base: str, query: str = "") -> Page:
        """Return the diary's page of the day."""
        page = window.new_page()
        page.goto(f"{base}{self.office.url('diary')}?day={self.day}{query}")
        page.locator("#diary").wait_for()
        return page


def a_desk(people: int, each: int, minutes: int = 30) -> Desk:
    """Return an office with so many people, each with so many appointments tomorrow, one after the other from 8:00."""
    office = open_office()
    day = clock.today("Australia/Sydney") + dt.timedelta(days=1)
    with acting_in(office.account.ref, by=office.by):
        columns = [office.mei, office.tom]
        for number in range(2, people):
            one = Practitioner(name=f"Person {number}", position=number + 1)
            one.save(force_insert=True)
            ServiceOffer(service=office.service, practitioner=one).save(force_insert=True)
            columns.append(one)
        booked = [
            _booked(
                who,
                dt.datetime.combine(day, dt.time(8)) + dt.timedelta(minutes=minutes * n),
                minutes,
            )
            for who in columns[:people]
            for n in range(each)
        ]
        secret = sessions.start(office.owner, browser="journey")
    close_connections()
    return Desk(office, secret, day, booked)


def _booked(who: Practitioner, wall: dt.datetime, minutes: int) -> Appointment:
    starts = wall.replace(tzinfo=ZONE).astimezone(dt.UTC)
    ends = starts + dt.timedelta(minutes=minutes)
    return make_appointment(
        make_client(),
        practitioner=who,
        starts_at=starts,
        ends_at=ends,
        busy_from=starts,
        busy_until=ends,
        duration_minutes=minutes,
        local_date=wall.date(),
        local_time=wall.time(),
    )
