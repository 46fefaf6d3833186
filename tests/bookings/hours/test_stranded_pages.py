"""A change of somebody's time asks what becomes of the bookings it strands; those left open wait on a list."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import AccountAnchor, Location, Practitioner, Role
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.hours.stranded import listing
from bookings.hours.stranded.options import To, read, written
from bookings.models import Absence, Appointment, Attendee, Message, WeeklyHours
from privacy.vocabulary import clock
from tests.bookings.office import NOW, TUESDAY, Office, at, browser_of, open_office, ten
from tests.clients.practice import told
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref):
        for weekday in range(1, 6):
            WeeklyHours(
                practitioner=office.tom,
                location=office.location,
                weekday=weekday,
                starts=time(9),
                ends=time(17),
            ).save(force_insert=True)
    return office


def booked(office: Office, hour: int, name: str = "Noor") -> Appointment:
    with acting_in(office.account.ref, by=office.by):
        return book(
            by=office.by,
            practitioner=office.mei,
            service=office.service,
            location=office.location,
            starts_local=ten(hour),
            client=make_client(given_name=name, family_name="Haddad"),
        )


def away(office: Office, **changes: str) -> dict[str, str]:
    """What the form of time off sends for the Tuesday."""
    return {
        "who": str(office.mei.pk),
        "where": "all",
        "first_day": TUESDAY.isoformat(),
        "last_day": "",
        "starts": "",
        "ends": "",
        "kind": "holiday",
        "label": "",
        "every_weeks": "",
        "until": "",
        **changes,
    }


def state(office: Office, appointment: Appointment) -> tuple[str, bool, bool]:
    with acting_in(office.account.ref):
        fresh = Appointment.objects.get(pk=appointment.pk)
        return fresh.state, fresh.stays_outside_hours, fresh.stranded_at is not None


def waiting(office: Office) -> list[Any]:
    with acting_in(office.account.ref):
        return [each.pk for each in listing.waiting()]


def test_everything_chosen_is_done_with_the_change(office: Office) -> None:
    keep, move, cancel, later = (booked(office, hour) for hour in (9, 10, 11, 12))
    to = To(office.tom.pk, ten(14))
    browser, address = office.browser(), office.url("time_off_new")
    page = browser.post(address, away(office)).content.decode()
    assert f'value="{written(To(office.tom.pk, ten(9)))}"' in page, "a colleague at the same time"
    assert written(To(office.mei.pk, ten(9))) not in page, "not on the day that would be off"
    assert not waiting(office)
    chosen = {
        f"choice-{keep.pk}": "keep",
        f"choice-{move.pk}": written(to),
        f"choice-{cancel.pk}": "cancel",
    }
    with told() as events:
        browser.post(address, {**away(office), "confirmed": "4", **chosen})
    assert state(office, keep) == ("booked", True, False)
    assert state(office, move) == ("booked", False, False)
    assert state(office, cancel) == ("cancelled", False, False)
    assert state(office, later) == ("booked", False, True)
    with acting_in(office.account.ref):
        assert Absence.objects.count() == 1
        moved = Appointment.objects.get(pk=move.pk)
        assert (moved.practitioner_id, moved.local_time) == (office.tom.pk, time(14))
        place = Attendee.objects.get(appointment=cancel)
        assert (place.cancelled_by, place.cancel_reason) == ("practice", "practitioner_away")
        kinds = set(
            Message.objects.filter(attendee__appointment=cancel).values_list("category", flat=True)
        )
        assert "cancellation" in kinds
    assert events.count("appointment.kept_outside_hours") == 1
    assert waiting(office) == [later.pk]


def test_what_is_left_open_waits_on_a_list_until_it_is_settled(office: Office) -> None:
    first, second = booked(office, 9), booked(office, 10)
    browser = office.browser()
    browser.post(office.url("time_off_new"), {**away(office), "confirmed": "2"})
    assert waiting(office) == [first.pk, second.pk]
    page = browser.get(office.url("stranded")).content.decode()
    assert "Noor Haddad" in page
    assert "A change left 2 bookings without their time." in page
    browser.post(office.url("stranded"), {f"choice-{first.pk}": "keep"})
    assert waiting(office) == [second.pk]
    browser.post(
        office.url("stranded"), {f"choice-{second.pk}": written(To(office.tom.pk, ten(10)))}
    )
    assert waiting(office) == []
    assert "Every booking has its time" in browser.get(office.url("stranded")).content.decode()


def test_a_time_that_is_gone_undoes_everything(office: Office) -> None:
    first, second = booked(office, 9), booked(office, 10)
    same = written(To(office.tom.pk, ten(14)))
    browser, address = office.browser(), office.url("time_off_new")
    chosen = {f"choice-{first.pk}": same, f"choice-{second.pk}": same, "confirmed": "2"}
    page = browser.post(address, {**away(office), **chosen}).content.decode()
    assert "Nothing was changed" in page
    assert f'value="{same}"' not in page or "selected" in page
    with acting_in(office.account.ref):
        assert not Absence.objects.exists()
        assert {each.local_time for each in Appointment.objects.all()} == {time(9), time(10)}
    assert waiting(office) == []


def test_all_are_cancelled_at_once_page_by_page_or_not(office: Office) -> None:
    with acting_in(office.account.ref):
        office.service.duration_minutes = 15
        office.service.save()
    for hour in range(9, 17):
        for minute in (0, 15, 30):
            with acting_in(office.account.ref, by=office.by):
                office.booked(ten(hour, minute))
    browser = office.browser()
    browser.post(office.url("time_off_new"), {**away(office), "confirmed": "24"})
    assert len(waiting(office)) == 24
    page = browser.get(office.url("stranded"))
    assert len(page.context["rows"]) == 20
    assert len(browser.get(office.url("stranded") + "?page=2").context["rows"]) == 4
    browser.post(office.url("stranded"), {"choice-all": "cancel", "confirmed": "23"})
    assert len(waiting(office)) == 24, "one more came: seen first"
    browser.post(office.url("stranded"), {"choice-all": "cancel", "confirmed": "24"})
    assert waiting(office) == []
    with acting_in(office.account.ref):
        assert set(Appointment.objects.values_list("state", flat=True)) == {"cancelled"}


def test_time_off_taken_back_takes_them_off_the_list(office: Office) -> None:
    booked(office, 9)
    browser = office.browser()
    browser.post(office.url("time_off_new"), {**away(office), "confirmed": "1"})
    with acting_in(office.account.ref):
        row = Absence.objects.get()
    assert "Noor" in browser.get(office.url("stranded")).content.decode()
    browser.post(office.url("time_off_removal", row.pk))
    assert waiting(office) == []
    assert "Noor" not in browser.get(office.url("stranded")).content.decode()
    assert waiting(office) == []


def test_a_practitioner_who_left_and_a_closed_place_leave_theirs_on_the_list(
    office: Office,
) -> None:
    mine = booked(office, 9)
    with acting_in(office.account.ref):
        office.mei.deactivated_at = clock.now()
        office.mei.save()
    assert waiting(office) == [mine.pk]
    page = office.browser().get(office.url("stranded"))
    moves = page.context["rows"][0]["moves"]
    assert {read(each.value).practitioner for each in moves} == {office.tom.pk}  # type: ignore[union-attr]
    office.browser().post(office.url("stranded"), {f"choice-{mine.pk}": "keep"})
    assert waiting(office) == []
    with acting_in(office.account.ref):
        office.mei.deactivated_at = None
        office.mei.save()
        Appointment.objects.update(stays_outside_hours=False)
        office.location.archived_at = clock.now()
        office.location.save()
    assert waiting(office) == [mine.pk]


def test_changed_hours_and_limits_ask_too(office: Office) -> None:
    first, second = booked(office, 9), booked(office, 10)
    browser = office.browser()
    limits = {"most_per_day": "1", "most_per_week": "", "notice_minutes": "", "horizon_days": ""}
    address = office.url("limits_of", office.mei.pk)
    page = browser.post(address, limits).content.decode()
    assert "One booking would be left without its time" in page
    browser.post(
        address,
        {**limits, "confirmed": "1", f"choice-{second.pk}": written(To(office.tom.pk, ten(10)))},
    )
    assert state(office, first) == state(office, second) == ("booked", False, False)
    with acting_in(office.account.ref):
        assert Appointment.objects.get(pk=second.pk).practitioner_id == office.tom.pk


def test_the_list_costs_the_same_for_one_and_for_three(office: Office) -> None:
    browser = office.browser()

    def asked() -> int:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert browser.get(office.url("stranded")).status_code == 200
        return len(queries)

    booked(office, 9)
    browser.post(office.url("time_off_new"), {**away(office), "confirmed": "1"})
    asked()
    one = asked()
    for hour in (10, 11):
        with acting_in(office.account.ref, by=office.by):
            listing.remember([office.booked(ten(hour))])
    assert asked() == one


def test_who_may_not(office: Office) -> None:
    booked(office, 9)
    assert (
        browser_of(office.account, Role.BOOKKEEPER).get(office.url("stranded")).status_code == 403
    )
    stranger = open_office()
    outside = stranger.browser()
    assert outside.get(office.url("stranded"), follow=True).status_code == 404
    assert "Noor" not in outside.get(stranger.url("stranded")).content.decode()


def test_a_choice_for_a_booking_that_isn_t_stranded_does_nothing(office: Office) -> None:
    mine = booked(office, 9)
    office.browser().post(office.url("stranded"), {f"choice-{mine.pk}": "cancel"})
    assert state(office, mine) == ("booked", False, False)


@pytest.mark.parametrize("value", ["", "move", "move x 2026-11-24T10:00 0", "move  nobody 1 2 3"])
def test_a_value_that_is_no_move(value: str) -> None:
    assert read(value) is None


def test_a_move_is_read_as_it_was_written(office: Office) -> None:
    for fold in (0, 1):
        to = To(office.mei.pk, datetime.combine(TUESDAY, time(2, 30, fold=fold)))
        back = read(written(to))
        assert back == to
        assert back is not None
        assert back.starts_local.fold == fold


def test_a_closing_practice_can_only_read_the_list(office: Office) -> None:
    mine = booked(office, 9)
    browser = office.browser()
    browser.post(office.url("time_off_new"), {**away(office), "confirmed": "1"})
    with acting_in(office.account.ref):
        AccountAnchor.objects.update(state="closing")
    assert "Noor" in browser.get(office.url("stranded")).content.decode()
    answer = browser.post(office.url("stranded"), {f"choice-{mine.pk}": "keep"})
    assert answer.status_code != 302
    assert waiting(office) == [mine.pk]


def test_the_diary_says_how_many_wait(office: Office) -> None:
    booked(office, 9)
    browser = office.browser()
    assert "outside-hours" not in browser.get(office.url("diary")).content.decode()
    browser.post(office.url("time_off_new"), {**away(office), "confirmed": "1"})
    page = browser.get(office.url("diary")).content.decode()
    assert "One booking outside hours" in page
    assert office.url("stranded") in page


def test_hours_that_come_back_take_them_off_the_list(office: Office) -> None:
    booked(office, 9)
    browser = office.browser()
    browser.post(office.url("time_off_new"), {**away(office), "confirmed": "1"})
    with acting_in(office.account.ref):
        row = Absence.objects.get()
    assert len(waiting(office)) == 1
    afternoon = away(office, starts="12:00", ends="17:00")
    browser.post(office.url("time_off_entry", row.pk), afternoon)
    assert waiting(office) == []


def test_a_limit_keeps_its_bookings_on_the_list(office: Office) -> None:
    booked(office, 9)
    second = booked(office, 10)
    limits = {"most_per_day": "1", "most_per_week": "", "notice_minutes": "", "horizon_days": ""}
    browser, address = office.browser(), office.url("limits_of", office.mei.pk)
    browser.post(address, {**limits, "confirmed": "1"})
    browser.get(office.url("stranded"))
    assert waiting(office) == [second.pk]
    browser.post(address, {**limits, "most_per_day": "2"})
    assert waiting(office) == []


def test_who_stops_taking_bookings_is_asked_about_the_coming_ones(office: Office) -> None:
    first, second = booked(office, 9), booked(office, 10)
    browser, address = office.browser(), office.url("practitioner_stop", office.mei.pk)
    page = browser.get(address).content.decode()
    assert "2 bookings are coming" in page
    assert written(To(office.tom.pk, ten(9))) in page
    assert str(office.mei.pk) not in page.replace(address, "").replace(
        office.url("practitioner", office.mei.pk), ""
    )
    browser.post(address)
    assert waiting(office) == [], "nothing is final before it is said what happens to them"
    browser.post(
        address, {"confirmed": "2", f"choice-{first.pk}": written(To(office.tom.pk, ten(9)))}
    )
    assert waiting(office) == [second.pk]
    with acting_in(office.account.ref):
        assert Appointment.objects.get(pk=first.pk).practitioner_id == office.tom.pk
        assert Practitioner.objects.get(pk=office.mei.pk).deactivated_at is not None
    assert browser_of(office.account, Role.RECEPTION).get(address).status_code == 403
    stranger = open_office()
    inside = stranger.url("practitioner_stop", office.mei.pk)
    assert stranger.browser().get(inside).status_code == 404


def test_a_place_out_of_use_asks_about_its_coming_bookings(office: Office) -> None:
    first, second = booked(office, 9), booked(office, 10)
    browser, address = office.browser(), office.url("location_stop", office.location.pk)
    page = browser.post(address).content.decode()
    assert "2 bookings are coming" in page
    assert "Move to" not in page
    assert waiting(office) == []
    browser.post(address, {"confirmed": "2", f"choice-{first.pk}": "cancel"})
    assert (state(office, first)[0], waiting(office)) == ("cancelled", [second.pk])
    with acting_in(office.account.ref):
        assert Location.objects.get().archived_at is not None
    browser.post(office.url("location_restoration", office.location.pk))
    assert waiting(office) == []
    assert browser_of(office.account, Role.RECEPTION).get(address).status_code == 403
    inside = open_office()
    stranger = inside.url("location_stop", office.location.pk)
    assert inside.browser().post(stranger).status_code == 404


def test_a_service_that_is_archived_leaves_its_bookings_unless_somebody_says_so(
    office: Office,
) -> None:
    first, second = booked(office, 9), booked(office, 10)
    browser, address = office.browser(), office.url("service_stop", office.service.pk)
    assert "Stays as booked" in browser.get(address).content.decode()
    answer = browser.post(
        address, {"confirmed": "2", f"choice-{second.pk}": "cancel"}, follow=True
    ).content.decode()
    assert "Archived. 1 booking cancelled, 1 booking kept." in answer
    assert state(office, first) == ("booked", False, False)
    assert state(office, second)[0] == "cancelled"
    with acting_in(office.account.ref):
        told = Message.objects.filter(category="cancellation")
        assert [each.attendee.appointment_id for each in told] == [second.pk]
