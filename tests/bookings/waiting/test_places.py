"""Waiting for a place in a session that is full: kept from others while it is on offer, and taken by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.tenancy import acting_in
from bookings import groups
from bookings.appointments.booking import SlotTaken
from bookings.messaging.links import OFFER, sealed_id
from bookings.models import Appointment, Attendee, Hold, Message, WaitingEntry, WaitingOffer
from bookings.waiting import ending, freed, offering
from bookings.waiting.answering import Closed, accept
from bookings.waiting.finding import times_for
from bookings.waiting.freed import suggested, who_fits
from privacy.vocabulary.scope import VISITOR
from tests.bookings.appointments.test_race import all_at_once
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, ten, utc
from tests.bookings.waiting.lists import FRIDAY, offered, run_jobs, waits
from tests.bookings.waiting.test_public_views import fill, join
from tests.factories import make_client

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
JOBS = (freed.JOB, ending.LOOK, offering.JOB)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref):
        office.service.capacity = 2
        office.service.save()
    return office


def full_session(office: Office, hour: int = 10) -> Appointment:
    made = groups.schedule(
        by=office.by,
        practitioner=office.mei,
        service=office.service,
        location=office.location,
        starts_local=ten(hour),
    )
    for _place in range(2):
        groups.join(by=office.by, appointment=made, client=make_client())
    return made


def left(office: Office, **more: Any) -> list[int]:
    found = groups.sessions(
        service=office.service,
        practitioners=[office.mei],
        location=office.location,
        first_day=TUESDAY,
        last_day=TUESDAY,
        **more,
    )
    return [each.left for each in found]


def gone(office: Office, session: Appointment) -> None:
    place = session.attendees.filter(state="expected").earliest("id")
    groups.leave(by=office.by, attendee=place, side="client", reason="sick")


def test_whoever_waits_gets_the_place_that_somebody_gave_up(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        session = full_session(office)
        office.service.notice_minutes = 0
        office.service.save()
    browser = office.browser()
    address = office.url("book_when", office.service.pk)
    sessions = browser.get(address, {"who": "any"}).content.decode()
    assert "full" in sessions
    assert "Join the waiting list" in sessions
    assert fill(browser, join(office), days=[], parts=[]).status_code == 303
    with acting_in(office.account.ref, by=office.by):
        entry = WaitingEntry.objects.get()
        early = waits(office, since=TUESDAY + timedelta(days=1))
        assert times_for(entry) == []
        assert who_fits(session.pk) == [], "it is full"
        with pytest.raises(SlotTaken):
            offered(office, entry)
        gone(office, session)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref, by=office.by):
        assert [(each.starts_at, each.fitting) for each in suggested()] == [(utc(ten()), 1)]
        assert [each.entry.pk for each in who_fits(session.pk)] == [entry.pk], "not who comes later"
        assert [each.starts_at for each in times_for(entry)] == [utc(ten())]
        made = offered(office, entry)
        assert (made.ends_at, Hold.objects.count(), left(office)) == (session.ends_at, 0, [0])
        assert left(office, at_desk=True) == [1], "staff may give it away all the same"
        with pytest.raises(groups.Full):
            groups.join(by=VISITOR, appointment=session, client=make_client)
        token = sealed_id(OFFER, made.pk)
    taken = browser.post(office.url("waiting_offer_acceptance", token))
    assert taken.status_code == 303
    assert "You’re booked" in browser.get(taken.headers["Location"]).content.decode()
    with acting_in(office.account.ref, by=office.by):
        place = session.attendees.get(client_id=entry.client_id)
        assert (place.state, place.provenance) == ("expected", "waiting_list")
        assert Message.objects.filter(attendee=place, category="confirmation").count() == 1
        assert (WaitingEntry.objects.get(pk=entry.pk).state, left(office)) == ("booked", [0])
        assert list(suggested()) == []
        late = waits(office, until=FRIDAY)
        gone(office, session)
        lost = offered(office, late)
        groups.call_off(by=office.by, appointment=session, reason="other")
        with pytest.raises(Closed) as closed:
            accept(by=VISITOR, offer=lost)
        assert closed.value.offer.state == "lost"
        assert WaitingEntry.objects.get(pk=early.pk).state == "waiting"


def test_of_two_offers_for_the_last_place_one_is_taken(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        session = full_session(office)
        gone(office, session)
        offers = [offered(office, waits(office)) for _each in range(2)]

    def attempt(number: int) -> str:
        try:
            with acting_in(office.account.ref, by=VISITOR):
                accept(by=VISITOR, offer=offers[number])
        except Closed as closed:
            return str(closed.offer.state)
        return "booked"

    assert all_at_once(attempt, 2) == {"booked": 1, "lost": 1}
    with acting_in(office.account.ref):
        assert sorted(WaitingOffer.objects.values_list("state", flat=True)) == ["accepted", "lost"]
        there = Attendee.objects.filter(appointment=session).exclude(state="cancelled")
        assert there.count() == 2


def test_the_desk_sees_whom_a_place_suits(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        session = full_session(office)
        waits(office)
        place = session.attendees.earliest("id")
    browser = office.browser()
    panel = browser.get(office.url("appointment", session.pk), headers={"HX-Request": "true"})
    assert "Put somebody on the waiting list" in panel.content.decode()
    values = {"side": "client", "reason": "sick"}
    answer = browser.post(office.url("cancellation", place.pk), values, follow=True)
    html = answer.content.decode()
    assert "suits 1 person on the waiting list" in html
    found = browser.get(office.url("waiting_after", session.pk)).content.decode()
    assert "1 person on the waiting list fits" in found
    entry = {"service": str(office.service.pk)}
    with acting_in(office.account.ref):
        entry["client"] = str(make_client().pk)
    form = browser.get(office.url("waiting_new"), entry).context["form"]
    assert str(office.service.pk) in form.services
