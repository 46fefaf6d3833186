"""A form's life: made, sent, begun, completed; frozen then, with consents as records of their own (features F1, F2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, transaction

from accounts.models import PrivacyNotice
from accounts.tenancy import acting_in
from clients.consents import notices, purposes
from clients.consents.purposes import Words
from clients.consents.standing import history, permits
from clients.models import Client, ConsentPurpose, How
from notes.answers import AnswersRefused
from notes.intake import filling, sending
from notes.intake.asking import asked_of
from notes.models import Form, FormReview
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests import parts as parts_module
from tests.bookings.public import at
from tests.clients.practice import told
from tests.factories import make_client
from tests.notes.intake.scene import NOW, Scene, answers_for, completed, filled, me

pytestmark = pytest.mark.django_db(databases="__all__")
Kind = ConsentPurpose.Kind
State = Form.State


def test_a_form_is_completed_and_what_was_agreed_in_it_holds(scene: Scene) -> None:
    with acting_in(scene.account.ref), told() as audit:
        form = scene.sent()
        assert (form.state, form.name) == (State.SENT, "Before your first visit")
        assert form.sent_at
        assert form.expires_at == form.sent_at + timedelta(days=30)
        done = completed(form, allergic="Yes", allergies="Penicillin: rash")
        assert (done.state, done.way, done.by_whom) == (State.COMPLETED, "link", "client")
        assert filling.holds(done)
        assert done.notice_id == scene.notice.pk
        assert permits(scene.client.pk, Kind.TREATMENT)
        assert permits(scene.client.pk, Kind.SHARING)
        assert not permits(scene.client.pk, Kind.EMAIL_NEWS)
        consent = history(scene.client)[0]
        assert (consent.how, consent.form_id, consent.by_whom) == (How.LINK, done.pk, "client")
        assert consent.by_name == "Anaïs Ó Súilleabháin"
        assert consent.signature == [[10, 10, 200, 90]]
        assert consent.text.language == "en"
        standing = notices.standing(scene.client)
        assert standing.answer is not None
        assert (standing.state, standing.answer.form_id) == ("accepted", done.pk)
        assert standing.seen is not None
        # completed twice is completed once
        filling.complete(by=me(form), form=done, way="link")
        assert len(history(scene.client)) == 2
        for late in (
            lambda: filling.save(form=done, keys={"reason"}, answers={"reason": "other"}),
            lambda: filling.begin(by=me(form), form=done, language="", by_whom="client"),
            lambda: sending.send(by=SYSTEM, form=done),
            lambda: sending.take_back(by=SYSTEM, form=done),
        ):
            with pytest.raises(sending.Closed):
                late()
    # providing the templates is no news of this test
    assert [each for each in audit if each.startswith(("form.", "consent.", "notice."))] == [
        "form.made",
        "form.sent",
        "form.begun",
        "notice.accepted",
        "consent.recorded",
        "consent.recorded",
        "form.completed",
    ]


def test_what_has_to_be_answered_is_named_at_the_end_alone(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        form = scene.sent()
        begun, _ = filling.begin(by=me(form), form=form, language="", by_whom="client")
        part = filling.save(
            form=begun, keys={"reason", "since"}, answers={"reason": " My knee \r\n hurts "}
        )
        assert part.answers == {"reason": " My knee \n hurts"}
        with pytest.raises(filling.Incomplete) as refused:
            filling.complete(by=me(form), form=part, way="link")
        assert set(refused.value.problems) == {
            "birth_date",
            "notice",
            "consent_treatment",
            "consent_sharing",
            "signature",
        }
        # what hangs on an answer has to be answered with it, and goes with it
        keys = {"allergic", "allergies"}
        more = filling.save(form=part, keys=keys, answers={"allergic": "Yes"})
        with pytest.raises(filling.Incomplete) as refused:
            filling.complete(by=me(form), form=more, way="link")
        assert "allergies" in refused.value.problems
        said = {"allergic": "Yes", "allergies": "Nuts"}
        assert filling.save(form=more, keys=keys, answers=said).answers["allergies"] == "Nuts"
        changed = filling.save(form=more, keys=keys, answers={**said, "allergic": "No"})
        assert "allergies" not in changed.answers
        assert changed.answers["reason"] == " My knee \n hurts"
        for wrong in ({"consent_treatment": "perhaps"}, {"signature": {"name": "A", "strokes": 3}}):
            with pytest.raises(AnswersRefused) as said_no:
                filling.save(form=changed, keys=set(wrong), answers=wrong)
            assert set(said_no.value.problems) == set(wrong)


def test_the_words_are_those_of_the_day_it_is_begun_in_the_readers_language(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        german = make_client(email="d@mail.example", language="de")
        form = scene.sent(client=german)
        assert form.name == "Vor Ihrem ersten Besuch"
        purpose = ConsentPurpose.objects.get(kind=Kind.TREATMENT)
        new = {"en": Words("Treatment", "New."), "de": Words("Behandlung", "Neu.")}
        purposes.publish(by=SYSTEM, purpose=purpose, texts=new)
        PrivacyNotice(version=4, text="Newer.").save(force_insert=True)
        begun, _ = filling.begin(by=me(form), form=form, language="de", by_whom="guardian")
        asked = {each.key: each for each in asked_of(begun.sections)}
        assert (asked["consent_treatment"].words, asked["consent_treatment"].version) == ("Neu.", 2)
        assert asked["notice"].words == "Newer."
        assert begun.notice is not None
        assert begun.notice.version == 4
        # what comes out while it is being filled in changes nothing in it
        purposes.publish(by=SYSTEM, purpose=purpose, texts={"en": Words("Treatment", "Newest.")})
        keys = set(asked)
        filling.save(form=begun, keys=keys, answers=answers_for(begun, consent_sharing="deny"))
        done = filling.complete(by=me(form), form=begun, way="link")
        consents = {each.purpose.kind: each for each in history(german)}
        assert consents[Kind.TREATMENT].text.text == "Neu."
        assert (consents[Kind.SHARING].decision, consents[Kind.SHARING].by_whom) == (
            "deny",
            "guardian",
        )
        assert consents[Kind.TREATMENT].text.language == "de"
        assert filling.holds(done)


def test_consents_can_be_asked_for_alone(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        news = ConsentPurpose.objects.get(kind=Kind.EMAIL_NEWS)
        with pytest.raises(ValidationError):
            sending.make_request(by=SYSTEM, client=scene.client, wanted=[])
        form = sending.send(
            by=SYSTEM,
            form=sending.make_request(
                by=SYSTEM, client=scene.client, wanted=[news.pk], asks_notice=True
            ),
        )
        assert [each.kind for each in asked_of(form.sections)] == ["notice", "consent", "signature"]
        completed(form)
        assert permits(scene.client.pk, Kind.EMAIL_NEWS)
        only_notice = sending.make_request(
            by=SYSTEM, client=scene.client, wanted=[], asks_notice=True
        )
        assert [each.kind for each in asked_of(only_notice.sections)] == ["notice"]


def test_a_correction_is_a_new_form_that_takes_the_place_of_the_old(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        first = completed(scene.sent(), occupation="Carpenter")
        again = scene.made(replaces=first)
        assert again.answers["occupation"] == "Carpenter"
        assert "signature" not in again.answers, "nobody signs by copying"
        assert "consent_treatment" not in again.answers
        completed(sending.send(by=SYSTEM, form=again))
        kept = Form.objects.get(pk=first.pk)
        assert kept.state == State.SUPERSEDED
        assert filling.holds(kept)
        # a measure that is asked again stands beside the one before
        one = completed(scene.sent("pain"))
        completed(scene.sent("pain"))
        assert Form.objects.get(pk=one.pk).state == State.COMPLETED


def test_links_end_are_taken_back_and_sent_again(scene: Scene, settings: Any) -> None:
    with acting_in(scene.account.ref):
        form = filled(scene.sent())
        at(NOW + timedelta(days=30, minutes=1), settings)
        with pytest.raises(sending.Closed):
            filling.complete(by=me(form), form=form, way="link")
        again = sending.send(by=SYSTEM, form=form)
        assert (again.state, again.answers) == (State.OPENED, form.answers)
        assert again.sent_at
        assert again.expires_at == again.sent_at + timedelta(days=30)
        gone = sending.take_back(by=SYSTEM, form=again)
        assert (gone.state, gone.link_number, gone.browser) == (State.ARCHIVED, 2, None)
        with pytest.raises(sending.Closed):
            filling.complete(by=me(form), form=gone, way="link")
        back = sending.send(by=SYSTEM, form=gone)
        assert (back.state, back.link_number) == (State.OPENED, 2)
        done = filling.complete(by=me(form), form=back, way="link")
        assert sending.put_away(by=SYSTEM, form=done, away=True).state == State.ARCHIVED
        assert sending.put_away(by=SYSTEM, form=done, away=False).state == State.COMPLETED
        nobody = make_client(email="", phone="")
        with pytest.raises(ValidationError):
            scene.sent(client=nobody)


def test_at_the_desk_staff_type_what_was_said(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        form = filling.begin_at_desk(by=SYSTEM, form=scene.made())
        keys = {each.key for each in asked_of(form.sections)}
        filling.save(form=form, keys=keys, answers=answers_for(form), at_desk=True)
        done = filling.complete(by=SYSTEM, form=form, way="desk")
        assert (done.way, done.state) == ("desk", State.COMPLETED)
        assert {each.how for each in history(scene.client)} == {How.DESK}
        # a draft has no link yet
        with pytest.raises(sending.Closed):
            filling.begin(by=me(form), form=scene.made("pain"), language="", by_whom="client")


@pytest.mark.django_db(databases="__all__")
def test_the_database_keeps_a_completed_form(scene: Scene) -> None:
    with acting_in(scene.account.ref):
        done, other = completed(scene.sent()), make_client()
        open_one = scene.made("pain")
        changes: tuple[dict[str, Any], ...] = (
            {"name": "Something else"},
            {"sections": []},
            {"completed_at": clock.now() + timedelta(seconds=1)},
            {"completed_at": None, "state": State.OPENED},
            {"is_urgent": True},
            {"state": State.SENT},
        )
        for change in changes:
            with pytest.raises(DatabaseError) as refused, transaction.atomic(using="region_au"):
                Form.objects.filter(pk=done.pk).update(**change)
            assert getattr(refused.value.__cause__, "sqlstate", "") in ("KW004", "23514"), change
        done.answers = {"reason": "Something else"}
        with pytest.raises(DatabaseError), transaction.atomic(using="region_au"):
            done.save()
        for form in (done, open_one):
            with pytest.raises(DatabaseError), transaction.atomic(using="region_au"):
                Form.objects.filter(pk=form.pk).update(client_id=other.pk)
            with pytest.raises(DatabaseError), transaction.atomic(using="region_au"):
                Form.objects.filter(pk=form.pk).delete()
        review = FormReview(form=done, client_id=done.client_id)
        review.save(force_insert=True)
        # by hand, as the role that serves
        for statement in (
            "UPDATE notes_form SET answers = answers || 'x'::bytea WHERE id = %s",
            "UPDATE notes_form SET by_whom = 'relative', completed_at = now() WHERE id = %s",
            "DELETE FROM notes_form WHERE id = %s",
            "UPDATE notes_formreview SET accepted = '[]' WHERE form_id = %s",
            "DELETE FROM notes_formreview WHERE form_id = %s",
        ):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(using="region_au"),
                connections["region_au"].cursor() as cursor,
            ):
                cursor.execute(statement, [done.pk])
        Form.objects.filter(pk=done.pk).update(state=State.ARCHIVED)


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_changed_form_is_noticed_by_its_hash(scene: Scene, parts: parts_module.Parts) -> None:
    with acting_in(scene.account.ref):
        done = completed(scene.sent())
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.postgres, dbname=name) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE notes_form SET by_whom = 'relative' WHERE id = %s", [done.pk])
    with acting_in(scene.account.ref):
        kept = Form.objects.select_related("client").get(pk=done.pk)
        assert isinstance(kept.client, Client)
        assert not filling.holds(kept)
