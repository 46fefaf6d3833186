"""A form on a client's phone: begun, gone through, gone on with elsewhere, handed in; and what a stranger gets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.tenancy import acting_in
from bookings.models import Message
from bookings.public.agreements import choices_token
from clients.consents import purposes
from clients.consents.standing import history, permits
from clients.models import Client, ConsentPurpose
from notes.intake import proving, sending
from notes.intake.links import token_of
from notes.models import Form
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.messaging.post import Sink, run_due
from tests.bookings.public import at
from tests.factories import make_account, make_client
from tests.notes.intake.scene import NOW, Scene, completed, filled

pytestmark = pytest.mark.django_db(databases="__all__")
State = Form.State


def address(scene: Scene, form: Form, rest: str = "") -> str:
    with acting_in(scene.account.ref):
        return f"/book/{scene.account.slug}/forms/{token_of(form)}/{rest}"


def kept(form: Form, scene: Scene) -> Form:
    with acting_in(scene.account.ref):
        found: Form = Form.objects.get(pk=form.pk)
        assert found.answers is not None
        return found


@pytest.fixture
def form(scene: Scene) -> Form:
    with acting_in(scene.account.ref):
        return scene.sent()


def begin(browser: Browser, scene: Scene, form: Form) -> str:
    """Begin a form as a person does; return the address of its first step."""
    answer = browser.post(address(scene, form, "beginning/"), {"by_whom": "client"})
    assert answer.status_code == 303
    return str(answer["Location"])


def test_from_the_link_to_thank_you_without_a_script(scene: Scene, form: Form) -> None:
    browser = Browser()
    page = browser.get(address(scene, form)).content.decode()
    assert "Before your first visit" in page
    assert "We keep your details in Sydney." in page, "the privacy notice stands before the answers"
    assert "Anaïs" not in page
    assert kept(form, scene).state == State.SENT, "looking changes nothing"
    assert '<meta name="robots" content="noindex">' in page
    outside = [each for each in re.findall(r'(?:src|href)="([^"]*)"', page) if "//" in each]
    assert outside == [], "nothing is asked of anybody else"
    step = begin(browser, scene, form)
    first = browser.get(step).content.decode()
    assert 'autocomplete="bday"' in first
    assert "Step 1 of 7" in first
    # a required answer is asked for, the rest is kept
    answer = browser.post(step, {"preferred_name": "Ana", "go-on": "1"})
    assert answer.status_code == 422
    assert "This needs an answer." in answer.content.decode()
    assert "Leave it for now" in answer.content.decode()
    assert kept(form, scene).answers == {"preferred_name": "Ana"}
    # the link leads back to where there is something left to do
    told = {"preferred_name": "Ana", "birth_date": "1984-05-17", "go-on": "1"}
    assert browser.post(step, told)["Location"] == address(scene, form, "steps/2/")
    assert browser.post(address(scene, form, "steps/2/"), {"go-back": "1"})["Location"] == step
    assert browser.get(address(scene, form))["Location"] == address(scene, form, "steps/2/")
    browser.post(address(scene, form, "steps/3/"), {"reason": "My knee", "pain": "4", "go-on": "1"})
    health = {"conditions": ["Diabetes"], "allergic": "Yes", "go-on": "1"}
    said = browser.post(address(scene, form, "steps/4/"), health)
    assert said.status_code == 422, "what one is allergic to is asked once the answer is yes"
    assert (
        browser.post(address(scene, form, "steps/4/"), {**health, "allergic": "No"}).status_code
        == 303
    )
    review = browser.get(address(scene, form, "completion/")).content.decode()
    assert "Something still needs an answer" in review
    assert "Hand it in" not in review
    assert browser.post(address(scene, form, "completion/")).status_code == 422
    agreeing = browser.get(address(scene, form, "steps/5/")).content.decode()
    assert "What is planned, what it can do for me" in agreeing
    yes = {"notice": "declined", "consent_treatment": "permit", "consent_sharing": "deny"}
    assert browser.post(address(scene, form, "steps/5/"), yes).status_code == 303
    signed = {"signature-name": "Anaïs Ó", "signature-strokes": "[[1,2,3,4]]"}
    answer = browser.post(address(scene, form, "steps/6/"), signed)
    assert answer["Location"] == address(scene, form, "completion/")
    review = browser.get(answer["Location"]).content.decode()
    assert "My knee" in review
    assert 'd="M1 2L3 4"' in review
    assert browser.post(address(scene, form, "completion/"))["Location"] == address(scene, form)
    done = browser.get(address(scene, form)).content.decode()
    assert "Thank you" in done
    assert "My knee" not in done, "a link in an inbox shows no answers any more"
    assert browser.get(step)["Location"] == address(scene, form)
    found = kept(form, scene)
    assert (found.state, found.answers["pain"], found.answers["conditions"]) == (
        State.COMPLETED,
        4,
        ["Diabetes"],
    )
    with acting_in(scene.account.ref):
        assert permits(scene.client.pk, "treatment")
        assert not permits(scene.client.pk, "sharing")


def test_a_form_that_asks_about_danger_says_whom_to_call_whatever_is_answered(
    scene: Scene, form: Form
) -> None:
    with acting_in(scene.account.ref):
        asks = scene.sent("phq_9")
    call = 'call <a href="tel:000">000</a> now'
    assert call in Browser().get(address(scene, asks)).content.decode()
    with acting_in(scene.account.ref):
        keys = {f"phq_{number}": "Not at all" for number in range(1, 10)}
        assert not completed(asks, **keys).is_urgent
    assert call in Browser().get(address(scene, asks)).content.decode()
    assert "tel:000" not in Browser().get(address(scene, form)).content.decode()


def test_it_saves_as_it_is_typed(scene: Scene, form: Form) -> None:
    browser = Browser()
    step = begin(browser, scene, form)
    auto = {"X-Autosave": "1"}
    answer = browser.post(f"{step}draft/", {"preferred_name": "An"}, headers=auto)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert kept(form, scene).answers == {"preferred_name": "An"}
    wrong = browser.post(f"{step}draft/", {"birth_date": "nonsense"}, headers=auto)
    assert wrong.status_code == 422
    assert "Choose a date." in wrong.content.decode()
    late = browser.post(f"{step}draft/", {"birth_date": "2084-05-17"}, headers=auto)
    assert (late.status_code, "Check the year" in late.content.decode()) == (422, True)
    assert browser.get(f"{step}draft/", headers=auto).json()["csrf"]
    assert kept(form, scene).answers == {"preferred_name": "An"}
    with acting_in(scene.account.ref):
        sending.take_back(by=SYSTEM, form=form)
    gone = browser.post(f"{step}draft/", {"preferred_name": "Ana"}, headers=auto)
    assert gone.status_code == 404


def test_another_device_shows_whose_it_is(scene: Scene, form: Form) -> None:
    begin(Browser(), scene, form)
    with acting_in(scene.account.ref):
        filled_in = Form.objects.get(pk=form.pk)
        filled_in.answers = {"reason": "My knee"}
        filled_in.save()
    other = Browser()
    page = other.get(address(scene, form)).content.decode()
    assert "It was begun on another device" in page
    assert "My knee" not in page
    for rest in ("steps/3/", "completion/"):
        assert other.get(address(scene, form, rest))["Location"] == address(scene, form)
    assert other.post(address(scene, form, "steps/3/"), {"reason": "x"})["Location"] == address(
        scene, form
    )
    proof = address(scene, form, "proof/")
    assert other.post(proof, {}).status_code == 422
    wrong = other.post(proof, {"born": "1984-05-18"})
    assert (wrong.status_code, "That does not match." in wrong.content.decode()) == (422, True)
    right = other.post(proof, {"born": "1984-05-17"})
    assert right["Location"] == address(scene, form)
    cookie = next(cookie for name, cookie in right.cookies.items() if name.startswith("form-"))
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert "My knee" in other.get(address(scene, form, "steps/3/")).content.decode()


def test_a_code_works_once_and_for_ten_minutes(
    scene: Scene, form: Form, sink: Sink, settings: Any
) -> None:
    begin(Browser(), scene, form)
    other, proof = Browser(), address(scene, form, "proof/")

    def ask() -> str:
        answer = other.post(address(scene, form, "code/"))
        assert answer.status_code == 303
        assert "a code is on its way" in other.get(answer["Location"]).content.decode()
        run_due(scene.practice)
        mail = sink.mails[-1][1].get_body().get_content()  # type: ignore[union-attr]
        return str(re.search(r"(\d{6}) is your code", mail)[1])  # type: ignore[index]

    code = ask()
    sent = len(sink.mails)
    other.post(address(scene, form, "code/"))
    run_due(scene.practice)
    assert len(sink.mails) == sent, "asked for again at once, no second one leaves"
    at(NOW + timedelta(minutes=11), settings)
    assert other.post(proof, {"code": code}).status_code == 422
    code = ask()
    assert other.post(proof, {"code": f" {code[:3]} {code[3:]}"}).status_code == 303
    assert Browser().post(proof, {"code": code}).status_code == 422
    with acting_in(scene.account.ref):
        categories = Message.objects.filter(topic_id=form.pk).values_list("category", flat=True)
        assert sorted(categories) == ["code", "code", "form"]


def test_guessing_is_counted_where_nobody_can_begin_anew(
    scene: Scene, form: Form, settings: Any
) -> None:
    begin(Browser(), scene, form)
    proof = address(scene, form, "proof/")
    for guess in range(proving.MOST_TRIES):
        answer = Browser().post(proof, {"born": f"19{guess:02}-01-01"})
        assert answer.status_code == 422
    # not even the right one is compared while the lock holds
    assert Browser().post(proof, {"born": "1984-05-17"}).status_code == 429
    at(NOW + timedelta(hours=1, minutes=1), settings)
    assert Browser().post(proof, {"born": "1984-05-17"}).status_code == 303


def test_links_that_lead_nowhere_are_answered_alike(scene: Scene, form: Form) -> None:
    with acting_in(scene.account.ref):
        draft, good = scene.made(), token_of(form)
        drafted = token_of(draft)
        other = sending.take_back(by=SYSTEM, form=scene.sent("pain"))
        other.link_number = 1
        revoked = token_of(other)
    neighbour = make_account()
    with acting_in(neighbour.ref):
        make_client()
    tokens = [good[:-3] + "abc", "nonsense", good.replace("~1", "~2"), drafted, revoked]
    pages = {
        re.sub(r'nonce="[^"]*"|value="[^"]*"', "", page.content.decode()).replace(token, "TOKEN")
        for token in tokens
        if (page := Browser().get(f"/book/{scene.account.slug}/forms/{token}/")).status_code == 404
    }
    assert len(pages) == 1
    assert Browser().get(f"/book/{neighbour.slug}/forms/{good}/").status_code == 404
    for rest in ("beginning/", "steps/1/", "steps/1/draft/", "proof/", "code/", "completion/"):
        assert (
            Browser().post(f"/book/{scene.account.slug}/forms/{revoked}/{rest}").status_code == 404
        )
    answers = [
        Browser().get(f"/book/{scene.account.slug}/forms/x{n}/").status_code for n in range(60)
    ]
    assert answers[-1] == 429, "whoever tries many waits"


def test_a_link_ends(scene: Scene, form: Form, settings: Any) -> None:
    with acting_in(scene.account.ref):
        filled(form)
    at(NOW + timedelta(days=31), settings)
    page = Browser().get(address(scene, form))
    assert (page.status_code, "This link has expired" in page.content.decode()) == (410, True)
    run_due(scene.practice)
    assert kept(form, scene).state == State.EXPIRED
    assert Browser().post(address(scene, form, "beginning/"))["Location"] == address(scene, form)


def test_it_speaks_the_clients_language_until_they_choose_another(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        client = make_client(language="fr", email="f@mail.example")
        form = scene.sent(client=client)
    browser = Browser(headers={"accept-language": "de"})
    page = browser.get(address(scene, form)).content.decode()
    assert '<html lang="fr"' in page
    assert "Avant votre première visite" in page
    choice = {"language": "es", "next": address(scene, form)}
    browser.post(f"/book/{scene.account.slug}/language/", choice)
    assert "Antes de su primera visita" in browser.get(address(scene, form)).content.decode()
    step = begin(browser, scene, form)
    assert "¿Cómo debemos llamarle?" in browser.get(step).content.decode()
    assert kept(form, scene).language == "es"


def test_what_was_agreed_is_taken_back_in_two_presses(scene: Scene, form: Form) -> None:
    with acting_in(scene.account.ref):
        purpose = ConsentPurpose.objects.get(kind="email_news")
        ask = sending.make_request(by=SYSTEM, client=scene.client, wanted=[purpose.pk])
        asked = filled(sending.send(by=SYSTEM, form=ask))
        token = choices_token(scene.client.pk)
        stranger = choices_token(make_client().pk)
    browser = Browser()
    # completed on the phone that began it
    with acting_in(scene.account.ref):
        stored = Form.objects.get(pk=asked.pk)
        secret = proving.let_in(stored)
        stored.save()
    browser.cookies[f"form-{asked.pk.hex[-12:]}"] = secret
    browser.post(address(scene, asked, "completion/"))
    done = browser.get(address(scene, asked)).content.decode()
    choices = f"/book/{scene.account.slug}/choices/{token}/"
    assert choices in done
    page = Browser().get(choices).content.decode()
    assert "The practice may send me news and offers by e-mail" in page
    assert "Anaïs" not in page
    way = f"{choices}{purpose.pk}/withdrawal/"
    assert "Yes, take it back" in Browser().get(way).content.decode()
    with acting_in(scene.account.ref):
        assert permits(scene.client.pk, "email_news"), "looking changes nothing"
    assert Browser().post(way)["Location"] == f"{choices}?withdrawn=1"
    with acting_in(scene.account.ref):
        assert not permits(scene.client.pk, "email_news")
        newest = history(scene.client)[0]
        assert (newest.is_withdrawal, newest.how) == (True, "link")
        assert purposes.current_texts("en")[purpose.pk].version == newest.text.version
    assert Browser().post(way)["Location"] == choices, "pressed again from an old page"
    assert (
        "Nobody has asked you"
        in Browser().get(f"/book/{scene.account.slug}/choices/{stranger}/").content.decode()
    )
    assert Browser().get(f"/book/{scene.account.slug}/choices/{token[:-2]}xx/").status_code == 404
    with acting_in(scene.account.ref):
        assert Client.objects.count() == 2
