"""Calls leave to hosts of the register, by checked addresses, once, in time; against real servers on this machine."""

from __future__ import annotations

import datetime as dt
import json
import logging
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.mail import EmailMessage

from accounts import mail_route, outbound
from accounts.logs import LineFormatter
from accounts.processors import Processor
from config.parts import mailer

OPEN, HIDDEN = "127.0.0.2", "127.0.0.1"


class Told(BaseHTTPRequestHandler):
    """Answers as its path asks."""

    def do_GET(self) -> None:
        server: Any = self.server
        length = int(self.headers.get("Content-Length") or 0)
        server.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        answer: Callable[[], None] = getattr(self, f"_{self.path.strip('/').partition('?')[0]}")
        answer()

    do_POST = do_GET  # noqa: N815

    def _fine(self) -> None:
        self._say(200, b"BEGIN:VCALENDAR")

    def _elsewhere(self) -> None:
        self._say(302, b"", Location="https://other.example/")

    def _unchanged(self) -> None:
        self._say(304, b"")

    def _announced(self) -> None:
        self._say(200, b"x" * 5000)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _each in range(1000):
            self.wfile.write(b"x" * 1000)

    def _trickle(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _each in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def _between(self) -> None:
        self._say(504, b"")

    def _silent(self) -> None:
        self.close_connection = True

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server that keeps what it was asked; a caller that hangs up is nothing to speak of."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def serving(address: str, port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[Any]:
    """Serve on an address of this machine, over TLS with a context."""
    server: Any = Server((address, port), Told)
    server.asked = []
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for calendar.example and the two addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "calendar.example")])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [x509.DNSName("calendar.example")]
    names += [x509.IPAddress(ip_address(each)) for each in (OPEN, HIDDEN)]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def secure(certificate: Path, settings: Any) -> ssl.SSLContext:
    """What a server of ours proves itself with; this installation trusts it, and counts OPEN as public."""
    settings.OUTBOUND_CA, settings.OUTBOUND_NETWORKS = str(certificate), [f"{OPEN}/32"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def calendar(secure: ssl.SSLContext) -> Iterator[Any]:
    """Somebody's server with calendars, at an address that counts as public."""
    with serving(OPEN, context=secure) as server:
        yield server


def typed(server: Any, path: str = "fine", **options: Any) -> outbound.Answer:
    address = f"https://{OPEN}:{server.server_port}/{path}"
    return outbound.call_typed(address, purpose="calendar", **options)


def test_an_address_that_an_owner_typed(calendar: Any) -> None:
    answer = typed(calendar, "fine?token=abc", headers={"If-None-Match": '"1"'})
    assert (answer.status, answer.body) == (200, b"BEGIN:VCALENDAR")
    ((method, path, headers, body),) = calendar.asked
    assert (method, path, body) == ("GET", "/fine?token=abc", b"")
    assert (headers["If-None-Match"], headers["Host"]) == (
        '"1"',
        f"{OPEN}:{calendar.server_port}",
    )
    assert typed(calendar, "unchanged").status == 304


@pytest.mark.parametrize("path", ["elsewhere"])
def test_no_redirect_is_followed(calendar: Any, path: str) -> None:
    with pytest.raises(outbound.Broken, match="redirect"):
        typed(calendar, path)
    assert len(calendar.asked) == 1


@pytest.mark.parametrize("path", ["announced", "endless"])
def test_an_answer_has_a_limit(calendar: Any, path: str) -> None:
    with pytest.raises(outbound.Broken, match="too large"):
        typed(calendar, path, most=4999)
    assert len(typed(calendar, "announced", most=5000).body) == 5000


def test_a_server_that_trickles_is_cut_off(calendar: Any) -> None:
    with pytest.raises(outbound.Broken, match="timeout"):
        typed(calendar, "trickle", seconds=0.4)


def test_a_server_that_accepts_and_is_silent(secure: ssl.SSLContext) -> None:
    with socket.create_server((OPEN, 0)) as deaf:
        port = deaf.getsockname()[1]
        with pytest.raises(outbound.Broken, match="timeout"):
            outbound.call_typed(f"https://{OPEN}:{port}/", purpose="calendar", seconds=0.3)


def test_a_certificate_that_nobody_vouches_for(calendar: Any, settings: Any) -> None:
    settings.OUTBOUND_CA = ""
    with pytest.raises(outbound.Broken, match="certificate"):
        typed(calendar)
    assert calendar.asked == []


def test_a_name_that_turns_inwards_between_check_and_call(
    secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked once; a second answer that points inside would be connected to by whoever asks twice."""
    answers = iter([OPEN, HIDDEN, HIDDEN])
    real = socket.getaddrinfo

    def turning(host: str, port: int, *args: Any, **options: Any) -> Any:
        return real(next(answers) if host == "calendar.example" else host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    with serving(OPEN, context=secure) as outside:
        port = outside.server_port
        with serving(HIDDEN, port, secure) as inside:
            url = f"https://calendar.example:{port}/fine"
            assert outbound.call_typed(url, purpose="calendar").status == 200
            assert (len(outside.asked), len(inside.asked)) == (1, 0)
            with pytest.raises(outbound.Refused, match="not public"):
                outbound.call_typed(url, purpose="calendar")
            assert inside.asked == []


def test_a_name_with_one_address_inside_is_refused(
    secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(host: str, port: int, *args: Any, **options: Any) -> Any:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (OPEN, port)), (*kind, (HIDDEN, port))]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with serving(OPEN, context=secure) as outside:
        url = f"https://calendar.example:{outside.server_port}/fine"
        with pytest.raises(outbound.Refused, match="not public"):
            outbound.call_typed(url, purpose="calendar")
        assert outside.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2001:0:a00:1::1",
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert outbound.is_public(address) is False
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(outbound.Refused):
        outbound.check_typed(f"https://{host}/calendar.ics")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_addresses_outside_are(address: str) -> None:
    assert outbound.is_public(address) is True


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://calendar.example/a.ics", "not https"),
        ("ftp://calendar.example/a.ics", "not an address"),
        ("file:///etc/passwd", "not an address"),
        ("https://user:secret@calendar.example/", "not an address"),
        ("https://calendar.example:25/", "port"),
        ("https://calendar.example:99999/", "not an address"),
        ("https://localhost/", "not public"),
        ("https://2130706433/", "not public"),
        ("https:///a.ics", "not an address"),
        ("https://calendar.example/a\r\nX: 1", "not an address"),
        ("https://cal endar.example/", "not an address"),
        ("calendar", "not an address"),
        ("https://[::1", "not an address"),
    ],
)
def test_addresses_that_could_never_be_called(url: str, reason: str) -> None:
    with pytest.raises(outbound.Refused) as refusal:
        outbound.check_typed(url)
    assert refusal.value.reason == reason


def test_an_address_with_a_fragment_and_space_around_is_fine() -> None:
    where = outbound.check_typed("  https://calendar.example/a.ics?key=1#today ")
    assert where.geturl() == "https://calendar.example/a.ics?key=1"


def test_numbers_that_mean_this_machine_are_refused_when_called() -> None:
    with pytest.raises(outbound.Refused, match="not public"):
        outbound.call_typed("https://127.1/", purpose="calendar")


def register(settings: Any, *processors: Processor) -> None:
    settings.PROCESSORS = {"au": processors}


def sms(server: Any, path: str = "fine", **options: Any) -> outbound.Answer:
    address = f"http://{HIDDEN}:{server.server_port}/{path}"
    return outbound.call(address, region="au", purpose="sms", **options)


def test_a_host_of_the_register(settings: Any) -> None:
    register(settings, Processor("Texter", ("sms",), (HIDDEN,), is_inside=True))
    with serving(HIDDEN) as server:
        assert sms(server, body=json.dumps({"to": "x"}).encode()).status == 200
        assert server.asked[0][0::3] == ("POST", b'{"to": "x"}')


@pytest.mark.parametrize(
    ("processor", "reason"),
    [
        (Processor("Texter", ("sms",), ("texts.example",), is_inside=True), "not registered"),
        (Processor("Texter", ("mail",), (HIDDEN,), is_inside=True), "not registered"),
        (Processor("Texter", ("sms",), (HIDDEN,)), "not https"),
    ],
)
def test_a_host_purpose_or_way_that_the_register_does_not_know(
    settings: Any, processor: Processor, reason: str
) -> None:
    register(settings, processor)
    with serving(HIDDEN) as server:
        with pytest.raises(outbound.Refused, match=reason):
            sms(server)
        assert server.asked == []


def test_another_regions_processor_is_not_called(settings: Any) -> None:
    settings.PROCESSORS = {"eu": (Processor("Texter", ("sms",), (HIDDEN,), is_inside=True),)}
    with serving(HIDDEN) as server:
        with pytest.raises(outbound.Refused, match="not registered"):
            sms(server)
        assert server.asked == []


def test_production_speaks_https_even_inside(settings: Any) -> None:
    settings.PRODUCTION = True
    register(settings, Processor("Texter", ("sms",), (HIDDEN,), is_inside=True))
    with serving(HIDDEN) as server, pytest.raises(outbound.Refused, match="not https"):
        sms(server)


def test_a_registered_host_outside_must_be_public(secure: ssl.SSLContext, settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = []
    register(settings, Processor("Texter", ("sms",), (HIDDEN,)))
    with (
        serving(HIDDEN, context=secure) as server,
        pytest.raises(outbound.Refused, match="not public"),
    ):
        outbound.call(f"https://{HIDDEN}:{server.server_port}/fine", region="au", purpose="sms")


@pytest.mark.parametrize(("path", "reason"), [("silent", "line broke"), ("between", "HTTP 504")])
def test_what_was_sent_without_an_answer_is_in_doubt(settings: Any, path: str, reason: str) -> None:
    register(settings, Processor("Texter", ("sms",), (HIDDEN,), is_inside=True))
    with serving(HIDDEN) as server, pytest.raises(outbound.Broken, match=reason) as failure:
        sms(server, path, body=b"{}")
    assert failure.value.is_in_doubt is True


def test_nobody_at_home_is_not_in_doubt(settings: Any) -> None:
    register(settings, Processor("Texter", ("sms",), (HIDDEN,), is_inside=True))
    with pytest.raises(outbound.Broken, match="no connection") as failure:
        outbound.call(f"http://{HIDDEN}:1/", region="au", purpose="sms")
    assert failure.value.is_in_doubt is False


def test_the_log_says_who_and_what_for_and_nothing_else(
    calendar: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "keepwell.outbound"):
        typed(calendar, "fine?secret=leila")
        with pytest.raises(outbound.Broken):
            typed(calendar, "elsewhere?secret=leila")
    lines = [LineFormatter().format(each) for each in caplog.records]
    told = [json.loads(line) for line in lines]
    assert [(each["processor"], each["purpose"], each["status"]) for each in told] == [
        ("typed", "calendar", 200),
        ("typed", "calendar", 0),
    ]
    assert (told[0]["count"], told[1]["error"]) == (15, "redirect")
    assert not any(word in line for line in lines for word in ("leila", OPEN, "VCALENDAR"))


class Post:
    """A mail server that answers DATA as told."""

    def __init__(self) -> None:
        self.mails = 0
        self.hangs_up = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails += 1
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    caught = Post()
    with socket.socket() as probe:
        probe.bind((HIDDEN, 0))
        port = probe.getsockname()[1]
    controller = Controller(caught, hostname=HIDDEN, port=port)
    controller.start()
    settings.MAILERS = {
        "default": mailer("smtp://127.0.0.1:1"),
        "au": mailer(f"smtp://{HIDDEN}:{port}"),
    }
    register(settings, Processor("Post", ("mail",), (HIDDEN,), is_inside=True))
    yield caught
    controller.stop()


def send_mail() -> None:
    EmailMessage("Hello", "Text", "us@keepwell.example", ["leila@mail.example"]).send(using="au")


def test_mail_leaves_by_a_registered_host(post: Post) -> None:
    send_mail()
    assert post.mails == 1


@pytest.mark.parametrize(
    ("processor", "reason"),
    [
        (Processor("Post", ("mail",), ("mail.example",), is_inside=True), "not registered"),
        (Processor("Post", ("sms",), (HIDDEN,), is_inside=True), "not registered"),
        (Processor("Post", ("mail",), (HIDDEN,)), "not public"),
    ],
)
def test_mail_leaves_by_no_other(
    post: Post, settings: Any, processor: Processor, reason: str
) -> None:
    register(settings, processor)
    with pytest.raises(mail_route.NoRoute) as failure:
        send_mail()
    assert mail_route.refusal_of(failure.value) == mail_route.Refusal(reason)
    assert post.mails == 0


def test_mail_that_was_handed_over_without_an_answer(post: Post) -> None:
    post.hangs_up = True
    with pytest.raises(mail_route.Unanswered) as failure:
        send_mail()
    assert mail_route.refusal_of(failure.value).is_in_doubt is True
    assert post.mails == 1


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"")}), mail_route.Refusal("refused", True)),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"")}), mail_route.Refusal("refused")),
        (smtplib.SMTPDataError(554, b""), mail_route.Refusal("SMTP 554", True)),
        (smtplib.SMTPDataError(451, b""), mail_route.Refusal("SMTP 451")),
        (TimeoutError(), mail_route.Refusal("TimeoutError")),
    ],
)
def test_what_a_refusal_means(error: Exception, refusal: mail_route.Refusal) -> None:
    assert mail_route.refusal_of(error) == refusal


def test_the_configured_routes_are_the_register(settings: Any) -> None:
    """What the installation calls and what it says it calls are one list (ASVS 13.2.4)."""
    for code in settings.REGION_CODES:
        hosts = {host for each in settings.PROCESSORS[code] for host in each.hosts}
        assert hosts == {HIDDEN}, "mail and text messages are the only routes"
