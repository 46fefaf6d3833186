"""Forms on their way: by the client's channel and in their language, reminded of once, sent by a booking; never telling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.appointments.cancelling import cancel
from bookings.messaging import topics
from bookings.messaging.links import token_of
from bookings.models import Appointment, Attendee, Message
from clients.models import Client
from notes.intake import filling, sending, templates
from notes.intake.links import link_of
from notes.models import Form
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.messaging.post import Sink, run_due, states
from tests.bookings.public import TEN, at
from tests.factories import make_client
from tests.notes.intake.scene import NOW, Scene, completed, filled, me

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = timedelta(days=1)


def mail(sink: Sink) -> str:
    """Return subject and text of the newest mail."""
    found = sink.mails[-1][1]
    return f"{found['Subject']}\n{found.get_body().get_content()}"  # type: ignore[union-attr]


def book_one(scene: Scene, **fields: Any) -> Appointment:
    return book(
        **{
            "by": SYSTEM,
            "practitioner": scene.practice.practitioner,
            "service": scene.practice.service,
            "location": scene.practice.location,
            "client": scene.client,
            **fields,
        }
    )


def booked(scene: Scene, hours: int = 0, client: Client | None = None) -> Attendee:
    with acting_in(scene.account.ref):
        starts = TEN + timedelta(hours=hours)
        appointment = book_one(scene, starts_local=starts, client=client or scene.client)
        place: Attendee = appointment.attendees.get()
        return place


def test_the_message_says_nothing_of_health_or_people(scene: Scene, sink: Sink) -> None:
    with acting_in(scene.account.ref):
        template = scene.templates["phq_9"]
        template.name = "Depression questionnaire"
        template.save()
        form = scene.sent("phq_9")
        link = link_of(current_anchor(), form)
    run_due(scene.practice)
    said = mail(sink)
    assert link in said
    for word in ("Depression", "PHQ", "Anaïs", "Súilleabháin", "Mei", "visit"):
        assert word not in said
    with acting_in(scene.account.ref):
        message = Message.objects.get(topic_id=form.pk)
        shown = topics.shown_text(message, current_anchor())
        assert link in str(message.body)
        assert link not in shown, "the log does not open the form"
        assert "asks you to fill in a form" in shown


def test_it_is_written_in_the_clients_language_by_their_channel(
    scene: Scene, sink: Sink, gateway: Any
) -> None:
    with acting_in(scene.account.ref):
        client = make_client(
            language="de", reminders="both", email="d@mail.example", phone="+61491570007"
        )
        form = scene.sent(client=client)
    run_due(scene.practice)
    assert "bittet Sie, ein Formular auszufüllen" in mail(sink)
    [(_path, _type, text)] = gateway.texts
    assert text["to"] == "+61491570007"
    with acting_in(scene.account.ref):
        assert text["text"].endswith(link_of(current_anchor(), form))


def test_one_reminder_and_none_once_it_is_in(scene: Scene, sink: Sink, settings: Any) -> None:
    with acting_in(scene.account.ref):
        waits, in_time = scene.sent(), scene.sent("pain")
        completed(in_time)
    run_due(scene.practice)
    assert states(scene.practice) == [
        ("form", "email", "sent", ""),
        ("form", "email", "suppressed", "answered"),
    ]
    at(NOW + 3 * DAY + timedelta(minutes=1), settings)
    run_due(scene.practice)
    run_due(scene.practice)
    at(NOW + 9 * DAY, settings)
    run_due(scene.practice)
    reminders = [each for each in states(scene.practice) if each[0] == "form_reminder"]
    assert reminders == [("form_reminder", "email", "sent", "")]
    with acting_in(scene.account.ref):
        assert Form.objects.get(pk=waits.pk).reminded_at is not None
        # who wants no reminders gets none
        quiet = make_client(reminders="none", email="q@mail.example")
        scene.sent(client=quiet)
    at(NOW + 13 * DAY, settings)
    run_due(scene.practice)
    assert [each for each in states(scene.practice) if each[0] == "form_reminder"] == reminders


def test_a_reminder_comes_before_the_visit_and_only_while_there_is_one(
    scene: Scene, sink: Sink, settings: Any
) -> None:
    def later(days: int) -> Form:
        with acting_in(scene.account.ref):
            starts = {"starts_local": TEN + days * DAY}
            place = book_one(scene, **starts).attendees.get()
            return sending.send(by=SYSTEM, form=scene.made(attendee=place))

    soon, far, gone = later(2), later(13), later(14)
    with acting_in(scene.account.ref):
        cancel(by=SYSTEM, attendee=gone.attendee, side="client", reason="sick")
        asked = sending.make_request(by=SYSTEM, client=scene.client, wanted=[], asks_notice=True)
        sending.send(by=SYSTEM, form=asked)
    at(NOW + 2 * DAY + timedelta(hours=2), settings)  # a day before the first visit
    run_due(scene.practice)
    run_due(scene.practice)
    with acting_in(scene.account.ref):
        assert Form.objects.get(pk=soon.pk).reminded_at is not None
        assert Form.objects.get(pk=far.pk).reminded_at is None
    at(NOW + 3 * DAY + timedelta(minutes=1), settings)
    run_due(scene.practice)
    run_due(scene.practice)
    with acting_in(scene.account.ref):
        told = Message.objects.filter(category="form_reminder").order_by("created_at", "id")
        assert {each.topic_id: (each.state, each.reason) for each in told} == {
            soon.pk: ("sent", ""),
            far.pk: ("sent", ""),
            gone.pk: ("suppressed", "cancelled"),
            asked.pk: ("sent", ""),
        }


def test_what_was_taken_back_does_not_leave(scene: Scene, sink: Sink) -> None:
    with acting_in(scene.account.ref):
        sending.take_back(by=SYSTEM, form=scene.sent())
    run_due(scene.practice)
    assert states(scene.practice) == [("form", "email", "suppressed", "revoked")]
    assert sink.mails == []


def test_a_booking_sends_what_its_service_asks_for(scene: Scene, sink: Sink, settings: Any) -> None:
    template = scene.templates["about_you"]

    def forms() -> int:
        run_due(scene.practice)
        run_due(scene.practice)
        with acting_in(scene.account.ref):
            return int(Form.objects.filter(client=scene.client).count())

    booked(scene)
    assert forms() == 0
    with acting_in(scene.account.ref):
        service = scene.practice.service
        templates.send_with(by=SYSTEM, template=template, services=[service.pk], again_months=6)
    place = booked(scene, 1)
    assert forms() == 1
    with acting_in(scene.account.ref):
        form = Form.objects.get()
        assert (form.attendee_id, form.state) == (place.pk, "sent")
    booked(scene, 2)
    assert forms() == 1, "one that is open is enough"
    with acting_in(scene.account.ref):
        here = f"/book/{scene.account.slug}/manage/{token_of(place)}/"
    page = Browser().get(here).content.decode()
    assert "A form is waiting for you" in page
    assert "Before your first visit" not in page, "a calendar that holds this link may be shared"
    sent = len(sink.mails)
    Browser().post(f"{here}errands/")
    at(NOW + timedelta(minutes=11), settings)
    answer = Browser().post(f"{here}errands/")
    assert "On its way" in Browser().get(answer["Location"]).content.decode()
    run_due(scene.practice)
    assert len(sink.mails) == sent + 1, "asked for at once, no second one leaves"
    with acting_in(scene.account.ref):
        completed(form)
    assert "A form is waiting" not in Browser().get(here).content.decode()
    booked(scene, 3)
    assert forms() == 1, "answered lately"
    at(NOW + 190 * DAY, settings)
    with acting_in(scene.account.ref):
        later = book_one(scene, starts_local=TEN + 196 * DAY)
    assert forms() == 2
    # cancelled before the worker came to it
    with acting_in(scene.account.ref):
        templates.send_with(by=SYSTEM, template=template, services=[service.pk], again_months=0)
        other = make_client(email="o@mail.example")
        gone = book_one(scene, starts_local=TEN + 197 * DAY, client=other)
        cancel(by=SYSTEM, attendee=gone.attendees.get(), side="client", reason="sick")
    run_due(scene.practice)
    with acting_in(scene.account.ref):
        assert not Form.objects.filter(client=other).exists()
        assert Form.objects.filter(attendee=later.attendees.get()).count() == 1


def test_a_client_without_an_address_gets_it_at_the_desk(scene: Scene, sink: Sink) -> None:
    with acting_in(scene.account.ref):
        service = scene.practice.service
        templates.send_with(
            by=SYSTEM,
            template=scene.templates["about_you"],
            services=[service.pk],
            again_months=None,
        )
        nobody = make_client(email="", phone="")
    booked(scene, client=nobody)
    run_due(scene.practice)
    run_due(scene.practice)
    with acting_in(scene.account.ref):
        [form] = Form.objects.filter(client=nobody)
        assert form.state == "draft"
        shown = sending.show_link(by=SYSTEM, form=form)
        done = filling.complete(by=me(form), form=filled(shown), way="link")
        assert done.state == "completed"
