"""The diary's pages as people meet them: doors, drags, taps, bookings, undo."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Location, Role
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.appointments.cancelling import cancel
from bookings.availability.schedule import Slot
from bookings.diary.views.beside import nearest_words, that_day_first
from bookings.models import Absence, Appointment, Attendee, HolidayCalendar, Message, Move
from clients.models import Alert, Client
from tests.bookings.office import (
    NOW,
    Office,
    at,
    audited,
    browser_of,
    open_office,
    place_of,
    ten,
    utc,
)
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")
S = Attendee.State
DAY = "2026-11-24"
# What a test that runs in a transaction adds around the account's own statements
FRAMING = ("SAVEPOINT", "RELEASE SAVEPOINT", "SELECT set_config('app.account_id', '',")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.fixture
def appointment(office: Office) -> Appointment:
    with acting_in(office.account.ref, by=office.by):
        return office.booked(ten(), make_client(given_name="Leila", family_name="Haddad"))


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser()


def drag(browser: Browser, office: Office, address: str, **values: Any) -> Any:
    """Post as diary.js does, from the page of the Tuesday."""
    return browser.post(
        address,
        values,
        headers={
            "HX-Request": "true",
            "HX-Target": "diary",
            "HX-Current-URL": f"http://testserver{office.url('diary')}?day={DAY}",
        },
    )


def toast_of(response: Any) -> dict[str, str]:
    told: dict[str, str] = json.loads(response.headers["HX-Trigger"])["keepwell:toast"]
    return told


def fresh(office: Office, appointment: Appointment) -> Appointment:
    with acting_in(office.account.ref):
        found: Appointment = Appointment.objects.get(pk=appointment.pk)
        return found


def addresses(office: Office, appointment: Appointment) -> list[tuple[str, str]]:
    """Return every page of the diary that is about one appointment, with its method."""
    with acting_in(office.account.ref):
        place = place_of(appointment).pk
    return [
        ("get", office.url("appointment", appointment.pk)),
        ("get", office.url("appointment_move", appointment.pk)),
        ("post", office.url("appointment_move", appointment.pk)),
        ("post", office.url("appointment_length", appointment.pk)),
        ("get", office.url("cancellation", place)),
        ("post", office.url("cancellation", place)),
        ("post", office.url("attendance", place, "arrived")),
        ("get", f"{office.url('diary')}?appointment={appointment.pk}"),
    ]


def test_the_diary_shows_the_day(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    page = browser.get(office.url("diary"), {"day": DAY})
    assert page.status_code == 200
    html = page.content.decode()
    assert "Leila Haddad" in html
    assert f'data-move-url="{office.url("appointment_move", appointment.pk)}"' in html
    assert "Leila" not in html.partition("<title>")[2].partition("</title>")[0]


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.RECEPTION])
def test_the_desk_may_look_and_book(office: Office, appointment: Appointment, role: str) -> None:
    desk = browser_of(office.account, role)
    assert desk.get(office.url("diary"), {"day": DAY}).status_code == 200
    assert desk.get(office.url("appointment_new")).status_code == 200
    panel = desk.get(office.url("diary"), {"day": DAY, "appointment": str(appointment.pk)})
    assert ("Write note" in panel.content.decode()) == (role == Role.PRACTITIONER)


def test_a_bookkeeper_stays_outside(office: Office, appointment: Appointment) -> None:
    bookkeeper = browser_of(office.account, Role.BOOKKEEPER)
    assert bookkeeper.get(office.url("appointment_new")).status_code == 403
    for method, address in addresses(office, appointment):
        assert getattr(bookkeeper, method)(address).status_code == 403


def test_another_account_has_nothing_here(office: Office, appointment: Appointment) -> None:
    other = open_office()
    stranger = other.browser()
    for method, address in addresses(office, appointment):
        theirs = address.replace(office.account.slug, other.account.slug)
        assert getattr(stranger, method)(theirs).status_code == 404
    foreign = drag(
        stranger,
        other,
        other.url("appointment_move", uuid4()),
        practitioner=other.mei.pk,
        starts=f"{DAY}T12:00",
    )
    assert foreign.status_code == 404


@pytest.mark.parametrize("query", ["location", "practitioner", "appointment"])
def test_ids_of_nobody_are_not_found(office: Office, browser: Browser, query: str) -> None:
    assert browser.get(office.url("diary"), {query: str(uuid4())}).status_code == 404


def test_the_panel_tells_alerts_first_and_is_a_reading(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = place_of(appointment).client
        Alert(client=client, kind="allergy", severity="severe", text="Latex allergy").save(
            force_insert=True
        )
    panel = browser.get(
        office.url("appointment", appointment.pk), headers={"HX-Request": "true"}
    ).content.decode()
    assert panel.index("Latex allergy") < panel.index("Attendance")
    assert "<html" not in panel
    page = browser.get(office.url("appointment", appointment.pk))
    assert page.headers["Location"].endswith(f"?day={DAY}&appointment={appointment.pk}")


def test_a_drag_moves_and_its_undo_brings_back(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    answer = drag(
        browser,
        office,
        office.url("appointment_move", appointment.pk),
        practitioner=office.tom.pk,
        starts=f"{DAY}T14:15",
    )
    assert (answer.status_code, toast_of(answer)["text"]) == (200, "Moved to 2:15 pm")
    html = answer.content.decode()
    assert html.strip().startswith("<section")
    assert "from-855 for-60" in html
    assert fresh(office, appointment).starts_at == utc(ten(14, 15))
    back = drag(browser, office, toast_of(answer)["undo_url"])
    assert (back.status_code, toast_of(back)["text"]) == (200, "Back at 10:00 am")
    assert "from-600 for-60" in back.content.decode()
    assert fresh(office, appointment).practitioner_id == office.mei.pk


def test_a_drag_to_a_taken_time_shows_what_is_there_and_asks(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref, by=office.by):
        there = office.booked(ten(14), make_client(given_name="Priya", family_name="Raman"))
    answer = drag(
        browser,
        office,
        office.url("appointment_move", appointment.pk),
        practitioner=office.mei.pk,
        starts=f"{DAY}T14:00",
    )
    html = answer.content.decode()
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#panel")
    assert "2:00 pm is taken. The nearest free times: 12:45 pm, 1:00 pm, 3:00 pm." in html
    assert "2:00 to 3:00 pm: Priya Raman" in html
    assert f'name="seen" value="{there.pk}"' in html
    assert f'name="diary" value="day={DAY}"' in html
    assert "checked" in html.partition('name="tell"')[2].partition(">")[0]
    assert fresh(office, appointment).sequence == 0


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_drag_may_overbook_with_a_reason_after_the_conflict_was_shown(office: Office) -> None:
    browser = office.browser()
    with acting_in(office.account.ref, by=office.by):
        moved = office.booked(ten(), make_client(given_name="Leila"))
        there = office.booked(ten(14))
    address = office.url("appointment_move", moved.pk)
    values = {
        "practitioner": office.mei.pk,
        "day": DAY,
        "time": "14:00",
        "overbook": "on",
        "is_asked": "True",
        "diary": f"day={DAY}&view=week",
    }
    assert browser.post(address, values).status_code == 422
    assert browser.post(address, {**values, "reason": "In pain"}).status_code == 409
    seen = {**values, "reason": "In pain", "seen": str(there.pk)}
    answer = browser.post(address, seen)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"?day={DAY}&view=week&appointment={moved.pk}")
    after = fresh(office, moved)
    assert (after.starts_at, after.is_overbooked) == (there.starts_at, True)
    assert len(audited("appointment.overbooked")) == 1


@pytest.mark.parametrize(("tell", "told"), [({}, 0), ({"tell": "on"}, 1)])
def test_whoever_moves_may_say_whether_the_client_is_told(
    office: Office, browser: Browser, tell: dict[str, str], told: int
) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = make_client(email="leila@mail.example")
        booked = office.booked(ten(), client)
        Message.objects.update(state=Message.State.SENT)
    values = {"practitioner": office.mei.pk, "day": DAY, "time": "15:00", "is_asked": "True"}
    answer = browser.post(office.url("appointment_move", booked.pk), {**values, **tell})
    assert answer.status_code == 302
    with acting_in(office.account.ref):
        waiting = Message.objects.filter(
            category=Message.Category.CHANGE, state=Message.State.QUEUED
        )
        assert waiting.count() == told


def test_a_pull_into_another_asks_and_may_overbook(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref, by=office.by):
        there = office.booked(ten(11))
    address = office.url("appointment_length", appointment.pk)
    answer = drag(browser, office, address, minutes=90)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#panel")
    assert 'name="minutes" value="90"' in answer.content.decode()
    values = {"minutes": 90, "overbook": "on", "reason": "Both know", "is_asked": "True"}
    assert browser.post(address, values).status_code == 409
    assert browser.post(address, {**values, "seen": str(there.pk)}).status_code == 302
    after = fresh(office, appointment)
    assert (after.duration_minutes, after.is_overbooked) == (90, True)


@pytest.mark.parametrize("starts", ["", "nonsense", "2026-11-24", "2027-10-03T02:30"])
def test_a_drag_to_nowhere_leaves_all_as_it_was(
    office: Office, browser: Browser, appointment: Appointment, starts: str
) -> None:
    answer = drag(
        browser,
        office,
        office.url("appointment_move", appointment.pk),
        practitioner=office.mei.pk,
        starts=starts,
    )
    assert (answer.status_code, toast_of(answer)["level"]) == (409, "error")
    assert fresh(office, appointment).sequence == 0


def test_moving_works_without_javascript(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    address = office.url("appointment_move", appointment.pk)
    form = browser.get(address).context["form"]
    assert form["time"].value().strftime("%H:%M") == "10:00"
    values = {"practitioner": str(office.mei.pk), "day": DAY, "time": "15:30"}
    answer = browser.post(address, values)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"?day={DAY}&appointment={appointment.pk}")
    assert fresh(office, appointment).starts_at == utc(ten(15, 30))


def test_the_form_offers_the_nearest_times_and_keeps_what_was_typed(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(14))
    address = office.url("appointment_move", appointment.pk)
    values = {"practitioner": str(office.mei.pk), "day": DAY, "time": "14:00"}
    answer = browser.post(address, values)
    assert (answer.status_code, len(answer.context["nearest"])) == (409, 3)
    assert 'value="14:00"' in answer.content.decode()
    assert browser.post(address, {**values, "starts": f"{DAY}T15:00"}).status_code == 302
    assert fresh(office, appointment).starts_at == utc(ten(15))


def test_its_own_time_is_not_offered_as_another(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(11))
    values = {"practitioner": str(office.mei.pk), "day": DAY, "time": "10:30"}
    answer = browser.post(office.url("appointment_move", appointment.pk), values)
    starts = [slot.local_start for slot, _words in answer.context["nearest"]]
    assert answer.status_code == 409
    assert starts
    assert ten() not in starts


def test_pulling_lengthens_and_its_undo_shortens(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    address = office.url("appointment_length", appointment.pk)
    answer = drag(browser, office, address, minutes=90)
    assert "from-600 for-90" in answer.content.decode()
    drag(browser, office, toast_of(answer)["undo_url"])
    assert fresh(office, appointment).duration_minutes == 60
    assert drag(browser, office, address, minutes="x").status_code == 409


def test_the_length_changes_without_a_drag(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    address = office.url("appointment_length", appointment.pk)
    panel = browser.get(office.url("appointment", appointment.pk), follow=True)
    assert address in panel.content.decode()
    page = browser.get(address)
    assert (page.status_code, page.context["form"]["minutes"].value()) == (200, 60)
    assert browser.post(address, {"minutes": "3", "is_asked": "True"}).status_code == 422
    assert browser.post(address, {"minutes": "45", "is_asked": "True"}).status_code == 302
    assert fresh(office, appointment).duration_minutes == 45


def test_an_undone_length_tells_nobody_who_did_not_hear_of_it(
    office: Office, browser: Browser
) -> None:
    with acting_in(office.account.ref, by=office.by):
        booked = office.booked(ten(), make_client(email="leila@mail.example"))
        Message.objects.update(state=Message.State.SENT)
    answer = drag(browser, office, office.url("appointment_length", booked.pk), minutes=90)
    drag(browser, office, toast_of(answer)["undo_url"])
    with acting_in(office.account.ref):
        news = Message.objects.filter(category=Message.Category.CHANGE)
        assert news.filter(state=Message.State.QUEUED).count() == 0


def test_free_times_of_the_wanted_day_come_first_and_others_name_theirs(office: Office) -> None:
    wanted = ten(14)
    slots = [
        Slot(office.mei.pk, office.location.pk, "Australia/Sydney", utc(at), utc(at), at)
        for at in (ten(day=date(2026, 11, 23)), ten(15))
    ]
    words = [nearest_words(each, wanted) for each in that_day_first(slots, wanted)]
    assert words == ["3:00 pm", "Mon 23 Nov 10:00 am"]


def test_attendance_is_one_tap_with_an_undo(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref):
        place = place_of(appointment)
    answer = browser.post(
        office.url("attendance", place.pk, "arrived"),
        headers={
            "HX-Request": "true",
            "HX-Target": "appointment-panel",
            "HX-Current-URL": f"http://testserver{office.url('diary')}?day={DAY}",
        },
    )
    html = answer.content.decode()
    assert (answer.status_code, toast_of(answer)["text"]) == (200, "Arrived")
    assert 'id="appointment-panel"' in html
    assert f'id="appointment-{appointment.pk}"' in html
    assert 'hx-swap-oob="true"' in html
    back = drag(browser, office, toast_of(answer)["undo_url"])
    assert back.content.decode().strip().startswith("<section")
    with acting_in(office.account.ref):
        assert place_of(appointment).state == S.EXPECTED


def test_attendance_works_without_javascript_and_knows_its_words(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref):
        place = place_of(appointment)
    answer = browser.post(office.url("attendance", place.pk, "no_show"))
    assert answer.status_code == 302
    with acting_in(office.account.ref):
        assert place_of(appointment).state == S.NO_SHOW
    assert browser.post(office.url("attendance", place.pk, "asleep")).status_code == 404


def test_cancelling_asks_who_and_why(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref):
        place = place_of(appointment)
    address = office.url("cancellation", place.pk)
    assert browser.post(address, {"side": "client"}).status_code == 422
    assert browser.post(address, {"side": "client", "reason": "sick"}).status_code == 302
    with acting_in(office.account.ref):
        after = place_of(appointment)
    assert (after.state, after.cancelled_by, after.cancel_reason) == ("cancelled", "client", "sick")
    assert fresh(office, appointment).state == Appointment.State.CANCELLED
    assert browser.get(address).status_code == 302
    panel = browser.get(office.url("diary"), {"day": DAY, "appointment": str(appointment.pk)})
    assert "Sick, by the client" in panel.content.decode()


def values_of(office: Office, **more: str) -> dict[str, str]:
    return {
        "service": str(office.service.pk),
        "practitioner": str(office.mei.pk),
        "location": str(office.location.pk),
        "day": DAY,
        "time": "11:00",
        **more,
    }


def test_a_pressed_time_fills_the_form(office: Office, browser: Browser) -> None:
    query = {"practitioner": str(office.tom.pk), "starts": f"{DAY}T09:30", "minutes": "45"}
    form = browser.get(office.url("appointment_new"), query).context["form"]
    assert form.initial["practitioner"] == str(office.tom.pk)
    assert (str(form.initial["day"]), form.initial["time"]) == (DAY, "09:30")
    assert form.initial["service"] == str(office.service.pk)


def test_the_place_is_where_somebody_is_then(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref):
        annex = Location(name="Annex", time_zone="Australia/Sydney")
        annex.save(force_insert=True)
        Absence(
            first_day=date(2026, 12, 1), last_day=date(2026, 12, 1), time_zone=annex.time_zone
        ).save(force_insert=True)
    address = office.url("appointment_new")
    query = {"practitioner": str(office.mei.pk), "starts": f"{DAY}T09:30"}
    assert browser.get(address, query).context["form"].initial["location"] == str(
        office.location.pk
    )

    def said(**more: str) -> str:
        answer = browser.post(
            address, values_of(office, given_name="New", **more), follow=True
        ).content.decode()
        return answer.partition('class="toast')[2].partition("</div>")[0]

    elsewhere = said(location=str(annex.pk))
    assert f"The practitioner is at {office.location.name} then." in elsewhere
    assert "is away then, or it is closed." in said(day="2026-12-01")
    assert "outside the practitioner’s hours" in said(day="2026-11-29")
    assert "practitioner" not in said(time="15:00"), "inside hours there is nothing to say"
    assert "practitioner" not in said(practitioner=str(office.tom.pk)), "nor without any"


def test_booking_a_known_client(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref):
        known = make_client(given_name="Priya", family_name="Raman")
    address = office.url("appointment_new")
    found = browser.post(address, {"find": "ram"}, headers={"HX-Request": "true"})
    assert str(known.pk) in found.content.decode()
    assert "<html" not in found.content.decode()
    answer = browser.post(address, values_of(office, client=str(known.pk)))
    assert answer.status_code == 302
    with acting_in(office.account.ref):
        booked = Appointment.objects.get()
        assert (booked.starts_at, booked.provenance) == (utc(ten(11)), "staff")
        assert place_of(booked).client_id == known.pk


def test_finding_works_without_javascript_and_keeps_what_was_typed(
    office: Office, browser: Browser
) -> None:
    with acting_in(office.account.ref):
        known = make_client(given_name="Priya", family_name="Raman")
    values = values_of(office, find="raman", search="1", given_name="Half")
    page = browser.post(office.url("appointment_new"), values)
    html = page.content.decode()
    assert page.status_code == 200
    assert str(known.pk) in html
    assert 'value="Half"' in html
    assert 'value="11:00"' in html


def test_booking_a_new_client_inline(office: Office, browser: Browser) -> None:
    values = values_of(
        office,
        given_name="Sione",
        family_name="Tupou",
        phone="0491 570 006",
        email="sione@mail.example",
    )
    assert browser.post(office.url("appointment_new"), values).status_code == 302
    with acting_in(office.account.ref):
        made = Client.objects.get()
        assert (made.full_name, made.email, made.is_confirmed) == (
            "Sione Tupou",
            "sione@mail.example",
            True,
        )
        assert place_of(Appointment.objects.get()).client_id == made.pk


def test_a_faulty_form_says_so_beside_the_field_and_keeps_the_rest(
    office: Office, browser: Browser
) -> None:
    values = values_of(office, family_name="Tupou", email="not-an-address")
    answer = browser.post(office.url("appointment_new"), values)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"given_name", "email"}
    assert 'value="Tupou"' in answer.content.decode()
    with acting_in(office.account.ref):
        assert (Client.objects.count(), Appointment.objects.count()) == (0, 0)


def test_a_client_of_another_account_is_nobody(office: Office, browser: Browser) -> None:
    other = make_account()
    with acting_in(other.ref):
        theirs = make_client()
    answer = browser.post(office.url("appointment_new"), values_of(office, client=str(theirs.pk)))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["client"])


def test_who_cancelled_and_calls_back_gets_the_same_again(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    panel = office.url("appointment", appointment.pk)
    inside = {"HX-Request": "true"}
    with acting_in(office.account.ref, by=office.by):
        later = office.booked(ten(10, 0, date(2026, 11, 27)), make_client(email=""))
        place = place_of(appointment)
        cancel(by=office.by, attendee=place, side="client", reason="sick")
    html = browser.get(panel, headers=inside).content.decode()
    address = html.partition(office.url("appointment_new"))[2].partition('"')[0]
    form = browser.get(office.url("appointment_new") + address.replace("&amp;", "&")).context[
        "form"
    ]
    assert form.initial == {
        "client": str(place.client_id),
        "practitioner": str(office.mei.pk),
        "location": str(office.location.pk),
        "service": str(office.service.pk),
        "day": date(2026, 11, 24),
        "time": "10:00",
    }
    reminded = browser.get(office.url("appointment", later.pk), headers=inside).content.decode()
    assert "E-mail, but no address is known" in reminded


def test_a_taken_time_shows_what_stands_there_and_makes_no_client(
    office: Office, browser: Browser
) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(11), make_client(given_name="Leila", family_name="Haddad"))
    answer = browser.post(office.url("appointment_new"), values_of(office, given_name="New"))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Leila Haddad" in html
    assert "11:00 am is taken." in html
    assert 'value="New"' in html
    assert len(answer.context["nearest"]) == 3
    with acting_in(office.account.ref):
        assert Client.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_overbooking_needs_a_shown_conflict_and_a_reason(office: Office) -> None:
    browser = office.browser()
    with acting_in(office.account.ref, by=office.by):
        there = office.booked(ten(11))
    address = office.url("appointment_new")
    values = values_of(office, given_name="New", overbook="on")
    assert browser.post(address, values).status_code == 422
    blind = browser.post(address, {**values, "reason": "In pain"})
    assert blind.status_code == 409
    seen = {**values, "reason": "In pain", "seen": str(there.pk)}
    assert f'value="{there.pk}"' in blind.content.decode()
    assert browser.post(address, seen).status_code == 302
    with acting_in(office.account.ref):
        beside = Appointment.objects.get(is_overbooked=True)
        assert beside.starts_at == there.starts_at
        client = place_of(beside).client_id
    assert audited("appointment.overbooked") == [(office.owner.pk, beside.pk, client)]


def test_a_client_who_is_elsewhere_then_is_asked_about(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref, by=office.by):
        leila = make_client(given_name="Leila")
        there = office.booked(ten(11), leila, office.tom)
    address, values = office.url("appointment_new"), values_of(office, client=str(leila.pk))
    asked = browser.post(address, values)
    html = asked.content.decode()
    assert (asked.status_code, f'value="{there.pk}"' in html) == (409, True)
    assert "The client has another appointment then." in html
    assert "the client’s own, First visit with Tom Okafor" in html
    sure = {**values, "seen": str(there.pk), "overbook": "on", "reason": "A joint visit"}
    assert browser.post(address, sure).status_code == 302
    repeats = {**values, "repeats": "weekly", "count": 3}
    planned = browser.post(address, repeats).content.decode()
    assert planned.count("the client’s own") == 2, "with Tom, and the one beside it"


def test_overbooking_ends_where_the_place_is_free(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(11))
        beside = book(
            by=office.by,
            practitioner=office.mei,
            service=office.service,
            location=office.location,
            starts_local=ten(11),
            client=make_client(),
            overbook_because="twins",
        )
    page = browser.get(office.url("diary"), {"day": DAY}).content.decode()
    assert "lane-1-of-2" in page
    assert "lane-2-of-2" in page
    drag(
        browser,
        office,
        office.url("appointment_move", beside.pk),
        practitioner=office.mei.pk,
        starts=f"{DAY}T15:00",
    )
    assert fresh(office, beside).is_overbooked is False


def test_somebody_who_does_not_offer_the_service_is_refused(
    office: Office, browser: Browser
) -> None:
    with acting_in(office.account.ref):
        office.service.offers.filter(practitioner=office.tom).delete()
    values = values_of(office, given_name="New", practitioner=str(office.tom.pk))
    answer = browser.post(office.url("appointment_new"), values)
    assert list(answer.context["form"].errors) == ["practitioner"]


def test_a_closing_account_can_only_be_read(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref):
        anchor = current_anchor()
        anchor.state = anchor.State.CLOSING
        anchor.save(update_fields=["state"])
    html = browser.get(
        office.url("diary"), {"day": DAY, "appointment": str(appointment.pk)}
    ).content.decode()
    assert "data-read-only" in html
    assert "data-move-url" not in html
    assert "data-book-url" not in html
    for method, address in addresses(office, appointment):
        if method == "post":
            assert browser.post(address, {"practitioner": "x"}).status_code == 409
    assert fresh(office, appointment).sequence == 0


def test_an_empty_day_teaches_the_next_step(office: Office, browser: Browser) -> None:
    assert "Nothing is booked here yet" in browser.get(office.url("diary")).content.decode()
    sunday = browser.get(office.url("diary"), {"day": "2026-11-29"}).content.decode()
    assert "Nobody has hours on this day." in sunday
    assert "Go to Mon 30 November" in sunday
    with acting_in(office.account.ref):
        HolidayCalendar(location=office.location, country="AU", subdivision="AU-NSW").save(
            force_insert=True
        )
        away = date(2026, 12, 29)
        Absence(
            practitioner=office.mei, first_day=away, last_day=away, time_zone="Australia/Sydney"
        ).save(force_insert=True)
    closed = browser.get(office.url("diary"), {"day": "2026-12-25"}).content.decode()
    assert "Closed: Christmas Day." in closed
    assert "Go to Wed 30 December" in closed, "Boxing Day is kept on Monday, Mei is away on Tuesday"
    assert "Press a free time" not in closed
    listed = browser.get(office.url("diary"), {"view": "list"}).content.decode()
    assert "Nothing is booked in these seven days" in listed


@pytest.mark.parametrize("view", ["day", "week", "month", "list"])
def test_a_page_costs_twelve_statements_at_most(
    office: Office, browser: Browser, view: str
) -> None:
    counts = []
    for total in (1, 3, 50):
        with acting_in(office.account.ref, by=office.by):
            while (number := Appointment.objects.count()) < total:
                who = (office.mei, office.tom)[number % 2]
                office.booked(ten(0) + timedelta(hours=number // 2), who=who)
        with CaptureQueriesContext(connections["region_au"]) as region:
            page = browser.get(
                office.url("diary"), {"day": DAY, "view": view, "practitioner": "all"}
            )
        assert page.status_code == 200
        ours = [each for each in region if not each["sql"].startswith(FRAMING)]
        counts.append(len(ours))
    assert counts[0] == counts[1] == counts[2] <= 12


def test_undo_of_a_move_that_came_after_another_is_refused(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    address = office.url("appointment_move", appointment.pk)
    first = drag(browser, office, address, practitioner=office.mei.pk, starts=f"{DAY}T12:00")
    drag(browser, office, address, practitioner=office.mei.pk, starts=f"{DAY}T13:00")
    late = drag(browser, office, toast_of(first)["undo_url"])
    assert late.status_code == 409
    with acting_in(office.account.ref):
        assert Move.objects.count() == 2


def test_a_cancelled_appointment_is_not_dragged(
    office: Office, browser: Browser, appointment: Appointment
) -> None:
    with acting_in(office.account.ref, by=office.by):
        cancel(by=office.by, attendee=place_of(appointment), side="client", reason="away")
    answer = drag(
        browser,
        office,
        office.url("appointment_move", appointment.pk),
        practitioner=office.mei.pk,
        starts=f"{DAY}T12:00",
    )
    assert answer.status_code == 409
