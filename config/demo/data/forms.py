"""Forms of the demo's clients: some to look at, some on their way, a pain score that gets better over months."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from bookings.models import Attendee
from clients.models import Client
from notes.intake import filling, scoring, sending, templates
from notes.intake.asking import asked_of
from notes.models import Form, FormReview, FormTemplate
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind

TOLD = {
    "reason": [
        "Left knee hurts on stairs since a fall in September.",
        "Stiff neck after long days at the desk.",
        "Getting back to running after an ankle sprain.",
    ],
    "since": ["Six weeks", "Since spring", "About a year"],
    "goal": ["Walk the dog without thinking about it.", "Run ten kilometres again."],
    "medication": ["Ibuprofen now and then.", "None."],
    "occupation": ["Carpenter", "Nurse", "Teacher", "Software developer"],
    "address": ["14 Acacia Road", "3 Harbour Street"],
    "emergency": ["Ravi, my brother: 0491 570 110"],
}
SIGNATURE = [
    [80, 250, 120, 160, 160, 120, 190, 150, 170, 240, 210, 280, 270, 220, 300, 190, 320, 240],
    [360, 240, 420, 200, 470, 230, 520, 190, 580, 240, 660, 170, 740, 230, 860, 180],
]


def add_forms(clients: list[Client], known: Client, chosen: random.Random) -> None:
    """Send the intake form to some, let others hand theirs in, measure the known client's pain four times."""
    found = {each.standard: each for each in templates.provide_defaults()}
    intake, pain = found["about_you"], found["pain"]
    for number, client in enumerate(chosen.sample(clients[:-1], 9)):
        days = number // 2
        if number < 5:
            _handed_in(client, intake, clock.now() - timedelta(hours=3 + 20 * days), chosen)
        else:
            _waiting(client, intake, number)
    psychology = found["phq_9"]
    worried = chosen.choice(clients[:-1])
    _handed_in(worried, psychology, clock.now() - timedelta(hours=2), chosen)
    for months, level in ((4, 7), (3, 6), (2, 4), (1, 2)):
        at = clock.now() - timedelta(days=30 * months)
        form = _handed_in(known, pain, at, chosen, level=level)
        FormReview(form=form, client=known, reviewed_at=at + timedelta(days=1)).save(
            force_insert=True
        )


def send_with_first_visits(services: list[Any]) -> None:
    """Let booking the first service send the intake form."""
    intake = FormTemplate.objects.get(standard="about_you")
    templates.send_with(by=SYSTEM, template=intake, services=[services[0].pk], again_months=12)


def _waiting(client: Client, template: FormTemplate, number: int) -> None:
    coming = (
        Attendee.objects.filter(client=client, appointment__starts_at__gt=clock.now())
        .order_by("appointment__starts_at")
        .first()
    )
    form = sending.make(by=SYSTEM, client=client, template=template, attendee=coming)
    form.state, form.sent_at = Form.State.SENT, clock.now() - timedelta(days=number - 3)
    form.expires_at = form.sent_at + timedelta(days=template.valid_days)
    form.save()
    if number % 2:
        by = Actor(ActorKind.CLIENT, client.pk)
        begun, _secret = filling.begin(by=by, form=form, language="en", by_whom="client")
        filling.save(form=begun, keys={"reason"}, answers={"reason": TOLD["reason"][0]})


def _handed_in(
    client: Client,
    template: FormTemplate,
    at: datetime,
    chosen: random.Random,
    *,
    level: int = 5,
) -> Form:
    """Return a form that was handed in at a moment, as its link would have made it."""
    form = Form(client=client, template=template, kind=template.kind)
    sending.put_words(form, "en")
    form.answers = _answers(form, client, chosen, level)
    form.score = scoring.score_of(form.scoring, form.sections, form.answers)
    form.is_urgent = scoring.is_urgent(form.scoring, form.sections, form.answers)
    form.state, form.way = Form.State.COMPLETED, Form.Way.LINK
    form.created_at = form.sent_at = at - timedelta(days=2)
    form.opened_at, form.completed_at, form.updated_at = at - timedelta(minutes=9), at, at
    form.expires_at = form.sent_at + timedelta(days=template.valid_days)
    form.content_hash = filling.hash_of(form)
    form.save(force_insert=True)
    return form


def _answers(form: Form, client: Client, chosen: random.Random, level: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in asked_of(form.sections):
        if each.key in TOLD:
            found[each.key] = chosen.choice(TOLD[each.key])
        elif each.kind == "scale":
            found[each.key] = max(0, min(10, level + chosen.randint(-1, 1)))
        elif each.kind == "radio" and each.question.required:
            found[each.key] = each.question.options[chosen.randint(0, 2)]
        elif each.key == "birth_date" and client.birth_date:
            found[each.key] = client.birth_date.isoformat()
        elif each.kind == "consent":
            found[each.key] = "permit"
        elif each.kind == "notice":
            found[each.key] = "accepted"
        elif each.kind == "signature":
            found[each.key] = {"name": client.full_name, "strokes": SIGNATURE}
    if form.template and form.template.standard == "about_you" and chosen.random() < 0.6:
        found |= {"allergic": "Yes", "allergies": "Latex: skin goes red"}
    return found
