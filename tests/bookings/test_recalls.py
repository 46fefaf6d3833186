"""Recalls: planned on a client's page, worked through by the desk, answered by a visit, open again when it is cancelled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.models import Attendee, Recall, RecallType
from bookings.recalls import keeping, listing
from bookings.recalls.forms import after
from clients import directory, records
from tests.bookings.office import NOW, Office, at, browser_of, open_office
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
TODAY = date(2026, 11, 23)
# Whose notes were read is told for each client
AUDIT = 'INSERT INTO "accounts_auditqueue"'


@pytest.fixture
def office(settings: Any) -> Office:
    directory.forget()
    at(NOW, settings)
    return open_office()


def kind_of(office: Office, name: str = "Six-month check") -> RecallType:
    return keeping.add_kind(by=office.by, values={"name": name, "months": 6})


def planned(office: Office, kind: RecallType, days: int, **fields: Any) -> Recall:
    client = make_client(**fields)
    return keeping.plan(by=office.by, client=client, kind=kind, due_on=TODAY + timedelta(days=days))


def test_a_recall_is_planned_worked_on_booked_and_open_again(office: Office) -> None:
    browser = office.browser()
    with acting_in(office.account.ref, by=office.by):
        leila = make_client(given_name="Leila", family_name="Haddad", phone="+61412000101")
    new = office.url("recall_new", leila.pk)
    assert "First say what people are called back for" in browser.get(new).content.decode()
    kinds = office.url("recall_types")
    assert browser.post(kinds, {"name": "Six-month check", "months": "6"}).status_code == 302
    again = browser.post(kinds, {"name": "Six-month check", "months": "6"}).content.decode()
    assert "on the list already" in again
    with acting_in(office.account.ref, by=office.by):
        kind = RecallType.objects.get()
    form = browser.get(new)
    assert form.context["form"].initial["due_on"] == date(2027, 5, 23)
    due = {"kind": kind.pk, "due_on": "2026-11-20", "note": "Asked for a <reminder>"}
    assert browser.post(new, {**due, "due_on": ""}).status_code == 422
    assert browser.post(new, due).status_code == 302
    shown = browser.get(office.url("recalls")).content.decode()
    for words in (
        "Leila Haddad",
        "0412 000 101",
        "Due since 20 Nov",
        "Asked for a &lt;reminder&gt;",
    ):
        assert words in shown
    with acting_in(office.account.ref, by=office.by):
        recall = Recall.objects.get()
    state = office.url("recall_state", recall.pk, "contacted")
    assert browser.post(state).status_code == 302
    assert "Contacted" in browser.get(office.url("client", leila.pk)).content.decode()
    assert browser.post(office.url("recall_state", recall.pk, "booked")).status_code == 404
    offered = browser.get(office.url("appointment_new") + f"?client={leila.pk}&recall={recall.pk}")
    assert f'name="recall" value="{recall.pk}" checked' in offered.content.decode()
    booked = {
        "client": leila.pk,
        "service": office.service.pk,
        "practitioner": office.mei.pk,
        "location": office.location.pk,
        "day": "2026-11-24",
        "time": "10:00",
        "recall": recall.pk,
    }
    assert browser.post(office.url("appointment_new"), booked).status_code == 302
    with acting_in(office.account.ref, by=office.by):
        place = Attendee.objects.get()
        assert Recall.objects.get().attendee_id == place.pk
    done = browser.get(office.url("recalls") + "?show=booked").content.decode()
    assert "Tue 24 Nov 2026, 10:00 am" in done
    assert "Nobody is due" in browser.get(office.url("recalls")).content.decode()
    with acting_in(office.account.ref, by=office.by):
        cancel(by=office.by, attendee=place, side="client", reason="sick")
        assert Recall.objects.get().state == "open"
        other = keeping.plan(by=office.by, client=make_client(), kind=kind, due_on=TODAY)
        with pytest.raises(ValidationError):
            keeping.book(by=office.by, recall=other, attendee=place)
    edit = office.url("recall", recall.pk)
    assert browser.post(edit, {**due, "due_on": "2027-06-01"}).status_code == 302
    assert browser.post(office.url("recall_state", recall.pk, "dismissed")).status_code == 302
    assert "Leila Haddad" in browser.get(office.url("recalls") + "?show=dismissed").content.decode()


def test_lists_are_told_apart_by_day_and_ask_no_more_for_more(office: Office) -> None:
    browser = office.browser()
    counts = []
    with acting_in(office.account.ref, by=office.by):
        kind = kind_of(office)
        planned(office, kind, 100, given_name="Zelda")
        gone = planned(office, kind, 1, given_name="Gone")
        records.archive(by=office.by, client=gone.client)
    for more in (1, 2):
        with acting_in(office.account.ref, by=office.by):
            for n in range(more):
                planned(office, kind, 28 - n, given_name=f"Due{more}{n}")
        with CaptureQueriesContext(connections["region_au"]) as queries:
            shown = browser.get(office.url("recalls")).content.decode()
        asked = [each["sql"] for each in queries.captured_queries if AUDIT not in each["sql"]]
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert [name in shown for name in ("Due10", "Due21", "Zelda", "Gone")] == [
        True,
        True,
        False,
        False,
    ]
    later = browser.get(office.url("recalls") + "?show=later").content.decode()
    assert ("Zelda" in later, "Due10" in later) == (True, False)
    with acting_in(office.account.ref, by=office.by):
        assert listing.rows("due").count() == 3
    keeper = browser_of(office.account, Role.BOOKKEEPER)
    assert "Dismiss" not in keeper.get(office.url("recalls")).content.decode().split("</nav>")[-1]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 23), 6, date(2027, 5, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
    ],
)
def test_months_later(day: date, months: int, then: date) -> None:
    assert after(day, months) == then
