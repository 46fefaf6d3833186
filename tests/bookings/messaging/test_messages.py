"""Who is told what: by somebody's choice, by the client's wish, and a cancellation for those who had been told."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from accounts.tenancy import acting_in
from bookings.messaging import messages
from bookings.messaging.messages import reminders_at
from bookings.messaging.quiet import Quiet
from bookings.models import (
    Appointment,
    Attendee,
    Message,
    MessageSettings,
    WaitingEntry,
    WaitingOffer,
)
from privacy.vocabulary import clock
from tests.bookings.messaging.post import Sink, run_due, states, take
from tests.bookings.public import NOW, TUESDAY, Practice, at
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
SYDNEY = "Australia/Sydney"
OVERNIGHT = Quiet(time(21), time(8), SYDNEY)


def sydney(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant by the clocks of Sydney's summer."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=11)


def cancelled(practice: Practice, place: Attendee, **fields: Any) -> Attendee:
    """Return a place whose appointment is cancelled, with nobody told yet."""
    with acting_in(practice.account.ref):
        gone = {"state": "cancelled", "cancelled_by": "practice"} | fields
        Attendee.objects.filter(pk=place.pk).update(**gone)
        Appointment.objects.filter(pk=place.appointment_id).update(state="cancelled", sequence=1)
        found: Attendee = Attendee.objects.select_related("client", "appointment__location").get(
            pk=place.pk
        )
        return found


def quiet_place(practice: Practice, **fields: Any) -> Attendee:
    """Return a booked place that nobody was told about."""
    place = take(practice, **fields)
    with acting_in(practice.account.ref):
        Message.objects.update(state="suppressed", reason="chosen")
    return place


def of_category(practice: Practice, category: str) -> list[tuple[str, str]]:
    return [row[2:] for row in states(practice) if row[0] == category]


def test_a_booking_that_is_not_told_stands_in_the_log(practice: Practice, sink: Sink) -> None:
    place = quiet_place(practice)
    with acting_in(practice.account.ref):
        Message.objects.update(reason="before")
        messages.after_booking(place, tell=False)
    assert states(practice)[2:] == [
        ("confirmation", "email", "suppressed", "chosen"),
        ("reminder", "email", "queued", ""),
    ]


def test_the_practice_says_what_is_told_when_nobody_chose(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        MessageSettings(tells_of_booking=False).save(force_insert=True)
    place = take(practice)
    assert of_category(practice, "confirmation") == [("suppressed", "chosen")]
    with acting_in(practice.account.ref):
        messages.after_booking(place, tell=True)
    assert of_category(practice, "confirmation")[1:] == [("queued", "")]


def test_a_cancellation_is_told_to_who_was_told_of_the_booking(
    practice: Practice, sink: Sink
) -> None:
    place = take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        messages.after_cancelling(cancelled(practice, place))
    run_due(practice)
    assert of_category(practice, "cancellation") == [("sent", "")]


def test_a_cancellation_is_not_told_to_who_never_heard_of_it(practice: Practice) -> None:
    place = quiet_place(practice)
    with acting_in(practice.account.ref):
        messages.after_cancelling(cancelled(practice, place))
    assert of_category(practice, "cancellation") == [("suppressed", "untold")]


def test_somebody_may_choose_to_tell_it_all_the_same(practice: Practice) -> None:
    place = quiet_place(practice)
    with acting_in(practice.account.ref):
        messages.after_cancelling(cancelled(practice, place), tell=True)
    assert of_category(practice, "cancellation") == [("queued", "")]


@pytest.mark.parametrize(("state", "in_doubt"), [("sending", False), ("queued", True)])
def test_what_may_have_left_counts_as_told(practice: Practice, state: str, in_doubt: bool) -> None:
    place = take(practice)
    with acting_in(practice.account.ref):
        first = Message.objects.filter(category="confirmation")
        first.update(state=state, is_in_doubt=in_doubt)
        messages.after_cancelling(cancelled(practice, place))
    assert of_category(practice, "cancellation") == [("queued", "")]


def test_a_reminded_client_without_confirmations_hears_of_the_end(
    practice: Practice, sink: Sink
) -> None:
    place = take(practice, confirmations=False)
    assert states(practice) == [
        ("confirmation", "email", "suppressed", "preference"),
        ("reminder", "email", "queued", ""),
    ]
    with acting_in(practice.account.ref):
        Message.objects.filter(category="reminder").update(state="sent")
        messages.after_cancelling(cancelled(practice, place))
    run_due(practice)
    assert of_category(practice, "cancellation") == [("sent", "")]


def test_moved_before_the_confirmation_left_confirms_the_new_time(practice: Practice) -> None:
    place = take(practice)
    with acting_in(practice.account.ref):
        appointment = place.appointment
        appointment.sequence = 1
        appointment.save()
        messages.after_change(appointment, tell=False)
    assert of_category(practice, "confirmation") == [("suppressed", "moved"), ("queued", "")]
    assert of_category(practice, "change") == []


def test_a_change_that_is_not_told_still_moves_the_reminder(practice: Practice, sink: Sink) -> None:
    place = take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        appointment = Appointment.objects.select_related("location").get(pk=place.appointment_id)
        appointment.starts_at += timedelta(days=1)
        appointment.ends_at += timedelta(days=1)
        appointment.busy_from, appointment.busy_until = appointment.starts_at, appointment.ends_at
        appointment.sequence = 1
        appointment.save()
        messages.after_change(appointment, tell=False)
        (reminder,) = Message.objects.filter(category="reminder", state="queued")
    assert of_category(practice, "change") == [("suppressed", "chosen")]
    assert reminder.send_at == sydney(24, 10)


def requested(practice: Practice) -> Attendee:
    """Return a place in a request that waits for staff."""
    place = quiet_place(practice)
    with acting_in(practice.account.ref):
        appointment = place.appointment
        appointment.state, appointment.answer_by = "requested", clock.now() + timedelta(hours=5)
        appointment.save()
        return place


def test_a_request_is_received_then_accepted(practice: Practice, sink: Sink) -> None:
    place = requested(practice)
    with acting_in(practice.account.ref):
        messages.after_request(place)
    run_due(practice)
    mail = sink.mails[0][1]
    assert mail["Subject"] == f"Your request to {practice.account.name}"
    text = mail.get_body().get_content()  # type: ignore[union-attr]
    assert "It is not booked yet." in text
    assert "You hear from us by Mon 23 Nov 2026, 2:00 pm." in text
    assert list(mail.iter_attachments()) == []
    with acting_in(practice.account.ref):
        Appointment.objects.update(state="booked")
        messages.after_booking(place)
    run_due(practice)
    assert sink.mails[1][1]["Subject"] == f"Your appointment at {practice.account.name}"


def test_a_declined_request_is_told_and_nothing_else(practice: Practice, sink: Sink) -> None:
    place = requested(practice)
    with acting_in(practice.account.ref):
        messages.after_request(place)
        messages.after_declining(cancelled(practice, place))
    run_due(practice)
    assert [mail["Subject"] for _, mail in sink.mails] == [
        f"About your request to {practice.account.name}"
    ]
    assert of_category(practice, "request") == [("suppressed", "cancelled")]


def test_a_request_accepted_meanwhile_is_not_confirmed_as_waiting(
    practice: Practice, sink: Sink
) -> None:
    place = requested(practice)
    with acting_in(practice.account.ref):
        messages.after_request(place)
        Appointment.objects.update(state="booked")
    run_due(practice)
    assert of_category(practice, "request") == [("suppressed", "superseded")]
    assert sink.mails == []


def offer(practice: Practice, hours: float = 3) -> WaitingOffer:
    """Return an open offer of Tuesday at two."""
    client = make_client(given_name="Leila", email="leila@mail.example", confirmations=False)
    entry = WaitingEntry(client=client, service=practice.service, until=TUESDAY)
    entry.save(force_insert=True)
    made = WaitingOffer(
        entry=entry,
        client=client,
        practitioner=practice.practitioner,
        location=practice.location,
        starts_at=sydney(24, 14),
        ends_at=sydney(24, 15),
        expires_at=clock.now() + timedelta(hours=hours),
    )
    made.save(force_insert=True)
    return made


def test_an_offer(practice: Practice, sink: Sink) -> None:
    with acting_in(practice.account.ref):
        messages.after_offer(offer(practice))
    run_due(practice)
    ((_, mail),) = sink.mails
    assert mail["Subject"] == f"A free time at {practice.account.name}"
    text = mail.get_body().get_content()  # type: ignore[union-attr]
    assert "Tue 24 Nov 2026, 2:00 pm (Sydney time)" in text
    assert "Leila" not in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "lost"}, "superseded"),
        ({"expires_at": NOW - timedelta(minutes=1)}, "past"),
    ],
)
def test_an_offer_that_ended_is_not_sent(
    practice: Practice, sink: Sink, change: dict[str, Any], reason: str
) -> None:
    with acting_in(practice.account.ref):
        made = offer(practice)
        messages.after_offer(made)
        WaitingOffer.objects.update(**change)
    run_due(practice)
    assert states(practice) == [("offer", "email", "suppressed", reason)]
    assert sink.mails == []


@pytest.mark.parametrize(
    ("moment", "covered", "until", "before"),
    [
        (sydney(24, 20, 59), False, sydney(24, 20, 59), sydney(24, 20, 59)),
        (sydney(24, 21), True, sydney(25, 8), sydney(24, 20, 45)),
        (sydney(25, 7, 59), True, sydney(25, 8), sydney(24, 20, 45)),
        (sydney(25, 8), False, sydney(25, 8), sydney(25, 8)),
    ],
)
def test_quiet_hours(moment: datetime, covered: bool, until: datetime, before: datetime) -> None:
    assert OVERNIGHT.covers(moment) is covered
    assert (OVERNIGHT.until(moment), OVERNIGHT.before(moment)) == (until, before)


def test_quiet_hours_within_a_day_and_none() -> None:
    siesta = Quiet(time(13), time(15), SYDNEY)
    assert siesta.until(sydney(24, 14)) == sydney(24, 15)
    assert siesta.before(sydney(24, 14)) == sydney(24, 12, 45)
    never = Quiet(time(9), time(9), SYDNEY)
    assert not any(never.covers(sydney(24, hour)) for hour in range(24))


@pytest.mark.parametrize(
    ("starts", "now", "hours", "found"),
    [
        # a day before, in the day
        (sydney(24, 10), sydney(20, 9), [24], [sydney(23, 10)]),
        # in the night: before quiet time begins
        (sydney(24, 7), sydney(20, 9), [24], [sydney(22, 20, 45)]),
        # booked in that night: when it ends
        (sydney(24, 7), sydney(22, 22), [24], [sydney(23, 8)]),
        # two, and two that fall together
        (sydney(24, 10), sydney(20, 9), [24, 2], [sydney(23, 10), sydney(24, 8)]),
        (sydney(24, 6), sydney(20, 9), [8, 2], [sydney(23, 20, 45)]),
        # its end would come after the appointment began
        (sydney(24, 7), sydney(23, 22), [2], []),
        # too late anyway
        (sydney(24, 10), sydney(23, 11), [24], []),
    ],
)
def test_when_reminders_leave(
    starts: datetime, now: datetime, hours: list[int], found: list[datetime]
) -> None:
    assert reminders_at(starts, now, hours, OVERNIGHT) == found


def test_a_second_reminder(practice: Practice, settings: Any, sink: Sink) -> None:
    with acting_in(practice.account.ref):
        MessageSettings(reminder_hours=24, second_reminder_hours=2).save(force_insert=True)
    take(practice)
    run_due(practice)
    at(sydney(23, 10, 1), settings)
    run_due(practice)
    at(sydney(24, 8, 1), settings)
    run_due(practice)
    assert of_category(practice, "reminder") == [("sent", ""), ("sent", "")]


def test_quiet_hours_are_those_of_the_clients_own_zone(practice: Practice) -> None:
    # Ten in Sydney on the day before is seven in Perth
    take(practice, time_zone="Australia/Perth")
    with acting_in(practice.account.ref):
        reminder = Message.objects.get(category="reminder")
    assert reminder.state == "queued"
    assert reminder.send_at == sydney(23, 11), "at eight in Perth: the evening before is past"


def test_news_waits_for_the_morning(practice: Practice, settings: Any, sink: Sink) -> None:
    place = quiet_place(practice)
    at(sydney(23, 22), settings)
    with acting_in(practice.account.ref):
        Appointment.objects.update(sequence=1)
        place.appointment.refresh_from_db()
        messages.after_change(place.appointment)
        Appointment.objects.update(starts_at=sydney(24, 14), ends_at=sydney(24, 15))
    at(sydney(23, 22, 2), settings)
    run_due(practice)
    assert sink.mails == []
    with acting_in(practice.account.ref):
        waiting = Message.objects.get(category="change")
    assert (waiting.state, waiting.send_at) == ("queued", sydney(24, 8))
    at(sydney(24, 8, 1), settings)
    run_due(practice)
    assert len(sink.mails) == 1


def test_news_that_cant_wait_goes_at_night(practice: Practice, settings: Any, sink: Sink) -> None:
    place = quiet_place(practice)
    at(sydney(23, 22), settings)
    with acting_in(practice.account.ref):
        messages.after_cancelling(cancelled(practice, place), tell=True)
    run_due(practice)
    assert len(sink.mails) == 1, "ten is only two hours after the quiet time"


def test_who_cancels_at_night_gets_the_answer_at_once(
    practice: Practice, settings: Any, sink: Sink
) -> None:
    place = take(practice, hours=6)
    run_due(practice)
    at(sydney(23, 23), settings)
    with acting_in(practice.account.ref):
        messages.after_cancelling(cancelled(practice, place, cancelled_by="client"))
    run_due(practice)
    assert of_category(practice, "cancellation") == [("sent", "")]
