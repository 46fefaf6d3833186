"""Forms in the practice: who sees what, sent and taken back, looked at, taken over field by field, typed at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Member, Role, User
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from clients import directory
from clients.consents import giving
from clients.consents.giving import Given
from clients.consents.standing import history, permits
from clients.models import Alert, Client, ConsentPurpose, How, Relationship
from clients.relationships import relating
from clients.relationships.relating import About, Grants
from notes.intake import sending
from notes.models import Form, FormReview, FormTemplate, FormTrigger
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind
from tests.bookings.messaging.post import Sink, run_due
from tests.bookings.public import TEN
from tests.browser import sign_in
from tests.factories import make_client, make_member, owner_of
from tests.notes.intake.scene import Scene, completed

pytestmark = pytest.mark.django_db(databases="__all__")


class Person:
    """Somebody of the practice at a browser."""

    def __init__(self, scene: Scene, role: str = Role.OWNER) -> None:
        self.scene, self.browser = scene, Browser()
        if role == Role.OWNER:
            user = User.objects.get(pk=owner_of(scene.account).user_id)
        else:
            user, _member = make_member(scene.account, role)
        sign_in(self.browser, user, scene.account)

    def url(self, rest: str) -> str:
        return f"/a/{self.scene.account.slug}/{rest}"

    def get(self, rest: str) -> Any:
        return self.browser.get(self.url(rest))

    def post(self, rest: str, data: dict[str, Any] | None = None) -> Any:
        return self.browser.post(self.url(rest), data or {})


@pytest.fixture(autouse=True)
def closed() -> None:
    directory.forget()


@pytest.fixture
def owner(scene: Scene) -> Person:
    return Person(scene)


def test_a_form_is_sent_from_the_clients_page_and_taken_back(owner: Person, scene: Scene) -> None:
    pk = scene.client.pk
    assert f"forms/new/{pk}/" in owner.get(f"clients/{pk}/").content.decode()
    page = owner.get(f"forms/new/{pk}/").content.decode()
    assert "PHQ-9" in page
    assert owner.post(f"forms/new/{pk}/", {"sent": "1"}).status_code == 422
    chosen = str(scene.templates["about_you"].pk)
    answer = owner.post(f"forms/new/{pk}/", {"template": chosen, "way": "link"})
    here = answer["Location"].removeprefix(owner.url(""))
    page = owner.get(here).content.decode()
    assert "data:image/svg+xml;base64," in page
    assert "Not begun yet" in page
    assert "Form to fill in" in page, "its message stands beside it"
    assert "Nobody owes you" not in owner.get("forms/?show=waiting").content.decode()
    assert owner.post(f"{here}revocation/").status_code == 302
    page = owner.get(here).content.decode()
    assert "Its link was taken back." in page
    assert owner.post(f"{here}revocation/").status_code == 302, "twice is once"
    assert owner.post(f"{here}sending/").status_code == 302
    assert "Take the link back" in owner.get(here).content.decode()


def test_answers_go_into_the_record_one_by_one(owner: Person, scene: Scene) -> None:
    with acting_in(scene.account.ref):
        form = completed(
            scene.sent(),
            occupation="Carpenter",
            phone="0491 570 158",
            address="9 Fern St",
            allergic="Yes",
            allergies="Latex: skin goes red",
            preferred_name="Ana",
        )
    here = f"forms/{form.pk}/"
    assert "Anaïs" in owner.get("forms/").content.decode()
    page = owner.get(here).content.decode()
    assert "Nothing goes by itself" in page
    assert "as in the record" in page, "the birth date says the same"
    assert "replaces: 0491 570 006" in page
    with acting_in(scene.account.ref):
        assert Client.objects.get(pk=scene.client.pk).occupation == ""
    take = {"take": ["occupation", "phone", "allergies"]}
    assert owner.post(f"{here}review/", take).status_code == 302
    with acting_in(scene.account.ref):
        client = Client.objects.get(pk=scene.client.pk)
        assert (client.occupation, client.phone) == ("Carpenter", "+61491570158")
        assert (client.address, client.preferred_name) == ("", "")
        assert [(alert.kind, alert.text) for alert in Alert.objects.all()] == [
            ("allergy", "Latex: skin goes red")
        ]
        assert FormReview.objects.get().accepted == ["phone", "occupation", "alert:allergy"]
    assert "Nothing to look at" in owner.get("forms/").content.decode()
    # once more takes nothing twice
    owner.post(f"{here}review/", take)
    with acting_in(scene.account.ref):
        assert Alert.objects.count() == 1
        bad = completed(scene.sent(), phone="12")
    refused = owner.post(f"forms/{bad.pk}/review/", {"take": ["phone"]})
    assert refused.status_code == 422
    with acting_in(scene.account.ref):
        assert not FormReview.objects.filter(form=bad).exists()


def test_what_was_answered_is_for_clinicians(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        form = completed(scene.sent(), reason="Panic on the train")
        waits = scene.sent("pain")
    here = f"forms/{form.pk}/"
    for role, sees in (
        (Role.PRACTITIONER, True),
        (Role.RECEPTION, False),
    ):
        them = Person(scene, role)
        page = them.get(here)
        assert page.status_code == 200
        assert ("Panic on the train" in page.content.decode()) is sees
        assert them.get(f"{here}print/").status_code == (200 if sees else 403)
        assert them.post(f"{here}review/").status_code == (302 if sees else 403)
    assert Person(scene, Role.BOOKKEEPER).get(here).status_code == 403
    desk = Person(scene, Role.RECEPTION)
    page = desk.get("forms/").content.decode()
    assert "What clients were asked and have not handed in yet." in page
    assert "To look at" not in page
    assert desk.post(f"forms/{waits.pk}/sending/").status_code == 302
    template = scene.templates["about_you"].pk
    told = {"template": str(template), "way": "paper"}
    paper = desk.post(f"forms/new/{scene.client.pk}/", told)["Location"]
    assert paper.endswith(f"forms/blank/{template}/?language=en")
    blank = desk.get(f"forms/blank/{template}/?language=de").content.decode()
    assert "Vor Ihrem ersten Besuch" in blank
    assert "Nur, wenn Sie bei „Sind Sie gegen etwas allergisch?“ mit „Ja“" in blank
    assert "Ich bin damit einverstanden, in dieser Praxis untersucht" in blank
    assert desk.post(f"forms/{waits.pk}/desk/").status_code == 403
    assert Person(scene, Role.BOOKKEEPER).post(f"forms/{waits.pk}/sending/").status_code == 403
    with acting_in(scene.account.ref):
        assert Member.objects.count() >= 4


def test_who_reads_only_their_own_notes_reads_answers_of_who_comes_to_them(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        form = completed(scene.sent("pain"))
    trainee = Person(scene, Role.PRACTITIONER)
    here, client = f"forms/{form.pk}/", f"clients/{scene.client.pk}/"

    def reads() -> list[bool]:
        page = trainee.get(here).content.decode()
        printed = trainee.get(f"{here}print/").status_code == 200
        return ["Pain at its worst" in page, printed, bool(trainee.get(client).context["measures"])]

    assert reads() == [True, True, True]
    with acting_in(scene.account.ref):
        member = Member.objects.get(role=Role.PRACTITIONER)
        member.rights = {"notes": "own"}
        member.save()
    assert reads() == [False, False, False]
    assert trainee.post(f"{here}review/").status_code == 403
    with acting_in(scene.account.ref):
        practitioner = scene.practice.practitioner
        practitioner.member = member
        practitioner.save()
        book(
            by=SYSTEM,
            practitioner=practitioner,
            service=scene.practice.service,
            location=scene.practice.location,
            starts_local=TEN,
            client=scene.client,
        )
    assert reads() == [True, True, True]


def test_typed_at_the_desk(owner: Person, scene: Scene) -> None:
    with acting_in(scene.account.ref):
        form = scene.made("activities")
    here = f"forms/{form.pk}/desk/"
    assert owner.post(here)["Location"].endswith(f"{here}1/")
    page = owner.get(f"{here}1/").content.decode()
    assert "What is hard for you, or impossible?" in page
    auto = owner.browser.post(
        owner.url(f"{here}1/draft/"), {"what_1": "Sta"}, headers={"X-Autosave": "1"}
    )
    assert auto.json()["version"] == 2
    assert owner.post(f"{here}1/", {"what_1": "Stairs", "go-on": "1"})["Location"].endswith("/2/")
    assert owner.post(f"{here}2/", {"go-back": "1"})["Location"].endswith("/1/")
    owner.post(f"{here}2/", {"go-on": "1"})
    back = owner.post(f"{here}3/", {"go-on": "1"})["Location"]
    assert back.endswith("/1/?missing=1")
    assert "How well can you do it today?" in owner.browser.get(back).content.decode()
    assert owner.get(f"{here}4/").status_code == 404
    owner.post(f"{here}1/", {"what_1": "Stairs", "how_1": "3", "go-on": "1"})
    assert owner.post(f"{here}3/", {"go-on": "1"})["Location"].endswith(f"forms/{form.pk}/")
    page = owner.get(f"forms/{form.pk}/").content.decode()
    assert "3.0" in page
    assert "higher is better" in page


def test_a_measure_is_seen_over_time_and_urgent_ones_come_first(
    owner: Person, scene: Scene
) -> None:
    with acting_in(scene.account.ref):
        completed(scene.sent("pain"))
        second = completed(scene.sent("pain"), average=1, worst=2)
        urgent = completed(scene.sent("phq_9"))
    page = owner.get(f"forms/{second.pk}/").content.decode()
    assert page.count("<meter") == 2
    here = f"clients/{scene.client.pk}/"
    page = owner.get(here).content.decode()
    assert 'aria-label="20, 15"' in page, "the trend in numbers, for those who can't see it"
    assert 'd="M4.0 18.4L' in page
    assert [each.name for each in owner.get(here).context["measures"]] == [
        "PHQ-9",
        "Pain and everyday life",
    ]
    assert Person(scene, Role.RECEPTION).get(here).context["measures"] == []
    rows = [line["form"].pk for line in owner.get("forms/").context["lines"]]
    assert rows[0] == urgent.pk
    assert "Look soon" in owner.get("forms/").content.decode()
    assert "An answer needs somebody soon" in owner.get(f"forms/{urgent.pk}/").content.decode()


def test_a_correction_and_putting_away(owner: Person, scene: Scene) -> None:
    with acting_in(scene.account.ref):
        form = completed(scene.sent(), occupation="Nurse")
    answer = owner.post(f"forms/{form.pk}/correction/")
    with acting_in(scene.account.ref):
        made = Form.objects.get(replaces_id=form.pk)
        assert made.answers["occupation"] == "Nurse"
    assert answer["Location"].endswith(f"forms/{made.pk}/")
    assert owner.post(f"forms/{made.pk}/correction/").status_code == 403
    owner.post(f"forms/{form.pk}/archive/")
    assert "Take out again" in owner.get(f"forms/{form.pk}/").content.decode()
    owner.post(f"forms/{form.pk}/archive/")
    assert "Put away" in owner.get(f"forms/{form.pk}/").content.decode()


def test_the_diary_tells_what_is_missing_and_what_no_longer_holds(
    owner: Person, scene: Scene
) -> None:
    with acting_in(scene.account.ref):
        appointment = book(
            by=SYSTEM,
            practitioner=scene.practice.practitioner,
            service=scene.practice.service,
            location=scene.practice.location,
            starts_local=TEN,
            client=scene.client,
        )
        form = scene.sent()

    def panel(person: Person = owner) -> str:
        here = person.url(f"appointments/{appointment.pk}/")
        return str(person.browser.get(here, headers={"HX-Request": "true"}).content.decode())

    assert "Before your first visit</a> · Sent" in panel()
    with acting_in(scene.account.ref):
        completed(form)
    assert "Before your first visit</a> · to look at" in panel()
    assert "taken back" not in panel()
    owner.post(f"forms/{form.pk}/review/")
    with acting_in(scene.account.ref):
        purpose = ConsentPurpose.objects.get(kind="treatment")
        by = Actor(ActorKind.CLIENT, scene.client.pk)
        giving.withdraw(by=by, client=scene.client, purpose=purpose, given=Given(How.LINK))
    assert "Before your first visit" not in panel()
    assert "Treatment: taken back Mon 23 Nov" in panel()
    page = owner.get(f"clients/{scene.client.pk}/disclosures/new/").content.decode()
    assert "No longer agreed to" in page


def test_consents_are_asked_for_from_their_page(owner: Person, scene: Scene) -> None:
    pk = scene.client.pk
    assert f"clients/{pk}/consents/ask/" in owner.get(f"clients/{pk}/consents/").content.decode()
    assert owner.post(f"clients/{pk}/consents/ask/", {"sent": "1"}).status_code == 422
    with acting_in(scene.account.ref):
        news = ConsentPurpose.objects.get(kind="email_news")
    told = {"purposes": [str(news.pk)], "notice": "on"}
    assert owner.post(f"clients/{pk}/consents/ask/", told).status_code == 302
    with acting_in(scene.account.ref):
        completed(Form.objects.get())
        assert permits(pk, "email_news")
        assert len(history(scene.client)) == 1
    # the notice to all who have not seen it
    with acting_in(scene.account.ref):
        other, nobody = make_client(), make_client(email="", phone="")
    wanted = {"client": [str(other.pk), str(nobody.pk), "nonsense"]}
    assert owner.post("forms/notice/", wanted).status_code == 302
    with acting_in(scene.account.ref):
        assert list(
            Form.objects.exclude(client=scene.client).values_list("client_id", flat=True)
        ) == [other.pk]


def test_who_stands_by_a_child_fills_in_for_it(scene: Scene, sink: Sink) -> None:
    with acting_in(scene.account.ref):
        child = make_client(birth_date=scene.client.birth_date.replace(year=2018), email="")
        assert not sending.is_reachable(child)
        relating.relate(
            by=SYSTEM,
            client=child,
            somebody=scene.client,
            about=About(Relationship.Kind.PARENT),
            grants=Grants(can_fill_forms=True),
        )
        assert sending.is_reachable(child)
        scene.sent(client=child)
    run_due(scene.practice)
    assert [
        envelope.rcpt_tos for envelope, _mail in sink.mails if "form" in str(_mail["Subject"])
    ] == [["anais@mail.example"]]


def test_the_owner_writes_a_form(owner: Person, scene: Scene) -> None:
    base = {
        "kind": "outcome",
        "valid_days": "14",
        "remind_days": "0",
        "score": "mean",
        "best": "high",
    }
    service = str(scene.practice.service.pk)
    with acting_in(scene.account.ref):
        sharing = ConsentPurpose.objects.get(kind="sharing")
    page = {
        **base,
        "name": "Balance",
        "s-0-title": "Today",
        "s-0-q-0-label": "How steady do you feel?",
        "s-0-q-0-type": "scale",
        "s-0-q-0-low": "falling",
        "s-0-q-0-required": "1",
        "s-0-q-1-label": "Did you fall?",
        "s-0-q-1-type": "radio",
        "s-0-q-1-options": "No\nYes",
        "services": [service],
        "again": "each",
    }
    more = owner.post("settings/forms/new/", {**page, "do": "add-question:0"}).content.decode()
    assert "s-0-q-2-label" in more
    assert "Did you fall?: Yes" in more, "the next question can hang on it before anything is kept"
    agreeing = {"s-1-title": "Agreeing", "s-1-q-0-type": "consent"}
    seen = {**page, **agreeing, "do": "preview"}
    shown = owner.post("settings/forms/new/", {**seen, "s-1-q-0-purpose": str(sharing.pk)})
    assert "may write to my general practitioner" in shown.content.decode()
    shown = owner.post("settings/forms/new/", {**seen, "s-1-q-0-purpose": ""})
    assert "Choose what each consent is for." in shown.content.decode()
    wrong = owner.post("settings/forms/new/", {**page, "s-0-q-1-options": "No"})
    assert wrong.status_code == 422
    assert "Give two options or more" in wrong.content.decode()
    assert owner.post("settings/forms/new/", page).status_code == 302
    with acting_in(scene.account.ref):
        made = FormTemplate.objects.get(name="Balance")
        assert made.scoring == {"by": "mean", "best": "high"}
        assert [each["key"] for each in made.sections[0]["questions"]] == [
            "how_steady_do_you_feel",
            "did_you_fall",
        ]
        trigger = FormTrigger.objects.get(template=made)
        assert (str(trigger.service_id), trigger.again_months) == (service, 0)
    here = f"settings/forms/{made.pk}/"
    opened = owner.get(here).content.decode()
    assert "Did you fall?: Yes" in opened, "a later question can hang on it"
    asked = {
        **page,
        "s-0-key": "today",
        "s-0-q-0-key": "how_steady_do_you_feel",
        "s-0-q-1-key": "did_you_fall",
        "s-0-q-2-label": "Where?",
        "s-0-q-2-type": "text",
        "s-0-q-2-when": "did_you_fall|Yes",
        "services": [],
    }
    assert owner.post(here, asked).status_code == 302
    with acting_in(scene.account.ref):
        made = FormTemplate.objects.get(pk=made.pk)
        assert made.version == 2
        assert made.sections[0]["questions"][2]["when"] == {"key": "did_you_fall", "is": ["Yes"]}
        assert not FormTrigger.objects.exists()
    assert "How steady do you feel?" in owner.get(f"{here}preview/").content.decode()
    assert owner.post(f"{here}copy/").status_code == 302
    assert owner.post(f"{here}archive/").status_code == 302
    listed = owner.get("settings/forms/").content.decode()
    assert "Use again" in listed


def test_a_changed_standard_is_the_practices_own(owner: Person, scene: Scene) -> None:
    template = scene.templates["phq_9"]
    here = f"settings/forms/{template.pk}/"
    page = owner.get(here)
    form, editor = page.context["form"], page.context["editor"]
    told: dict[str, Any] = {
        name: form[name].value() for name in ("name", "kind", "intro", "score", "best")
    }
    told |= {"valid_days": "30", "remind_days": "3"}
    for s, section in enumerate(editor.sections):
        told |= {f"s-{s}-key": section["key"], f"s-{s}-title": section["title"]}
        for q, asked in enumerate(section["questions"]):
            told |= {f"s-{s}-q-{q}-{name}": value for name, value in asked.items() if value}
    assert told["score"] == "keep"
    owner.post(here, {**told, "remind_days": "5"})
    with acting_in(scene.account.ref):
        kept = FormTemplate.objects.get(pk=template.pk)
        assert (kept.standard, kept.version, kept.remind_days) == ("phq_9", 1, 5)
        assert kept.scoring == template.scoring
    owner.post(here, {**told, "s-0-q-0-label": "Little interest"})
    with acting_in(scene.account.ref):
        kept = FormTemplate.objects.get(pk=template.pk)
        assert (kept.standard, kept.version) == ("", 2)


def test_lists_cost_the_same_for_one_and_for_three(owner: Person, scene: Scene) -> None:
    def cost(path: str) -> int:
        owner.get(path)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert owner.get(path).context["lines"]
        return len(queries)

    with acting_in(scene.account.ref):
        completed(scene.sent("pain"))
        scene.sent("change")
    paths = ("forms/?show=look", "forms/?show=waiting")
    one = [cost(path) for path in paths]
    with acting_in(scene.account.ref):
        for _number in range(2):
            other = make_client()
            completed(scene.sent("pain", client=other))
            scene.sent("change", client=other)
    assert [cost(path) for path in paths] == one
