"""The demo's mail servers and text-message gateways, one of each per region."""

import asyncio
import json
import os
import signal
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from config.demo import mailbox

LARGEST_MAIL = 30 * 2**20  # bytes
LARGEST_TEXT = 64 * 2**10  # bytes


class Catcher:
    """aiosmtpd's handler: accepts every mail and files it under its region."""

    def __init__(self, home: Path, region: str) -> None:
        self._home = home
        self._region = region

    async def handle_DATA(  # noqa: N802 (aiosmtpd asks for this name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail and return the SMTP answer."""
        mailbox.keep_mail(
            self._home,
            self._region,
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
            raw=envelope.original_content or b"",
        )
        return "250 Kept"


class Gateway(ThreadingHTTPServer):
    """A region's text-message gateway: POST JSON `{"to": …, "text": …}`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, home: Path, region: str, port: int) -> None:
        super().__init__(("127.0.0.1", port), GatewayRequest)
        self.home = home
        self.region = region


class GatewayRequest(BaseHTTPRequestHandler):
    """One request to a text-message gateway."""

    server: Gateway

    def do_POST(self) -> None:
        """Keep the message and answer 202 with its id, or 400 with what was wrong."""
        length = int(self.headers.get("Content-Length") or 0)
        try:
            asked = json.loads(self.rfile.read(min(length, LARGEST_TEXT)))
            to, text = str(asked["to"]), str(asked["text"])
        except (ValueError, KeyError, TypeError):
            self._answer(HTTPStatus.BAD_REQUEST, {"error": 'Send JSON: {"to": …, "text": …}'})
            return
        kept = mailbox.keep_text(self.server.home, self.server.region, to=to, text=text)
        self._answer(HTTPStatus.ACCEPTED, {"id": kept})

    def log_message(self, *args: object) -> None:
        """Log nothing: requests carry phone numbers."""

    def _answer(self, status: HTTPStatus, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


async def serve(home: Path, mail_ports: dict[str, int], text_ports: dict[str, int]) -> None:
    """Listen on all ports (region → port) until SIGTERM or SIGINT. Raises OSError on a busy one."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, ended.set)
    servers = [await _listen(home, region, port) for region, port in mail_ports.items()]
    gateways = [Gateway(home, region, port) for region, port in text_ports.items()]
    for gateway in gateways:
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
    await ended.wait()
    for server in servers:
        server.close()
    for gateway in gateways:
        gateway.shutdown()
        gateway.server_close()


async def _listen(home: Path, region: str, port: int) -> asyncio.Server:
    handler = Catcher(home, region)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            handler, hostname="keepwell.demo", data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True
        ),
        "127.0.0.1",
        port,
    )


def main() -> None:
    """Serve every mail server and gateway that the settings name."""
    mail_ports = {
        "control" if name == "default" else name: mailer["OPTIONS"]["port"]
        for name, mailer in settings.MAILERS.items()
    }
    text_ports = {name: urlsplit(url).port or 80 for name, url in settings.SMS_GATEWAYS.items()}
    asyncio.run(serve(settings.HOME, mail_ports, text_ports))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
