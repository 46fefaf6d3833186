"""The whole record: every field is kept sealed, further phones and mails are found like the first, addresses read right."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connections

from accounts.tenancy import acting_in
from clients import addresses, directory, duplicates, health_numbers, reaching, records
from clients.models import Client, ContactPoint
from clients.reaching import Line
from clients.views.showing import with_numbers
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import practice, told
from tests.factories import make_account, make_client

WHOLE = {
    "title": "Dr",
    "given_name": "Ana",
    "family_name": "Vega",
    "preferred_name": "Annie",
    "pronouns": "she/her",
    "sex": "female",
    "gender_identity": "Woman",
    "birth_date": "1988-02-03",
    "phone": "0412 000 101",
    "phone_use": "work",
    "email": "ana@mail.example",
    "address": "Flat 2\n1 Quay St",
    "city": "Sydney",
    "state": "NSW",
    "post_code": "2000",
    "country": "NZ",
    "emergency_contact": "Sam, brother, 0412 000 199",
    "occupation": "Carpenter",
    "health_number": "2123 45670 1",
    "old_reference": "P-1077",
    "admin_notes": "Rings twice",
    "booking_notes": "Mornings only",
    "confirmations": "on",
    "reminders": "email",
}
MORE = {
    "more_phones": ["02 5550 1234", "", "0412 000 177"],
    "more_phones_use": ["home", "mobile", "mobile"],
    "more_emails": ["ana@work.example", ""],
    "more_emails_use": ["work", "home"],
}


@pytest.fixture(autouse=True)
def closed() -> None:
    directory.forget()


@pytest.mark.django_db(databases="__all__")
def test_a_whole_record_is_kept_shown_found_and_changed() -> None:
    owner = practice()
    with told() as actions:
        answer = owner.post("new/", WHOLE | MORE)
    assert (answer.status_code, actions) == (302, ["client.added"])
    pk = UUID(answer.url.split("/")[-2])
    page = owner.get(f"{pk}/").content.decode()
    for shown in (
        "Flat 2<br>1 Quay St<br>Sydney NSW 2000<br>New Zealand",
        '<a href="tel:+61412000199">0412 000 199</a>',
        '<a href="tel:+61255501234">(02) 5550 1234</a>',
        '<a href="mailto:ana@work.example">',
        "Medicare number",
        "Mornings only",
        "P-1077",
        "Carpenter",
        "Female · Woman",
    ):
        assert shown in page
    for words in ("5550 1234", "0412000177", "ana@work"):
        found = owner.post("search/", {"q": words}, headers={"HX-Request": "true"})
        assert owner.url(f"{pk}/") in found.content.decode(), words
    edit = owner.get(f"{pk}/edit/")
    assert edit.context["form"]["more_phones"].value() == [
        Line("home", "(02) 5550 1234"),
        Line("mobile", "0412 000 177"),
    ]
    assert edit.content.decode().count('name="more_phones"') == 3  # and an empty one
    seen = {"seen_at": edit.context["form"]["seen_at"].value()}
    same = {
        name: [line.value for line in edit.context["form"][name].value()]
        for name in reaching.FIELDS
    }
    uses = {"more_phones_use": ["home", "mobile"], "more_emails_use": ["work"]}
    with told() as actions:
        assert owner.post(f"{pk}/edit/", WHOLE | same | uses | seen).status_code == 302
        fewer = {"more_phones": ["0412 000 177"], "more_phones_use": ["mobile"]}
        assert owner.post(f"{pk}/edit/", WHOLE | same | uses | fewer | seen).status_code == 302
    kept = [action for action in actions if action != "record.read"]
    assert kept == ["client.changed"]  # the same again is no change
    with acting_in(owner.account.ref):
        lines = reaching.of_client(Client.objects.get(pk=pk))
    assert lines["more_phones"] == [Line("mobile", "+61412000177")]


@pytest.mark.django_db(databases="__all__")
def test_further_lines_are_checked_and_what_was_typed_stays() -> None:
    owner = practice()
    wrong = {"more_phones": ["12"], "more_phones_use": ["home"], "more_emails": ["nobody"]}
    answer = owner.post("new/", WHOLE | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“12” is no whole phone number." in page
    assert "“nobody” is no e-mail address." in page
    assert 'value="nobody"' in page
    many = {"more_emails": [f"a{n}@mail.example" for n in range(11)]}
    assert "At most 10 can be kept." in owner.post("new/", WHOLE | many).content.decode()


@pytest.mark.django_db(databases="__all__")
def test_further_lines_lie_sealed_and_hint_at_the_same_person() -> None:
    with acting_in(make_account().ref):
        lines = {"more_phones": [Line("home", "02 5550 1234")]}
        ana = records.add(by=SYSTEM, values={"given_name": "Ana", **lines})
        with connections["region_au"].cursor() as cursor:
            cursor.execute("SELECT value FROM clients_contactpoint")
            assert b"5550" not in bytes(cursor.fetchone()[0])
        found = duplicates.like({"given_name": "Anna", "phone": "02 5550 1234"})
        assert [match.id for match in found] == [ana.pk]
        assert "same phone" in found[0].shares.lower()
        assert reaching.clients_reached_by("+61 2 5550 1234") == [ana.pk]
        assert ContactPoint.objects.get(value="+61255501234").client_id == ana.pk
    with acting_in(make_account().ref):
        make_client()
        assert reaching.clients_reached_by("+61255501234") == []


@pytest.mark.django_db(databases="__all__")
def test_older_rows_read_as_empty_and_can_be_saved() -> None:
    with acting_in(make_account().ref):
        pk = make_client().pk
        with connections["region_au"].cursor() as cursor:
            cursor.execute("UPDATE clients_client SET city = NULL, sex = NULL WHERE id = %s", [pk])
        client = Client.objects.get(pk=pk)
        assert (client.city, client.get_sex_display()) == ("", "")
        records.change(by=SYSTEM, client=client, values={"city": "Perth"})
        assert (Client.objects.get(pk=pk).city, Client.objects.get(pk=pk).sex) == ("Perth", "")


@pytest.mark.parametrize(
    ("home", "parts", "lines"),
    [
        ("AU", ("1 Quay St", "Sydney", "NSW", "2000", ""), ["1 Quay St", "Sydney NSW 2000"]),
        ("DE", ("Gasse 3", "Köln", "", "50667", "DE"), ["Gasse 3", "50667 Köln"]),
        ("AU", ("Gasse 3", "Köln", "", "50667", "DE"), ["Gasse 3", "50667 Köln", "Germany"]),
        ("AU", ("", "", "", "", ""), []),
        ("GB", ("1\n\n2 Row", "", "", "N1", "XX"), ["1", "2 Row", "N1", "XX"]),
    ],
)
def test_an_address_reads_as_its_country_writes_it(
    home: str, parts: tuple[str, ...], lines: list[str]
) -> None:
    names = ("address", "city", "state", "post_code", "country")
    of = SimpleNamespace(**dict(zip(names, parts, strict=True)))
    assert addresses.lines(of, home) == lines


def test_numbers_in_a_text_can_be_called_and_the_rest_is_escaped() -> None:
    shown = with_numbers("<Sam> 0412 000 199\nor Bo", "AU")
    assert shown == '&lt;Sam&gt; <a href="tel:+61412000199">0412 000 199</a><br>or Bo'
    assert (health_numbers.label("GB"), health_numbers.label("XX")) == (
        "NHS number",
        "Health insurance number",
    )
