"""Sessions at the desk: set empty from the booking form, filled and called off from the panel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from bookings import groups
from bookings.cases import keeping
from bookings.models import Appointment, Attendee
from clients import alerts, records
from tests.bookings.office import NOW, Office, at, browser_of, open_office, signed_in, ten
from tests.factories import make_account, make_client, owner_of

# Whose alerts were read is told for each client
AUDIT = 'INSERT INTO "accounts_auditqueue"'
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref):
        office.service.capacity = 2
        office.service.save()
    return office


@pytest.fixture
def session(office: Office) -> Appointment:
    with acting_in(office.account.ref, by=office.by):
        return groups.schedule(
            by=office.by,
            practitioner=office.mei,
            service=office.service,
            location=office.location,
            starts_local=ten(),
        )


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser()


def values_of(office: Office, **more: str) -> dict[str, str]:
    return {
        "practitioner": str(office.mei.pk),
        "service": str(office.service.pk),
        "location": str(office.location.pk),
        "day": "2026-11-24",
        "time": "10:00",
        **more,
    }


def test_a_group_is_set_without_anybody(office: Office, browser: Browser) -> None:
    answer = browser.post(office.url("appointment_new"), values_of(office))
    assert answer.status_code == 302
    with acting_in(office.account.ref):
        made = Appointment.objects.get()
        assert (made.capacity, made.attendees.count()) == (2, 0)
    page = browser.get(answer["Location"]).content.decode()
    assert "0 of 2 places taken" in page
    assert "Nobody has a place yet." in page


def test_or_with_its_first_client(office: Office, browser: Browser) -> None:
    browser.post(office.url("appointment_new"), values_of(office, given_name="Ida"))
    with acting_in(office.account.ref):
        assert Attendee.objects.get().client.given_name == "Ida"


def test_one_person_still_needs_a_name(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref):
        office.service.capacity = 1
        office.service.save()
    assert browser.post(office.url("appointment_new"), values_of(office)).status_code == 422


def test_places_are_given_until_it_is_full(
    office: Office, session: Appointment, browser: Browser
) -> None:
    address = office.url("session_place", session.pk)
    assert "Give them a place" in browser.get(address).content.decode()
    with acting_in(office.account.ref):
        known = make_client()
    assert browser.post(address, {"client": str(known.pk), "tell": "on"}).status_code == 302
    again = browser.post(address, {"client": str(known.pk)})
    assert (again.status_code, b"have a place in this session already" in again.content) == (
        422,
        True,
    )
    assert browser.post(address, {"given_name": "Ida"}).status_code == 302
    full = browser.post(address, {"given_name": "Ole"})
    assert (full.status_code, b"Every place is taken by now." in full.content) == (422, True)
    with acting_in(office.account.ref):
        assert Attendee.objects.count() == 2
    panel = browser.get(office.url("appointment", session.pk), HTTP_HX_REQUEST="true")
    words = panel.content.decode()
    assert "2 of 2 places taken" in words
    assert (words.count("Cancel the place"), words.count("Did not come")) == (2, 2)
    assert "Add a client" not in words


def test_finding_a_client_for_it(office: Office, session: Appointment, browser: Browser) -> None:
    with acting_in(office.account.ref):
        make_client(given_name="Ida", family_name="Voss")
    address = office.url("session_place", session.pk)
    found = browser.post(address, {"find": "Voss"}, HTTP_HX_REQUEST="true")
    assert "Ida Voss" in found.content.decode()
    plain = browser.post(address, {"find": "Voss", "search": "1"})
    assert "Ida Voss" in plain.content.decode()


def test_calling_it_off(office: Office, session: Appointment, browser: Browser) -> None:
    with acting_in(office.account.ref, by=office.by):
        groups.join(by=office.by, appointment=session, client=make_client())
    address = office.url("session_cancellation", session.pk)
    assert browser.post(address, {"reason": "bored"}).status_code == 422
    answer = browser.post(address, {"reason": "practitioner_away", "tell": "on"})
    assert answer.status_code == 302
    with acting_in(office.account.ref):
        assert Appointment.objects.get().state == "cancelled"
        assert Attendee.objects.get().cancel_reason == "practitioner_away"
    assert browser.get(address).status_code == 404


def test_cancelling_a_place_keeps_the_session(
    office: Office, session: Appointment, browser: Browser
) -> None:
    with acting_in(office.account.ref, by=office.by):
        place = groups.join(by=office.by, appointment=session, client=make_client())
    browser.post(
        office.url("cancellation", place.pk),
        {"side": "client", "reason": "sick", "note": "Flu", "tell": "on"},
    )
    with acting_in(office.account.ref):
        assert Appointment.objects.get().state == "booked"
        assert Attendee.objects.get().cancel_note == "Flu"


@pytest.mark.parametrize("name", ["session_place", "session_cancellation"])
def test_closed_to_others(office: Office, session: Appointment, name: str) -> None:
    address = office.url(name, session.pk)
    assert browser_of(office.account, Role.BOOKKEEPER).get(address).status_code == 403
    other = make_account()
    stranger = address.replace(office.account.slug, other.slug)
    assert signed_in(other, owner_of(other)).get(stranger).status_code == 404


def test_the_panel_of_a_full_session_asks_no_more_than_of_a_small_one(
    office: Office, browser: Browser, session: Appointment
) -> None:
    counts, panel = [], ""
    with acting_in(office.account.ref, by=office.by):
        Appointment.objects.filter(pk=session.pk).update(capacity=3)
    for number, more in enumerate((1, 2)):
        with acting_in(office.account.ref, by=office.by):
            for n in range(more):
                client = make_client(given_name=f"Ida{number}{n}")
                alerts.add(by=office.by, client=client, kind="risk", severity="info", text="Faints")
                alerts.add(
                    by=office.by, client=client, kind="allergy", severity="severe", text="Latex"
                )
                earlier = office.booked(ten(13 + number * 2 + n), client)
                Appointment.objects.filter(pk=earlier.pk).update(
                    starts_at=session.starts_at - timedelta(days=7 + number)
                )
                case = keeping.begin(
                    by=office.by, client=client, values={"name": "Falls", "max_sessions": 1}
                )
                place = groups.join(by=office.by, appointment=session, client=client)
                keeping.assign(by=office.by, attendee=place, case=case)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            answer = browser.get(
                office.url("appointment", session.pk), headers={"HX-Request": "true"}
            )
        panel = answer.content.decode()
        asked = [each["sql"] for each in queries.captured_queries if AUDIT not in each["sql"]]
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert panel.count("Severe · Allergy") == panel.count("Falls · 1 of 1 sessions") == 3
    assert panel.index("Latex") < panel.index("Faints") < panel.index("Attendance of Ida10")
    assert panel.count('<ul class="log"><li><time') == 3


def test_who_joins_is_shown_with_alerts_and_cases_first(
    office: Office, browser: Browser, session: Appointment
) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = make_client(given_name="Ida", family_name="Holm")
        alerts.add(by=office.by, client=client, kind="allergy", severity="severe", text="Latex")
        case = keeping.begin(by=office.by, client=client, values={"name": "Falls"})
        gone = make_client(given_name="Gone", family_name="Holm")
        records.archive(by=office.by, client=gone)
    url = office.url("session_place", session.pk)
    typed = {"HX-Request": "true", "HX-Target": "found"}
    found = browser.post(url, {"find": "holm"}, headers=typed).content.decode()
    assert f'hx-post="{url}" hx-trigger="change" hx-target="#about"' in found
    about = {"HX-Request": "true", "HX-Target": "about"}
    shown = browser.post(url, {"client": client.pk}, headers=about).content.decode()
    assert shown.index("Latex") < shown.index("Falls")
    shown = browser.post(url, {"client": gone.pk}, headers=about).content.decode()
    assert ("Take the record out of the archive" in shown, 'name="case"' in shown) == (True, False)
    refused = browser.post(url, {"client": gone.pk})
    assert (refused.status_code, "This client is archived" in refused.content.decode()) == (
        422,
        True,
    )
    assert browser.post(url, {"client": client.pk, "case": case.pk}).status_code == 302
    with acting_in(office.account.ref):
        assert Attendee.objects.get().case_id == case.pk
