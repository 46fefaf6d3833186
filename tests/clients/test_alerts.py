"""Alerts: grave ones first, looked at again on their day, never rewritten, shown to whoever meets the client."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.tenancy import acting_in
from clients import alerts
from clients.alerts import Said
from clients.models import Alert, Client
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import practice, told

pytestmark = pytest.mark.django_db(databases="__all__")
LATEX = {"kind": "allergy", "severity": "severe", "text": "Latex. Ask before taping."}


def test_an_alert_is_added_reviewed_changed_resolved_and_stays_on_record() -> None:
    owner = practice()
    pk = owner.client(given_name="Ana")
    due = clock.now().date() - timedelta(days=1)
    with told() as actions:
        assert owner.post(f"{pk}/alerts/new/", {**LATEX, "since": "2019-05-03"}).status_code == 302
        review = {**LATEX, "severity": "info", "text": "Hard of <hearing>", "review_on": f"{due}"}
        assert owner.post(f"{pk}/alerts/new/", review).status_code == 302
    assert [each for each in actions if each.startswith("alert")] == ["alert.added"] * 2
    page = owner.get(f"{pk}/").content.decode()
    assert page.index("Latex") < page.index("Hard of &lt;hearing&gt;")
    assert "since Fri 3 May 2019" in page
    assert page.count("does it still hold?") == 1
    with acting_in(owner.account.ref):
        latex, hearing = Alert.objects.order_by("created_at")
    assert owner.post(f"{pk}/alerts/{hearing.pk}/confirmation/").status_code == 302
    assert "does it still hold?" not in owner.get(f"{pk}/").content.decode()
    edit = f"{pk}/alerts/{latex.pk}/"
    assert owner.get(edit).context["form"].initial["since"] == date(2019, 5, 3)
    with told() as actions:
        assert owner.post(edit, {**LATEX, "severity": "care"}).status_code == 302
        assert owner.post(edit, {**LATEX, "text": "Latex and rubber."}).status_code == 302
    kept = [each for each in actions if each.startswith("alert")]
    assert kept == ["alert.changed", "alert.resolved", "alert.added"]
    assert owner.get(edit).status_code == 404  # it gave way to another
    with acting_in(owner.account.ref):
        client = Client.objects.get(pk=pk)
        assert [each.text for each in alerts.standing(client)] == [
            "Latex and rubber.",
            "Hard of <hearing>",
        ]
        same = Said("allergy", "care", "Latex and rubber.")
        standing = alerts.standing(client)[0]
        assert alerts.change(by=SYSTEM, alert=standing, said=same).pk == standing.pk
    told_of = owner.get(f"{pk}/?show=record").content.decode()
    assert told_of.count("Alert added") == 3
    assert "Alert resolved" in told_of
    assert "Latex. Ask before taping." in told_of


def test_faulty_alerts_are_asked_for_by_field() -> None:
    owner = practice()
    pk = owner.client()
    answer: Any = owner.post(f"{pk}/alerts/new/", {"text": ""})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"kind", "severity", "text"}
