"""Messages leave by the region's own routes, say nothing about health, and follow the booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client as Browser

from accounts import outbox
from accounts.models import OutboxJob
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.appointments.moving import move
from bookings.messaging.links import manage_url, short_manage_url, token_of
from bookings.messaging.sending import MOST_ATTEMPTS
from bookings.models import Appointment, Attendee, Message, Service
from bookings.public.choices import publish_policy
from bookings.requests import accept
from clients.models import Client
from config.settings import mailer
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.messaging.post import Sink, run_due, states, take
from tests.bookings.public import NOW, TEN, Practice, at, fill, open_practice

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_confirmation(practice: Practice, sink: Sink) -> None:
    place = take(practice)
    run_due(practice)
    ((envelope, mail),) = sink.mails
    assert envelope.rcpt_tos == ["leila@mail.example"]
    assert mail["Subject"] == f"Your appointment at {practice.account.name}"
    assert practice.account.name in mail["From"]
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body().get_content()  # type: ignore[union-attr]
    with acting_in(practice.account.ref):
        anchor_url = f"https://keepwell.example{practice.url('booking', token_of(place))}"
    assert "Tue 24 Nov 2026, 10:00 am (Sydney time)" in text
    assert anchor_url in text.splitlines()
    assert states(practice) == [
        ("confirmation", "email", "sent", ""),
        ("reminder", "email", "queued", ""),
    ]


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("Zoë’s “Fizyo”, Łódź", "Zoë’s “Fizyo” Łódź"),
        ("Boss <boss@bank.example>, Ltd.", "Boss boss bank example Ltd"),
        (
            "Cabinet de Kinésithérapie du Vieux-Port, Marseille (SARL)",
            "Cabinet de Kinésithérapie du Vieux-Port",
        ),
        ("湾岸理学療法センター" * 3, "湾岸理学療法センター湾岸理学療"),
    ],
)
def test_a_practice_with_a_name_of_its_own(
    sink: Sink, settings: Any, name: str, sender: str
) -> None:
    at(NOW, settings)
    take(practice := open_practice(name=name))
    run_due(practice)
    (address,) = sink.mails[0][1]["From"].addresses
    assert (address.display_name, address.addr_spec) == (sender, "hello@keepwell.example")


def test_the_attached_calendar_file(practice: Practice, sink: Sink) -> None:
    take(practice)
    run_due(practice)
    (attachment,) = list(sink.mails[0][1].iter_attachments())
    assert attachment.get_filename() == "appointment.ics"
    assert attachment.get_content_type() == "text/calendar"
    assert attachment["Content-Type"].params["method"] == "PUBLISH"
    event = icalendar.Calendar.from_ical(attachment.get_content()).walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == practice.account.name
    assert str(event["UID"]).endswith("@keepwell.example")


def test_nothing_about_health_or_the_person(practice: Practice, sink: Sink, gateway: Any) -> None:
    with acting_in(practice.account.ref):
        practice.service.name = "Trauma therapy"
        practice.service.save()
    take(practice, reminders="both", phone="+61491570006")
    run_due(practice)
    whole = str(sink.mails[0][1]) + str(gateway.texts)
    calendar = next(sink.mails[0][1].iter_attachments()).get_content()
    for word in ("Trauma", "Leila", "Haddad", str(practice.practitioner)):
        assert word not in whole + str(calendar)


def test_what_was_sent_is_kept_sealed(practice: Practice, sink: Sink) -> None:
    place = take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        row = Message.objects.get(state="sent")
        assert row.address == "leila@mail.example"
        assert row.subject == f"Your appointment at {practice.account.name}"
        assert manage_url_of(practice, place) in row.body
        assert row.sent_at is not None
        keyring.destroy_client_keys([place.client_id])
        gone = Message.objects.get(pk=row.pk)
        assert str(gone.body) == "unreadable"


def manage_url_of(practice: Practice, place: Attendee) -> str:
    return manage_url(current_anchor(), place)


def test_the_reminder_comes_a_day_before(practice: Practice, sink: Sink, settings: Any) -> None:
    take(practice)
    run_due(practice)
    at(NOW + timedelta(minutes=59), settings)
    run_due(practice)
    assert len(sink.mails) == 1
    at(NOW + timedelta(minutes=61), settings)
    run_due(practice)
    mail = sink.mails[1][1]
    assert mail["Subject"] == f"Reminder: your appointment at {practice.account.name}"
    assert list(mail.iter_attachments()) == []


def test_a_booking_within_a_day_needs_no_reminder(practice: Practice) -> None:
    take(practice, hours=-1)
    assert states(practice) == [("confirmation", "email", "queued", "")]


@pytest.mark.parametrize(
    ("preference", "channels"),
    [("email", ["email"]), ("sms", ["sms"]), ("both", ["email", "sms"])],
)
def test_each_channel_the_client_wants(
    practice: Practice, sink: Sink, gateway: Any, preference: str, channels: list[str]
) -> None:
    take(practice, reminders=preference, phone="0491 570 006")
    run_due(practice)
    assert [row[1] for row in states(practice) if row[0] == "confirmation"] == channels
    assert (len(sink.mails), len(gateway.texts)) == ("email" in channels, "sms" in channels)


def test_no_reminders_wanted_is_kept_with_the_reason(practice: Practice, sink: Sink) -> None:
    take(practice, reminders="none")
    run_due(practice)
    assert states(practice) == [
        ("confirmation", "email", "sent", ""),
        ("reminder", "email", "suppressed", "preference"),
    ]
    assert len(sink.mails) == 1


def test_a_preference_changed_meanwhile_counts(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    place = take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        client = Client.objects.get(pk=place.client_id)
        client.reminders = "none"
        client.save()
    at(NOW + timedelta(hours=2), settings)
    run_due(practice)
    assert states(practice)[1] == ("reminder", "email", "suppressed", "preference")
    assert len(sink.mails) == 1


def test_no_address_no_mail(practice: Practice, sink: Sink) -> None:
    take(practice, email="")
    run_due(practice)
    assert states(practice)[0] == ("confirmation", "email", "suppressed", "no_address")


def test_an_erased_client_gets_nothing(practice: Practice, sink: Sink) -> None:
    place = take(practice)
    with acting_in(practice.account.ref):
        keyring.destroy_client_keys([place.client_id])
    run_due(practice)
    assert sink.mails == []


def test_a_move_sends_the_new_time_and_reminds_of_that_alone(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    place = take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        move(
            by=SYSTEM,
            appointment=place.appointment,
            practitioner=practice.practitioner,
            starts_local=TEN + timedelta(days=1, hours=2),
        )
    run_due(practice)
    assert len(sink.mails) == 1, "a move may be undone within a minute"
    at(NOW + timedelta(minutes=2), settings)
    run_due(practice)
    assert sink.mails[1][1]["Subject"].startswith("Changed")
    assert "Before, it was Tue 24 Nov 2026, 10:00 am." in str(sink.mails[1][1].get_body())
    calendar = next(sink.mails[1][1].iter_attachments()).get_content()
    assert "SEQUENCE:1" in calendar
    at(NOW + timedelta(hours=2), settings)
    run_due(practice)
    assert len(sink.mails) == 2
    at(NOW + timedelta(hours=28), settings)
    run_due(practice)
    assert "Wed 25 Nov 2026, 12:00 pm" in str(sink.mails[2][1].get_body())
    assert [row for row in states(practice) if row[2] == "suppressed"] == [
        ("reminder", "email", "suppressed", "moved")
    ]


def test_a_cancellation_names_the_time_that_the_client_knows(
    practice: Practice, sink: Sink
) -> None:
    """Moved and cancelled within the minute that a move may be undone in: the new time was never heard of."""
    place = take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        for hours in (1, 2):
            move(
                by=SYSTEM,
                appointment=place.appointment,
                practitioner=practice.practitioner,
                starts_local=TEN + timedelta(hours=hours),
            )
        gone = Attendee.objects.select_related("client", "appointment").get(pk=place.pk)
        cancel(by=SYSTEM, attendee=gone, side="practice", reason="other")
    run_due(practice)
    assert "It was Tue 24 Nov 2026, 10:00 am (Sydney time)." in str(sink.mails[1][1].get_body())


def test_moved_before_the_confirmation_left(practice: Practice, sink: Sink) -> None:
    place = take(practice)
    with acting_in(practice.account.ref):
        Appointment.objects.filter(pk=place.appointment_id).update(sequence=1)
    run_due(practice)
    assert states(practice)[0] == ("confirmation", "email", "suppressed", "moved")


def test_a_cancellation_sends_the_news_and_no_reminder(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    place = take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        cancel(by=SYSTEM, attendee=place, side="practice", reason="practitioner_away")
    run_due(practice)
    at(NOW + timedelta(hours=2), settings)
    run_due(practice)
    assert len(sink.mails) == 2
    mail = sink.mails[1][1]
    assert mail["Subject"] == f"Cancelled: your appointment at {practice.account.name}"
    calendar = next(mail.iter_attachments())
    assert calendar["Content-Type"].params["method"] == "CANCEL"
    assert "practitioner_away" not in str(mail)


def test_a_late_worker_sends_nothing_about_the_past(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    take(practice)
    at(NOW + timedelta(days=3), settings)
    run_due(practice)
    assert {row[2:] for row in states(practice)} == {("suppressed", "past")}
    assert sink.mails == []


def test_text_messages(practice: Practice, gateway: Any) -> None:
    place = take(practice, reminders="sms", phone="+61 491 570 006")
    run_due(practice)
    ((path, media_type, sent),) = gateway.texts
    assert (path, media_type, sorted(sent)) == (
        "/send",
        "application/json",
        ["reference", "text", "to"],
    )
    assert sent["to"] == "+61491570006"
    with acting_in(practice.account.ref):
        short = short_manage_url(current_anchor(), place)
        whole = manage_url_of(practice, place)
    # What a phone shows is short, and leads to the same page
    assert (sent["text"].endswith(short), len(sent["text"]) <= 160) == (True, True)
    led = Browser().get(urlsplit(short).path)
    assert (led.status_code, led.headers["Location"]) == (302, urlsplit(whole).path)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(302, "redirect"), (500, "HTTP 500"), (503, "HTTP 503"), (401, "HTTP 401")],
)
def test_a_gateway_that_fails_is_tried_again_and_never_followed(
    practice: Practice, gateway: Any, status: int, reason: str
) -> None:
    gateway.status = status
    take(practice, reminders="sms", phone="+61491570006")
    run_due(practice)
    assert [path for path, *_ in gateway.texts] == ["/send"]
    assert states(practice)[0] == ("confirmation", "sms", "queued", reason)
    with acting_in(practice.account.ref):
        job = OutboxJob.objects.filter(attempts=1).get()
        assert (job.done_at, job.failed_at, job.error) == (None, None, "NotDelivered")
        assert job.run_at > clock.now()


def test_a_number_that_the_gateway_refuses_has_failed(practice: Practice, gateway: Any) -> None:
    gateway.status = 422
    take(practice, reminders="sms", phone="+61491570006")
    run_due(practice)
    assert states(practice)[0] == ("confirmation", "sms", "failed", "HTTP 422")


def test_a_mail_server_that_is_away_is_tried_again_then_failed(
    practice: Practice, sink: Sink, settings: Any
) -> None:
    settings.MAILERS = {**settings.MAILERS, "au": mailer("smtp://127.0.0.1:1")}
    take(practice)
    run_due(practice)
    assert states(practice)[0] == ("confirmation", "email", "queued", "no connection")
    with acting_in(practice.account.ref):
        job = OutboxJob.objects.get(attempts=1)
        OutboxJob.objects.filter(pk=job.pk).update(run_at=clock.now())
        Message.objects.filter(state="queued", attempts=1).update(attempts=MOST_ATTEMPTS - 1)
    outbox.run(practice.account.ref, job.pk)
    assert states(practice)[0] == (
        "confirmation",
        "email",
        "failed",
        "no connection",
    )


@pytest.mark.parametrize(
    ("answer", "state"), [("550 No such user", "failed"), ("450 Later", "queued")]
)
def test_a_refused_mailbox(practice: Practice, sink: Sink, answer: str, state: str) -> None:
    sink.answer = answer
    take(practice)
    run_due(practice)
    assert states(practice)[0][2] == state


def test_a_job_that_runs_twice_sends_once(practice: Practice, sink: Sink) -> None:
    take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        done = OutboxJob.objects.exclude(done_at=None).get()
        OutboxJob.objects.filter(pk=done.pk).update(done_at=None, leased_until=None)
    outbox.run(practice.account.ref, done.pk)
    assert len(sink.mails) == 1


class OtherBackend(BaseEmailBackend):
    """A mail backend of somebody else's that leaves on the mail what Anymail's leave."""

    def __init__(self, *, host: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.host = host

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            mail.anymail_status = SimpleNamespace(message_id=f"{self.host}-17")  # type: ignore[attr-defined]
        return len(email_messages)


def test_another_mail_backend_by_setting(practice: Practice, settings: Any) -> None:
    name = f"{OtherBackend.__module__}.OtherBackend"
    settings.MAILERS = {**settings.MAILERS, "au": mailer(f"backend://{name}?host=post.example")}
    take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        sent = Message.objects.get(state="sent")
    assert (sent.provider, sent.provider_id) == ("mail", "post.example-17")


def test_the_providers_name_for_a_message_is_kept(practice: Practice, gateway: Any) -> None:
    gateway.answer = b'{"id": "SM-17"}'
    take(practice, reminders="sms", phone="+61491570006")
    run_due(practice)
    with acting_in(practice.account.ref):
        sent = Message.objects.get(state="sent")
    assert (sent.provider, sent.provider_id, sent.attempts) == ("gateway", "SM-17", 1)


def test_the_token_is_shown_to_the_provider_alone(
    practice: Practice, gateway: Any, settings: Any
) -> None:
    settings.SMS_TOKENS = {"au": "a secret of the region"}
    take(practice, reminders="sms", phone="+61491570006")
    run_due(practice)
    assert gateway.shown == ["Bearer a secret of the region"]


@pytest.mark.parametrize("by_request", [False, True])
def test_the_first_mail_brings_what_was_agreed_to(
    practice: Practice, sink: Sink, by_request: bool
) -> None:
    with acting_in(practice.account.ref):
        publish_policy(by=SYSTEM, text="Cancel a day before.\nOr call us.")
        Service.objects.filter(pk=practice.service.pk).update(by_request=by_request)
    fill(Browser(), practice.details(), accepts="on", email="leila@mail.example")
    run_due(practice)
    with acting_in(practice.account.ref):
        publish_policy(by=SYSTEM, text="Another one.")
        place = Attendee.objects.select_related("appointment").get()
        if by_request:
            accept(by=SYSTEM, appointment=place.appointment)
    run_due(practice)
    first, *more = [mail for _envelope, mail in sink.mails]
    said = first.get_body().get_content()  # type: ignore[union-attr]
    assert "booking policy, version 1, privacy notice, version 3." in said
    (copy,) = [each for each in first.iter_attachments() if each.get_filename() == "agreed.txt"]
    text = copy.get_content().replace("\r\n", "\n")
    assert "Accepted Mon 23 Nov 2026, 9:00 am" in text
    assert "Cancel a day before.\nOr call us." in text
    assert "We keep your details in Sydney." in text
    # Once is enough: the acceptance of a request comes without it
    assert len(more) == by_request
    names = [each.get_filename() for mail in more for each in mail.iter_attachments()]
    assert "agreed.txt" not in names
