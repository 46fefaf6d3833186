"""The mail route: SMTP to a host of the register alone, by a checked address, with a mark for mail that may have left."""

from __future__ import annotations

import smtplib  # noqa: TID251 - mail leaves here
import socket  # noqa: TID251 - the type of what `outbound` connected
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from accounts import outbound
from accounts.processors import processor

PURPOSE = "mail"
SECONDS = 20.0
# Answers by which a server says that it did not take a mail
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


class NoRoute(ConnectionError):
    """The route could not be taken; the first argument is a code and names no address."""


class Unanswered(smtplib.SMTPException):
    """A mail was handed over and no answer came: it may have been taken."""


# What sending a mail can raise
MAIL_TROUBLE = (smtplib.SMTPException, OSError)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a mail was not taken: a code; `for_good` says that trying again is useless."""

    reason: str
    for_good: bool = False
    is_in_doubt: bool = False


def refusal_of(error: Exception) -> Refusal:
    """Return what an error of sending a mail means; it names no address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        return Refusal("refused", for_good=all(code >= 500 for code in codes))
    if isinstance(error, Unanswered):
        return Refusal("no answer", is_in_doubt=True)
    if isinstance(error, smtplib.SMTPDataError):
        return Refusal(f"SMTP {error.smtp_code}", for_good=error.smtp_code >= 500)
    reason = str(error.args[0]) if isinstance(error, NoRoute) else type(error).__name__
    return Refusal(reason)


class Line(smtplib.SMTP):
    """An SMTP session of a mail route, over a line that `outbound` connected."""

    route: Route

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.held = ExitStack()
        super().__init__(*args, **kwargs)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        known = processor(self.route.region, PURPOSE, host)
        if known is None:
            raise NoRoute("not registered")
        try:
            return self.held.enter_context(
                outbound.connected(host, port, is_inside=known.is_inside, seconds=SECONDS)
            )
        except (outbound.Refused, outbound.Broken) as failure:
            raise NoRoute(failure.reason) from None

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand over a mail's text."""
        self.route.has_left = True
        return super().data(msg)

    def close(self) -> None:
        """Close the line."""
        try:
            super().close()
        finally:
            self.held.close()


class Route(EmailBackend):
    """Django's SMTP backend on such a line; the mailer's alias is the region, `default` is control.

    `has_left`: a mail's text began to leave.
    """

    def __init__(self, *, alias: str, **options: Any) -> None:
        super().__init__(alias=alias, **options)
        self.region = "control" if alias == "default" else alias
        self.has_left = False

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return the line of this route."""
        return type("RouteLine", (Line,), {"route": self})

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send mails; raise `Unanswered` when one was handed over and the server never said what became of it."""
        self.has_left = False
        try:
            return super().send_messages(email_messages)
        except REFUSALS:
            raise
        except (OSError, smtplib.SMTPException):
            if self.has_left:
                raise Unanswered from None
            raise

    def _close_connection(self, connection: smtplib.SMTP) -> None:
        """Say goodbye; what was taken stays taken when nobody answers any more."""
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()
