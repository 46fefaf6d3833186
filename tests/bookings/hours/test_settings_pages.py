"""Services and hours can be changed by those who may, row by row, without a look into another practice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Location, Practitioner, Role
from accounts.tenancy import acting_in
from bookings.hours.weekly import Stretch
from bookings.hours.weekly_forms import initial_of, name_of
from bookings.models import Service, ServiceOffer, WeeklyHours
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.clients.practice import told
from tests.factories import (
    make_account,
    make_appointment,
    make_client,
    make_member,
    make_practice,
    make_user,
)

pytestmark = pytest.mark.django_db(databases="__all__")


class Room:
    """A practice with a service and hours, and its Owner's browser."""

    def __init__(self) -> None:
        user = make_user()
        self.account: Account = make_account(owner=user)
        self.browser = Browser()
        sign_in(self.browser, user, self.account)
        with acting_in(self.account.ref):
            self.location, self.practitioner, self.service = make_practice()

    def url(self, rest: str) -> str:
        return f"/a/{self.account.slug}/settings/{rest}"

    @property
    def week_url(self) -> str:
        return self.url(f"hours/{self.practitioner.pk}/{self.location.pk}/")

    def service_values(self, **changes: Any) -> dict[str, Any]:
        """What the form of the service sends."""
        return {
            "name": "First visit",
            "duration_minutes": "50",
            "price": "155",
            "description": "",
            "is_online": "on",
            "colour": "7",
            "practitioners": [str(self.practitioner.pk)],
            "buffer_before": "0",
            "buffer_after": "10",
            "grid_minutes": "30",
            "notice_minutes": "1440",
            "horizon_days": "90",
            "cancel_notice_minutes": "2880",
            **changes,
        }


def week(*stretches: Stretch, **more: str) -> dict[str, str]:
    """Return what the form of a week sends."""
    return {name: f"{value:%H:%M}" for name, value in initial_of(stretches).items()} | more


NINE_TO_NOON = [Stretch(day, time(9), time(12)) for day in range(1, 6)]


def test_a_service_is_added_changed_and_offered() -> None:
    room = Room()
    with told() as events:
        room.browser.post(room.url("services/new/"), room.service_values(name="Massage"))
        room.browser.post(
            room.url(f"services/{room.service.pk}/"), room.service_values(practitioners=[])
        )
    assert {"service.added", "service.changed"} <= set(events)
    with acting_in(room.account.ref):
        first, added = Service.objects.order_by("position", "pk")
        assert (added.name, added.price_minor, added.colour) == ("Massage", 15500, 7)
        assert (first.buffer_after, first.notice_minutes, first.horizon_days) == (10, 1440, 90)
        assert [offer.service_id for offer in ServiceOffer.objects.all()] == [added.pk]


def test_a_faulty_service_keeps_what_was_typed() -> None:
    room = Room()
    values = room.service_values(duration_minutes="1000", description="Bring shorts.")
    page = room.browser.post(room.url("services/new/"), values).content.decode()
    assert "twelve hours at most" in page
    assert "Another service has this name." in page
    assert "Bring shorts." in page


def test_services_are_sorted_archived_and_restored() -> None:
    room = Room()
    for name in ("Second", "Third"):
        room.browser.post(room.url("services/new/"), room.service_values(name=name))
    with acting_in(room.account.ref):
        third = Service.objects.get(name="Third").pk
    position, stop, back = (
        f"services/{third}/{verb}/" for verb in ("position", "stop", "restoration")
    )

    def shown() -> list[str]:
        rows = room.browser.get(room.url("services/")).context["in_use"]
        return [row["service"].name for row in rows]

    room.browser.post(room.url(position), {"to": "up"})
    assert shown() == ["First visit", "Third", "Second"]
    for _twice in range(2):
        room.browser.post(room.url(position), {"to": "up"})
    assert shown() == ["Third", "First visit", "Second"]
    room.browser.post(room.url(stop))
    assert shown() == ["First visit", "Second"]
    room.browser.post(room.url(back))
    assert shown() == ["First visit", "Second", "Third"]


def test_hours_are_shown_changed_and_removed() -> None:
    room = Room()
    page = room.browser.get(room.url("hours/")).content.decode()
    assert "Mon–Fri 9:00 am–5:00 pm" in page
    assert room.browser.post(room.week_url, week(*NINE_TO_NOON)).status_code == 302
    assert "Mon–Fri 9:00 am–12:00 pm" in room.browser.get(room.url("hours/")).content.decode()
    room.browser.post(room.week_url, week())
    with acting_in(room.account.ref):
        assert not WeeklyHours.objects.exists()


