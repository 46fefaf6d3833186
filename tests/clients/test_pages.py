"""The pages about clients: who may see and do what, what bad input gets, and that nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.models import Message
from clients import alerts, directory, records
from clients.models import Alert, Client
from clients.views.pages import SHOWN_AT_FIRST
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import Practice, practice, told
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
ANA = {
    "given_name": "Ana",
    "family_name": "Vega",
    "reminders": "email",
    "phone_use": "mobile",
}


@pytest.fixture(autouse=True)
def closed() -> None:
    directory.forget()


@pytest.fixture
def owner() -> Practice:
    return practice()


def test_an_empty_practice_is_taught_the_next_step(owner: Practice) -> None:
    page = owner.get().content.decode()
    assert "No clients yet" in page
    assert owner.url("new/") in page


def test_the_list_shows_one_state_at_a_time(owner: Practice) -> None:
    owner.client(given_name="Ana", family_name="Vega", phone="+61412000101")
    owner.client(given_name="Old", family_name="Person", archived_at=clock.now())
    owner.client(given_name="New", family_name="Person", is_confirmed=False)
    shown = {
        state: [row["name"] for row in owner.get(f"?state={state}").context["rows"]]
        for state in ("active", "archived", "unconfirmed", "nonsense")
    }
    assert shown == {
        "active": ["Ana Vega"],
        "archived": ["Old Person"],
        "unconfirmed": ["New Person"],
        "nonsense": ["Ana Vega"],
    }
    assert "0412 000 101" in owner.get().content.decode()


def test_the_list_has_pages(owner: Practice) -> None:
    with acting_in(owner.account.ref):
        for n in range(directory.PAGE_SIZE + 1):
            make_client(given_name=f"Ana{n:03}", family_name="")
    assert len(owner.get().context["rows"]) == directory.PAGE_SIZE
    assert [row["name"] for row in owner.get("?page=2").context["rows"]] == ["Ana050"]
    assert owner.get("?page=99").context["page"].number == 2


def test_search_travels_by_post_and_answers_as_typed(owner: Practice) -> None:
    pk = owner.client(given_name="Leïla", family_name="Haddad")
    answer = owner.post("search/", {"q": "hadd lei"}, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert owner.url(f"{pk}/") in answer.content.decode()
    page = owner.post("search/", {"q": "hadd lei"}).content.decode()
    assert "<html" in page
    assert owner.url(f"{pk}/") in page
    nobody = owner.post("search/", {"q": "zz"}, headers={"HX-Request": "true"}).content.decode()
    assert "Nobody found" in nobody
    assert owner.post("search/", {"q": ""}, headers={"HX-Request": "true"}).content.strip() == b""
    assert owner.get("search/").status_code == 200
    assert owner.get("search/?q=haddad").context["rows"] == []


def test_a_client_is_added_with_all_that_was_typed(owner: Practice) -> None:
    with told() as actions:
        answer = owner.post(
            "new/",
            {
                **ANA,
                "preferred_name": "Annie",
                "pronouns": "she/her",
                "birth_date": "1988-02-03",
                "phone": "0412 000 101",
                "email": "ana@mail.example",
                "address": "1 Quay St\nSydney",
                "emergency_contact": "Sam",
                "admin_notes": "Rings twice",
                "reminders": "both",
            },
        )
    assert answer.status_code == 302
    client = owner.load(UUID(answer.url.split("/")[-2]))
    assert (
        client.phone,
        client.birth_date,
        client.address,
        client.reminders,
        client.is_confirmed,
    ) == (
        "+61412000101",
        date(1988, 2, 3),
        "1 Quay St\nSydney",
        "both",
        True,
    )
    assert actions == ["client.added"]
    page = owner.browser.get(answer.url).content.decode()
    assert "0412 000 101" in page
    assert "Rings twice" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("given_name", "", "Enter the client’s given name"),
        ("given_name", "x" * 81, "at most 80"),
        ("birth_date", "1988-02-31", "Enter a valid date"),
        ("birth_date", "2999-01-01", "a day in the past"),
        ("phone", "12", "Enter a whole phone number"),
        ("phone", "hello", "Enter a whole phone number"),
        ("email", "ana@", "Enter a valid email"),
        ("reminders", "pigeon", "Select a valid choice"),
        ("location", "5e0c7d3a-2b1f-4a68-9c1d-0d6f3b7a9e21", "Select a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    owner: Practice, field: str, value: str, words: str
) -> None:
    answer = owner.post("new/", {**ANA, "admin_notes": "kept words", field: value})
    assert answer.status_code == 422
    assert any(words in error for error in answer.context["form"].errors[field])
    assert "kept words" in answer.content.decode()


def test_reminders_need_an_address(owner: Practice) -> None:
    answer = owner.post("new/", {**ANA, "reminders": "both"})
    assert set(answer.context["form"].errors) == {"email", "phone"}


def test_somebody_who_could_be_known_is_shown_first(owner: Practice) -> None:
    pk = owner.client(given_name="Ana", family_name="Véga", email="ana@mail.example")
    answer = owner.post("new/", {**ANA, "email": "ANA@mail.example"})
    assert answer.status_code == 422
    assert [match.id for match in answer.context["matches"]] == [pk]
    again = owner.post(
        "new/", {**ANA, "email": "ANA@mail.example", "anyway": answer.context["seen"]}
    )
    assert again.status_code == 302


def test_what_the_client_wants_to_hear(owner: Practice) -> None:
    pk = owner.client(given_name="Ana", family_name="Vega", email="")
    seen_at = owner.get(f"{pk}/edit/").context["form"]["seen_at"].value()
    typed = {**ANA, "seen_at": seen_at, "time_zone": "Australia/Perth"}
    assert owner.post(f"{pk}/edit/", typed).status_code == 302
    kept = owner.load(pk)
    assert (kept.confirmations, kept.time_zone, kept.language) == (False, "Australia/Perth", "")
    assert owner.get(f"{pk}/edit/").context["form"]["time_zone"].value() == "Australia/Perth"
    wrong = owner.post(f"{pk}/edit/", {**ANA, "time_zone": "Mars/Base", "language": "xx"})
    assert set(wrong.context["form"].errors) == {"time_zone", "language"}


def test_a_stale_edit_shows_both_versions_and_keeps_what_was_typed(owner: Practice) -> None:
    pk = owner.client(**{"given_name": "Ana", "family_name": "Vega", "email": ""})
    form = owner.get(f"{pk}/edit/").context["form"]
    seen_at = form["seen_at"].value()
    with acting_in(owner.account.ref):
        records.change(
            by=SYSTEM, client=Client.objects.get(pk=pk), values={"family_name": "Vega-Cruz"}
        )
    typed = {**ANA, "family_name": "Veiga", "confirmations": "on"}
    answer = owner.post(f"{pk}/edit/", {**typed, "seen_at": seen_at})
    assert answer.status_code == 409
    assert answer.context["differences"] == [
        {"label": "Family name", "mine": "Veiga", "theirs": "Vega-Cruz"}
    ]
    assert owner.load(pk).family_name == "Vega-Cruz"
    again = owner.post(
        f"{pk}/edit/", {**ANA, "family_name": "Veiga", "seen_at": answer.context["now_at"]}
    )
    assert again.status_code == 302
    assert owner.load(pk).family_name == "Veiga"


@pytest.mark.parametrize("seen_at", ["", "nonsense", "2026-99-99T00:00:00Z"])
def test_an_altered_version_never_overwrites(owner: Practice, seen_at: str) -> None:
    pk = owner.client(given_name="Ana")
    answer = owner.post(f"{pk}/edit/", {**ANA, "given_name": "Bea", "seen_at": seen_at})
    assert answer.status_code == 409
    assert owner.load(pk).given_name == "Ana"


def test_a_record_is_archived_found_and_taken_out_again(owner: Practice) -> None:
    pk = owner.client(given_name="Ana", family_name="Vega")
    with told() as actions:
        owner.post(f"{pk}/archive/")
    assert actions == ["client.archived"]
    page = owner.get(f"{pk}/").content.decode()
    # Beside the words, in the menu, and as the undo of what was just done
    assert page.count(f"/clients/{pk}/return/") == 3
    assert f"client={pk}" not in page  # nobody books for who is in the archive
    assert (
        b"archived" in owner.post("search/", {"q": "ana"}, headers={"HX-Request": "true"}).content
    )
    with told() as actions:
        owner.post(f"{pk}/return/")
    assert actions == ["client.unarchived"]
    assert owner.load(pk).archived_at is None


def test_a_self_booked_person_is_a_claim_until_confirmed(owner: Practice) -> None:
    known = owner.client(given_name="Ana", family_name="Vega", email="ana@mail.example")
    with acting_in(owner.account.ref):
        claim = records.add(
            by=SYSTEM,
            values={"given_name": "Anna", "family_name": "Vega", "email": "ana@mail.example"},
            provenance=records.SELF_BOOKING,
        )
        assert (claim.is_confirmed, Client.objects.get(pk=known).given_name) == (False, "Ana")
    page = owner.get(f"{claim.pk}/")
    assert [match.id for match in page.context["matches"]] == [known]
    assert "same e-mail" in page.content.decode()
    with told() as actions:
        owner.post(f"{claim.pk}/confirmation/")
    assert owner.load(claim.pk).is_confirmed is True
    assert actions == ["client.confirmed"]


def test_alerts_come_first_and_are_resolved(owner: Practice) -> None:
    pk = owner.client()
    owner.post(f"{pk}/alerts/new/", {"kind": "other", "severity": "info", "text": "Likes tea"})
    owner.post(f"{pk}/alerts/new/", {"kind": "allergy", "severity": "severe", "text": "Latex"})
    alerts = owner.get(f"{pk}/").context["alerts"]
    assert [alert.severity for alert in alerts] == ["severe", "info"]
    owner.post(f"{pk}/alerts/{alerts[0].pk}/resolution/")
    assert [alert.severity for alert in owner.get(f"{pk}/").context["alerts"]] == ["info"]
    with acting_in(owner.account.ref):
        assert Alert.objects.filter(resolved_at=None).count() == 1
    faulty = owner.post(
        f"{pk}/alerts/new/", {"kind": "x", "severity": "info", "text": "Kept words"}
    )
    assert (faulty.status_code, set(faulty.context["form"].errors)) == (422, {"kind"})
    assert "Kept words" in faulty.content.decode()


def test_reading_a_record_is_an_event(owner: Practice) -> None:
    pk = owner.client(admin_notes="Rings twice")
    with told() as actions:
        owner.get(f"{pk}/")
    assert actions == ["record.read"]


def test_no_page_holds_a_name_in_its_title_or_address(owner: Practice) -> None:
    pk = owner.client(given_name="Zerlina", family_name="Quispe")
    for rest in ("", f"{pk}/", f"{pk}/edit/", f"{pk}/alerts/new/", f"{pk}/files/new/"):
        answer = owner.get(rest)
        head = answer.content.decode().split("<title>")[1].split("</title>")[0]
        assert "Zerlina" not in head
    added = owner.post("new/", {**ANA, "given_name": "Zerlina"})
    assert "Zerlina" not in str(added.headers) + str(added.cookies)


ONE = "00000000-0000-7000-8000-000000000001"
PAGES = [
    ("get", "{client}/"),
    ("get", "{client}/edit/"),
    ("post", "{client}/edit/"),
    ("post", "{client}/archive/"),
    ("post", "{client}/return/"),
    ("post", "{client}/confirmation/"),
    ("get", "{client}/alerts/new/"),
    ("post", "{client}/alerts/{alert}/resolution/"),
    ("get", "{client}/files/new/"),
    ("get", "{client}/files/{one}/"),
    ("post", "{client}/files/{one}/withdrawal/"),
]


@pytest.mark.parametrize(("method", "rest"), PAGES)
def test_another_accounts_client_is_not_there(method: str, rest: str) -> None:
    neighbour, owner = practice(), practice()
    with acting_in(neighbour.account.ref):
        client = make_client()
        alert = Alert(client=client, kind="other", text="x")
        alert.save(force_insert=True)
    path = rest.format(client=client.pk, alert=alert.pk, one=ONE)
    assert getattr(owner, method)(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "rest"), [("get", ""), ("get", "new/"), ("post", "search/"), *PAGES]
)
def test_strangers_are_sent_to_sign_in(method: str, rest: str) -> None:
    neighbour, owner = practice(), practice()
    stranger = Practice(owner.account, neighbour.browser)
    answer = getattr(stranger, method)(rest.format(client=ONE, alert=ONE, one=ONE))
    assert answer.status_code in (302, 401)


GATES = ("", "new/", "{pk}/", "{pk}/edit/", "{pk}/alerts/new/", "{pk}/files/new/")
REFUSED = {
    Role.PRACTITIONER: set(),
    Role.RECEPTION: {"{pk}/files/new/"},
    Role.BOOKKEEPER: {"new/", "{pk}/edit/", "{pk}/alerts/new/", "{pk}/files/new/"},
}


@pytest.mark.parametrize(("role", "refused"), REFUSED.items())
def test_roles_see_what_they_may(role: str, refused: set[str]) -> None:
    owner = practice()
    pk = owner.client()
    someone = practice(role, owner.account)
    answers = {gate: someone.get(gate.format(pk=pk)).status_code for gate in GATES}
    assert answers == {gate: 403 if gate in refused else 200 for gate in GATES}


def test_a_bookkeeper_changes_nothing() -> None:
    owner = practice()
    pk = owner.client()
    keeper = practice(Role.BOOKKEEPER, owner.account)
    for rest in ("new/", f"{pk}/archive/", f"{pk}/confirmation/"):
        assert keeper.post(rest, ANA).status_code == 403
    assert "/edit/" not in keeper.get(f"{pk}/").content.decode()


def queries_of(practice: Practice, rest: str) -> int:
    practice.get(rest)
    with CaptureQueriesContext(connections["region_au"]) as queries:
        assert practice.get(rest).status_code == 200
    return len(queries)


def test_the_number_of_queries_does_not_grow(owner: Practice) -> None:
    pk = owner.client()
    counts = []
    for more in (1, 2):
        for _ in range(more):
            owner.client()
            owner.post(f"{pk}/alerts/new/", {"kind": "other", "severity": "info", "text": "x"})
        counts.append((queries_of(owner, ""), queries_of(owner, f"{pk}/")))
    assert counts[0] == counts[1]


def test_a_closing_practice_still_finds_and_reads(owner: Practice) -> None:
    pk = owner.client(given_name="Ana", family_name="Vega")
    with acting_in(owner.account.ref):
        anchor = current_anchor()
        anchor.state = anchor.State.CLOSING
        anchor.save(update_fields=["state"])
    assert b"Ana Vega" in owner.post("search/", {"q": "ana"}).content
    page = owner.get(f"{pk}/")
    assert page.status_code == 200
    assert "/edit/" not in page.content.decode()
    assert owner.post(f"{pk}/archive/").status_code == 409
    assert owner.load(pk).archived_at is None


def test_a_thousand_entries_are_turned_page_by_page_each_once_and_at_one_price(
    owner: Practice,
) -> None:
    pk = owner.client()
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with acting_in(owner.account.ref):
        client = Client.objects.get(pk=pk)
        # Forty at each instant: more than a page holds
        Message.objects.bulk_create(
            Message(
                client=client,
                channel="email",
                category="reminder",
                state="sent",
                send_at=start,
                sent_at=start + timedelta(hours=n // 40),
            )
            for n in range(1000)
        )
        alerts.add(by=SYSTEM, client=client, kind="risk", severity="info", text="Faints")
    shown, counts = [], set()
    page = owner.get(f"{pk}/")
    assert (page.context["entries"][0]["title"], page.context["newest_url"]) == ("Alert added", "")
    while page.context["more_url"]:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            page = owner.browser.get(page.context["more_url"])
        asked = [each["sql"] for each in queries.captured_queries]
        counts.add(sum(not sql.startswith('INSERT INTO "accounts_auditqueue"') for sql in asked))
        shown += [(entry["at"], entry["url"]) for entry in page.context["entries"]]
    assert len(shown) == len({url for _at, url in shown}) == 1001 - SHOWN_AT_FIRST
    assert [at for at, _url in shown] == sorted((at for at, _url in shown), reverse=True)
    assert len(counts) == 1
    assert page.context["newest_url"].endswith(f"/clients/{pk}/#timeline")
    only = owner.get(f"{pk}/?show=record&until=nonsense")
    assert [entry["title"] for entry in only.context["entries"]] == ["Alert added"]
