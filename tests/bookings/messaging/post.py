"""Real routes for messages: a mail server, a text gateway, a worker; shared by the tests of messages."""

from __future__ import annotations

import email
import email.policy
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from accounts import outbox
from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.models import Attendee, Message
from config.settings import mailer
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import TEN, Practice
from tests.factories import make_client


class Sink:
    """A real SMTP server that keeps what it gets; `answer` is what it says to each recipient.

    With `hangs_up` it takes a mail and breaks the line before it says so.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[Envelope, EmailMessage]] = []
        self.answer = "250 OK"
        self.hangs_up = False

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        mail = email.message_from_bytes(content, policy=email.policy.default)
        self.mails.append((envelope, mail))
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"


class Gateway(BaseHTTPRequestHandler):
    """A real HTTP gateway for text messages."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.texts.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(server.status)
        if server.status == 302:
            self.send_header("Location", "/elsewhere")
        server.shown += [self.headers["Authorization"]] if "Authorization" in self.headers else []
        self.send_header("Content-Length", str(len(server.answer)))
        self.end_headers()
        self.wfile.write(server.answer)

    def log_message(self, *args: object) -> None:
        pass


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(settings: Any) -> Iterator[Sink]:
    """Run a mail server as the route of the region `au`; every other route leads nowhere."""
    caught = Sink()
    port = free_port()
    controller = Controller(caught, hostname="127.0.0.1", port=port)
    controller.start()
    nowhere = {code: mailer("smtp://127.0.0.1:1") for code in ("default", "eu", "us")}
    settings.MAILERS = {**nowhere, "au": mailer(f"smtp://127.0.0.1:{port}")}
    settings.BASE_URL = "https://keepwell.example"
    yield caught
    controller.stop()


@contextmanager
def text_gateway(settings: Any) -> Iterator[Any]:
    """Run a text gateway for the region `au`."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.texts, server.status, server.answer, server.shown = [], 202, b"", []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.SMS_GATEWAYS = {"au": f"http://127.0.0.1:{server.server_port}/send"}
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def take(practice: Practice, hours: int = 0, **fields: Any) -> Attendee:
    """Book Tuesday at ten, or some hours later, for a new client, as reception does."""
    with acting_in(practice.account.ref):
        values = {"given_name": "Leila", "family_name": "Haddad", "email": "leila@mail.example"}
        appointment = book(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN + timedelta(hours=hours),
            client=make_client(**{**values, **fields}),
        )
        place: Attendee = appointment.attendees.get()
        return place


def run_due(practice: Practice) -> None:
    """Run every job that is due, as the region's worker does."""
    with acting_in(practice.account.ref):
        due = list(
            OutboxJob.objects.filter(done_at=None, failed_at=None, run_at__lte=clock.now())
            .order_by("run_at", "id")
            .values_list("pk", flat=True)
        )
    for job in due:
        outbox.run(practice.account.ref, job)


def states(practice: Practice) -> list[tuple[str, str, str, str]]:
    """Return category, channel, state and reason of every message, in the order they were made."""
    with acting_in(practice.account.ref):
        rows = Message.objects.order_by("created_at", "id")
        return list(rows.values_list("category", "channel", "state", "reason"))