def test_hours_that_overlap_others_are_refused_with_the_reason() -> None:
    room = Room()
    page = room.browser.post(
        f"{room.week_url}?new=1", week(*NINE_TO_NOON, since="2027-01-04")
    ).content.decode()
    assert "On Monday, 9:00 am–12:00 pm (from Mon 4 Jan 2027) overlaps 9:00 am–5:00 pm." in page
    with acting_in(room.account.ref):
        assert WeeklyHours.objects.count() == 5


def test_new_hours_from_a_date_end_the_present_ones() -> None:
    room = Room()
    room.browser.post(
        f"{room.week_url}?new=1", week(*NINE_TO_NOON, since="2027-01-04", ends_earlier="on")
    )
    with acting_in(room.account.ref):
        periods = set(WeeklyHours.objects.values_list("effective_from", "effective_until"))
        assert periods == {(None, date(2027, 1, 3)), (date(2027, 1, 4), None)}


def test_bookings_outside_changed_hours_are_shown_before_anything_is_saved() -> None:
    room = Room()
    with acting_in(room.account.ref):
        day = clock.today("Australia/Sydney") + timedelta(days=7)
        day += timedelta(days=(2 - day.isoweekday()) % 7)
        starts = datetime.combine(day, time(4), UTC)
        client = make_client(given_name="Leila", family_name="Haddad")
        make_appointment(client, starts_at=starts, local_date=day, local_time=time(15))
    page = room.browser.post(room.week_url, week(*NINE_TO_NOON))
    assert "One booking would be left without its time" in page.content.decode()
    assert "Leila Haddad" in page.content.decode()
    assert page.context["form"][name_of(1, 1, "ends")].value() == "12:00"
    with acting_in(room.account.ref):
        assert set(WeeklyHours.objects.values_list("ends", flat=True)) == {time(17)}
    saved = room.browser.post(room.week_url, week(*NINE_TO_NOON, confirmed="1"))
    assert saved.status_code == 302
    with acting_in(room.account.ref):
        assert set(WeeklyHours.objects.values_list("ends", flat=True)) == {time(12)}


@pytest.mark.parametrize("page", ["services/", "hours/"])
def test_lists_ask_as_much_for_three_as_for_one(page: str) -> None:
    room = Room()

    def asked() -> int:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert room.browser.get(room.url(page)).status_code == 200
        return len(queries)

    asked()
    one = asked()
    with acting_in(room.account.ref):
        for number in (2, 3):
            person = Practitioner(name=f"Tom {number}", position=number)
            person.save(force_insert=True)
            service = Service(name=f"Service {number}", position=number)
            service.save(force_insert=True)
            ServiceOffer(service=service, practitioner=person).save(force_insert=True)
            Location(name=f"Place {number}", time_zone="Australia/Sydney").save(force_insert=True)
            WeeklyHours(
                practitioner=person,
                location=room.location,
                weekday=1,
                starts=time(9),
                ends=time(12),
            ).save(force_insert=True)
    assert asked() == one


def pages(room: Room) -> list[str]:
    service = f"services/{room.service.pk}/"
    return [
        room.url("services/"),
        room.url("services/new/"),
        room.url(service),
        room.url(f"{service}position/"),
        room.url(f"{service}stop/"),
        room.url(f"{service}restoration/"),
        room.url("hours/"),
        room.week_url,
    ]


def test_other_roles_may_not_change_what_is_offered_or_when() -> None:
    room = Room()
    for role in (Role.PRACTITIONER, Role.RECEPTION, Role.BOOKKEEPER):
        user, _member = make_member(room.account, role)
        browser = Browser()
        sign_in(browser, user, room.account)
        assert {browser.get(page).status_code for page in pages(room)} == {403}
        assert {browser.post(page, {"to": "up"}).status_code for page in pages(room)} == {403}


def test_another_practices_rows_are_not_found() -> None:
    room, other = Room(), Room()
    service = f"services/{other.service.pk}/"
    for page in (
        room.url(service),
        room.url(f"hours/{other.practitioner.pk}/{room.location.pk}/"),
        room.url(f"hours/{room.practitioner.pk}/{other.location.pk}/"),
    ):
        assert room.browser.get(page).status_code == 404
        assert room.browser.post(page, week(*NINE_TO_NOON)).status_code == 404
    for verb in ("stop", "restoration"):
        assert room.browser.post(room.url(f"{service}{verb}/")).status_code == 404
    assert room.browser.post(room.url(f"{service}position/"), {"to": "up"}).status_code == 404
    values = room.service_values(name="Massage", practitioners=[str(other.practitioner.pk)])
    assert room.browser.post(room.url("services/new/"), values).status_code == 200
    with acting_in(other.account.ref):
        assert Service.objects.get().archived_at is None
        assert WeeklyHours.objects.count() == 5
