"""Cases: their visits are counted as the funder counts, and a cap warns before it is passed, wherever somebody books."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from bookings.appointments.attendance import mark
from bookings.appointments.cancelling import cancel
from bookings.cases import keeping, showing, usage
from bookings.cases.usage import Usage
from bookings.models import Attendee
from clients import contacts
from clients.models import Case, Client
from tests.bookings.office import NOW, Office, at, open_office, place_of, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
TODAY = date(2026, 11, 23)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def case_of(office: Office, client: Client, **values: Any) -> Case:
    return keeping.begin(by=office.by, client=client, values={"name": "Left knee", **values})


def visit(office: Office, case: Case, hour: int, state: str = "") -> Attendee:
    place = place_of(office.booked(ten(hour), case.client))
    keeping.assign(by=office.by, attendee=place, case=case)
    if state == "cancelled":
        cancel(by=office.by, attendee=place, side="client", reason="sick")
    elif state:
        mark(by=office.by, attendee=place, state=state)
    return place


def test_what_counts_is_what_the_funder_counts(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref, by=office.by):
        client = make_client()
        plain = case_of(office, client)
        strict = case_of(office, client, counts_cancelled=True, counts_missed=True)
        for case, first in ((plain, 9), (strict, 13)):
            for hour, state in enumerate(("seen", "cancelled", "no_show"), start=first):
                visit(office, case, hour, state)
        office.service.price_minor = 5000
        office.service.save()
        visit(office, plain, 12)
        at(NOW + timedelta(days=1, hours=2), settings)  # eleven on the day
        used = usage.of_cases([plain, strict])
    assert used[plain.pk] == Usage(1, 1, 5000)
    assert used[strict.pk] == Usage(0, 3, 0)


@pytest.mark.parametrize(
    ("caps", "used", "more", "said"),
    [
        ({}, Usage(40, 9, 99), 9, []),
        ({"max_sessions": 6}, Usage(4, 0), 1, []),
        (
            {"max_sessions": 6},
            Usage(4, 1),
            1,
            [("The last of 6 sessions that are allowed.", False)],
        ),
        ({"max_sessions": 6}, Usage(4, 2), 1, [("Session 7 of 6 that are allowed.", True)]),
        ({"max_sessions": 6}, Usage(4, 0), 5, [("Session 9 of 6 that are allowed.", True)]),
        (
            {"max_amount_minor": 60000, "currency": "AUD"},
            Usage(4, 0, 55000),
            1,
            [("$640 of $600 that are allowed.", True)],
        ),
        ({"max_amount_minor": 64000, "currency": "AUD"}, Usage(4, 0, 55000), 1, []),
        (
            {"expires_on": date(2026, 11, 22)},
            Usage(),
            1,
            [("It expired on Sun 22 Nov 2026.", True)],
        ),
        ({"expires_on": date(2026, 12, 1)}, Usage(), 1, [("It expires on Tue 1 Dec 2026.", False)]),
        ({"expires_on": date(2027, 6, 1)}, Usage(), 1, []),
    ],
)
def test_a_cap_warns_before_it_is_passed(
    caps: dict[str, Any], used: Usage, more: int, said: list[tuple[str, bool]]
) -> None:
    found = usage.cautions(Case(**caps), used, on=TODAY, more=more, price_minor=9000)
    assert [(each.text, each.is_over) for each in found] == said


def test_a_case_is_opened_seen_used_and_closed(office: Office) -> None:
    browser = office.browser()
    with acting_in(office.account.ref, by=office.by):
        client = make_client(given_name="Leila", family_name="Haddad")
        gp = contacts.add(by=office.by, values={"kind": "gp", "family_name": "Lam"})
        stranger = case_of(office, make_client())
    page = office.url("case_new", client.pk)
    found = browser.post(
        page, {"search": "1", "find": "lam", "name": "Kept words"}
    ).content.decode()
    assert f'name="referrer" value="contact:{gp.pk}"' in found
    assert "Kept words" in found
    wrong = {"name": "", "issued_on": "2026-11-02", "expires_on": "2026-11-01", "referrer": "x"}
    refused = browser.post(page, wrong)
    assert (refused.status_code, "Choose somebody" in refused.content.decode()) == (422, True)
    data = {
        "name": "Left knee",
        "referral": "gp",
        "referrer": f"contact:{gp.pk}",
        "max_sessions": "1",
        "max_amount": "600",
        "expires_on": "2026-12-24",
    }
    opened: Any = browser.post(page, data)
    case = UUID(opened.url.split("/")[-2])
    assert "No visits yet" in browser.get(opened.url).content.decode()
    referrer = browser.get(office.url("contact", gp.pk)).content.decode()
    assert referrer.index("Cases they referred") < referrer.index("Leila Haddad")
    # While somebody books: the one open case is suggested, with what is left of it
    about = browser.post(
        office.url("appointment_new"),
        {"client": client.pk, "service": office.service.pk, "day": "2026-11-24"},
        headers={"HX-Request": "true", "HX-Target": "about"},
    ).content.decode()
    assert "The last of 1 sessions that are allowed." in about
    assert f'value="{case}" checked' in about
    book = {
        "client": client.pk,
        "service": office.service.pk,
        "practitioner": office.mei.pk,
        "location": office.location.pk,
        "day": "2026-11-24",
        "time": "10:00",
        "case": case,
    }
    assert browser.post(office.url("appointment_new"), book).status_code == 302
    assert (
        browser.post(
            office.url("appointment_new"), book | {"time": "12:00", "case": stranger.pk}
        ).status_code
        == 302
    )
    with acting_in(office.account.ref, by=office.by):
        mine, other = Attendee.objects.order_by("appointment__starts_at")
        assert (mine.case_id, other.case_id) == (case, None)
        with pytest.raises(ValidationError):
            keeping.assign(by=office.by, attendee=mine, case=stranger)
    panel = browser.get(
        office.url("appointment", mine.appointment_id), headers={"HX-Request": "true"}
    )
    assert "Left knee · 1 of 1 sessions, 1 of them to come" in panel.content.decode()
    assert browser.post(office.url("visit_case", other.pk), {"case": case}).status_code == 302
    shown = browser.get(office.url("client", client.pk)).content.decode()
    assert "Session 2 of 1 that are allowed." in shown
    assert browser.post(office.url("visit_case", other.pk), {"case": ""}).status_code == 302
    edited = {**data, "max_sessions": "6", "name": "Left knee, operated"}
    assert browser.post(office.url("case_edit", case), edited).status_code == 302
    assert "Left knee, operated" in browser.get(office.url("case", case)).content.decode()
    browser.post(office.url("case_closure", case))
    page_of_client = browser.get(office.url("client", client.pk)).content.decode()
    assert "1 closed" in page_of_client
    assert (
        browser.post(office.url("visit_case", other.pk), {"case": stranger.pk}).status_code == 404
    )


def test_a_series_is_weighed_whole_and_more_cases_ask_no_more(office: Office) -> None:
    browser = office.browser()
    counts = []
    with acting_in(office.account.ref, by=office.by):
        client = make_client()
    for more in (1, 2):
        with acting_in(office.account.ref, by=office.by):
            for _ in range(more):
                case_of(office, client, max_sessions=3)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            about = browser.post(
                office.url("appointment_new"),
                {"client": client.pk, "repeats": "weekly", "count": "5", "day": "2026-11-24"},
                headers={"HX-Request": "true", "HX-Target": "about"},
            ).content.decode()
        assert "Session 5 of 3 that are allowed." in about
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert 'value="" checked' in about  # nothing is suggested where none fits
    with acting_in(office.account.ref, by=office.by):
        case = Case.objects.first()
        assert case is not None
    data = {
        "client": client.pk,
        "service": office.service.pk,
        "practitioner": office.mei.pk,
        "location": office.location.pk,
        "day": "2026-11-24",
        "time": "10:00",
        "repeats": "weekly",
        "count": "3",
        "every": "1",
        "case": case.pk,
        "planned": "1",
    }
    assert browser.post(office.url("appointment_new"), data).status_code == 302
    with acting_in(office.account.ref, by=office.by):
        assert list(Attendee.objects.values_list("case_id", flat=True)) == [case.pk] * 3
        assert showing.of([case])[0].words == "3 of 3 sessions, 3 of them to come"
