"""The practice's own fields: defined once, checked against that, kept sealed by token, readable when no longer asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from clients import records
from clients.custom import definitions, values
from clients.custom.definitions import Option
from clients.models import Client, CustomField, FieldSection
from privacy.vocabulary.scope import SYSTEM
from tests.clients.practice import Practice, practice, told
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")
Kind = CustomField.Kind


def field_of(section: FieldSection, name: str, kind: str, *options: str) -> CustomField:
    return definitions.add_field(by=SYSTEM, section=section, name=name, kind=kind, options=options)


def settings_of(owner: Practice, rest: str = "") -> str:
    return f"/a/{owner.account.slug}/settings/client-fields/{rest}"


def test_fields_are_defined_filled_in_renamed_and_archived() -> None:
    owner = practice()
    pk = owner.client(given_name="Ana")
    assert "No fields of your own yet" in owner.browser.get(settings_of(owner)).content.decode()
    assert owner.browser.post(settings_of(owner), {"name": "Work"}).status_code == 302
    with acting_in(owner.account.ref):
        section = FieldSection.objects.get()
    new = settings_of(owner, f"{section.pk}/new/")
    refused = owner.browser.post(new, {"name": "Load", "kind": "choice", "options": " \n"})
    assert "between one and 60 things" in refused.content.decode()
    for data in (
        {"name": "Load", "kind": "choice", "options": "Light\nHeavy\nLight"},
        {"name": "Tools", "kind": "choices", "options": "Screen\nHammer"},
        {"name": "Since", "kind": "date"},
        {"name": "Hours", "kind": "number", "hint": "A week"},
        {"name": "Insured", "kind": "checkbox"},
        {"name": "About it", "kind": "paragraph"},
    ):
        assert owner.browser.post(new, data).status_code == 302
    with acting_in(owner.account.ref):
        load, tools, since, hours, insured, about = definitions.fields()
        assert [str(each) for each in load.options.all()] == ["Light", "Heavy"]
        heavy = load.options.get(label="Heavy")
        screen, hammer = tools.options.all()
    edit = owner.get(f"{pk}/edit/")
    page = edit.content.decode()
    assert page.index("Work") < page.index("Load") < page.index("Tools")
    typed = {
        "given_name": "Ana",
        "family_name": "Vega",
        "reminders": "email",
        "phone_use": "mobile",
        "seen_at": edit.context["form"]["seen_at"].value(),
        f"custom-{load.token}": str(heavy.token),
        f"custom-{tools.token}": [str(hammer.token), str(screen.token)],
        f"custom-{since.token}": "2024-03-01",
        f"custom-{hours.token}": "38.50",
        f"custom-{insured.token}": "on",
        f"custom-{about.token}": "Lifts <boxes>\nall day",
    }
    wrong: Any = owner.post(f"{pk}/edit/", typed | {f"custom-{hours.token}": "many"})
    assert (wrong.status_code, "Lifts &lt;boxes&gt;" in wrong.content.decode()) == (422, True)
    assert owner.post(f"{pk}/edit/", typed | {f"custom-{load.token}": "x"}).status_code == 422
    with told() as actions:
        assert owner.post(f"{pk}/edit/", typed).status_code == 302
    assert "client.changed" in actions
    shown = owner.get(f"{pk}/").content.decode()
    for words in ("Heavy", "Screen, Hammer", "Fri 1 Mar 2024", "38.50", "Lifts &lt;boxes&gt;"):
        assert words in shown
    with acting_in(owner.account.ref), connections["region_au"].cursor() as cursor:
        cursor.execute("SELECT custom FROM clients_client WHERE id = %s", [pk])
        assert b"Lifts" not in bytes(cursor.fetchone()[0])
    # Called something else, one option no longer offered: what was chosen stays, and can be saved again
    renamed = {"name": "Kind of work", "options": "Medium", f"label-{heavy.pk}": "Very heavy"}
    assert owner.browser.post(settings_of(owner, f"fields/{load.pk}/"), renamed).status_code == 302
    assert owner.browser.post(settings_of(owner, f"{hours.pk}/archive/")).status_code == 302
    shown = owner.get(f"{pk}/").content.decode()
    for words in ("Kind of work", "Very heavy", "38.50", "no longer asked"):
        assert words in shown
    again = owner.get(f"{pk}/edit/")
    assert "Very heavy" in again.content.decode()
    assert f"custom-{hours.token}" not in again.content.decode()
    late = owner.post(f"{pk}/edit/", typed)  # with the version from before
    assert late.status_code == 409
    assert late.context["differences"] == []
    other = {f"custom-{tools.token}": [str(screen.token)]}
    late = owner.post(f"{pk}/edit/", typed | other)
    assert late.context["differences"] == [
        {"label": "Tools", "mine": "Screen", "theirs": "Screen, Hammer"}
    ]
    typed["seen_at"] = again.context["form"]["seen_at"].value()
    typed.pop(f"custom-{hours.token}")
    typed[f"custom-{insured.token}"] = ""
    assert owner.post(f"{pk}/edit/", typed).status_code == 302
    with acting_in(owner.account.ref):
        kept = values.of_client(Client.objects.get(pk=pk))
        assert (kept[str(hours.token)], str(insured.token) in kept) == ("38.50", False)
    fresh = owner.get("new/").content.decode()
    assert "Medium" in fresh


def test_values_are_checked_and_unknown_tokens_refused() -> None:
    with acting_in(make_account().ref):
        section = definitions.add_section(by=SYSTEM, name="Work")
        load = field_of(section, "Load", Kind.CHOICE, "Light")
        tools = field_of(section, "Tools", Kind.CHOICES, "Screen")
        since, hours = (
            field_of(section, "Since", Kind.DATE),
            field_of(section, "Hours", Kind.NUMBER),
        )
        text = field_of(section, "Text", Kind.TEXT)
        client = make_client()
        light = str(load.options.get().token)
        for field, value in (
            (load, "x"),
            (tools, "x"),
            (tools, ["x"]),
            (since, "tomorrow"),
            (hours, "NaN"),
            (hours, "1" * 30),
            (text, "x" * 201),
        ):
            with pytest.raises(ValidationError):
                values.checked({str(field.token): value}, client)
        with pytest.raises(ValidationError):
            values.checked({str(section.token): "x"}, client)
        changed = records.change(
            by=SYSTEM,
            client=client,
            values={"custom": {str(load.token): light, str(since.token): date(2024, 3, 1)}},
        )
        assert changed.custom == {str(load.token): light, str(since.token): "2024-03-01"}
        definitions.archive(by=SYSTEM, defined=section, archived=True)
        with pytest.raises(ValidationError):
            values.checked({str(load.token): light}, client)
        ((_title, lines),) = values.told(changed, definitions.sections())
        assert [(line.name, line.words, line.is_archived) for line in lines] == [
            ("Load", "Light", True),
            ("Since", "Fri 1 Mar 2024", True),
        ]


def test_order_options_and_queries() -> None:
    owner = practice()
    counts = []
    with acting_in(owner.account.ref):
        sections = [definitions.add_section(by=SYSTEM, name=name) for name in ("One", "Two")]
    for more in (1, 2):
        with acting_in(owner.account.ref):
            for section in sections:
                for n in range(more):
                    field_of(section, f"F{more}{n}", Kind.CHOICE, "A", "B")
        with CaptureQueriesContext(connections["region_au"]) as queries:
            owner.get("new/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    owner.browser.post(settings_of(owner, f"{sections[0].pk}/position/"), {"to": "down"})
    with acting_in(owner.account.ref):
        assert [each.name for each in definitions.sections()] == ["Two", "One"]
        first, second, *_rest = definitions.fields()
        definitions.move(by=SYSTEM, defined=second, up=True)
        definitions.move(by=SYSTEM, defined=second, up=True)  # at the edge it stays
        assert next(iter(definitions.fields())).pk == second.pk
        a, b = first.options.all()
        gone = [Option("A", str(a.pk), True), Option("B", str(b.pk), True)]
        with pytest.raises(ValidationError):
            definitions.change_field(by=SYSTEM, field=first, name="F", hint="", options=gone)
    assert (
        owner.browser.post(settings_of(owner, f"{sections[0].pk}/"), {"name": "Three"}).status_code
        == 302
    )
    assert "Three" in owner.browser.get(settings_of(owner)).content.decode()
    desk = practice(Role.RECEPTION, account=None)
    assert desk.browser.get(settings_of(desk)).status_code == 403
